import PipeTesting

@testable import PipeStages

extension Compression {
  /// Members of these texts, a member each.
  func members(_ texts: String...) throws -> [UInt8] {
    let compressor = try makeCompressor()
    var bytes: [UInt8] = []
    for text in texts { try compressor.compress(Array(text.utf8), ends: true, into: &bytes) }
    return bytes
  }

  /// What the format's own program makes of a file.
  func decodedByProgram(_ path: String) throws -> [UInt8] {
    try Program.output([rawValue, "-dc", path])
  }
}

extension InputDecoding {
  /// All the content of some bytes that come in chunks of so many.
  static func content(of bytes: [UInt8], chunk: Int = 64 << 10) throws -> [UInt8] {
    var decoding = InputDecoding()
    return try decoding.content(of: bytes, chunk: chunk)
  }

  mutating func content(of bytes: [UInt8], chunk: Int) throws -> [UInt8] {
    var content: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      take(bytes[start..<min(start + chunk, bytes.count)])
      while let piece = try next() { content += piece }
    }
    try end()
    while let piece = try next() { content += piece }
    return content
  }
}

/// Rows of all kinds: some alike, some of noise.
func rowsToCompress(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = RepeatableRandom(seed: seed)
  return (0..<count).flatMap { number in
    let noise = (0..<Int.random(in: 0...40, using: &random)).map { _ in
      UInt8.random(in: 32...126, using: &random)
    }
    return Array("https://example.com/page/\(number),200,A title of page \(number),".utf8) + noise
      + [0x0A]
  }
}
