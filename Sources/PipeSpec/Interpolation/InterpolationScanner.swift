/// Cuts a scalar's text into literal stretches and `${…}` references.
struct InterpolationScanner {
  enum Kind {
    case literal(String)
    case reference(String)
    /// A `${` without its `}`: the rest of the text.
    case unterminated
  }

  struct Part {
    let kind: Kind
    /// UTF-8 offsets in the scalar's text.
    let origin: Range<Int>
    /// Whether the result is, byte by byte, what the scalar says.
    let isVerbatim: Bool
  }

  private let bytes: [UInt8]
  private var index = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func next() -> Part? {
    guard index < bytes.count else { return nil }
    let start = index
    if starts("$${") {
      index += 3
      return Part(kind: .literal("${"), origin: start..<index, isVerbatim: false)
    }
    if starts("${") {
      guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
        index = bytes.count
        return Part(kind: .unterminated, origin: start..<index, isVerbatim: false)
      }
      index = end + 1
      let reference = String(decoding: bytes[start + 2..<end], as: UTF8.self)
      return Part(kind: .reference(reference), origin: start..<index, isVerbatim: false)
    }
    repeat { index += 1 } while index < bytes.count && !starts("$${") && !starts("${")
    let literal = String(decoding: bytes[start..<index], as: UTF8.self)
    return Part(kind: .literal(literal), origin: start..<index, isVerbatim: true)
  }

  private func starts(_ mark: StaticString) -> Bool {
    index + mark.utf8CodeUnitCount <= bytes.count
      && (0..<mark.utf8CodeUnitCount).allSatisfy { bytes[index + $0] == mark.utf8Start[$0] }
  }
}
