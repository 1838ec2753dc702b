// Values as bytes, for what the program itself reads again.

extension [UInt8] {
  /// Appends a number as LEB128: seven bits a byte, the lowest first.
  package mutating func append(varint number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// Appends a number that is not negative.
  package mutating func append(varint number: Int) { append(varint: UInt64(Swift.max(0, number))) }

  /// Appends a number of eight bytes, the least significant first.
  package mutating func append(word: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  /// Appends a text behind its length.
  package mutating func append(text: String) {
    append(varint: text.utf8.count)
    append(contentsOf: text.utf8)
  }
}

/// Reads bytes from their start. Every function gives `nil` where they are not what was asked for.
package struct ByteReader {
  private let bytes: ArraySlice<UInt8>
  /// Bytes that were read.
  package private(set) var place: Int

  package init(_ bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)[...]
    place = 0
  }

  package var isAtEnd: Bool { place == bytes.count }

  package mutating func byte() -> UInt8? { bytes(1)?.first }

  package mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= bytes.count - place else { return nil }
    defer { place += count }
    return bytes[place..<place + count]
  }

  /// All bytes that are left.
  package mutating func rest() -> ArraySlice<UInt8> {
    defer { place = bytes.count }
    return bytes[place...]
  }

  /// A number of LEB128 in its shortest form.
  package mutating func varint() -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = byte() else { return nil }
      let part = UInt64(byte & 0x7F)
      // More than 64 bits, or zeros that nobody writes.
      if shift == 63, byte > 1 { return nil }
      if byte == 0, shift > 0 { return nil }
      number |= part << shift
      if byte < 0x80 { return number }
    }
    return nil
  }

  /// A number of LEB128 that is not negative.
  package mutating func count() -> Int? { varint().flatMap { Int(exactly: $0) } }

  /// How many things follow that take at least so many bytes each: no more than there is room for, so that broken bytes
  /// cannot claim memory.
  package mutating func count(ofBytes size: Int) -> Int? {
    count().flatMap { $0 <= (bytes.count - place) / max(1, size) ? $0 : nil }
  }

  /// A number of eight bytes, the least significant first.
  package mutating func word() -> UInt64? { bytes(8)?.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

  /// A text behind its length, in valid UTF-8.
  package mutating func text() -> String? {
    count().flatMap { bytes($0) }.flatMap { String(validating: $0, as: UTF8.self) }
  }
}
