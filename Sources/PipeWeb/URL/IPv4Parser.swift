/// The IPv4 parser of URLs (WHATWG URL 3.5), which knows hex, octal and shortened addresses.
enum IPv4Parser {
  /// Whether the last label is a number, so that the host is an IPv4 address or none at all.
  static func endsInNumber(_ host: Span<UInt8>) -> Bool {
    let label = host.extracting(lastLabel(host))
    guard !label.isEmpty else { return false }
    var isDecimal = true
    for index in label.indices where !ASCII.isDigit(label[index]) { isDecimal = false }
    return isDecimal || number(label) != nil
  }

  /// The last label, before the dot at the end.
  private static func lastLabel(_ host: Span<UInt8>) -> Range<Int> {
    var end = host.count
    if end > 0, host[end - 1] == UInt8(ascii: ".") { end -= 1 }
    var start = end
    while start > 0, host[start - 1] != UInt8(ascii: ".") { start -= 1 }
    return start..<end
  }

  static func parse(_ host: Span<UInt8>) -> UInt32? {
    let end = lastLabel(host).upperBound
    var address: UInt64 = 0
    var parts = 0
    var start = 0
    while true {
      let dot = host.firstIndex(of: UInt8(ascii: "."), from: start) ?? end
      guard let value = number(host.extracting(start..<min(dot, end))) else { return nil }
      parts += 1
      if dot >= end {
        // The last part fills the bytes that are left.
        guard parts <= 4, value < 1 << UInt64(8 * (5 - parts)) else { return nil }
        return UInt32(address + value)
      }
      guard parts < 4, value <= 255 else { return nil }
      address |= value << UInt64(8 * (4 - parts))
      start = dot + 1
    }
  }

  /// A part: decimal, `0x` hex or `0` octal; `0x` alone is 0. Values that no address can hold come out as 2^32.
  private static func number(_ text: Span<UInt8>) -> UInt64? {
    guard let first = text.first else { return nil }
    var radix: UInt64 = 10
    var index = 0
    if first == UInt8(ascii: "0"), text.count >= 2 {
      let isHex = text[1] | 0x20 == UInt8(ascii: "x")
      radix = isHex ? 16 : 8
      index = isHex ? 2 : 1
    }
    var value: UInt64 = 0
    while index < text.count {
      guard let digit = ASCII.hexValue(text[index]), digit < radix else { return nil }
      value = min(value * radix + UInt64(digit), 1 << 32)
      index += 1
    }
    return value
  }
}
