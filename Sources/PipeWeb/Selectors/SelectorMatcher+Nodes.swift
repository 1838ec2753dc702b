internal import CLibxml2

// What selectors ask of nodes and their texts.

extension XMLNode {
  var parentElement: XMLNode? {
    guard let parent = pointee.parent, parent.isElement else { return nil }
    return parent
  }

  var previousElement: XMLNode? {
    var node = pointee.prev
    while let here = node, !here.isElement { node = here.pointee.prev }
    return node
  }

  var nextElement: XMLNode? {
    var node = pointee.next
    while let here = node, !here.isElement { node = here.pointee.next }
    return node
  }

  var elementType: ElementType { ElementType(name: pointee.name, namespace: pointee.ns) }

  /// The value of an attribute without a prefix; empty for one without a value.
  func value(_ name: StaticString) -> UnsafePointer<xmlChar>? {
    value { $0.pointee.ns == nil && xmlStrEqual($0.pointee.name, name.utf8Start) != 0 }
  }

  /// The value of `lang`, or of `xml:lang`, which has a prefix in XML, and which HTML knows in SVG and MathML alone
  /// (WHATWG HTML 3.2.6.2).
  var language: UnsafePointer<xmlChar>? {
    if isForeign, let language = value("xml:lang") { return language }
    return value { xmlStrEqual($0.pointee.name, "lang") != 0 && xmlStrEqual($0.pointee.ns?.pointee.prefix, "xml") != 0 }
      ?? value("lang")
  }

  private func value(where isWanted: (UnsafeMutablePointer<xmlAttr>) -> Bool) -> UnsafePointer<xmlChar>? {
    var attribute = pointee.properties
    while let here = attribute {
      if isWanted(here) {
        return here.pointee.children.flatMap { UnsafePointer($0.pointee.content) } ?? Self.emptyText
      }
      attribute = here.pointee.next
    }
    return nil
  }

  private static var emptyText: UnsafePointer<xmlChar> { ("" as StaticString).utf8Start }

  func isNamed(_ names: StaticString...) -> Bool {
    names.contains { xmlStrEqual(pointee.name, $0.utf8Start) != 0 }
  }

  /// Whether there is nothing inside but white space and comments (Selectors Level 4, 13.2).
  var isEmpty: Bool {
    var child = pointee.children
    while let node = child {
      if node.isElement { return false }
      if node.isText, var text = UnsafePointer(node.pointee.content) {
        while HTMLBytes.isSpace(text.pointee) { text += 1 }
        if text.pointee != 0 { return false }
      }
      child = node.pointee.next
    }
    return true
  }

  func passes(_ test: SelectorTest.Attribute, isXML: Bool) -> Bool {
    let name = test.name.text(isXML)
    let value = value {
      name.equals($0.pointee.name) && ($0.pointee.ns == nil || test.isInAnyNamespace)
        || test.isInAnyNamespace && isForeign && name.equals($0.pointee.name, after: "xlink:", "xml:")
    }
    guard let value else { return test.comparison == .notEquals }
    let bytes = UnsafeBufferPointer(start: value, count: Int(xmlStrlen(value)))
    let ignoresCase =
      switch test.letterCase {
      case .ignored: true
      case .kept: false
      case .asDeclared: test.hasValuesInAnyCase && !isXML && !isForeign
      }
    if !ignoresCase { return test.value.written.passes(test.comparison, bytes) }
    return test.value.lowercased.passes(test.comparison, bytes.lazy.map(HTMLBytes.lowercased))
  }
}

/// What elements of one type have in common. Names are interned, one pointer a name, and a namespace is there once.
struct ElementType: Equatable {
  let name: UnsafePointer<xmlChar>?
  let namespace: UnsafeMutablePointer<xmlNs>?
}

extension SelectorName {
  /// What the names of a document's nodes are compared with.
  func text(_ isXML: Bool) -> SelectorText { isXML ? written : lowercased }
}

extension SelectorText {
  func equals(_ text: UnsafePointer<xmlChar>?) -> Bool {
    guard let text else { return false }
    for (offset, byte) in bytes.enumerated() where text[offset] != byte { return false }
    return text[bytes.count] == 0
  }

  /// Whether a name is this text behind one of these prefixes, which foreign content has in HTML.
  func equals(_ name: UnsafePointer<xmlChar>?, after prefixes: StaticString...) -> Bool {
    guard let name else { return false }
    return prefixes.contains { prefix in
      xmlStrncmp(name, prefix.utf8Start, Int32(prefix.utf8CodeUnitCount)) == 0
        && equals(name + prefix.utf8CodeUnitCount)
    }
  }

  /// As `equals`, this text being in lower case.
  func equalsInAnyCase(_ text: UnsafePointer<xmlChar>) -> Bool {
    for (offset, byte) in bytes.enumerated() where HTMLBytes.lowercased(text[offset]) != byte { return false }
    return text[bytes.count] == 0
  }

  /// As `isWord`, this text being in lower case.
  func isWordInAnyCase(of text: UnsafePointer<xmlChar>) -> Bool {
    isWord(of: UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text))).lazy.map(HTMLBytes.lowercased))
  }

  /// Whether the text is one of the words of a list.
  func isWord(of text: UnsafePointer<xmlChar>) -> Bool {
    isWord(of: UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text))))
  }

  private func isWord(of list: some RandomAccessCollection<UInt8>) -> Bool {
    if bytes.isEmpty { return false }
    var rest = list[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(where: HTMLBytes.isSpace) ?? rest.endIndex
      if rest[..<end].elementsEqual(bytes) { return true }
      rest = rest[end...].drop(while: HTMLBytes.isSpace)
    }
    return false
  }

  func isPart(of text: some RandomAccessCollection<UInt8>) -> Bool {
    guard let first = bytes.first else { return false }
    var rest = text[...]
    while rest.count >= bytes.count, let place = rest.firstIndex(of: first) {
      if rest[place...].starts(with: bytes) { return true }
      rest = rest[place...].dropFirst()
    }
    return false
  }

  fileprivate func passes(_ comparison: SelectorTest.Operator, _ value: some RandomAccessCollection<UInt8>) -> Bool {
    switch comparison {
    case .exists: true
    case .equals: value.elementsEqual(bytes)
    case .notEquals: !value.elementsEqual(bytes)
    case .word: isWord(of: value)
    case .dash:
      value.starts(with: bytes)
        && (value.count == bytes.count || value.dropFirst(bytes.count).first == UInt8(ascii: "-"))
    case .prefix: !bytes.isEmpty && value.starts(with: bytes)
    case .suffix: !bytes.isEmpty && value.suffix(bytes.count).elementsEqual(bytes)
    case .contains: isPart(of: value)
    }
  }
}
