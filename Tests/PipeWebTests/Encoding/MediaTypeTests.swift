import PipeTesting
import PipeWeb
import Testing

@Suite("Media types")
struct MediaTypeTests {
  /// A case of web-platform-tests; a string in the list is a heading.
  private struct Case: Decodable {
    let input: String
    let output: String?
    let encoding: String?
  }

  private enum Entry: Decodable {
    case heading
    case test(Case)
    init(from decoder: any Decoder) throws {
      self =
        (try? decoder.singleValueContainer().decode(String.self)) == nil ? .test(try Case(from: decoder)) : .heading
    }
  }

  @Test(
    "The cases of web-platform-tests parse and serialize",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func webPlatformTests() throws {
    for case .test(let test) in try Corpus.json("charset-detect/wpt-mime-types.json", as: [Entry].self) {
      let parsed = MediaType(test.input)
      #expect(parsed?.description == test.output, "\(test.input)")
      if test.output != nil {
        let encoding = parsed?.charset.flatMap { CharacterEncoding(label: $0) }
        #expect(encoding?.name == test.encoding, "\(test.input)")
      }
    }
  }

  private static let cases: [(String, String?)] = [
    ("text/html;charset=gbk", "text/html;charset=gbk"),
    ("TEXT/HTML;CHARSET=GBK", "text/html;charset=GBK"),
    (" \t text/html \t;  charset = gbk ", "text/html"),
    ("text/html ; charset=gbk ", "text/html;charset=gbk"),
    ("text/html;charset=\"\";charset=GBK", "text/html;charset=\"\""),
    ("text/html;charset=;charset=GBK", "text/html;charset=GBK"),
    ("text/html;charset=gbk;charset=windows-1255", "text/html;charset=gbk"),
    ("text/html;charset=\"a\\\"b\\", "text/html;charset=\"a\\\"b\\\\\""),
    ("text/html;;;;charset=gbk", "text/html;charset=gbk"),
    ("text/html;charset =gbk;x=y", "text/html;x=y"),
    ("image/svg+xml", "image/svg+xml"),
    ("text/ html", nil), ("/html", nil), ("text/", nil), ("text /html", nil), ("", nil), ("   ", nil), (";", nil),
  ]

  @Test("Parameters are read as the standard reads them", arguments: cases)
  func parameters(text: String, expected: String?) {
    #expect(MediaType(text)?.description == expected)
  }

  private static let headers: [(String, String?)] = [
    ("text/plain;charset=gbk, text/html", "text/html"),
    ("text/html;charset=gbk;a=b, text/html;x=y", "text/html;x=y;charset=gbk"),
    ("text/html;charset=gbk, x/x, text/html;x=y", "text/html;x=y"),
    ("text/html, cannot-parse", "text/html"),
    ("text/html, */*", "text/html"),
    ("text/html;x=\"a,b\", text/html", "text/html"),
    ("text/html;x=\"a\\\",b/c\"", "text/html;x=\"a\\\",b/c\""),
    ("nothing", nil), ("", nil), (",,,", nil),
  ]

  @Test("Of a list in the header the last good one counts", arguments: headers)
  func headerLists(text: String, expected: String?) {
    #expect(MediaType(header: text)?.description == expected)
  }

  @Test("The kinds that need a parser are told apart")
  func kinds() {
    #expect(MediaType("text/html; charset=utf-8")?.isHTML == true)
    #expect(MediaType("application/xhtml+xml")?.isXML == true)
    #expect(MediaType("application/xhtml+xml")?.isHTML == false)
    #expect(MediaType("text/xml")?.isXML == true)
    #expect(MediaType("application/ld+json")?.isJSON == true)
    #expect(MediaType("text/plain")?.isXML == false)
  }

  @Test("A long header is read in linear time")
  func longHeader() {
    let header = "text/html" + String(repeating: ";a=b,", count: 50_000)
    #expect(MediaType(header: header)?.essence == "text/html")
  }
}
