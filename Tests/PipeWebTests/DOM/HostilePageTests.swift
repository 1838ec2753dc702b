import PipeTesting
import PipeWeb
import Testing

struct HostilePageTests {
  private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  /// Each would take minutes or more where a step takes linear time.
  @Test(
    arguments: [
      repeated("<div>", 20_000), repeated("<b>", 10_000) + repeated("</i>", 10_000), repeated("<b><p>", 20_000),
      repeated("<a><div>", 20_000), repeated("<table><tr><td>", 20_000), repeated("<svg><desc>", 20_000),
      "<p " + (0..<20_000).map { "a\($0) " }.joined() + ">", "<p title='" + repeated("x", 500_000) + "'>",
      repeated("<p>", 60_000), repeated("x<!---->", 20_000), repeated("x</x>", 20_000),
      repeated("<font color=a>", 10_000) + repeated("<p>x", 10_000),
      (0..<20_000).map { "<font a\($0)>" }.joined(), (0..<400).map { "<b id=\($0)>" }.joined() + repeated("<p>x", 400),
      repeated("<template>", 20_000),
      repeated("<select><option>", 20_000), repeated("&amp;", 40_000), repeated("<!--", 20_000),
      repeated("\u{0}<", 20_000),
      repeated("<table>x", 20_000), repeated("<p id=same>", 20_000),
    ].map(HostileText.init))
  func `A hostile page is read in time`(page: HostileText) throws {
    let bytes = page.bytes
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    #expect(document.body != nil || document.isTruncated)
    _ = document.root?.readableText
  }

  @Test func `A page of more nodes than are kept is cut`() throws {
    let bytes = Array(Self.repeated("<p>", 600_000).utf8)
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
    ("<pre>a\n  b</pre>c", "a\nb\nc"), ("<ul><li>a<li>b</ul>", "a\nb"), ("<div><div><p>a</div></div>b", "a\nb"),
    ("a <!-- c --> b", "a b"), ("<template>x</template>a", "a"), ("&nbsp;a&amp;", "\u{A0}a&"), ("", ""),
    ("a<p hidden>b</p>c<i hidden=''>d</i>", "ac"), ("a<noscript>b</noscript><datalist><option>c</datalist>", "a"),
    ("<select><option>a<option>b</select>c", "a\nb\nc"), ("<fieldset><legend>a</legend>b</fieldset>", "a\nb"),
    ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢kan"), ("<textarea>a\n b</textarea>", "a\nb"),
    ("<h1>T</h1>text<hr>more", "T\ntext\nmore"), ("<p>a <b> b</b> c", "a b c"),
  ])
  func `Text reads as a person reads it`(html: String, expected: String) throws {
    let bytes = Array(html.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    #expect(try #require(parsed).body?.readableText == expected)
  }

  @Test func `The text of a script is its source`() throws {
    let bytes = Array("<script> let a = 1 </script>".utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    #expect(try CSSSelector("script").select(in: document).map(\.textContent) == [" let a = 1 "])
  }
}
