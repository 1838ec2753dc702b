import PipeWeb
import Testing

struct PageScannerTests {
  static func facts(_ page: String, wanted: PageFacts.Wanted = PageReferenceTests.everything) -> PageFacts {
    var scanner = PageScanner(wanted: wanted)
    _ = scanner.feed(Array(page.utf8))
    return scanner.finish()
  }

  @Test(arguments: [
    ("<title>One</title><title>Two</title>", "One"),
    ("<title>  a \n\t b&nbsp;c&#10;d </title>", "a b\u{A0}c d"),
    ("<title>a &lt;b&gt; &amp; <i>c</i> <!-- d --></title>", "a <b> & <i>c</i> <!-- d -->"),
    ("<title></title><title>Two</title>", ""),
    ("<title>never closed <p>", "never closed <p>"),
    ("<TITLE\n/>Upper</TiTlE >", "Upper"),
    ("<title>a</titles></title>", "a</titles>"),
    ("<svg><title>no</title></svg><title>yes</title>", "yes"),
    ("<math><title>no</title></math><title>yes</title>", "yes"),
    ("<svg><foreignObject><title>yes</title></svg>", "yes"),
    ("<svg><desc><title>yes</title></svg>", "yes"),
    ("<svg><g><p><title>broken out</title>", "broken out"),
    ("<svg><font size=1><title>broken out</title>", "broken out"),
    ("<svg><font x=1><title>no</title></font></svg><title>yes</title>", "yes"),
    ("<div><svg><path></div><title>after</title>", "after"),
    ("<math><annotation-xml encoding='Text/HTML'><title>yes</title>", "yes"),
    ("<math><annotation-xml><title>no</title></annotation-xml></math><title>yes</title>", "yes"),
    ("<template><title>no</title></template><title>yes</title>", "yes"),
    ("<template><template><title>no</title></template><title>no</title></template><title>yes</title>", "yes"),
    ("<script><title>no</title></script><title>yes</title>", "yes"),
    ("<script><!--<script></script><title>no</title>--></script><title>yes</title>", "yes"),
    ("<style><title>no</title></style><title>yes</title>", "yes"),
    ("<textarea><title>no</title></textarea><title>yes</title>", "yes"),
    ("<iframe><title>no</title></iframe><title>yes</title>", "yes"),
    ("<noscript><title>no</title></noscript><title>yes</title>", "yes"),
    ("<body><noscript><title>yes</title></noscript>", "yes"),
    ("<noscript><img></noscript><title>yes</title>", "yes"),
    ("<p><noscript><frame></noscript><title>yes</title>", "yes"),
    ("<head><noscript><link rel=x></noscript><title>yes</title>", "yes"),
    ("<!-- <title>no</title> --><title>yes</title>", "yes"),
    ("<!--><title>yes</title>-->", "yes"),
    ("<![CDATA[<title>no</title>]]><title>yes</title>", "yes"),
    ("<svg><![CDATA[</svg><title>no</title>]]></svg><title>yes</title>", "yes"),
    ("<a title='<title>no</title>'><title>yes</title>", "yes"),
    ("<p>text</p><title>in the body</title>", "in the body"),
    ("<select><title>yes</title></select>", "yes"),
    ("<head><title>kept</title></head><frameset><frame></frameset>", "kept"),
  ])
  func `The title is the first one of HTML`(page: String, title: String) {
    #expect(Self.facts(page).title() == title)
  }

  @Test(arguments: [
    "", "<p>", "<title", "<plaintext><title>no</title>", "<svg><title>no</title>", "<frameset><title>no</title>",
    "<xmp><title>no</title></xmp>", "<noframes><title>no</title></noframes>",
    "<div><title>gone with its body</title></div><frameset>",
  ])
  func `Without a title there is none`(page: String) {
    #expect(Self.facts(page).title() == nil)
  }

