import PipeWeb

/// Compressed rows, until a member of them is whole.
struct MemberBuffer {
  /// Bytes of rows in a member. Of four times as many zstd would make 3 % less and gzip 1 %, and a run that is killed
  /// would lose four times as many.
  static let size = 1 << 20

  private let compressor: any Compressor
  private var compressed: [UInt8] = []
  /// Bytes of rows in the member that is not whole.
  private(set) var rowBytes = 0
  /// Whether no member was taken yet.
  private(set) var isFirst = true
  private var idleCount = 0

  init(_ compressor: any Compressor) { self.compressor = compressor }

  /// Adds rows to the member, and ends it with them or not.
  mutating func add(_ rows: [UInt8], ends: Bool) throws(CompressionFault) {
    try compressor.compress(rows, ends: ends, into: &compressed)
    rowBytes += rows.count
  }

  /// The member, once it has ended.
  mutating func take() -> [UInt8] {
    defer { compressed.removeAll(keepingCapacity: true) }
    rowBytes = 0
    idleCount = 0
    isFirst = false
    return compressed
  }

  /// Tells whether a member is worth writing while no rows come, which is asked about four times a second: small ones
  /// compress badly (of 16 KiB two thirds as well as of 1 MiB), so rows wait until there are 256 KiB or 5 s are over. The
  /// first ones do not wait, so that the file is one of its kind from the start.
  mutating func idle(with further: Int) -> Bool {
    let count = rowBytes + further
    if count == 0 { return false }
    idleCount += 1
    return isFirst || count >= Self.size / 4 || idleCount >= 20
  }
}
