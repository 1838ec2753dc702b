import PipeEngine
import PipeStorage
import PipeTesting
import PipeWeb
import Testing

@testable import PipeStages

struct FetchedListTests {
  private static let url = WebURL("https://example.com/list")

  private static func answer(_ bytes: [UInt8], error: String? = nil) throws -> SourceResponse {
    SourceResponse(
      url: try #require(url), response: HTTPResponse(status: 200, version: .http11, body: bytes, length: bytes.count),
      error: error.map { RequestError(.body, $0) })
  }

  private static func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3 | 1) } }

  @Test(arguments: [0, 1, FetchedList.memoryLimit, FetchedList.memoryLimit + 1, 3 << 20])
  func `Content comes in pieces as it was sent, from memory or a file`(count: Int) throws {
    let bytes = Self.text(count)
    var files = 0
    var list = try FetchedList(try Self.answer(bytes)) {
      files += 1
      return FetchedList.temporaryFile()
    }
    var read: [UInt8] = []
    while let piece = try list.next() {
      #expect(piece.count <= FetchedList.pieceSize)
      read += piece
    }
    #expect(read == bytes)
    #expect(list.fault?.reason == nil)
    #expect(files == (count > FetchedList.memoryLimit ? 1 : 0))
  }

  @Test func `Without a file it stays in memory`() throws {
    let bytes = Self.text(2 << 20)
    var list = try FetchedList(try Self.answer(bytes)) { nil }
    var read: [UInt8] = []
    while let piece = try list.next() { read += piece }
    #expect(read == bytes)
  }

  @Test func `A file that lost its end is a fault, and not the end of the list`() throws {
    var made: (any StoredFile)?
    var list = try FetchedList(try Self.answer(Self.text(2 << 20))) {
      made = FetchedList.temporaryFile()
      return made
    }
    try made?.truncate(to: 100_000)
    var count = 0
    while let piece = try list.next() { count += piece.count }
    #expect(count < 100_000)
    #expect(list.fault?.reason == "its temporary file is shorter than it was")
  }

  @Test func `Why an answer broke off is told before what came of that`() throws {
    var list = try FetchedList(try Self.answer([0x1F, 0x8B, 8, 0], error: "broke off"))
    while try list.next() != nil {}
    #expect(list.fault?.reason == "broke off")
  }
}
