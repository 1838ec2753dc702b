/// A byte order mark at the start of a text (WHATWG Encoding 6, "BOM sniff").
struct ByteOrderMark {
  let encoding: CharacterEncoding
  /// Bytes of the mark itself.
  let length: Int

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count >= 2 else { return nil }
    switch (bytes[0], bytes[1]) {
    case (0xEF, 0xBB) where bytes.count > 2 && bytes[2] == 0xBF: (encoding, length) = (.utf8, 3)
    case (0xFE, 0xFF): (encoding, length) = (.utf16BE, 2)
    case (0xFF, 0xFE): (encoding, length) = (.utf16LE, 2)
    default: return nil
    }
  }
}
