/// The element names that tokenization or tree construction treats in a way of its own; every other
/// name is `other`.
package enum HTMLTag: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case other
  case a, address, annotationXML, applet, area, article, aside, b, base, basefont, bgsound, big, blockquote
  case body, br, button, caption, center, code, col, colgroup, dd, desc, details, dialog, dir, div, dl, dt, em
  case embed, fieldset, figcaption, figure, font, footer, foreignObject, form, frame, frameset, h1, h2, h3, h4
  case h5, h6, head, header, hgroup, hr, html, i, iframe, image, img, input, keygen, li, link, listing, main
  case malignMark, marquee, math, menu, meta, mGlyph, mi, mn, mo, ms, mtext, nav, nobr, noembed, noframes
  case noscript, object, ol, p, param, plaintext, pre, ruby, s, script, search, section, select, small, source
  case span, strike, strong, style, sub, summary, sup, svg, table, tbody, td, template, textarea, tfoot, th
  case thead, title, tr, track, tt, u, ul, `var`, wbr, xmp

  /// The names, in the order of the cases after `other`.
  static let names: StaticString = """
    a address annotation-xml applet area article aside b base basefont bgsound big blockquote body br button
    caption center code col colgroup dd desc details dialog dir div dl dt em embed fieldset figcaption figure
    font footer foreignobject form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image
    img input keygen li link listing main malignmark marquee math menu meta mglyph mi mn mo ms mtext nav nobr
    noembed noframes noscript object ol p param plaintext pre ruby s script search section select small source
    span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead title tr track
    tt u ul var wbr xmp
    """
}
