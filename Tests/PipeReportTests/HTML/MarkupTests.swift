import PipeTesting
import Testing

@testable import PipeReport

@Suite("Markup")
struct MarkupTests {
  static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
    "</title><svg/onload=alert(1)>",
    "&lt;script&gt;", "&#60;script>", "<!--", "-->", "]]>", "<![CDATA[", "${alert(1)}", "{{7*7}}", "`${1}`",
    "\u{0}<\u{0}script>",
    "\u{1B}[31mred", "\u{202E}gnp.exe", "\u{2066}x\u{2069}", "a\u{200F}b", "\u{FEFF}x",
    "\(Unicode.Scalar(0xFDD0 as UInt32).map(String.init) ?? "")", "\u{1F600}",
    "\u{E0001}tag", "<\u{300}script>", "x=\"\"'<>&", "\r\nContent-Type: text/html", "\u{2028}x\u{2029}", "<\u{AD}b>",
    "＜script＞",
    "</style><script>", "</svg></desc><script>", "data:text/html,<b>", "javascript:alert(1)", "\u{7F}\u{80}\u{9B}31m",
  ]

  /// Made of pieces that mean something somewhere.
  static let generated: [String] = {
    var random = RepeatableRandom(seed: 16)
    return (0..<Effort.times(240)).map { _ in
      (0..<Int.random(in: 1...5, using: &random)).map { _ in hostile.randomElement(using: &random) ?? "" }.joined()
    }
  }()

  /// The text that a browser makes of markup without elements.
  private func shown(_ markup: Markup) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(markup.html) {
      $0.split(separator: $1.0, omittingEmptySubsequences: false).joined(separator: $1.1)
    }
  }

  @Test("a text is nothing but that text", arguments: hostile + generated)
  func text(_ text: String) {
    let markup: Markup = "\(text)"
    #expect(!markup.html.contains { "<>\"'".contains($0) })
    #expect(markup.html.unicodeScalars.allSatisfy { !($0.properties.generalCategory == .control) })
    #expect(
      markup.html.unicodeScalars.allSatisfy {
        !(0x202A...0x202E).contains($0.value) && !(0x2066...0x2069).contains($0.value)
      })
    // Nothing that can be seen is lost.
    let letters = text.unicodeScalars.filter { ("a"..."z").contains($0) }
    #expect(shown(markup).unicodeScalars.filter { ("a"..."z").contains($0) }.count >= letters.count)
    // An ampersand begins what stands for one sign, and nothing else.
    for piece in markup.html.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
      #expect(["lt;", "gt;", "quot;", "#39;", "amp;"].contains { piece.utf8.starts(with: $0.utf8) })
    }
    // Markup passes as it is, once.
    let row: Markup = "<td title=\"\(text)\">\(markup)</td>"
    #expect(row.html == "<td title=\"\(markup.html)\">\(markup.html)</td>")
  }

  @Test(
    "only http and https are followed",
    arguments: [
      "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
      "vbscript:x", "file:///etc/passwd", "ftp://h/", "//host/x", "/x", "", "http://", "https://[::bad", "mailto:a@b",
      "blob:http://x/", "\u{1}javascript:alert(1)", "http://h/" + String(repeating: "x", count: 2100),
    ])
  func noLink(_ url: String) {
    let markup: Markup = "\(link: url)"
    #expect(!markup.html.contains("<a "), "\(markup.html)")
  }

  @Test("a link leads where its URL does, and says so")
  func link() {
    let markup: Markup = "\(link: "http://h.example/a?b=\"c\"&d='<e>")"
    #expect(
      markup.html
        == "<a href=\"http://h.example/a?b=%22c%22&amp;d=%27%3Ce%3E\" rel=\"noreferrer noopener nofollow\">"
        + "http://h.example/a?b=&quot;c&quot;&amp;d=&#39;&lt;e&gt;</a>")
  }

  @Test("a text without an end is cut")
  func cut() {
    let long = String(repeating: "<", count: 1_000_000)
    let markup: Markup = "\(long)|\(long, upTo: 3)"
    #expect(markup.html == String(repeating: "&lt;", count: Markup.longest) + "…|&lt;&lt;&lt;…")
    // One character of a million scalars, too.
    let stacked: Markup = "\("a" + String(repeating: "\u{301}", count: 1_000_000))"
    #expect(stacked.html.unicodeScalars.count == Markup.longest + 1)
  }

  @Test("numbers of drawings are plain, whatever they are")
  func numbers() {
    let places: [Double] = [0, 1, 1.21, -3.04, .nan, .infinity, -.infinity, 1e300, 123_456.78]
    let texts = places.map { (place: Double) -> String in
      let markup: Markup = "\(at: place)"
      return markup.html
    }
    #expect(texts == ["0", "1", "1.2", "-3", "0", "0", "0", "1000000", "123456.8"])
  }
}
