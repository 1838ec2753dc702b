import PipeTesting
import Testing

@testable import PipeStages

@Suite("Compression")
struct CompressionTests {
  @Test(
    "the ending of a file's name says how it is compressed",
    arguments: [
      ("rows.csv.gz", Compression.gzip), ("out/rows.jsonl.zst", .zstd), ("/a.b/ROWS.CSV.GZ", .gzip),
      ("x.ZST", .zstd),
      ("rows.csv", nil), ("rows", nil), ("a.gz/rows.csv", nil), ("rows.gz.csv", nil), (".gz", nil),
      ("a/.zst", nil),
      ("gz", nil), ("rows.zstd", nil), ("rows.gzip", nil), ("rows.gz.", nil), ("", nil), ("/", nil),
    ] as [(String, Compression?)])
  func names(path: String, compression: Compression?) {
    #expect(Compression(path: path) == compression)
  }

  @Test(
    "gzip and zstd themselves decode what is made, in one member or many",
    arguments: Compression.allCases,
    [1, 1000, 100_000, .max])
  func programs(compression: Compression, cut: Int) throws {
    let folder = try TemporaryFolder()
    let rows = rowsToCompress(cut == 1 ? 20 : 4000)
    let compressor = try compression.makeCompressor()
    var bytes: [UInt8] = []
    var members = 0
    for start in stride(from: 0, to: rows.count, by: min(cut, rows.count)) {
      let end = min(rows.count, start + min(cut, rows.count))
      // Each in two steps, so that a member is not made of one call.
      let middle = (start + end) / 2
      try compressor.compress(Array(rows[start..<middle]), ends: false, into: &bytes)
      try compressor.compress(Array(rows[middle..<end]), ends: true, into: &bytes)
      members += 1
    }
    #expect(members == (rows.count + min(cut, rows.count) - 1) / min(cut, rows.count))
    let path = try folder.write("rows." + compression.fileExtension, bytes)
    #expect(try compression.decodedByProgram(path) == rows)
    if members == 1 { #expect(bytes.count < rows.count / 2, "it is smaller") }
  }

  @Test("a member of nothing is a file that is valid and empty", arguments: Compression.allCases)
  func nothing(compression: Compression) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("x." + compression.fileExtension, try compression.members(""))
    #expect(try compression.decodedByProgram(path) == [])
  }

  @Test(
    "the same rows make the same bytes: no time and no name stands in them",
    arguments: Compression.allCases)
  func determinism(compression: Compression) throws {
    let text = String(decoding: rowsToCompress(100), as: UTF8.self)
    #expect(try compression.members(text) == compression.members(text))
  }
}
