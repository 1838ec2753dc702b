/// Looks for a meta element that declares an encoding, before there is a parser (WHATWG HTML 13.2.3.2, "prescan a
/// byte stream to determine its encoding").
///
/// Every step moves forward, so the work is linear in the bytes. Running out of them ends it: ``OutOfBytes``.
struct MetaPrescan {
  private struct OutOfBytes: Error {}

  private typealias Attribute = (name: [UInt8], value: [UInt8])

  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  /// The declared encoding, nil without a declaration that holds.
  mutating func encoding() -> CharacterEncoding? {
    do throws(OutOfBytes) {
      while true {
        if try current() == UInt8(ascii: "<"), let encoding = try markup() { return encoding }
        index += 1
      }
    } catch {
      return nil
    }
  }

  /// Passes over one piece of markup; the index is left on its last byte.
  private mutating func markup() throws(OutOfBytes) -> CharacterEncoding? {
    if follows("!--") {
      // The dashes that open the comment may close it too.
      index += 4
      while !(try current() == UInt8(ascii: ">") && bytes[index - 1] == dash && bytes[index - 2] == dash) {
        index += 1
      }
    } else if followsMeta() {
      index += 5
      return try metaElement()
    } else if followsTagName() {
      while !(try current().isTagNameEnd) { index += 1 }
      while try attribute() != nil {}
    } else if follows("!") || follows("/") || follows("?") {
      while try current() != UInt8(ascii: ">") { index += 1 }
    }
    return nil
  }

  private mutating func metaElement() throws(OutOfBytes) -> CharacterEncoding? {
    enum Charset {
      case none
      case unknown
      case known(CharacterEncoding)
    }
    var seen: Set<[UInt8]> = []
    var gotPragma = false
    var needsPragma: Bool?
    var charset = Charset.none
    while let (name, value) = try attribute() {
      guard seen.insert(name).inserted else { continue }
      switch String(decoding: name, as: UTF8.self) {
      case "http-equiv":
        if value.elementsEqual("content-type".utf8) { gotPragma = true }
      case "content":
        if case .none = charset, let encoding = Self.encoding(inContent: value) {
          charset = .known(encoding)
          needsPragma = true
        }
      case "charset":
        charset = CharacterEncoding(label: String(decoding: value, as: UTF8.self)).map(Charset.known) ?? .unknown
        needsPragma = false
      default:
        break
      }
    }
    guard let needsPragma, !needsPragma || gotPragma, case .known(let encoding) = charset else { return nil }
    return encoding.asDeclaredInDocument
  }

  /// "Get an attribute": the name and the value in lower case, nil at the end of the tag.
  private mutating func attribute() throws(OutOfBytes) -> Attribute? {
    while try current().isASCIIWhitespace || bytes[index] == slash { index += 1 }
    if bytes[index] == UInt8(ascii: ">") { return nil }
    var name: [UInt8] = []
    while true {
      let byte = try current()
      if byte == UInt8(ascii: "="), !name.isEmpty { break }
      if byte.isASCIIWhitespace { break }
      if byte == slash || byte == UInt8(ascii: ">") { return (name, []) }
      name.append(byte.asciiLowercased)
      index += 1
    }
    try skipSpace()
    guard bytes[index] == UInt8(ascii: "=") else { return (name, []) }
    index += 1
    try skipSpace()
    return (name, try attributeValue())
  }

  private mutating func attributeValue() throws(OutOfBytes) -> [UInt8] {
    var value: [UInt8] = []
    let quote = bytes[index]
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      index += 1
      while try current() != quote {
        value.append(bytes[index].asciiLowercased)
        index += 1
      }
      index += 1
    } else {
      while !(try current().isASCIIWhitespace), bytes[index] != UInt8(ascii: ">") {
        value.append(bytes[index].asciiLowercased)
        index += 1
      }
    }
    return value
  }

  /// WHATWG HTML 2.6.5, "extracting a character encoding from a meta element"; `value` is in lower case.
  static func encoding(inContent value: [UInt8]) -> CharacterEncoding? {
    var rest = value[...]
    while true {
      let word = Array("charset".utf8)
      while !rest.isEmpty, !rest.starts(with: word) { rest.removeFirst() }
      if rest.isEmpty { return nil }
      rest = rest.dropFirst(word.count).drop(while: \.isASCIIWhitespace)
      if rest.first == UInt8(ascii: "=") { break }
    }
    rest = rest.dropFirst().drop(while: \.isASCIIWhitespace)
    guard let quote = rest.first else { return nil }
    let label: ArraySlice<UInt8>
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      guard let close = rest.dropFirst().firstIndex(of: quote) else { return nil }
      label = rest[(rest.startIndex + 1)..<close]
    } else {
      label = rest.prefix { !$0.isASCIIWhitespace && $0 != UInt8(ascii: ";") }
    }
    return CharacterEncoding(label: String(decoding: label, as: UTF8.self))
  }

  private mutating func skipSpace() throws(OutOfBytes) {
    while try current().isASCIIWhitespace { index += 1 }
  }

  private func current() throws(OutOfBytes) -> UInt8 {
    guard index < bytes.count else { throw OutOfBytes() }
    return bytes[index]
  }

  private func follows(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[(index + 1)...].starts(with: $0) }
  }

  private func followsMeta() -> Bool {
    let name = bytes[(index + 1)...].prefix(4)
    guard name.count == 4, name.elementsEqual("meta".utf8, by: { $0.asciiLowercased == $1 }) else { return false }
    return index + 5 < bytes.count && (bytes[index + 5].isASCIIWhitespace || bytes[index + 5] == slash)
  }

  /// A start or end tag.
  private func followsTagName() -> Bool {
    let start = bytes[(index + 1)...].prefix(2)
    let first = start.first == slash ? start.dropFirst().first : start.first
    return first.map { (0x61...0x7A).contains($0.asciiLowercased) } ?? false
  }
}

private let slash = UInt8(ascii: "/")
private let dash = UInt8(ascii: "-")

extension UInt8 {
  fileprivate var asciiLowercased: UInt8 {
    (0x41...0x5A).contains(self) ? self | 0x20 : self
  }

  fileprivate var isTagNameEnd: Bool {
    isASCIIWhitespace || self == UInt8(ascii: ">")
  }
}
