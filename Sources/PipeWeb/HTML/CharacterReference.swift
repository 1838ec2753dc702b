/// One character reference (WHATWG HTML 13.2.5.72 to 13.2.5.80).
struct CharacterReference {
  let first: Unicode.Scalar
  let second: Unicode.Scalar?
  /// How many bytes it takes after the ampersand.
  let count: Int

  /// The reference that begins right after an ampersand; nil where the ampersand stands for itself.
  init?(at bytes: UnsafeBufferPointer<UInt8>, inAttribute: Bool) {
    guard let start = bytes.first else { return nil }
    if start == UInt8(ascii: "#") {
      self.init(numberAt: bytes)
    } else if HTMLBytes.isLetter(start) {
      self.init(nameAt: bytes, inAttribute: inAttribute)
    } else {
      return nil
    }
  }

  private init?(nameAt bytes: UnsafeBufferPointer<UInt8>, inAttribute: Bool) {
    // By far the most frequent one.
    if bytes.count >= 4, bytes[0] == UInt8(ascii: "a"), bytes[1] == UInt8(ascii: "m"), bytes[2] == UInt8(ascii: "p"),
      bytes[3] == UInt8(ascii: ";")
    {
      first = "&"
      second = nil
      count = 4
      return
    }
    let names = NamedCharacterReferences.shared
    var run = 0
    while run < bytes.count, run <= NamedCharacterReferences.longestName, HTMLBytes.isLetterOrDigit(bytes[run]) {
      run += 1
    }
    if run < bytes.count, bytes[run] == UInt8(ascii: ";"),
      let entry = names.entry(named: UnsafeBufferPointer(rebasing: bytes[..<run]))
    {
      first = entry.first
      second = entry.second
      count = run + 1
      return
    }
    // Without the semicolon the longest of the older names counts.
    var length = min(run, NamedCharacterReferences.longestBareName)
    while length >= 2 {
      if let entry = names.entry(named: UnsafeBufferPointer(rebasing: bytes[..<length])), entry.isBareAllowed {
        if inAttribute, length < bytes.count,
          bytes[length] == UInt8(ascii: "=") || HTMLBytes.isLetterOrDigit(bytes[length])
        {
          return nil
        }
        first = entry.first
        second = entry.second
        count = length
        return
      }
      length -= 1
    }
    return nil
  }

  private init?(numberAt bytes: UnsafeBufferPointer<UInt8>) {
    var index = 1
    var radix: UInt32 = 10
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "x") {
      radix = 16
      index += 1
    }
    let digits = index
    var value: UInt32 = 0
    while index < bytes.count, let digit = HTMLBytes.hexadecimalValue(bytes[index]), digit < radix {
      // Beyond U+10FFFF it no longer matters how far.
      if value <= 0x10FFFF { value = value * radix + UInt32(digit) }
      index += 1
    }
    guard index > digits else { return nil }
    if index < bytes.count, bytes[index] == UInt8(ascii: ";") { index += 1 }
    first = Self.scalar(value)
    second = nil
    count = index
  }

  /// The numeric character reference end state: null, surrogates and what is out of range are U+FFFD, the
  /// C1 controls are what windows-1252 has in their places.
  private static func scalar(_ value: UInt32) -> Unicode.Scalar {
    if value == 0 { return "\u{FFFD}" }
    if value >= 0x80, value < 0xA0 {
      let replacement = windows1252[Int(value - 0x80)]
      if replacement != 0 { return Unicode.Scalar(UInt32(replacement)) ?? "\u{FFFD}" }
    }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }

  /// What 0x80 to 0x9F stand for; 0 where they stand for themselves.
  private static let windows1252: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
    0x0178,
  ]
}
