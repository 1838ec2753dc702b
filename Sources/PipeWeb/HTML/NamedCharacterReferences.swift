/// The named character references, found by a hash of their names.
///
/// The index over the literal is built once, on first use: one entry for each of the 2,125 names.
struct NamedCharacterReferences: Sendable {
  static let shared = NamedCharacterReferences()

  /// The longest name that may stand without its semicolon (`Aacute`, `thorn`, `frac12`, …).
  static let longestBareName = 6
  /// The longest name (`CounterClockwiseContourIntegral`).
  static let longestName = 31

  struct Entry: Sendable {
    /// Where the name begins in the literal, and how many bytes it has, semicolon excluded.
    let offset: Int
    let count: Int
    /// Whether the name is a reference without its semicolon too.
    let isBareAllowed: Bool
    let first: Unicode.Scalar
    let second: Unicode.Scalar?
  }

  private let entries: [Entry]
  /// An open hash table, half full: places in `entries` plus one, 0 where there is none.
  private let slots: [UInt16]
  private static let mask = 4095

  private init() {
    let entries = Self.text { text in
      var entries: [Entry] = []
      entries.reserveCapacity(2_200)
      var index = 0
      while index < text.count {
        guard HTMLBytes.isLetterOrDigit(text[index]) else {
          index += 1
          continue
        }
        let offset = index
        while index < text.count, HTMLBytes.isLetterOrDigit(text[index]) { index += 1 }
        let count = index - offset
        let isBareAllowed = index < text.count && text[index] == UInt8(ascii: "!")
        var scalars: [Unicode.Scalar] = []
        var value: UInt32 = 0
        index += 1
        while index < text.count, !HTMLBytes.isSpace(text[index]) {
          if let digit = HTMLBytes.hexadecimalValue(text[index]) {
            value = value << 4 | UInt32(digit)
          } else if let scalar = Unicode.Scalar(value) {
            scalars.append(scalar)
            value = 0
          }
          index += 1
        }
        if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
        guard let first = scalars.first else { continue }
        let second = scalars.count > 1 ? scalars[1] : nil
        entries.append(
          Entry(offset: offset, count: count, isBareAllowed: isBareAllowed, first: first, second: second))
      }
      return entries
    }
    var slots = [UInt16](repeating: 0, count: Self.mask + 1)
    Self.text { text in
      for (place, entry) in entries.enumerated() {
        var slot = Self.hash(UnsafeBufferPointer(rebasing: text[entry.offset..<entry.offset + entry.count]))
        while slots[slot] != 0 { slot = (slot + 1) & Self.mask }
        slots[slot] = UInt16(place + 1)
      }
    }
    self.entries = entries
    self.slots = slots
  }

  /// How many names there are.
  var count: Int { entries.count }

  /// The entry of exactly this name, given without its semicolon.
  func entry(named name: UnsafeBufferPointer<UInt8>) -> Entry? {
    guard name.count <= Self.longestName else { return nil }
    return Self.text { text in
      var slot = Self.hash(name)
      while slots[slot] != 0 {
        let entry = entries[Int(slots[slot]) - 1]
        if entry.count == name.count, Self.equals(name, text, at: entry.offset) { return entry }
        slot = (slot + 1) & Self.mask
      }
      return nil
    }
  }

  /// Whether a name stands in the literal at a place that has as many bytes.
  @inline(__always)
  private static func equals(
    _ name: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, at offset: Int
  ) -> Bool {
    for index in name.indices where name[index] != text[offset + index] { return false }
    return true
  }

  private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
    var hash: UInt32 = 0
    for byte in name { hash = (hash ^ UInt32(byte)) &* 0x9E37_79B1 }
    return Int(hash &>> 16) & mask
  }

  private static func text<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let text = NamedCharacterReferenceData.text
    return body(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
