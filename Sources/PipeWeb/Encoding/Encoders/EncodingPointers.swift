/// An index of the WHATWG Encoding Standard read the other way (section 5, "index pointer"): from code points to
/// pointers. Built from the decoder's table when the first text is encoded.
struct EncodingPointers: Sendable {
  /// By the packed UTF-8 of a code point.
  private let pointers: [UInt32: UInt16]

  /// - Parameters:
  ///   - entries: The packed UTF-8 of each pointer, 0 where it has no code point.
  ///   - isExcluded: Which pointers are not used for encoding.
  ///   - lastOnes: The code points of which the last pointer counts; of the others the first does.
  private init(
    _ entries: [UInt32], excluding isExcluded: (Int) -> Bool = { _ in false }, lastOf lastOnes: [UInt32] = []
  ) {
    let last = Set(lastOnes.compactMap { Unicode.Scalar($0)?.packedUTF8 })
    var pointers: [UInt32: UInt16] = [:]
    pointers.reserveCapacity(entries.count)
    for (pointer, packed) in entries.enumerated() where packed != 0 && !isExcluded(pointer) {
      if pointers[packed] == nil || last.contains(packed) { pointers[packed] = UInt16(truncatingIfNeeded: pointer) }
    }
    self.pointers = pointers
  }

  /// The pointer of a code point, nil where the index does not have it.
  subscript(scalar: Unicode.Scalar) -> Int? { pointers[scalar.packedUTF8].map { Int($0) } }

  static let gb18030 = EncodingPointers(EncodingIndex.gb18030.entries)
  static let eucKR = EncodingPointers(EncodingIndex.eucKR.entries)
  static let jis0208 = EncodingPointers(EncodingIndex.jis0208.entries)
  /// "Index Shift_JIS pointer": without the rows that NEC's selection of IBM's extensions repeats.
  static let shiftJIS = EncodingPointers(EncodingIndex.jis0208.entries, excluding: { 8272...8835 ~= $0 })
  /// "Index Big5 pointer": without the Hong Kong extensions; of six code points the last pointer counts.
  static let big5 = EncodingPointers(
    EncodingIndex.big5.entries, excluding: { $0 < (0xA1 - 0x81) * 157 },
    lastOf: [0x2550, 0x255E, 0x2561, 0x256A, 0x5341, 0x5345])

  /// Those of the single-byte encodings: bytes 0x80 to 0xFF, counted from 0.
  static let singleByte: [CharacterEncoding: EncodingPointers] = {
    var all: [CharacterEncoding: EncodingPointers] = [:]
    for encoding in CharacterEncoding.allCases {
      if encoding == .xUserDefined {
        all[encoding] = EncodingPointers((0xF780...0xF7FF).map { Unicode.Scalar($0)?.packedUTF8 ?? 0 })
      } else if let text = EncodingIndex.singleByteText(encoding) {
        all[encoding] = EncodingPointers(EncodingIndex.codePoints(text).map { $0?.packedUTF8 ?? 0 })
      }
    }
    return all
  }()
}
