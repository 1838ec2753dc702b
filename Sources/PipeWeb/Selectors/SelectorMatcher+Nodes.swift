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

  /// The value of an attribute; empty for one without a value.
  func value(_ name: StaticString) -> UnsafePointer<xmlChar>? {
    value { xmlStrEqual($0, name.utf8Start) != 0 }
  }

  private func value(where isWanted: (UnsafePointer<xmlChar>?) -> Bool) -> UnsafePointer<xmlChar>? {
    var attribute = pointee.properties
    while let here = attribute {
      if isWanted(here.pointee.name) {
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

  var isChecked: Bool {
    if isNamed("option") { return value("selected") != nil }
    guard isNamed("input"), value("checked") != nil, let type = value("type") else { return false }
    return xmlStrcasecmp(type, "checkbox") == 0 || xmlStrcasecmp(type, "radio") == 0
  }

  var canBeDisabled: Bool {
    isNamed("button", "input", "select", "textarea", "optgroup", "option", "fieldset")
  }

  func passes(
    _ name: SelectorText, _ comparison: SelectorTest.Operator, _ wanted: SelectorText, ignoresCase: Bool
  ) -> Bool {
    guard let value = value(where: { name.equals($0) }) else { return comparison == .notEquals }
    let bytes = UnsafeBufferPointer(start: value, count: Int(xmlStrlen(value)))
    if ignoresCase {
      let folded = bytes.map(HTMLBytes.lowercased)
      return SelectorText(lowercasing: wanted.bytes).passes(comparison, folded)
    }
    return wanted.passes(comparison, bytes)
  }
}

extension SelectorText {
  func equals(_ text: UnsafePointer<xmlChar>?) -> Bool {
    guard let text else { return false }
    for (offset, byte) in bytes.enumerated() where text[offset] != byte { return false }
    return text[bytes.count] == 0
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

  /// Whether a language is this one or one of its kinds: `en` of `en-GB`.
  func isLanguage(of text: UnsafePointer<xmlChar>) -> Bool {
    passes(.dash, UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text))).map(HTMLBytes.lowercased))
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
