import PipeEngine
import PipeTesting
import PipeWeb
import Testing

@testable import PipeStages

@Suite("Files that are not lists")
struct ForeignFormatTests {
  private static func bytes(_ numbers: [UInt8], _ text: String = "") -> [UInt8] { numbers + Array(text.utf8) }

  /// The first bytes of files, and what is said of them.
  static let files: [([UInt8], String, String)] = [
    (bytes([], "PK\u{3}\u{4}\u{14}\0\0\0[Content_Types].xml xl/workbook.xml"), "an Excel workbook (xlsx)", "as CSV"),
    (bytes([], "PK\u{3}\u{4}\u{14}\0\0\0[Content_Types].xml"), "an Office document, such as an Excel", "as CSV"),
    (
      bytes([], "PK\u{3}\u{4}\u{14}\0\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
      "an OpenDocument file (ods)", "as CSV"
    ),
    (bytes([], "PK\u{3}\u{4}\u{14}\0\0\0urls.txt"), "a zip archive", "unzip -p"),
    (bytes([], "PK\u{5}\u{6}\0\0\0\0"), "a zip archive", "unzip -p"),
    (bytes([], "BZh91AY&SY") + [0x19, 0x04], "a bzip2 file", "bzcat"),
    ([0xFD] + bytes([], "7zXZ\0\0\u{4}"), "an xz file", "xzcat"), ([0x5D, 0, 0, 0x80, 0], "an lzma file", "lzcat"),
    ([0x04, 0x22, 0x4D, 0x18, 0x64], "an lz4 file", "lz4cat"), ([0x02, 0x21, 0x4C, 0x18, 1], "an lz4 file", "lz4cat"),
    ([0x1F, 0x9D, 0x90], "a file of compress", "zcat"), ([0x78, 0x9C, 0xCB], "zlib data", "gzip"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0], "a 7z archive", "7z x"),
    (bytes([], "Rar!\u{1A}\u{7}\0"), "a rar archive", "unrar"),
    (bytes([], "SQLite format 3\0\u{10}"), "an SQLite database", "sqlite: {path"),
    (bytes([], "%PDF-1.7\n"), "a PDF document", "one a line"),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0], "an old Office document", "as CSV"),
    (bytes([], "PAR1\u{15}"), "a Parquet file", "CSV or JSON lines"),
    (bytes([], "Obj\u{1}\u{2}"), "an Avro file", "CSV or JSON lines"),
    (bytes([], "ARROW1\0\0\0"), "an Arrow file", "CSV or JSON lines"),
    ([0x89] + bytes([], "PNG\r\n\u{1A}\n\0"), "a PNG image", "a list of URLs"),
    ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG image", "a list of URLs"), ([0x7F] + bytes([], "ELF\u{2}"), "a program", "URLs"),
  ]

  @Test("each is told by its first bytes, compressed or not, wherever the chunks end", arguments: files)
  func recognized(file: [UInt8], name: String, hint: String) throws {
    let compressor = try Compression.gzip.makeCompressor()
    var compressed: [UInt8] = []
    try compressor.compress(file, ends: true, into: &compressed)
    for bytes in [file, compressed] {
      for chunk in [1, 3, 4096] where chunk == 4096 || hint != "as CSV" {
        let fault = #expect(throws: CompressionFault.self) { try InputDecoding.content(of: bytes, chunk: chunk) }
        #expect(fault?.reason.hasPrefix("is \(name)") == true, "\(fault?.reason ?? "-")")
        #expect(fault?.hint?.contains(hint) == true, "\(fault?.hint ?? "-")")
      }
    }
  }

  @Test(
    "text that begins nearly so is text",
    arguments: ["PK", "PKs\n", "BZh", "BZh9 x", "%PDF", "%PD\n", "Rar", "SQLite format 3", "x^", "PAR", "ARROW1", "7z"])
  func nearly(text: String) throws {
    for chunk in 1...4 { #expect(try InputDecoding.content(of: Array(text.utf8), chunk: chunk) == Array(text.utf8)) }
  }

  /// What has no first bytes of its own: is it text?
  static let unnamed: [([UInt8], Bool)] = [
    ([0x8B, 0x0A, 0x80] + Array("http://a.example/\n".utf8) + [0x03], false),
    ((0...255).map { UInt8($0) }, false),
    (Array("http://a.example/\u{0}\nhttp://b.example/\n".utf8), true),
    (Array("http://a.example/caf".utf8) + [0xE9, 0x0A], true),
    (Array("http://a.example/\u{1A}".utf8), true), (Array("\u{1E}{\"url\":\"é\"}\n".utf8), true),
    (Array(String(repeating: "é", count: 512).utf8) + [0xC3, 0xA9], true),
    ([0x61] + Array(String(repeating: "é", count: 600).utf8), true),
  ]

  @Test("bytes that are neither UTF-8 nor free of control characters are not text", arguments: unnamed)
  func binary(bytes: [UInt8], isText: Bool) throws {
    var text = InputText(name: "list.br")
    if isText {
      #expect(try text.take(bytes[...]) + text.finish() == bytes[...])
    } else {
      let error = #expect(throws: RunError.self) { try text.take(bytes[...]) }
      #expect(error?.reason == "is a brotli file, which is not read")
      var other = InputText(name: "list")
      let unnamed = #expect(throws: RunError.self) { try other.take(bytes[...]) }
      #expect(unnamed?.reason.hasPrefix("is not text") == true)
    }
  }

  @Test("what is compressed twice is decoded twice, and not more often", arguments: Compression.allCases, [1, 7, 4096])
  func nested(outer: Compression, chunk: Int) throws {
    func compressed(_ bytes: [UInt8], _ compression: Compression) throws -> [UInt8] {
      let compressor = try compression.makeCompressor()
      var output: [UInt8] = []
      try compressor.compress(bytes, ends: true, into: &output)
      return output
    }
    for inner in Compression.allCases {
      let rows = rowsToCompress(300)
      let twice = try compressed(compressed(rows, inner) + compressed(Array("b\n".utf8), inner), outer)
      #expect(try InputDecoding.content(of: twice, chunk: chunk) == rows + Array("b\n".utf8))
      let fault = #expect(throws: CompressionFault.self) {
        try InputDecoding.content(of: compressed(twice, .gzip), chunk: chunk)
      }
      #expect(fault?.reason == "is compressed more than twice")
      // The inner one is cut off.
      let cut = try compressed(Array(compressed(rows, inner).dropLast(3)), outer)
      let end = #expect(throws: CompressionFault.self) { try InputDecoding.content(of: cut, chunk: chunk) }
      #expect(end?.reason == "is cut off in the middle of a \(inner.memberName)")
    }
  }
}
