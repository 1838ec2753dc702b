internal import PipeText

/// What can be written to disk and read back. Nothing of it may be lost: what is read is equal to what was written.
protocol Spilled: Sendable {
  func encode(into bytes: inout [UInt8])

  /// - Returns: `nil` where the bytes are not what `encode` makes.
  static func decode(_ reader: inout ByteReader) -> Self?
}
