import PipeWeb

/// How a file's bytes are compressed. Either way a file is a sequence of members, each complete in itself: gzip
/// members (RFC 1952, 2.2) or zstd frames (RFC 8878, 3).
enum Compression: String, CaseIterable, Sendable {
  case gzip, zstd

  /// What the name of such a file ends in.
  var fileExtension: String {
    switch self {
    case .gzip: "gz"
    case .zstd: "zst"
    }
  }

  /// What the format's own words call one of its members.
  var memberName: String {
    switch self {
    case .gzip: "gzip member"
    case .zstd: "zstd frame"
    }
  }

  /// What is written to a file of this name; `nil` for a file that is not compressed.
  init?(path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
    let ending = name[name.index(after: dot)...].lowercased()
    guard let compression = Self.allCases.first(where: { $0.fileExtension == ending }) else {
      return nil
    }
    self = compression
  }
}

/// Makes members of the bytes that it is given, one after the other.
protocol Compressor: AnyObject {
  /// Compresses bytes and appends what comes of them; a good part of it may come with later calls.
  ///
  /// - Parameter ends: Whether the member ends with these bytes; then all of it has come, and the next call begins
  ///   another one.
  func compress(_ bytes: [UInt8], ends: Bool, into output: inout [UInt8]) throws(CompressionFault)
}

extension Compression {
  func makeCompressor() throws(CompressionFault) -> any Compressor {
    switch self {
    case .gzip: try GzipCompressor()
    case .zstd: try ZstdCompressor()
    }
  }

  func makeDecompressor() -> any Decompressor {
    switch self {
    case .gzip: InflateDecompressor(.gzip)
    case .zstd: ZstdDecompressor()
    }
  }
}
