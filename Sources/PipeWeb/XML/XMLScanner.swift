/// Reads the tags and texts of XML (XML 1.0, fifth edition) in UTF-8, as the web carries it: faults do not end it.
///
/// Our own rather than libxml2's parser, which compares every attribute of a tag with every other and every prefix with
/// all that are declared, without a bound: a few megabytes keep it busy for minutes. Here every byte is looked at a
/// bounded number of times.
///
/// Of the document type declaration nothing is taken, and nothing is loaded: `XMLEntities` has replaced the references to
/// entities that it declares, and a reference to one that XML itself and HTML do not know stands for itself: most are
/// ampersands of URLs that nobody escaped. What is not well-formed is read as what it most likely means: an ampersand or
/// a less-than sign that begins nothing stands for itself, an attribute need not have quotes, or a value.
struct XMLScanner {
  enum Token: Sendable {
    /// Its name and attributes are in `name` and `attributes`.
    case startTag(isEmpty: Bool)
    /// Its name is in `name`.
    case endTag
    /// All of it up to the next tag, comment or instruction, CDATA sections included, is in `text`.
    case text
    /// Its text is in `name`'s place.
    case comment
    /// A processing instruction (XML 1.0, 2.6): its target is in `name`, what it says in `instruction`.
    case instruction
  }

  struct Attribute {
    let name: UnsafeBufferPointer<UInt8>
    /// As written; `XMLText` reads it.
    let value: UnsafeBufferPointer<UInt8>
  }

  /// The most attributes of one tag; more are left out.
  static let attributeLimit = 4096

  let bytes: UnsafeBufferPointer<UInt8>
  var index = 0
  /// What the last token has; valid as long as the bytes are.
  var name = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  var attributes: [Attribute] = []
  private(set) var instruction = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private(set) var text: [UInt8] = []
  /// Whether attributes were left out.
  var isTruncated = false
  /// Whether nothing was found that well-formed XML must not have, as far as tokens tell.
  var isWellFormed = true

  /// - Parameter bytes: Well-formed UTF-8, which outlives the scanner; a byte order mark is left out.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  /// The next token; `nil` at the end.
  mutating func next() -> Token? {
    text.removeAll(keepingCapacity: true)
    while index < bytes.count {
      let markup = find(UInt8(ascii: "<"), from: index)
      if !XMLText.append(slice(index, markup), to: &text) { isWellFormed = false }
      index = markup
      if index == bytes.count { break }
      switch kind {
      case .nothing:
        text.append(UInt8(ascii: "<"))
        index += 1
        isWellFormed = false
      case .characters:
        // XML 1.0, 2.7.
        XMLText.append(content(to: "]]>", from: index + 9), to: &text, hasReferences: false)
      case .declaration: skipDeclaration()
      case .xmlDeclaration: _ = content(to: "?>", from: index + 2)
      case _ where !text.isEmpty: return .text
      case .startTag: return readStartTag()
      case .endTag:
        name = readName(from: index + 2)
        let end = find(UInt8(ascii: ">"), from: index)
        if !slice(index + 2 + name.count, end).allSatisfy(HTMLBytes.isSpace) { isWellFormed = false }
        index = min(end + 1, bytes.count)
        return .endTag
      case .comment:
        name = content(to: "-->", from: index + 4)
        return .comment
      case .instruction:
        let content = content(to: "?>", from: index + 2)
        name = UnsafeBufferPointer(rebasing: content.prefix { !HTMLBytes.isSpace($0) })
        instruction = UnsafeBufferPointer(
          rebasing: content[name.count...].drop(while: HTMLBytes.isSpace))
        return .instruction
      }
    }
    return text.isEmpty ? nil : .text
  }

  // MARK: Markup

  private enum Kind {
    case nothing, startTag, endTag, comment, characters, declaration, instruction, xmlDeclaration
  }

  /// What the less-than sign at hand begins.
  private var kind: Kind {
    switch byte(1) {
    case UInt8(ascii: "?"):
      // What has no target tells nothing either.
      byte(2).map(Self.beginsName) != true || isXMLDeclaration ? .xmlDeclaration : .instruction
    case UInt8(ascii: "/"): byte(2).map(Self.beginsName) == true ? .endTag : .nothing
    case UInt8(ascii: "!"):
      if begins("<!--") { .comment } else { begins("<![CDATA[") ? .characters : .declaration }
    case let byte?: Self.beginsName(byte) ? .startTag : .nothing
    case nil: .nothing
    }
  }

  /// XML 1.0, 2.8; `xml` in any case is not a target.
  private var isXMLDeclaration: Bool { readName(from: index + 2).equalsIgnoringCase("xml") }

  /// Skips a document type declaration (XML 1.0, 2.8), whose internal subset has quotes, comments and instructions.
  private mutating func skipDeclaration() {
    index += 2
    var isInSubset = false
    var depth = 0
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): index = find(byte, from: index + 1)
      case UInt8(ascii: "["): isInSubset = true
      case UInt8(ascii: "]"): isInSubset = false
      case UInt8(ascii: "<"):
        if begins("<!--") {
          _ = content(to: "-->", from: index + 4)
          continue
        }
        if begins("<?") {
          _ = content(to: "?>", from: index + 2)
          continue
        }
        depth += 1
      case UInt8(ascii: ">"):
        if depth == 0, !isInSubset {
          index += 1
          return
        }
        depth = max(0, depth - 1)
      default: break
      }
      index += 1
    }
    index = bytes.count
    isWellFormed = false
  }

  // MARK: Bytes

  func byte(_ ahead: Int) -> UInt8? { index + ahead < bytes.count ? bytes[index + ahead] : nil }

  func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
    start < end ? UnsafeBufferPointer(rebasing: bytes[start..<end]) : UnsafeBufferPointer(start: nil, count: 0)
  }

  /// Where a byte comes next, or the end.
  func find(_ byte: UInt8, from start: Int) -> Int {
    guard let base = bytes.baseAddress, start < bytes.count else { return bytes.count }
    return HTMLBytes.firstIndex(of: byte, in: base, from: start, to: bytes.count)
  }

  private func begins(_ text: StaticString) -> Bool {
    guard bytes.count - index >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { slice(index, index + $0.count).elementsEqual($0) }
  }

  /// What stands before the next occurrence of a text, behind which reading goes on; without one, all there is.
  private mutating func content(to end: StaticString, from start: Int) -> UnsafeBufferPointer<UInt8> {
    let length = end.utf8CodeUnitCount
    var place = end.withUTF8Buffer { find($0[0], from: start) }
    while place + length <= bytes.count {
      if end.withUTF8Buffer({ slice(place, place + length).elementsEqual($0) }) {
        index = place + length
        return slice(start, place)
      }
      place = end.withUTF8Buffer { find($0[0], from: place + 1) }
    }
    index = bytes.count
    isWellFormed = false
    return slice(start, index)
  }

  /// Whether a name can begin with a byte (XML 1.0, 2.3); beyond ASCII everything is taken.
  static func beginsName(_ byte: UInt8) -> Bool {
    HTMLBytes.isLetter(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":") || byte >= 0x80
  }
}
