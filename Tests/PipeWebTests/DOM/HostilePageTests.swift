import PipeTesting
import PipeWeb
import Testing

struct HostilePageTests {
  private static func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count >= 10_000 ? Effort.times(count / 4) : count)
  }

  /// Each would take minutes of a processor or more where a step takes linear time.
  @Test(
    arguments: [
      repeated("<div>", 20_000), repeated("<b>", 10_000) + repeated("</i>", 10_000), repeated("<b><p>", 20_000),
      repeated("<a><div>", 20_000), repeated("<table><tr><td>", 20_000), repeated("<svg><desc>", 20_000),
      "<p " + (0..<Effort.times(5_000)).map { "a\($0) " }.joined() + ">", "<p title='" + repeated("x", 500_000) + "'>",
      repeated("<p>", 60_000), repeated("x<!---->", 20_000), repeated("x</x>", 20_000),
      repeated("<font color=a>", 10_000) + repeated("<p>x", 10_000),
      (0..<Effort.times(5_000)).map { "<font a\($0)>" }.joined(),
      (0..<400).map { "<b id=\($0)>" }.joined() + repeated("<p>x", 400),
      repeated("<template>", 20_000),
      repeated("<select><option>", 20_000), repeated("&amp;", 40_000), repeated("<!--", 20_000),
      repeated("\u{0}<", 20_000),
      repeated("<table>x", 20_000), repeated("<p id=same>", 20_000),
    ].map(HostileText.init))
  func `A hostile page is read in time`(page: HostileText) throws {
    let bytes = page.bytes
    let start = Effort.processorSeconds
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    #expect(document.body != nil || document.isTruncated)
    _ = document.root?.readableText
    #expect(Effort.processorSeconds - start < Double(Effort.times(10)))
  }

  @Test func `A page of more nodes than are kept is cut`() throws {
    let bytes = Array(String(repeating: "<p>", count: 600_000).utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    #expect(try #require(parsed).isTruncated)
  }

  @Test(arguments: ["", "\u{0}", "<", "<!doctype", "<p", "<p a='", "</", "&", "<![CDATA[", "\u{FEFF}"])
  func `A page that is hardly one has a body`(page: String) throws {
    let bytes = Array(page.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    #expect(try #require(parsed).body != nil)
  }
}

struct ReadableTextTests {
  @Test(arguments: [
    ("<p> a\n b </p><p>c", "a b\nc"), ("a<br>b<br><br>c", "a\nb\n\nc"), ("<b>a</b><i>b</i> <u>c</u>", "ab c"),
    ("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3"), ("a<script>x</script><style>y</style>b", "ab"),
    ("<pre>a\n  b</pre>c", "a\n  b\nc"), ("<ul><li>a<li>b</ul>", "a\nb"), ("<div><div><p>a</div></div>b", "a\nb"),
    ("a <!-- c --> b", "a b"), ("<template>x</template>a", "a"), ("&nbsp;a&amp;", "\u{A0}a&"), ("", ""),
    ("a<p hidden>b</p>c<i hidden=''>d</i>", "ac"), ("a<noscript>b</noscript><datalist><option>c</datalist>", "a"),
    ("<select><option>a<option>b</select>c", "a\nb\nc"), ("<fieldset><legend>a</legend>b</fieldset>", "a\nb"),
    ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢kan"), ("<textarea>a\n b</textarea>", "a\n b"),
    ("<h1>T</h1>text<hr>more", "T\ntext\nmore"), ("<p>a <b> b</b> c", "a b c"),
    ("x<pre>  a\n\n\tb </pre> y", "x\n  a\n\n\tb \ny"), ("<pre>a\n</pre>b", "a\n\nb"), ("<xmp> a <b></xmp>", " a <b>"),
    ("<pre>a<br>  b<div> c</div></pre>", "a\n  b\n c"), ("<p>a <code>b  c</code>", "a b c"),
    ("<video><p>x</p></video>a", "a"), ("<audio>x</audio>a", "a"), ("<canvas>x</canvas>a", "a"),
    ("<object>x</object>a", "a"),
    ("<iframe>x</iframe>a", "a"), ("<progress>x</progress><meter>y</meter>a", "a"), ("<applet>x</applet>a", "a"),
    ("<dialog>x</dialog>a", "a"), ("<dialog open>x</dialog>a", "x\na"), ("<div popover>x</div>a", "a"),
    ("<details>x<summary>s</summary>y<summary>t</summary></details>a", "s\na"),
    ("<details open>x<summary>s</summary>y</details>a", "x\ns\ny\na"),
    ("<details><summary>s</summary><details open><summary>t</summary>u</details></details>a", "s\na"),
    ("<details open><summary>s</summary><details><summary>t</summary>u</details></details>a", "s\nt\na"),
    ("<svg><title>x</title><desc>y</desc><metadata>z</metadata><text>a</text></svg>", "a"), ("<desc>a</desc>", "a"),
    ("<math><semantics><mi>a</mi><annotation>x</annotation></semantics></math>", "a"),
    ("<math><semantics><mi>a</mi><annotation-xml>x</annotation-xml></semantics></math>", "a"),
    ("<math><mphantom><mi>x</mi></mphantom><mi>a</mi></math>", "a"), ("a<p hidden=until-found>x</p>b", "ab"),
  ])
  func `Text reads as a person reads it`(html: String, expected: String) throws {
    let bytes = Array(html.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    #expect(try #require(parsed).body?.readableText == expected)
  }

  /// What XPath and selectors find besides elements is data, and stays as it is.
  @Test(arguments: [
    ("//pre/text()", " a  b\n"), ("//p/text()", "c d"), ("//p/@title", " x  y\n"), ("//comment()", "z"),
  ])
  func `Only the text of elements is made readable`(expression: String, expected: String) throws {
    let bytes = Array("<pre> a  b\n</pre><p title=' x  y\n'> c  d<!-- z -->".utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    guard case .nodes(let nodes) = try XPathExpression(expression).evaluate(in: try #require(parsed)) else {
      Issue.record("no nodes")
      return
    }
    #expect(nodes.first?.readableText == expected)
  }

  /// The scanner reads the texts of headings and links as the tree has them, on one line.
  @Test(arguments: [
    "a<br>b<div>c</div>d", "a<p>b</p><p>c</p>", "a<span hidden>x<b>y</b></span>b",
    "<svg><title>x</title><desc>y</desc><text>a</text></svg>b",
    "a<noscript>x<b>y</b></noscript>b", "<video>x</video>a<canvas>y</canvas>", "a<span popover>x</span>b",
    "<math><mi>a</mi><annotation>x</annotation></math>b", "a<i hidden><i>x</i></i>b", "a<object><p>x</object>b",
    "a <b> b </b>c", "a<script>x</script><style>y</style>b", "<dialog>x</dialog>a", "<dialog open>x</dialog>a",
    "a<template>x</template>b", "a<svg hidden><text>x</text></svg>b", "a<iframe>x</iframe>b", "<img hidden>a",
    "a<select><option>b<option>c</select>",
    "<ruby>k<rp>(</rp><rt>r</rt></ruby>", "a&amp;<span hidden>&lt;</span>b", "a<br hidden>b",
    "a<div hidden>x<p>y</div>b", "<svg><desc><b>x</b></desc></svg>b",
  ])
  func `A heading and a link read in the scanner as in the tree`(content: String) throws {
    for cut in [1, 4096] {
      let bytes = Array(
        "<!doctype html><body>x<h1>\(content)</h1>y<a href=z>\(content)</a><h1>n</h1><a href=w>n</a>".utf8)
      let parsed = DOMDocument(parsing: bytes.span)
      let document = try #require(parsed)
      var scanner = PageScanner(wanted: [.headings, .links, .linkTexts])
      for start in stride(from: 0, to: bytes.count, by: cut) {
        _ = scanner.feed(Array(bytes[start..<min(bytes.count, start + cut)]))
      }
      let facts = scanner.finish()
      let headings = try CSSSelector("h1").select(in: document).map { $0.readableText.collapsingWhiteSpace() }
      let links = try CSSSelector("a").select(in: document).map { $0.readableText.collapsingWhiteSpace() }
      #expect(facts.headings.map { facts.string(of: $0) } == headings)
      #expect(facts.links.map { $0.text.map { facts.string(of: $0) } ?? "" } == links)
    }
  }

  @Test func `The text of a script is its source`() throws {
    let bytes = Array("<script> let a = 1 </script>".utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    #expect(try CSSSelector("script").select(in: document).map(\.textContent) == [" let a = 1 "])
  }
}
