import PipeTesting
import PipeWeb
import Testing

@Suite("Decompressor", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct DecompressorTests {
  private static let files: [(ContentCoding, String, Int)] = [
    (.gzip, "html-gzip.bin", 74_837), (.deflate, "html-zlibdeflate.bin", 74_840), (.brotli, "html-br.bin", 74_837),
    (.zstd, "html-zstd-static-content-size.bin", 74_837),
  ]

  private static func bytes(_ file: String) throws -> [UInt8] { try Corpus.bytes("http-compressed/" + file) }

  @Test("a page is the same in chunks of any size, into memory of any size", arguments: files)
  func chunks(coding: ContentCoding, file: String, length: Int) throws {
    let bytes = try Self.bytes(file)
    let decompressor = try #require(coding.makeDecompressor())
    let whole = try decompressor.decode(bytes, chunk: bytes.count, room: 1 << 20)
    #expect(whole.count == length)
    for (chunk, room) in [(1, 1000), (7, 65_536), (4096, 17), (100, 100), (1 << 20, 1)] {
      decompressor.reset()
      #expect(try decompressor.decode(bytes, chunk: chunk, room: room) == whole)
      #expect(decompressor.isBetweenMembers)
    }
  }

  @Test("one that was broken off in the middle decodes other data afterwards", arguments: files)
  func reset(coding: ContentCoding, file: String, length: Int) throws {
    let bytes = try Self.bytes(file)
    let decompressor = try #require(coding.makeDecompressor())
    for count in [1, 3, 100, bytes.count / 2, bytes.count - 1] {
      _ = try decompressor.decode(Array(bytes[..<count]), chunk: 50, room: 1000)
      #expect(!decompressor.isBetweenMembers)
      decompressor.reset()
      #expect(decompressor.isBetweenMembers)
      #expect(try decompressor.decode(bytes, chunk: 500, room: 1000).count == length)
      decompressor.reset()
    }
  }

  @Test("a bit that is wrong does no harm, and some are found", arguments: files)
  func corruption(coding: ContentCoding, file: String, length: Int) throws {
    let bytes = try Self.bytes(file)
    let decompressor = try #require(coding.makeDecompressor())
    var random = RepeatableRandom(seed: 1)
    var faults = 0
    for _ in 0..<200 {
      var broken = bytes
      broken[Int.random(in: broken.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      do {
        _ = try decompressor.decode(broken, chunk: 1000, room: 65_536)
      } catch is CompressionFault {
        faults += 1
      }
      decompressor.reset()
    }
    #expect(faults > 20)
  }

  @Test(
    "what begins within a frame as those of zstd 0.5 to 0.7 did is refused however it is cut", arguments: 0x25...0x27)
  func oldFrames(version: UInt8) throws {
    let old = [version, 0xB5, 0x2F, 0xFD]
    let rest = old + [version, 0xA8, 0xF5, 0x41, 0, 0, 0]
    let heads: [([UInt8], reason: String)] = [
      ([], "Unknown frame descriptor"), ([0x28], "Unknown frame descriptor"),
      // A window that is too large, and the number of a dictionary.
      ([0x28, 0xB5, 0x2F, 0xFD, 3, 0xFF], "a window of more than 8 MiB"),
    ]
    let decompressor = ZstdDecompressor()
    for (head, reason) in heads {
      for chunk in 1...head.count + rest.count {
        let fault = try #require(throws: CompressionFault.self) {
          try decompressor.decode(head + rest, chunk: chunk, room: 100)
        }
        #expect(fault.reason.contains(reason), "in pieces of \(chunk)")
        decompressor.reset()
      }
    }
  }
}

extension Decompressor {
  /// Decodes bytes that come in chunks, at most 1 MB of them.
  fileprivate func decode(_ bytes: [UInt8], chunk: Int, room: Int) throws -> [UInt8] {
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
    defer { output.deallocate() }
    var content: [UInt8] = []
    try bytes.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: chunk) {
        var input = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + chunk, bytes.count)])
        while true {
          let before = input.count
          let piece = decode(&input, into: output)
          content += output[..<piece.count]
          if let fault = piece.fault { throw fault }
          if content.count > 1 << 20 { return }
          if piece.count == 0, input.count == before || input.isEmpty { break }
        }
      }
    }
    return content
  }
}
