import PipeTesting
import PipeWeb
import Testing

@testable import PipeStages

@Suite("InputDecoding")
struct InputDecodingTests {
  private static let text = "http://a.example/\n# é\nhttp://b.example/\n"

  @Test("an input that is not compressed is what it is, wherever the chunks end", arguments: 1...6)
  func plain(chunk: Int) throws {
    for text in [
      "", "P", "P*M", "PPP*M\u{18}", "P*Q\u{18} and more", "(", "(a)", "\u{1F}", "\u{1F}\u{8B}",
      "\u{1F}x", Self.text,
      "\0\0", String(repeating: Self.text, count: 5000),
    ] {
      let bytes = Array(text.utf8)
      #expect(try InputDecoding.content(of: bytes, chunk: chunk) == bytes)
    }
    let latin: [UInt8] = [0x28, 0xB5, 0x2F, 0xFC]
    #expect(try InputDecoding.content(of: latin, chunk: chunk) == latin)
  }

  @Test(
    "members are decoded one after the other, wherever the chunks end",
    arguments: Compression.allCases, [1, 2, 7, 4096]
  )
  func members(compression: Compression, chunk: Int) throws {
    let bytes = try compression.members("one\n", "", Self.text, "")
    #expect(try InputDecoding.content(of: bytes, chunk: chunk) == Array("one\n\(Self.text)".utf8))
    let large = rowsToCompress(600)
    let compressor = try compression.makeCompressor()
    var compressed: [UInt8] = []
    for start in stride(from: 0, to: large.count, by: 8_000) {
      try compressor.compress(
        Array(large[start..<min(start + 8_000, large.count)]), ends: true, into: &compressed)
    }
    #expect(try InputDecoding.content(of: compressed, chunk: chunk) == large)
  }

  @Test(
    "what gzip and zstd make of a file is decoded, at their least and their most",
    arguments: [
      ["gzip", "-1c"], ["gzip", "-9c"], ["zstd", "-1c"], ["zstd", "-19c"],
      ["zstd", "-c", "--no-check"],
      ["zstd", "-c", "--long=23"], ["zstd", "-c", "--no-content-size"],
    ])
  func programs(command: [String]) throws {
    let folder = try TemporaryFolder()
    let rows = rowsToCompress(3000)
    let bytes = try Program.output(command + [folder.write("rows", rows)])
    #expect(try InputDecoding.content(of: bytes, chunk: 1000) == rows)
  }

