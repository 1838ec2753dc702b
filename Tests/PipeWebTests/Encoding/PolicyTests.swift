import PipeTesting
import PipeWeb
import Testing

/// The cases of w3lib, Scrapy's library: its names are Python's codecs, and some of its rules are a policy of its own.
@Suite("Encodings as w3lib finds them", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct PolicyTests {
  private struct Cases: Decodable {
    struct Case<Argument: Decodable>: Decodable {
      let args: [Argument]
      let expected: String?
    }
    let httpContentTypeEncoding: [Case<String>]
    let htmlBodyDeclaredEncoding: [Case<String>]
    let resolveEncoding: [Case<String>]

    enum CodingKeys: String, CodingKey {
      case httpContentTypeEncoding = "http_content_type_encoding"
      case htmlBodyDeclaredEncoding = "html_body_declared_encoding"
      case resolveEncoding = "resolve_encoding"
    }
  }

  /// Where the standard says otherwise, and why.
  private static let exclusions = [
    "text/html; charset=\"utf-8\"x": "the standard skips what follows a quoted value (WHATWG MIME Sniffing 4.4)",
    "text/html; charset=\"utf-8\"extra": "the standard skips what follows a quoted value (WHATWG MIME Sniffing 4.4)",
    "Content-Type: text/html; charset=utf-8\r\n": "the value of a header is given without its name",
    "<meta http-equiv=\"Fake-Content-Type-Header\" content=\"text/html; charset=utf-8\">":
      "the standard reads content only beside http-equiv=content-type (WHATWG HTML 13.2.3.2)",
  ]

  private static func encoding(ofCodec name: String?) -> CharacterEncoding? {
    // Python's names that are no labels.
    let codecs = ["cp1252": "windows-1252", "gb18030": "gb18030"]
    return name.flatMap { CharacterEncoding(label: codecs[$0] ?? $0) }
  }

  private static func check(_ input: String, _ found: CharacterEncoding?, _ codec: String?) {
    let holds = found == encoding(ofCodec: codec)
    #expect(holds == (exclusions[input] == nil), "\(input): \(found?.name ?? "none")")
  }

  @Test("The header, the page and the names agree, but for the exclusions")
  func cases() throws {
    let cases = try Corpus.json("charset-detect/w3lib-encoding.json", as: Cases.self)
    for test in cases.httpContentTypeEncoding {
      let found = MediaType(header: test.args[0])?.charset.flatMap { CharacterEncoding(label: $0) }
      Self.check(test.args[0], found, test.expected)
    }
    for test in cases.htmlBodyDeclaredEncoding {
      let (encoding, source) = EncodingSniffer.sniff(prefix: Array(test.args[0].utf8).span, mediaType: nil)
      Self.check(test.args[0], source == .assumed ? nil : encoding, test.expected)
    }
    for test in cases.resolveEncoding {
      Self.check(test.args[0], CharacterEncoding(label: test.args[0]), test.expected)
    }
  }
}
