import PipeWeb
import Testing

@Suite("ContentCoding")
struct ContentCodingListTests {
  @Test(
    "a Content-Encoding field is a list of names, without regard to case",
    arguments: [
      ("gzip", [.gzip]), (" GZIP \r\n", [.gzip]), ("x-gzip", [.gzip]), ("deflate", [.deflate]), ("Br", [.brotli]),
      ("zstd", [.zstd]), ("identity", []), ("", []), (" ", []), (",, ,", []), ("deflate, gzip", [.deflate, .gzip]),
      ("gzip\t,\tidentity , br", [.gzip, .brotli]), ("compress", [.unknown("compress")]),
      ("X-Mine,gzip", [.unknown("X-Mine"), .gzip]), ("gzip deflate", [.unknown("gzip deflate")]),
      ("gzip;q=1", [.unknown("gzip;q=1")]),
    ] as [(String, [ContentCoding])])
  func names(value: String, expected: [ContentCoding]) {
    var codings: [ContentCoding] = []
    ContentCoding.append(value.utf8, to: &codings, upTo: 10)
    #expect(codings == expected)
  }

  @Test("fields add to each other, up to the limit")
  func limit() {
    var codings: [ContentCoding] = []
    for _ in 0..<3 { ContentCoding.append("gzip, br".utf8, to: &codings, upTo: 5) }
    #expect(codings == [.gzip, .brotli, .gzip, .brotli, .gzip])
  }
}
