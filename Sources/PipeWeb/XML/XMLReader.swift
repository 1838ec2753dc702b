/// Reads an XML document of the network while it arrives: UTF-8 in pieces in, tags and texts out. There is never a tree,
/// and how the document is cut into pieces changes nothing.
///
/// It finds where a tag, a text or a declaration ends; what is in it, `XMLScanner`, `XMLText` and `XMLEntities` read, as they
/// do for a tree. The same faults are forgiven: an ampersand or a less-than sign that begins nothing stands for itself,
/// attributes need no quotes, elements that nobody closes end with those around them, junk around the root is passed over,
/// HTML's entities are known, and so are prefixes that nobody declares. Nothing is ever loaded. Tags inside of an entity
/// of the document's own are text here.
///
/// Bounds: a text, a tag and a CDATA section have ``Bounds/text`` bytes at the most, elements ``Bounds/depth`` levels,
/// names 256 bytes; `XMLEntities` bounds what references come to. Every byte is looked at a bounded number of times.
package struct XMLReader {
  package struct Bounds: Sendable {
    /// The most bytes of a text or a tag.
    package var text = 1 << 20
    /// The most bytes of a document type declaration's internal subset.
    package var subset = 256 << 10
    /// How deep elements may be nested; those below are left out with all that is in them.
    package var depth = 256

    package init() {}
  }

  /// What was wrong with a document, or left out of it.
  package struct Faults: OptionSet, Hashable, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// It is not well-formed.
    package static let form = Faults(rawValue: 1)
    /// It ends before its elements do.
    package static let cut = Faults(rawValue: 2)
    /// A text, tag, name or number of attributes beyond the bounds.
    package static let long = Faults(rawValue: 4)
    /// Elements beyond the bound of depth.
    package static let deep = Faults(rawValue: 8)
    /// References or declarations of entities beyond the bounds.
    package static let entities = Faults(rawValue: 16)
  }

  package internal(set) var faults: Faults = []

  let bounds: Bounds
  var state = State.text
  /// The text at hand as written, up to the next less-than sign.
  var raw: [UInt8] = []
  /// The tag, section or declaration at hand as written.
  var markup: [UInt8] = []
  /// The text since the last tag.
  var text: [UInt8] = []
  var isTextWhole = true
  var open: [XMLName] = []
  /// A number for each open element's name: a search among them is short.
  var openHashes: [Int] = []
  /// How many elements are open that were left out.
  var ignored = 0
  var scope = XMLNamespaceScope()
  var entities: XMLEntities?
  var hasRoot = false

  static let nameLimit = 256
  static let attributeLimit = 256

  enum State: Equatable {
    case text
    /// Behind `<`, `<!` and `</`.
    case lessThan, exclamation, slash
    /// - Parameter hyphens: How many the bytes read end with.
    case comment(hyphens: Int)
    /// - Parameter brackets: How many the bytes read end with.
    case characters(brackets: Int)
    /// - Parameter isAfterMark: Whether the last byte is a question mark.
    case instruction(isAfterMark: Bool)
    case declaration(XMLDeclarationEnd)
    case endTag
    case startTag(XMLTagEnd)
    /// The rest of a tag that is too long.
    case restOfTag(isAfterSlash: Bool)
  }

  package init(bounds: Bounds = Bounds()) { self.bounds = bounds }

  /// Reads the next bytes: UTF-8 of a well-formed text, which may be cut anywhere.
  package mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ handle: (XMLEvent) -> Void) {
    var index = 0
    while index < bytes.count { index = step(bytes, index, handle) }
  }

  /// Reads what was waiting for more, and ends all elements.
  package mutating func finish(_ handle: (XMLEvent) -> Void) {
    while case .startTag(let tag) = state, tag.quoted != nil { unquote(tag, handle) }
    switch state {
    case .text: break
    case .lessThan: keepAsText("<")
    case .slash: keepAsText("</")
    case .characters:
      faults.insert(.cut)
      endCharacters()
    default: faults.insert(.cut)
    }
    state = .text
    endText()
    if !open.isEmpty || ignored > 0 { faults.insert(.cut) }
    send(handle)
    close(downTo: 0, handle)
    if let entities, entities.isTruncated { faults.insert(.entities) }
  }

  // MARK: Steps

  /// Reads on from a place, and tells where to go on.
  private mutating func step(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ handle: (XMLEvent) -> Void) -> Int {
    let byte = bytes[index]
    switch state {
    case .text:
      let end = find(UInt8(ascii: "<"), in: bytes, from: index)
      keep(bytes[index..<end])
      if end == bytes.count { return end }
      state = .lessThan
      return end + 1
    case .lessThan:
      switch byte {
      case UInt8(ascii: "!"): begin(.exclamation)
      case UInt8(ascii: "/"): state = .slash
      case UInt8(ascii: "?"):
        endText()
        begin(.instruction(isAfterMark: false))
      case _ where XMLScanner.beginsName(byte):
        endText()
        begin(.startTag(XMLTagEnd()))
        markup += [UInt8(ascii: "<"), byte]
      default:
        keepAsText("<")
        return index
      }
    case .slash:
      guard XMLScanner.beginsName(byte) else {
        keepAsText("</")
        return index
      }
      endText()
      begin(.endTag)
      markup.append(byte)
    case .exclamation: readExclamation(byte, handle)
    case .comment(let hyphens):
      if byte == UInt8(ascii: "-") {
        state = .comment(hyphens: hyphens + 1)
      } else if byte == UInt8(ascii: ">"), hyphens >= 2 {
        state = .text
      } else {
        state = .comment(hyphens: 0)
        let end = find(UInt8(ascii: "-"), in: bytes, from: index + 1)
        return end
      }
    case .characters(let brackets): return readCharacters(bytes, index, brackets)
    case .instruction(let isAfterMark): readInstruction(byte, isAfterMark)
    case .declaration(var end):
      let isOver = end.isOver(byte)
      if isOver { endDeclaration() } else { state = .declaration(end) }
      if end.isInSubset, !isOver {
        if markup.count < bounds.subset { markup.append(byte) } else { faults.insert(.entities) }
      }
    case .endTag:
      if byte == UInt8(ascii: ">") {
        endElement(handle)
      } else if markup.count <= Self.nameLimit + 1 {
        markup.append(byte)
      }
    case .startTag(let tag): return readStartTag(bytes, index, tag, handle)
    case .restOfTag(let isAfterSlash):
      if byte == UInt8(ascii: ">") {
        state = .text
        if isAfterSlash { endLongElement(handle) }
      } else {
        state = .restOfTag(isAfterSlash: byte == UInt8(ascii: "/"))
      }
    }
    return index + 1
  }

  private mutating func begin(_ state: State) {
    markup.removeAll(keepingCapacity: true)
    self.state = state
  }

  // MARK: Text

  private mutating func keep(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
    if open.isEmpty || ignored > 0 { return }
    let room = max(0, bounds.text - raw.count)
    raw.append(contentsOf: bytes.prefix(room))
    if bytes.count > room { isTextWhole = false }
  }

  /// Takes what looked like the beginning of a tag for text.
  private mutating func keepAsText(_ sign: StaticString) {
    faults.insert(.form)
    sign.withUTF8Buffer { keep($0[...]) }
    state = .text
  }

  /// Reads the text that is as written.
  mutating func endText() {
    if raw.isEmpty { return }
    if entities != nil, raw.contains(UInt8(ascii: "&")) {
      let written = raw
      raw.removeAll()
      written.withUnsafeBufferPointer { entities?.appendText($0, to: &raw) }
    }
    if !raw.withUnsafeBufferPointer({ XMLText.append($0, to: &text) }) { faults.insert(.form) }
    raw.removeAll(keepingCapacity: true)
    cutText()
  }

  private mutating func cutText() {
    if text.count <= bounds.text { return }
    let end = text.withUnsafeBufferPointer { $0.characterStart(before: bounds.text) }
    text.removeLast(text.count - end)
    isTextWhole = false
  }

  /// Sends the text since the last tag.
  mutating func send(_ handle: (XMLEvent) -> Void) {
    if !isTextWhole { faults.insert(.long) }
    if !text.isEmpty || !isTextWhole {
      handle(.text(String(decoding: text, as: UTF8.self), isWhole: isTextWhole))
    }
    text.removeAll(keepingCapacity: true)
    isTextWhole = true
  }

  // MARK: Sections and declarations

  /// Finds out whether a comment, a CDATA section or a declaration begins.
  private mutating func readExclamation(_ byte: UInt8, _ handle: (XMLEvent) -> Void) {
    markup.append(byte)
    if markup.elementsEqual("--".utf8) {
      endText()
      begin(.comment(hyphens: 0))
    } else if markup.elementsEqual("[CDATA[".utf8) {
      endText()
      begin(.characters(brackets: 0))
    } else if !"--".utf8.starts(with: markup), !"[CDATA[".utf8.starts(with: markup) {
      endText()
      let beginning = markup
      begin(.declaration(XMLDeclarationEnd()))
      beginning.withUnsafeBufferPointer { read($0, handle) }
    }
  }

  private mutating func readCharacters(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ brackets: Int) -> Int {
    let end = find(UInt8(ascii: ">"), in: bytes, from: index)
    let part = bytes[index..<end]
    let trailing = part.reversed().prefix { $0 == UInt8(ascii: "]") }.count
    let count = trailing == part.count ? brackets + trailing : trailing
    keepMarkup(part)
    state = .characters(brackets: count)
    if end == bytes.count { return end }
    if count >= 2 {
      // Of a section that is cut there is none to take away.
      if markup.count < bounds.text { markup.removeLast(2) }
      endCharacters()
      state = .text
    } else {
      keepMarkup(bytes[end...end])
      state = .characters(brackets: 0)
    }
    return end + 1
  }

  private mutating func keepMarkup(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
    markup.append(contentsOf: bytes.prefix(max(0, bounds.text - markup.count)))
  }

  private mutating func endCharacters() {
    if open.isEmpty || ignored > 0 { return }
    if markup.count >= bounds.text { isTextWhole = false }
    markup.withUnsafeBufferPointer { _ = XMLText.append($0, to: &text, hasReferences: false) }
    cutText()
  }

  private mutating func readInstruction(_ byte: UInt8, _ isAfterMark: Bool) {
    // An XML declaration without its second question mark ends, too: nothing in it has a greater-than sign.
    let isDeclaration =
      markup.count > 3
      && markup.withUnsafeBufferPointer {
        UnsafeBufferPointer(rebasing: $0[..<3]).equalsIgnoringCase("xml") && HTMLBytes.isSpace($0[3])
      }
    if byte == UInt8(ascii: ">"), isAfterMark || isDeclaration {
      if !isAfterMark { faults.insert(.form) }
      state = .text
      return
    }
    if markup.count < 4 { markup.append(byte) }
    state = .instruction(isAfterMark: byte == UInt8(ascii: "?"))
  }

  private mutating func endDeclaration() {
    state = .text
    if markup.isEmpty || hasRoot || entities != nil { return }
    entities = markup.withUnsafeBufferPointer { XMLEntities(subset: $0) }
  }

  private func find(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard let base = bytes.baseAddress, start < bytes.count else { return bytes.count }
    return HTMLBytes.firstIndex(of: byte, in: base, from: start, to: bytes.count)
  }
}