  @Test func `The first html tag that has a language gives it`() {
    #expect(Self.facts("<!DOCTYPE html><html lang=en-GB><html lang=fr>").language() == "en-GB")
    #expect(Self.facts("<html class=x><body><html lang=fr>").language() == "fr")
    #expect(Self.facts("<template><html lang=fr></template>").language() == nil)
  }

  @Test func `The first base with an address counts`() {
    #expect(Self.facts("<base target=x><base href=/a/><base href=/b/>").base() == "/a/")
  }

  @Test func `A canonical link is one whose relations name it`() {
    let page =
      "<link rel=stylesheet href=s><link rel='alternate CANONICAL' href='/a?b=1&amp;c=2'><link rel=canonical href=x>"
    #expect(Self.facts(page).canonical() == "/a?b=1&c=2")
    #expect(Self.facts("<link rel=canonicals href=x><link rel=canonical>").canonical() == nil)
  }

  @Test func `Metas keep their order and their kinds`() {
    let facts = Self.facts(
      """
      <meta charset=utf-8><meta name=Description content='a &quot;b&quot;'><meta property=og:title content=c>
      <meta http-equiv=refresh content='0; url=/d'><meta name=description content=e>
      """)
    #expect(facts.metas.map { facts.string(of: $0.content) } == ["a \"b\"", "c", "0; url=/d", "e"])
    #expect(facts.metas[1].property.map { facts.string(of: $0) } == "og:title")
    #expect(facts.metas[2].httpEquiv.map { facts.string(of: $0) } == "refresh")
    #expect(facts.description() == "a \"b\"")
  }

