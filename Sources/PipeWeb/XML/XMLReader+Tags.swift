extension XMLReader {
  /// Reads on in a start tag, and tells where to go on.
  mutating func readStartTag(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ tag: XMLTagEnd, _ handle: (XMLEvent) -> Void
  ) -> Int {
    var tag = tag
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      switch tag.step(byte, at: markup.count) {
      case .goesOn: markup.append(byte)
      case .ends:
        markup.append(byte)
        state = .text
        startElement(tag, isWhole: true, handle)
        return index + 1
      case .endsBefore:
        faults.insert(.form)
        markup += " >".utf8
        state = .text
        startElement(tag, isWhole: true, handle)
        return index
      }
      index += 1
      if markup.count >= bounds.text {
        if tag.quoted != nil {
          unquote(tag, handle)
        } else {
          markup += " >".utf8
          state = .restOfTag(isAfterSlash: byte == UInt8(ascii: "/"))
          startElement(tag, isWhole: false, handle)
        }
        return index
      }
    }
    state = .startTag(tag)
    return index
  }

  /// Reads a tag again from a quote on that nobody closes: it is a character of a value without quotes.
  mutating func unquote(_ tag: XMLTagEnd, _ handle: (XMLEvent) -> Void) {
    guard let quote = tag.quoted else { return }
    faults.insert(.form)
    let rest = Array(markup[(quote + 1)...])
    markup.removeLast(rest.count)
    var tag = tag
    tag.unquote()
    state = .startTag(tag)
    rest.withUnsafeBufferPointer { read($0, handle) }
  }

  // MARK: Elements

  private mutating func startElement(_ tag: XMLTagEnd, isWhole: Bool, _ handle: (XMLEvent) -> Void) {
    if !isWhole { faults.insert(.long) }
    // A slash at the end of a value without quotes is a part of it.
    let isEmpty = markup[markup.count - 2] == UInt8(ascii: "/") && tag.part != .unquoted
    if ignored > 0 || open.count >= bounds.depth {
      if open.count >= bounds.depth { faults.insert(.deep) }
      if !isEmpty { ignored += 1 }
      return
    }
    send(handle)
    let (element, hash) = withMarkup { $0.element(in: $1, hasAttributes: tag.hasAttributes) }
    hasRoot = true
    handle(.start(element))
    if isEmpty {
      scope.close(depth: open.count + 1)
      handle(.end(element.name))
    } else {
      open.append(element.name)
      openHashes.append(hash)
    }
  }

  /// Lends the markup at hand beside the reader, which does not have it meanwhile.
  private mutating func withMarkup<Result>(_ body: (inout Self, UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    var bytes: [UInt8] = []
    swap(&bytes, &markup)
    defer { swap(&bytes, &markup) }
    return bytes.withUnsafeBufferPointer { body(&self, $0) }
  }

  private mutating func element(
    in bytes: UnsafeBufferPointer<UInt8>, hasAttributes: Bool
  ) -> (element: XMLElement, hash: Int) {
    guard hasAttributes else {
      let name = name(in: UnsafeBufferPointer(rebasing: bytes[1...]))
      return (XMLElement(name: resolved(name, isAttribute: false)), Self.hash(name))
    }
    var scanner = XMLScanner(bytes)
    _ = scanner.next()
    if !scanner.isWellFormed { faults.insert(.form) }
    if scanner.attributes.count > Self.attributeLimit { faults.insert(.long) }
    var attributes: [(name: UnsafeBufferPointer<UInt8>, value: String)] = []
    for attribute in scanner.attributes.prefix(Self.attributeLimit) {
      let name = self.name(in: attribute.name)
      let value = value(attribute.value)
      if name.elementsEqual("xmlns".utf8) || name.starts(with: "xmlns:".utf8) {
        let prefix = String(decoding: name.dropFirst(6), as: UTF8.self)
        if !scope.declare(prefix, value, depth: open.count + 1) { faults.insert(.long) }
      } else if attributes.contains(where: { $0.name.elementsEqual(name) }) {
        faults.insert(.form)
      } else {
        attributes.append((name, value))
      }
    }
    let name = name(in: scanner.name)
    let element = XMLElement(
      name: resolved(name, isAttribute: false),
      attributes: attributes.map { XMLAttribute(name: resolved($0.name, isAttribute: true), value: $0.value) })
    return (element, Self.hash(name))
  }

  /// The name that bytes begin with, within the bound.
  private mutating func name(in bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    let name = XMLScanner(bytes).readName(from: 0)
    if name.count <= Self.nameLimit { return name }
    faults.insert(.long)
    return UnsafeBufferPointer(rebasing: name[..<name.characterStart(before: Self.nameLimit)])
  }

  private func resolved(_ name: UnsafeBufferPointer<UInt8>, isAttribute: Bool) -> XMLName {
    guard let colon = name.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon + 1 < name.count else {
      let namespace = isAttribute ? nil : scope.namespace(of: "")
      return XMLName(local: String(decoding: name, as: UTF8.self), namespace: namespace ?? "")
    }
    let prefix = String(decoding: name[..<colon], as: UTF8.self)
    let local = String(decoding: name[(colon + 1)...], as: UTF8.self)
    return XMLName(prefix: prefix, local: local, namespace: scope.namespace(of: prefix) ?? "")
  }

  private mutating func value(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    guard bytes.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "&") }) else {
      return String(decoding: bytes, as: UTF8.self)
    }
    var replaced: [UInt8] = []
    var value: [UInt8] = []
    let isWellFormed: Bool
    if entities != nil {
      entities?.appendText(bytes, to: &replaced)
      isWellFormed = replaced.withUnsafeBufferPointer { XMLText.append($0, to: &value, isAttribute: true) }
    } else {
      isWellFormed = XMLText.append(bytes, to: &value, isAttribute: true)
    }
    if !isWellFormed { faults.insert(.form) }
    return String(decoding: value, as: UTF8.self)
  }

  /// An end tag closes the innermost element of its name; one without such an element is nothing.
  mutating func endElement(_ handle: (XMLEvent) -> Void) {
    state = .text
    if ignored > 0 {
      ignored -= 1
      return
    }
    let found: Int? = withMarkup { reader, bytes in
      let name = reader.name(in: bytes)
      let hash = Self.hash(name)
      var index = reader.open.count - 1
      while index >= 0 {
        if reader.openHashes[index] == hash, reader.open[index].qualified.utf8.elementsEqual(name) { return index }
        index -= 1
      }
      return nil
    }
    guard let found else {
      faults.insert(.form)
      return
    }
    if found < open.count - 1 { faults.insert(.form) }
    send(handle)
    close(downTo: found, handle)
  }

  /// Ends an element without content whose tag was too long.
  mutating func endLongElement(_ handle: (XMLEvent) -> Void) {
    if ignored > 0 { ignored -= 1 } else { close(downTo: max(0, open.count - 1), handle) }
  }

  /// Ends open elements until so many are left.
  mutating func close(downTo count: Int, _ handle: (XMLEvent) -> Void) {
    while open.count > count {
      scope.close(depth: open.count)
      openHashes.removeLast()
      handle(.end(open.removeLast()))
    }
  }

  /// FNV-1a.
  private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash)
  }
}
