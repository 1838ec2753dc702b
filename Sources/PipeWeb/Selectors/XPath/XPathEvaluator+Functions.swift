internal import CLibxml2

/// The function library (XPath 1.0, 4).
extension XPathEvaluator {
  mutating func call(
    _ function: XPathFunction, _ arguments: [XPathTerm], _ context: XPathContext
  ) throws(Failure) -> XPathValue {
    switch function {
    case .last: return .number(Double(context.size))
    case .position: return .number(Double(context.position))
    case .count: return .number(Double(try nodes(of: arguments[0], context).count))
    case .id: return .nodes(try elements(withIDs: try value(of: arguments[0], context)))
    case .localName, .namespaceURI, .name:
      let node = arguments.isEmpty ? context.node : try nodes(of: arguments[0], context).first
      return .text(try node.map { node throws(Failure) in try name(of: node, function) } ?? .empty)
    case .string: return .text(try textArgument(arguments, context))
    case .concat: return .text(try concatenation(arguments, context))
    case .startsWith, .contains, .substringBefore, .substringAfter: return try search(function, arguments, context)
    case .substring: return .text(try substring(arguments, context))
    case .stringLength:
      let text = try textArgument(arguments, context)
      try read(text.count)
      return .number(Double(text.characters))
    case .normalizeSpace:
      let text = try textArgument(arguments, context)
      try read(4 * text.count)
      try hold(text.count)
      return .text(text.normalized)
    case .translate: return .text(try translation(arguments, context))
    case .boolean: return .boolean(try boolean(of: arguments[0], context))
    case .not: return .boolean(!(try boolean(of: arguments[0], context)))
    case .yes: return .boolean(true)
    case .no: return .boolean(false)
    case .lang: return .boolean(try isIn(try text(of: arguments[0], context), context.node))
    case .number:
      if let argument = arguments.first { return .number(try number(of: argument, context)) }
      return .number(try number(of: .text(try text(of: context.node))))
    case .sum: return .number(try sum(of: try nodes(of: arguments[0], context)))
    case .floor: return .number(try number(of: arguments[0], context).rounded(.down))
    case .ceiling: return .number(try number(of: arguments[0], context).rounded(.up))
    case .round: return .number(Self.rounded(try number(of: arguments[0], context)))
    }
  }

  /// The only argument, or the node that the expression is about.
  private mutating func textArgument(
    _ arguments: [XPathTerm], _ context: XPathContext
  ) throws(Failure) -> XPathText {
    guard let argument = arguments.first else { return try text(of: context.node) }
    return try text(of: argument, context)
  }

  // MARK: Nodes (4.1)

  /// Elements by the ids that white space separates, of each node or of a text.
  private mutating func elements(withIDs value: XPathValue) throws(Failure) -> XPathNodes {
    let elements = try elementsWithIDs()
    var found: [XMLNode] = []
    let texts: XPathNodes
    if case .nodes(let nodes) = value { texts = nodes } else { texts = XPathNodes() }
    let before = held
    for index in 0..<max(1, texts.count) {
      let text = try texts.isEmpty ? self.text(of: value) : self.text(of: texts[index])
      try read(text.count)
      var start = 0
      while let word = text.word(from: start) {
        try step(4)
        start = word.upperBound
        guard let element = elements[text[word]] else { continue }
        found.append(element)
        try hold(MemoryLayout<XMLNode>.stride)
      }
      release(to: before, keeping: found.count * MemoryLayout<XMLNode>.stride)
    }
    return XPathNodes(sorted: try sort(found))
  }

  /// Where several elements have an id, the first of them has it (DOM 4.2.4). Ids are `id` in HTML, and `name` of an `a`,
  /// and `xml:id` in XML.
  private mutating func elementsWithIDs() throws(Failure) -> [XPathText: XMLNode] {
    if let elementsByID { return elementsByID }
    var found: [XPathText: XMLNode] = [:]
    var cursor = document.tree.root.child
    while let node = cursor {
      try step()
      var attribute = node.firstAttribute
      while let here = attribute {
        try step()
        if isID(here, of: node) {
          let id = try text(of: here)
          try read(4 * id.count)
          if found[id] == nil {
            try keep(Self.entryCost)
            found[id] = node
          }
        }
        attribute = here.pointee.next
      }
      cursor = node.child
      if cursor == nil { cursor = try behind(node) }
    }
    elementsByID = found
    return found
  }

  private func isID(_ attribute: XMLNode, of node: XMLNode) -> Bool {
    if document.isXML {
      return attribute.isNamed("id") && xmlStrEqual(attribute.pointee.ns?.pointee.prefix, "xml") != 0
    }
    return attribute.isNamed("id") || attribute.isNamed("name") && node.isNamed("a")
  }