  @Test func `Links are those with an address, their values by the attribute's rules`() {
    let facts = Self.facts(
      """
      <a name=x>no</a> <a href='/a?x=1&copy=2&amp;y'>one <b>two</b></a> <area href=b rel=nofollow>
      <A HREF=/c HREF=/d>three<a href=" /e ">four &am<!-- -->p; five</a><svg><a href=f></a></svg>
      """)
    #expect(facts.links.map { facts.string(of: $0.href) } == ["/a?x=1&copy=2&y", "b", "/c", " /e "])
    #expect(
      facts.links.map { $0.text.map { facts.string(of: $0) } } == ["one two", nil, "three", "four &amp; five"])
    #expect(facts.links[1].rel.map { facts.string(of: $0) } == "nofollow")
  }

  @Test(
    arguments: [
      ("<a href=x>one<br>two</a>", "one two"),
      ("<a href=x><h3>Title</h3><p>Summary <b>it</b>self</a>", "Title Summary itself"),
      ("<a href=x> <div> a</div><div>b </div> </a>", "a b"), ("<a href=x><ul><li>a<li>b</ul>c</a>", "a b c"),
      ("<a href=x>a<script>no</script>b<!-- no -->c</a>", "abc"), ("<a href=x>a<wbr>b<span>c</span></a>", "abc"),
      ("<area href=x alt=' some place&amp;'>", " some place&"), ("<a href=x alt=no></a>", ""), ("<area href=x>", nil),
    ] as [(String, String?)])
  func `The text of a link parts blocks and lines`(page: String, text: String?) {
    let facts = Self.facts(page)
    #expect(facts.links.map { $0.text.map { facts.string(of: $0) } } == [text])
  }

  @Test func `Relations and texts of links are kept where they are wanted`() {
    let facts = Self.facts("<a href=x rel=nofollow>text</a>", wanted: .links)
    #expect(facts.links.count == 1)
    #expect(facts.links.first?.rel == nil)
    #expect(facts.links.first?.text == nil)
  }

  @Test func `Headings have their text, nested ones too`() {
    let facts = Self.facts(
      "<h1> a <script>no</script><b>b</b></h1><h1>c<h1>d</h1><div><h1>e<div><h1>f</h1>g</div></h1></div>")
    #expect(facts.headings.map { facts.string(of: $0) } == ["a b", "c", "d", "e f g", "f"])
    let first = Self.facts("<h1>a</h1><h1>b</h1>", wanted: .firstHeading)
    #expect(first.headings.map { first.string(of: $0) } == ["a"])
  }

  @Test func `Images count with and without an address`() {
    let facts = Self.facts("<img><img src=a><image src=b><svg><image src=c /><img src=d>")
    #expect(facts.images.map { $0.map { facts.string(of: $0) } } == [nil, "a", "b", "d"])
  }

  @Test(arguments: [
    ("<iframe src=a></iframe><p><iframe></iframe><iframe src='b&amp;c'/><i>", ["a", "b&amp;c"]),
    (
      "<frameset><frame src=a><frameset><frame src=b></frameset><frame><noframes><iframe src=no></noframes>",
      ["a", "b"]
    ),
    ("<p><frame src=no><iframe src=a srcdoc=''></iframe><template><iframe src=no></iframe></template>", []),
    ("<svg><iframe src=no></svg><noscript><iframe src=a></iframe></noscript>", ["a"]),
    ("<div><iframe src=gone></iframe></div><frameset><frame src=no>", ["gone"]),
    ("<i></i><frameset><frame src=a>", ["a"]),
  ])
  func `Frames are those that show another page`(page: String, sources: [String]) {
    let facts = Self.facts(page, wanted: [.frames])
    #expect(facts.frames.map { facts.withBytes(of: $0.source) { String(decoding: $0, as: UTF8.self) } } == sources)
  }

  @Test func `Scanning stops once the wanted facts are known for good`() {
    var scanner = PageScanner(wanted: [.title, .language])
    let first = scanner.feed(Array("<html lang=en><head><title>a".utf8))
    let second = scanner.feed(Array("</title><title>b".utf8))
    let third = scanner.feed(Array("</title>".utf8))
    #expect([first, second, third] == [true, false, false])
    let facts = scanner.finish()
    #expect(facts.title() == "a")
    #expect(facts.language() == "en")

    var links = PageScanner(wanted: [.title, .links])
    let goesOn = links.feed(Array("<title>a</title><a href=b>".utf8))
    #expect(goesOn)
  }

  @Test func `A title in a body that a frameset may replace is not final`() {
    var scanner = PageScanner(wanted: .title)
    let first = scanner.feed(Array("<div><title>a</title>".utf8))
    let second = scanner.feed(Array("<frameset>".utf8))
    #expect(first)
    #expect(second)
    #expect(scanner.finish().title() == nil)
  }

  @Test func `Values are decoded by the page's decoder before character references`() {
    // Shift_JIS: 0x83 0x5C and 0x95 0x5C end in a backslash, 0x83 0x41 in a letter.
    var page = Array("<title>".utf8) + [0x83, 0x5C, 0x95, 0x5C, 0x83, 0x41]
    page += Array("&amp;</title><a href='".utf8) + [0x83, 0x41] + Array("&lt;'>".utf8)
    var scanner = PageScanner(wanted: [.title, .links])
    _ = scanner.feed(page)
    let facts = scanner.finish()
    let transcode: HTMLTranscode = { bytes in
      var text = ""
      var index = 0
      while index < bytes.count {
        switch (bytes[index], index + 1 < bytes.count ? bytes[index + 1] : 0) {
        case (0x83, 0x5C): text += "ソ"
        case (0x95, 0x5C): text += "表"
        case (0x83, 0x41): text += "ア"
        default:
          text.unicodeScalars.append(Unicode.Scalar(bytes[index]))
          index -= 1
        }
        index += 2
      }
      return text
    }
    #expect(facts.title(transcode: transcode) == "ソ表ア&")
    #expect(facts.string(of: facts.links[0].href, transcode: transcode) == "ア<")
  }

  @Test func `Ill-formed UTF-8 becomes U+FFFD`() {
    var scanner = PageScanner(wanted: .title)
    _ = scanner.feed(Array("<title>a".utf8) + [0xFF, 0xC3] + Array("&eacute;</title>".utf8))
    #expect(scanner.finish().title() == "a\u{FFFD}\u{FFFD}é")
  }
}
