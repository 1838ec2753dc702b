/// The named character references, found by binary search.
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

  private init() {
    entries = Self.text { text in
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
  }

  /// How many names there are.
  var count: Int { entries.count }

  /// The entry of exactly this name, given without its semicolon.
  func entry(named name: UnsafeBufferPointer<UInt8>) -> Entry? {
    guard name.count <= Self.longestName else { return nil }
    return Self.text { text in
      var low = 0
      var high = entries.count
      while low < high {
        let middle = (low + high) / 2
        let entry = entries[middle]
        let order = Self.order(name, UnsafeBufferPointer(rebasing: text[entry.offset..<entry.offset + entry.count]))
        if order == 0 { return entry }
        if order < 0 { high = middle } else { low = middle + 1 }
      }
      return nil
    }
  }

  private static func order(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return Int(left[index]) - Int(right[index])
    }
    return left.count - right.count
  }

  private static func text<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let text = NamedCharacterReferenceData.text
    return body(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
