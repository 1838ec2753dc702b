/// A byte order mark at the start of a text (WHATWG Encoding 6, "BOM sniff").
struct ByteOrderMark {
  let encoding: CharacterEncoding
  /// Bytes of the mark itself.
  let length: Int

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      (encoding, length) = (.utf8, 3)
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      (encoding, length) = (.utf16BE, 2)
    } else if bytes.starts(with: [0xFF, 0xFE]) {
      (encoding, length) = (.utf16LE, 2)
    } else {
      return nil
    }
  }
}
