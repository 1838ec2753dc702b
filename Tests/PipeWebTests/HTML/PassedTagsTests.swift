import PipeTesting
import PipeWeb
import Testing

/// Most tags are passed over without reading what they say; where they end must not change by that.
struct PassedTagsTests {
  private static let pieces = [
    " ", " ", " a", " b=", "=", "\"", "\"", "'", "'", ">", "/", "\n", "\u{1}", "é", "a", "=\"b\"", " a='b'", "=b\"c",
    " averylongnameofanattribute=\"x\"", "<a href=\"y\">", "<A HREF='z' >", "</p>", "<b>", " href", " href=",
  ]

  private static func page(_ random: inout RepeatableRandom) -> String {
    var page = "<body>text"
    for number in 0..<4 {
      page += ["<p", "</p", "<a", "<td "][Int.random(in: 0..<4, using: &random)]
      for _ in 0..<Int.random(in: 0...8, using: &random) {
        page += pieces[Int.random(in: 0..<pieces.count, using: &random)]
      }
      page += ">some text<a href=\(number)>and more</a>"
    }
    return page + "\"'><a href=last>text that stands behind all of it"
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `Tags end where the tokenizer says that they do`(part: UInt64) {
    for seed in part * 10_000..<part * 10_000 + 2_000 {
      var random = RepeatableRandom(seed: seed)
      let page = Self.page(&random)
      let expected = Self.links(tokenizing: page)
      #expect(Self.links(scanning: page, in: page.utf8.count) == expected, "\(seed): \(page.debugDescription)")
      #expect(Self.links(scanning: page, in: 29) == expected, "\(seed): \(page.debugDescription)")
    }
  }

  private static func links(scanning page: String, in length: Int) -> [String] {
    let bytes = Array(page.utf8)
    var scanner = PageScanner(wanted: .links)
    for start in stride(from: 0, to: bytes.count, by: length) {
      _ = scanner.feed(Array(bytes[start..<min(bytes.count, start + length)]))
    }
    let facts = scanner.finish()
    return facts.links.map { facts.string(of: $0.href) }
  }

  private static func links(tokenizing page: String) -> [String] {
    var tokenizer = HTMLTokenizer(handler: TokenRecorder())
    _ = tokenizer.feed(Array(page.utf8))
    tokenizer.end()
    return tokenizer.handler.finish().compactMap { token in
      if case .startTag("a", let attributes, _) = token { attributes["href"] } else { nil }
    }
  }
}