  private mutating func name(of node: XMLNode, _ function: XPathFunction) throws(Failure) -> XPathText {
    let hasName = node.isElement || node.isAttribute || node.pointee.type == XML_PI_NODE
    // A processing instruction has no namespace.
    let namespace = node.isElement || node.isAttribute ? node.pointee.ns : nil
    if function == .namespaceURI {
      return namespace?.pointee.href.map { Self.text($0) } ?? .empty
    }
    guard hasName, let local = node.pointee.name else { return .empty }
    guard function == .name, let prefix = namespace?.pointee.prefix else { return Self.text(local) }
    let name = Self.text(prefix).withBytes { Array($0) } + [UInt8(ascii: ":")]
    return .owned(Self.text(local).withBytes { name + $0 })
  }

  private static func text(_ name: UnsafePointer<xmlChar>) -> XPathText {
    .borrowed(UnsafeBufferPointer(start: name, count: name.length))
  }

  // MARK: Texts (4.2)

  private mutating func concatenation(
    _ arguments: [XPathTerm], _ context: XPathContext
  ) throws(Failure) -> XPathText {
    var bytes: [UInt8] = []
    for argument in arguments {
      let before = held
      let text = try text(of: argument, context)
      try read(text.count)
      release(to: before)
      try hold(text.count)
      text.withBytes { bytes += $0 }
    }
    return .owned(bytes)
  }

  private mutating func search(
    _ function: XPathFunction, _ arguments: [XPathTerm], _ context: XPathContext
  ) throws(Failure) -> XPathValue {
    let text = try text(of: arguments[0], context)
    let other = try self.text(of: arguments[1], context)
    try read(function == .startsWith ? other.count : 2 * text.count + 4 * other.count)
    if function == .startsWith { return .boolean(text.starts(with: other)) }
    try hold(other.count < text.count ? 4 * other.count : 0)
    let range = text.firstRange(of: other)
    if function == .contains { return .boolean(range != nil) }
    guard let range else { return .text(.empty) }
    try hold(text.cost)
    return .text(function == .substringBefore ? text[0..<range.lowerBound] : text[range.upperBound..<text.count])
  }

  private mutating func substring(_ arguments: [XPathTerm], _ context: XPathContext) throws(Failure) -> XPathText {
    let text = try text(of: arguments[0], context)
    let first = Self.rounded(try number(of: arguments[1], context))
    let end = arguments.count == 2 ? .infinity : first + Self.rounded(try number(of: arguments[2], context))
    try read(text.count)
    try hold(text.cost)
    return text.characters(from: first, to: end)
  }

  private mutating func translation(_ arguments: [XPathTerm], _ context: XPathContext) throws(Failure) -> XPathText {
    let text = try text(of: arguments[0], context)
    let from = try self.text(of: arguments[1], context)
    let to = try self.text(of: arguments[2], context)
    // Tables take their time, and a character can become one of four bytes.
    try step(32 + 4 * (from.count + to.count))
    let isASCII = from.isASCII && to.isASCII
    try isASCII ? read(4 * text.count) : step(text.count)
    try hold(4 * text.count + Self.entryCost * (from.count > 128 ? from.count : 0))
    return isASCII ? text.translatedInASCII(from, to) : text.translated(from, to)
  }

  // MARK: Languages (4.3)

  /// Whether `xml:lang` of a node, or of the nearest ancestor that has it, is a language or one of its dialects.
  private mutating func isIn(_ language: XPathText, _ node: XMLNode) throws(Failure) -> Bool {
    var cursor: XMLNode? = node
    while let here = cursor {
      try step()
      var attribute = here.firstAttribute
      while let own = attribute {
        try step()
        if own.isNamed("lang"), xmlStrEqual(own.pointee.ns?.pointee.prefix, "xml") != 0 {
          let value = own.pointee.children?.pointee.content.map { Self.text($0) } ?? .empty
          return value.withBytes { value in
            language.withBytes { language in
              value.count >= language.count
                && zip(value, language).allSatisfy { ASCII.lowercase($0) == ASCII.lowercase($1) }
                && (value.count == language.count || value[language.count] == UInt8(ascii: "-"))
            }
          }
        }
        attribute = own.pointee.next
      }
      cursor = here.pointee.parent
    }
    return false
  }

  // MARK: Numbers (4.4)

  private mutating func sum(of nodes: XPathNodes) throws(Failure) -> Double {
    var sum = 0.0
    let before = held
    for index in 0..<nodes.count {
      sum += try number(of: .text(try text(of: nodes[index])))
      release(to: before)
    }
    return sum
  }

  /// The nearest whole number; of two, the greater.
  static func rounded(_ number: Double) -> Double {
    let below = number.rounded(.down)
    let rounded = number - below >= 0.5 ? below + 1 : below
    return rounded == 0 && number.sign == .minus ? -0.0 : rounded
  }
}