  @Test(
    "an input that ends within a member is cut off, at each byte of it",
    arguments: Compression.allCases)
  func cutOff(compression: Compression) throws {
    let first = try compression.members("one\n")
    let bytes = first + (try compression.members(Self.text))
    for count in first.count + 1..<bytes.count {
      var decoding = InputDecoding()
      let fault = #expect(throws: CompressionFault.self) {
        try decoding.content(of: Array(bytes[..<count]), chunk: 7)
      }
      #expect(
        fault?.reason == "is cut off in the middle of a \(compression.memberName)",
        "after \(count) bytes")
      #expect(fault?.hint != nil)
      #expect(decoding.wholeBytes == first.count)
      #expect(decoding.contentBytes >= 4)
    }
    #expect(try InputDecoding.content(of: first) == Array("one\n".utf8))
  }

  @Test("what stands before the place that is wrong is read", arguments: Compression.allCases)
  func contentBeforeAFault(compression: Compression) throws {
    let rows = rowsToCompress(60)
    var bytes = try compression.members("one\n", String(decoding: rows, as: UTF8.self))
    // Both formats end with something that proves the content.
    bytes[bytes.count - 1] ^= 1
    for chunk in [1, 100, bytes.count] {
      var decoding = InputDecoding()
      let fault = #expect(throws: CompressionFault.self) { try decoding.content(of: bytes, chunk: chunk) }
      #expect(fault?.reason.hasPrefix("its \(compression.rawValue) data is corrupt: ") == true)
      #expect(decoding.contentBytes == 4 + rows.count)
    }
  }

  @Test(
    "a bit that is wrong is found, or changes nothing; it never crashes",
    arguments: Compression.allCases)
  func corruption(compression: Compression) throws {
    let rows = rowsToCompress(20)
    let bytes = try compression.members(String(decoding: rows, as: UTF8.self))
    var faults: [String: Int] = [:]
    for index in bytes.indices {
      for bit in 0..<8 {
        var broken = bytes
        broken[index] ^= 1 << bit
        do {
          let content = try InputDecoding.content(of: broken, chunk: 100)
          // A name, a time or an unused bit of the header; or it is no such file any more.
          #expect(content == rows || content == broken)
        } catch let fault as CompressionFault {
          faults[String(fault.reason.prefix { $0 != ":" }), default: 0] += 1
        }
      }
    }
    #expect(faults["its \(compression.rawValue) data is corrupt", default: 0] > bytes.count * 6)
  }

  @Test(
    "something else behind the last member is told", arguments: Compression.allCases,
    ["x", "http://a.example/\n"])
  func garbage(compression: Compression, text: String) throws {
    let bytes = try compression.members("one\n") + Array(text.utf8)
    for chunk in [1, 5, 1000] {
      let fault = #expect(throws: CompressionFault.self) {
        try InputDecoding.content(of: bytes, chunk: chunk)
      }
      #expect(
        fault?.reason == "something that is not \(compression.rawValue) follows its \(compression.rawValue) data")
    }
  }

  @Test("zeros behind a gzip member are padding, as tapes have it", arguments: [1, 3, 4096])
  func padding(chunk: Int) throws {
    let zeros = [UInt8](repeating: 0, count: 10_000)
    let bytes =
      try Compression.gzip.members("one\n") + zeros + Compression.gzip.members("two\n") + zeros
    #expect(try InputDecoding.content(of: bytes, chunk: chunk) == Array("one\ntwo\n".utf8))
  }

  @Test("skippable frames are passed over, before zstd frames and behind them")
  func skippableFrames() throws {
    let frame: [UInt8] = [0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
    let bytes =
      try frame + Compression.zstd.members("one\n") + frame + Compression.zstd.members("two\n")
      + frame
    for chunk in [1, 6, 1000] {
      #expect(try InputDecoding.content(of: bytes, chunk: chunk) == Array("one\ntwo\n".utf8))
    }
  }

  /// A zstd frame of one byte that wants a window (RFC 8878, 3.1.1.1.2).
  private static func frame(window descriptor: UInt8) -> [UInt8] {
    [0x28, 0xB5, 0x2F, 0xFD, 0x00, descriptor, 0x09, 0x00, 0x00, UInt8(ascii: "a")]
  }

  @Test(
    "a zstd frame that wants more than 8 MiB for its window is refused",
    arguments: [(0x00, true), (0x68, true), (0x69, false), (0x70, false), (0x88, false), (0xFF, false)])
  func window(descriptor: UInt8, isAccepted: Bool) throws {
    let bytes = Self.frame(window: descriptor)
    if isAccepted {
      #expect(try InputDecoding.content(of: bytes) == Array("a".utf8))
    } else {
      let fault = #expect(throws: CompressionFault.self) { try InputDecoding.content(of: bytes) }
      #expect(fault?.reason == "its zstd data wants a window of more than 8 MiB")
      #expect(fault?.hint == "compress it again without --long and --ultra")
    }
  }

  @Test("a zstd frame that wants a dictionary is refused")
  func dictionary() throws {
    // A frame header that names the dictionary 7, RFC 8878, 3.1.1.1.
    let bytes: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x21, 0x07, 0x01, 0x09, 0x00, 0x00, 0x61]
    let fault = #expect(throws: CompressionFault.self) { try InputDecoding.content(of: bytes) }
    #expect(fault?.reason == "its zstd data wants a dictionary")
  }

  @Test(
    "a little input that holds a great deal comes in small pieces", arguments: Compression.allCases)
  func bomb(compression: Compression) throws {
    let compressor = try compression.makeCompressor()
    var bytes: [UInt8] = []
    let zeros = [UInt8](repeating: 0x0A, count: 1 << 20)
    for _ in 0..<64 { try compressor.compress(zeros, ends: false, into: &bytes) }
    try compressor.compress([], ends: true, into: &bytes)
    #expect(bytes.count < 100_000)
    var decoding = InputDecoding()
    decoding.take(bytes[...])
    var largest = 0
    while let piece = try decoding.next() { largest = max(largest, piece.count) }
    try decoding.end()
    #expect(largest <= 64 << 10)
    #expect(decoding.contentBytes == 64 << 20)
  }

  @Test(
    "members of all sizes in chunks of all sizes are decoded", arguments: Effort.seeds(8))
  func anyMembers(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let compression: Compression = random.oneIn(2) ? .gzip : .zstd
    let compressor = try compression.makeCompressor()
    var content: [UInt8] = []
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let rows = rowsToCompress(
          Int.random(in: 0...(random.oneIn(4) ? 3000 : 5), using: &random), seed: seed)
        content += rows
        try compressor.compress(rows, ends: false, into: &bytes)
      }
      try compressor.compress([], ends: true, into: &bytes)
    }
    #expect(
      try InputDecoding.content(of: bytes, chunk: Int.random(in: 1...70_000, using: &random))
        == content)
  }
}
