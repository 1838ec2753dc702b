extension IPAddress {
  /// An address as text: four decimal numbers, or IPv6 as RFC 4291 2.2 writes it (brackets allowed, zones not).
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    self.init(text: bytes.span)
  }

  private init?(text: Span<UInt8>) {
    let end = text.count - 1
    if end > 0, text[0] == UInt8(ascii: "["), text[end] == UInt8(ascii: "]") {
      self.init(ipv6Text: text.extracting(1..<end))
    } else if text.firstIndex(of: UInt8(ascii: ":")) != nil {
      self.init(ipv6Text: text)
    } else {
      guard let value = Self.dottedDecimal(text) else { return nil }
      self = .v4(value)
    }
  }

  /// Four numbers from 0 to 255 without leading zeros. The shortened, octal and hex forms belong to URLs alone.
  private static func dottedDecimal(_ text: Span<UInt8>) -> UInt32? {
    var address: UInt32 = 0
    var parts = 0
    var index = 0
    while true {
      let start = index
      var value: UInt32 = 0
      while index < text.count, ASCII.isDigit(text[index]) {
        value = value * 10 + UInt32(text[index] - UInt8(ascii: "0"))
        index += 1
        guard value <= 255, index == start + 1 || text[start] != UInt8(ascii: "0") else { return nil }
      }
      guard index > start else { return nil }
      address = address << 8 | value
      parts += 1
      if parts == 4 { return index == text.count ? address : nil }
      guard index < text.count, text[index] == UInt8(ascii: ".") else { return nil }
      index += 1
    }
  }

  /// The IPv6 parser (WHATWG URL 3.5), without brackets.
  init?(ipv6Text text: Span<UInt8>) {
    var pieces: [UInt16] = []
    pieces.reserveCapacity(8)
    var gap: Int?
    var index = 0
    if text.first == UInt8(ascii: ":") {
      guard text.count > 1, text[1] == UInt8(ascii: ":") else { return nil }
      gap = 0
      index = 2
    }
    while index < text.count {
      guard pieces.count < 8 else { return nil }
      if text[index] == UInt8(ascii: ":") {
        guard gap == nil else { return nil }
        gap = pieces.count
        index += 1
        continue
      }
      let start = index
      var value: UInt16 = 0
      while index < text.count, index - start < 4, let digit = ASCII.hexValue(text[index]) {
        value = value << 4 | UInt16(digit)
        index += 1
      }
      if index < text.count, text[index] == UInt8(ascii: ".") {
        guard pieces.count <= 6, let address = Self.dottedDecimal(text.extracting(start...)) else { return nil }
        pieces.append(UInt16(address >> 16))
        pieces.append(UInt16(truncatingIfNeeded: address))
        break
      }
      guard index > start else { return nil }
      pieces.append(value)
      if index < text.count {
        guard text[index] == UInt8(ascii: ":"), index + 1 < text.count else { return nil }
        index += 1
      }
    }
    if let gap {
      guard pieces.count < 8 else { return nil }
      pieces.insert(contentsOf: repeatElement(0, count: 8 - pieces.count), at: gap)
    }
    guard pieces.count == 8 else { return nil }
    self = .v6(pieces.reduce(0) { $0 << 16 | UInt128($1) })
  }
}
