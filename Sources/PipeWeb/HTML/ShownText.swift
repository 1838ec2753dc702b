/// What the elements of a page do to the text that is read of it, as browsers show them by themselves (WHATWG HTML 15.3,
/// 15.4 and 15.5; MathML Core, appendix A; SVG 2, 5.7): the tree's reader and the scanner share it.
enum ShownText {
  /// Whether what is inside is never shown: scripts and metadata, what is there for those who have no scripts, and what
  /// stands in for a video, a canvas and the like where these cannot be shown.
  static func isNeverShown(_ tag: HTMLTag, _ name: @autoclosure () -> HTMLName) -> Bool {
    switch tag {
    case .script, .style, .template, .head, .title, .iframe, .noembed, .noframes, .noscript, .object, .applet: true
    case .annotationXML: true
    case .other: unshown.contains(name())
    default: false
    }
  }

  /// The same of elements that mean it inside of SVG alone; elsewhere nobody knows their names.
  static func isNeverShownInSVG(_ tag: HTMLTag, _ name: @autoclosure () -> HTMLName) -> Bool {
    tag == .desc || tag == .other && name() == HTMLName("metadata")
  }

  /// Whether the text before and after is parted by a line, beside the elements that end a paragraph.
  static func isBlock(_ tag: HTMLTag, _ name: @autoclosure () -> HTMLName) -> Bool {
    switch tag {
    case .tr, .caption, .thead, .tbody, .tfoot, .body, .html, .form: true
    case .other: blocks.contains(name())
    default: false
    }
  }

  /// Whether white space is kept (WHATWG HTML 15.3.4 and 15.5.16).
  static func isPreformatted(_ tag: HTMLTag) -> Bool {
    switch tag {
    case .pre, .listing, .plaintext, .xmp, .textarea: true
    default: false
    }
  }

  private static let unshown = [
    HTMLName("video"), HTMLName("audio"), HTMLName("canvas"), HTMLName("progress"), HTMLName("meter"),
    HTMLName("datalist"), HTMLName("rp"), HTMLName("annotation"), HTMLName("mphantom"),
  ]
  private static let blocks = [HTMLName("option"), HTMLName("optgroup"), HTMLName("legend")]
}
