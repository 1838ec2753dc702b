import PipeWeb
import Testing

@Suite("ContentCoding")
struct ContentCodingListTests {
  @Test(
    "a Content-Encoding field is a list of names, without regard to case",
    arguments: [
      ("gzip", [.gzip]), (" GZIP \r\n", [.gzip]), ("x-gzip", [.gzip]), ("deflate", [.deflate]), ("Br", [.brotli]),
      ("zstd", [.zstd]), ("identity", []), ("", []), (" ", []), (",, ,", []), ("deflate, gzip", [.deflate, .gzip]),
      ("gzip\t,\tidentity , br", [.gzip, .brotli]), ("compress", [.other("compress")]),
      ("X-Compress , gzip", [.other("x-compress"), .gzip]), ("aes128gcm", [.other("aes128gcm")]),
      ("gzip;q=1", [.gzip]), ("gzip ; q=1.0, br;q=0.5", [.gzip, .brotli]), ("x-deflate", [.deflate]),
      ("X-BR", [.brotli]), ("x-zstd", [.zstd]),
    ] as [(String, [ContentCoding])])
  func names(value: String, expected: [ContentCoding]) {
    var codings: [ContentCoding] = []
    ContentCoding.append(value.utf8, to: &codings, upTo: 10)
    #expect(codings == expected)
  }

  @Test(
    "a name of no coding changes nothing",
    arguments: [
      ("UTF-8", []), ("none", []), ("binary", []), ("8bit", []), ("text/html", []), ("chunked", []), ("X-Mine", []),
      ("aws-chunked", []), ("aws-chunked,gzip", [.gzip]), ("gzip, UTF-8", [.gzip]), ("gzip deflate", []), (";", []),
      (";q=1, br", [.brotli]), ("\"gzip\"", []), ("gzipped", []), ("\u{1B}[31m", []),
    ] as [(String, [ContentCoding])])
  func noCoding(value: String, expected: [ContentCoding]) {
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
