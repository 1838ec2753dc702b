/// Looks for a meta element that declares an encoding, before there is a parser (WHATWG HTML 13.2.3.2, "prescan a
/// byte stream to determine its encoding").
///
/// Every step moves forward, so the work is linear in the bytes. Running out of them ends it: ``OutOfBytes``.
struct MetaPrescan {
  private struct OutOfBytes: Error {}

  /// Both as they are written, in letters of any case.
  private typealias Attribute = (name: Range<Int>, value: Range<Int>)

  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  /// The declared encoding, nil without a declaration that holds.
  mutating func encoding() -> CharacterEncoding? {
    do throws(OutOfBytes) {
      while true {
        index = try place(of: UInt8(ascii: "<"), from: index)
        if let encoding = try markup() { return encoding }
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
    // Of each attribute the first counts; of those that are not asked for, it does not matter.
    var (hasPragma, hasContent, hasCharset) = (false, false, false)
    var gotPragma = false
    var needsPragma: Bool?
    var charset = Charset.none
    while let (name, value) = try attribute() {
      let name = slice(name)
      if name.equalsIgnoringCase("http-equiv"), !hasPragma {
        hasPragma = true
        gotPragma = slice(value).equalsIgnoringCase("content-type")
      } else if name.equalsIgnoringCase("content"), !hasContent {
        hasContent = true
        if case .none = charset, let encoding = Self.encoding(inContent: slice(value)) {
          charset = .known(encoding)
          needsPragma = true
        }
      } else if name.equalsIgnoringCase("charset"), !hasCharset {
        hasCharset = true
        charset = CharacterEncoding(label: slice(value)).map(Charset.known) ?? .unknown
        needsPragma = false
      }
    }
    guard let needsPragma, !needsPragma || gotPragma, case .known(let encoding) = charset else { return nil }
    return encoding.asDeclaredInDocument
  }

  /// "Get an attribute"; nil at the end of the tag.
  private mutating func attribute() throws(OutOfBytes) -> Attribute? {
    while try current().isASCIIWhitespace || bytes[index] == slash { index += 1 }
    if bytes[index] == UInt8(ascii: ">") { return nil }
    let start = index
    while true {
      let byte = try current()
      if byte == UInt8(ascii: "="), index > start { break }
      if byte.isASCIIWhitespace { break }
      if byte == slash || byte == UInt8(ascii: ">") { return (start..<index, index..<index) }
      index += 1
    }
    let name = start..<index
    try skipSpace()
    guard bytes[index] == UInt8(ascii: "=") else { return (name, index..<index) }
    index += 1
    try skipSpace()
    return (name, try attributeValue())
  }

  private mutating func attributeValue() throws(OutOfBytes) -> Range<Int> {
    let quote = bytes[index]
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      let start = index + 1
      let end = try place(of: quote, from: start)
      index = end + 1
      return start..<end
    }
    let start = index
    while !(try current().isASCIIWhitespace), bytes[index] != UInt8(ascii: ">") { index += 1 }
    return start..<index
  }

  /// WHATWG HTML 2.6.5, "extracting a character encoding from a meta element".
  static func encoding(inContent value: UnsafeBufferPointer<UInt8>) -> CharacterEncoding? {
    let word: StaticString = "charset"
    var rest = value[...]
    func isAtWord() -> Bool {
      UnsafeBufferPointer(rebasing: rest.prefix(word.utf8CodeUnitCount)).equalsIgnoringCase(word)
    }
    while true {
      while !rest.isEmpty, !isAtWord() { rest.removeFirst() }
      if rest.isEmpty { return nil }
      rest = rest.dropFirst(word.utf8CodeUnitCount).drop(while: \.isASCIIWhitespace)
      if rest.first == UInt8(ascii: "=") { break }
    }
    rest = rest.dropFirst().drop(while: \.isASCIIWhitespace)
    guard let quote = rest.first else { return nil }
    let label: Slice<UnsafeBufferPointer<UInt8>>
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      guard let close = rest.dropFirst().firstIndex(of: quote) else { return nil }
      label = rest[(rest.startIndex + 1)..<close]
    } else {
      label = rest.prefix { !$0.isASCIIWhitespace && $0 != UInt8(ascii: ";") }
    }
    return CharacterEncoding(label: UnsafeBufferPointer(rebasing: label))
  }

  /// In bounds: ranges are of what was read.
  private func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[range]) }

  private mutating func skipSpace() throws(OutOfBytes) {
    while try current().isASCIIWhitespace { index += 1 }
  }

  private func place(of byte: UInt8, from start: Int) throws(OutOfBytes) -> Int {
    guard let base = bytes.baseAddress else { throw OutOfBytes() }
    let place = HTMLBytes.firstIndex(of: byte, in: base, from: start, to: bytes.count)
    guard place < bytes.count else { throw OutOfBytes() }
    return place
  }

  private func current() throws(OutOfBytes) -> UInt8 {
    guard index < bytes.count else { throw OutOfBytes() }
    return bytes[index]
  }

  private func follows(_ text: StaticString) -> Bool {
    guard bytes.count - index > text.utf8CodeUnitCount else { return false }
    for offset in 0..<text.utf8CodeUnitCount where bytes[index + 1 + offset] != text.utf8Start[offset] { return false }
    return true
  }

  private func followsMeta() -> Bool {
    guard index + 5 < bytes.count, slice((index + 1)..<(index + 5)).equalsIgnoringCase("meta") else { return false }
    return bytes[index + 5].isASCIIWhitespace || bytes[index + 5] == slash
  }

  /// A start or end tag.
  private func followsTagName() -> Bool {
    let start = index + 1 < bytes.count && bytes[index + 1] == slash ? index + 2 : index + 1
    return start < bytes.count && ASCII.isLetter(bytes[start])
  }
}

private let slash = UInt8(ascii: "/")
private let dash = UInt8(ascii: "-")

extension UInt8 {
  fileprivate var isTagNameEnd: Bool {
    isASCIIWhitespace || self == UInt8(ascii: ">")
  }
}
