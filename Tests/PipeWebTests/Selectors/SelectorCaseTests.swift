import PipeWeb
import Testing

/// What compares in any case, and languages.
struct SelectorCaseTests {
  private func ids(_ selector: String, _ html: String, xml: Bool = false) throws -> String {
    let bytes = Array(html.utf8)
    let parsed = xml ? DOMDocument(parsingXML: bytes.span) : DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    return try CSSSelector(selector).select(in: document).compactMap { $0[attribute: "id"] }.joined(separator: " ")
  }

  static let page = """
    <!doctype html><p id=a type=TEXT rel=NEXT data-x=NEXT><a id=b rel="NEXT Prev" hreflang=EN href=X target=_Blank lang=DE
    media=Print name=FOO value=FOO></a><form id=c method=POST action=X enctype=A/B accept-charset=UTF-8></form>
    <meta id=d http-equiv=Content-Type><svg><g id=e type=TEXT></g></svg>
    """

  @Test(arguments: [
    ("[rel=next]", "a"), ("[rel~=prev]", "b"), ("[rel^=ne]", "a b"), ("[rel$=EV]", "b"), ("[REL*=XT]", "a b"),
    ("[lang|=de]", "b"), ("[rel!=next][rel]", "b"), ("[type=text]", "a"), ("[type=TEXT]", "a e"),
    ("[type=text i]", "a e"),
    ("[type=text s]", ""), ("[type=TEXT s]", "a e"), ("[rel='next' S]", ""), ("[data-x=next]", ""),
    ("[data-x=next i]", "a"),
    ("[href=x]", ""), ("[name=foo]", ""), ("[value=foo]", ""), ("[action=x]", ""), ("[hreflang=en]", "b"),
    ("[target=_blank]", "b"), ("[media=print]", "b"), ("[method=post]", "c"), ("[enctype='a/b']", "c"),
    ("[accept-charset=utf-8]", "c"), ("[http-equiv=content-type]", "d"),
  ])
  func `Values of HTML's list of attributes compare in any case`(selector: String, expected: String) throws {
    #expect(try ids(selector, Self.page) == expected)
  }

  @Test(arguments: [
    ("[type=text]", ""), ("[type=TEXT]", "a"), ("[type=text i]", "a"), ("[Rel=x]", "a"), ("[rel=x]", ""),
  ])
  func `In XML values compare as they are written`(selector: String, expected: String) throws {
    #expect(try ids(selector, "<r><x id='a' type='TEXT' Rel='x'/></r>", xml: true) == expected)
  }

  @Test(arguments: [
    ("", "a b c", "A"), ("<!doctype html>", "b c", ""),
    ("<!doctype html public '-//W3C//DTD HTML 3.2//EN'>", "a b c", "A"),
    (
      "<!doctype html public '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd'>",
      "b c", ""
    ),
  ])
  func `In quirks mode classes and ids compare in any case`(doctype: String, classes: String, id: String) throws {
    let page = "\(doctype)<p id=a class='Foo bar'><p id=b class=foo><p id=c class='x foo'><p id=A>"
    #expect(try ids(".foo", page) == classes)
    #expect(try ids("p:not(.foo)", page).hasSuffix("A"))
    #expect(try ids("#a", page) == (id.isEmpty ? "a" : "a A"))
    // The attributes themselves compare as they are.
    #expect(try ids("[class=foo]", page) == "b")
    #expect(try ids("[id=a]", page) == "a")
  }

  static let languages = """
    <!doctype html><html lang=en id=r><p id=a lang=en-US></p><div id=b lang=de-Latn-DE><p id=c></p></div><p id=d lang></p><p id=e lang=EN></p>
    <p id=f lang=english></p><p id=g lang=zh-Hant-TW></p><p id=h lang=de-x-DE></p><p id=i xml:lang=fr></p>
    <svg id=j xml:lang=fr><g id=k></g></svg><p id=l lang=fr-Latn-CH></p><p id=m lang=de-CH></p>
    """

  @Test(arguments: [
    ("p:lang(en)", "a e i"), (":lang(de)", "b c h m"), (":lang(de-DE)", "b c"), (":lang('*-DE')", "b c"),
    (":lang(\\*-CH)", "l m"), (":lang('de-*-DE')", "b c"), ("p:lang('*')", "a c e f g h i l m"), (":lang('')", "d"),
    (":lang(fr)", "j k l"), (":lang(zh-TW)", "g"), (":lang(EN-us)", "a"), (":lang(fr, 'de-CH')", "j k l m"),
    (":lang(zh-Hans)", ""), (":lang('*-x')", "h"), (":lang(en-)", ""),
  ])
  func `A language range is compared by extended filtering`(selector: String, expected: String) throws {
    #expect(try ids(selector, Self.languages) == expected)
  }

  @Test(arguments: [
    ("<meta http-equiv=Content-Language content=' de-AT en '>", "en", "de"), ("", "fr-FR", "fr"), ("", "fr, de", nil),
    ("<meta http-equiv=content-language content='de, en'>", "fr", "fr"),
    ("<meta http-equiv=content-language>", nil, nil),
    ("<meta http-equiv=content-language content=''><meta http-equiv=content-language content=it>", nil, "it"),
  ])
  func `A page that says no language has that of its meta element or header`(
    head: String, header: String?, expected: String?
  ) throws {
    let bytes = Array("<!doctype html>\(head)<p>".utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    document.contentLanguage = header
    for language in ["de", "fr", "it"] {
      #expect(try CSSSelector("p:lang(\(language))").select(in: document).count == (language == expected ? 1 : 0))
    }
    #expect(try CSSSelector("p:lang('')").select(in: document).count == (expected == nil ? 1 : 0))
  }

  @Test(
    arguments: [
      (":is(h1, :unknown)", "h", 1), (":is(h1,)", "h", 1), (":is()", "", 1), (":where(,)", "", 2),
      (":is(p::before, h1)", "h", 1),
      (":is([a='),', h1)", nil, 0), (":is(:is(h1, a[), p)", nil, 0), (":is(:is(h1, 1), p)", "p h", 1),
      ("p:not(:is(:x(y, 'z)'), h1))", "p", 1),
      (":is(h1 h2 >, h1)", "h", 1), (":not(:unknown)", nil, 0), (":has(:unknown)", nil, 0), (":is(h1", nil, 0),
      (":nth-child(1 of h1, :x)", nil, 0), (":is(h1{}, h1)", "h", 1), (":is(\\), h1)", "h", 0),
    ] as [(String, String?, Int)])
  func `Lists in is and where leave out what is not a selector`(selector: String, expected: String?, ignored: Int)
    throws
  {
    guard let expected else {
      #expect(throws: CSSSelector.SyntaxError.self) { try CSSSelector(selector) }
      return
    }
    #expect(try ids(selector, "<!doctype html><p id=p></p><h1 id=h></h1>") == expected)
    #expect(try CSSSelector(selector).ignored.count == ignored)
  }
}
