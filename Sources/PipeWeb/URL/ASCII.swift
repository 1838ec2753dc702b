/// What the standards call ASCII digits, letters and hex digits, on bytes.
enum ASCII {
  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  @inline(__always)
  static func isUppercase(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }

  @inline(__always)
  static func lowercase(_ byte: UInt8) -> UInt8 { isUppercase(byte) ? byte | 0x20 : byte }

  /// The value of a hex digit, 0 to 15.
  static func hexValue(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte - UInt8(ascii: "0") }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 6 ? letter + 10 : nil
  }
}

extension Span<UInt8> {
  /// Whether the bytes are those of an ASCII literal.
  @inline(__always)
  static func == (span: borrowing Span<UInt8>, literal: StaticString) -> Bool {
    guard span.count == literal.utf8CodeUnitCount else { return false }
    for index in span.indices where span[index] != literal.utf8Start[index] { return false }
    return true
  }

  @inline(__always)
  var first: UInt8? { isEmpty ? nil : self[0] }

  /// The place of the first `byte` at or after `start`.
  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    var index = start
    while index < count {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }
}

extension [UInt8] {
  /// Appends a part of a span at once.
  @inline(__always)
  mutating func append(_ bytes: Span<UInt8>, from start: Int, to end: Int) {
    guard start < end else { return }
    bytes.extracting(start..<end).withUnsafeBufferPointer { append(contentsOf: $0) }
  }

  /// Appends a span.
  mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
  }

  /// Appends an ASCII literal.
  mutating func append(_ literal: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }
}
