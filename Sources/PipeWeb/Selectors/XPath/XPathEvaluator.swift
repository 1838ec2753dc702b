internal import CLibxml2
internal import PipeText

/// Evaluates terms on a document.
///
/// Everything that takes time or memory draws on one account, since pages are hostile: a node that is looked at, a text
/// that is read, copied, searched or compared, a set that is sorted. libxml2's evaluator counts nodes alone; comparing two
/// sets, joining them and taking the texts of nested elements take it time that grows with the square of the page.
struct XPathEvaluator {
  typealias Failure = XPathExpression.Failure

  let document: DOMDocument
  /// The names of the expression as the document holds them, so that they compare as pointers; `nil` where no node has
  /// one.
  let names: [UnsafePointer<xmlChar>?]
  /// The namespaces that those which are prefixes stand for.
  let namespaces: [UnsafePointer<xmlChar>?]
  /// Elements by their ids, once id() has asked for them.
  var elementsByID: [XPathText: XMLNode]?
  /// Bytes that they take.
  private var kept = 0
  private let stepLimit: Int
  private var steps: Int
  /// How many steps it may still take.
  var stepsLeft: Int { steps }
  /// Bytes of the texts and sets that are there at the moment.
  private(set) var held = 0

  init(_ document: DOMDocument, names: [String], prefixes: Set<Int>, stepLimit: Int) {
    self.document = document
    self.stepLimit = stepLimit
    steps = stepLimit
    self.names = names.map { document.tree.existing($0) }
    namespaces = names.indices.map { prefixes.contains($0) ? document.tree.namespace(ofPrefix: names[$0]) : nil }
  }

  // MARK: Bounds

  /// Counts nodes that are looked at.
  mutating func step(_ count: Int = 1) throws(Failure) {
    steps -= count
    if steps < 0 { throw .tooManySteps(stepLimit) }
  }

  /// Counts bytes that are read or written: 16 are as much work as a node.
  mutating func read(_ bytes: Int) throws(Failure) { try step(1 + bytes >> 4) }

  /// Counts bytes that are held.
  mutating func hold(_ bytes: Int) throws(Failure) {
    held += bytes
    if held + kept > XPathExpression.memoryLimit { throw .tooMuchMemory }
  }

  /// Counts bytes that are held until the end.
  mutating func keep(_ bytes: Int) throws(Failure) {
    kept += bytes
    try hold(0)
  }

  /// Forgets what was held since a moment, but for some bytes.
  mutating func release(to before: Int, keeping bytes: Int = 0) { held = before + bytes }

  // MARK: Terms

  mutating func value(of term: XPathTerm, _ context: XPathContext) throws(Failure) -> XPathValue {
    let before = held
    let value = try compute(term, context)
    // What it was made of is gone.
    release(to: before, keeping: value.cost)
    return value
  }

  private mutating func compute(_ term: XPathTerm, _ context: XPathContext) throws(Failure) -> XPathValue {
    try step()
    switch term {
    case .number(let number): return .number(number)
    case .text(let text): return .text(.owned(text))
    case .path(let path): return .nodes(try nodes(of: path, context))
    case .filter(let term, let predicates):
      var nodes = try nodes(of: term, context).all
      for predicate in predicates { nodes = try filter(nodes, predicate) }
      return .nodes(XPathNodes(sorted: nodes))
    case .union(let terms):
      var nodes: [XMLNode] = []
      for term in terms {
        let more = try self.nodes(of: term, context)
        try hold(more.count * MemoryLayout<XMLNode>.stride)
        nodes += more.all
      }
      return .nodes(XPathNodes(sorted: try sort(nodes)))
    case .call(let function, let arguments): return try call(function, arguments, context)
    case .negative(let term): return .number(-(try number(of: term, context)))
    case .chain(let first, let links):
      var result = try value(of: first, context)
      for link in links { result = try apply(link.sign, result, try value(of: link.term, context)) }
      return result
    case .and, .or: return .boolean(try boolean(of: term, context))
    }
  }

  mutating func nodes(of term: XPathTerm, _ context: XPathContext) throws(Failure) -> XPathNodes {
    guard case .nodes(let nodes) = try value(of: term, context) else { return XPathNodes() }
    return nodes
  }

  mutating func text(of term: XPathTerm, _ context: XPathContext) throws(Failure) -> XPathText {
    let before = held
    let text = try text(of: try value(of: term, context))
    release(to: before, keeping: text.cost)
    return text
  }

  mutating func number(of term: XPathTerm, _ context: XPathContext) throws(Failure) -> Double {
    let before = held
    defer { release(to: before) }
    return try number(of: try value(of: term, context))
  }

  /// A term as a condition; nodes are looked for only until there is one.
  mutating func boolean(of term: XPathTerm, _ context: XPathContext) throws(Failure) -> Bool {
    let before = held
    defer { release(to: before) }
    switch term {
    case .path(let path): return !(try nodes(of: path, context, isOneEnough: true)).isEmpty
    case .and(let terms):
      for term in terms where !(try boolean(of: term, context)) { return false }
      return true
    case .or(let terms), .union(let terms):
      for term in terms where try boolean(of: term, context) { return true }
      return false
    default: return boolean(of: try value(of: term, context))
    }
  }

  // MARK: Conversions (XPath 1.0, 4.2 to 4.4)

  mutating func text(of value: XPathValue) throws(Failure) -> XPathText {
    switch value {
    case .nodes(let nodes): try nodes.first.map { node throws(Failure) in try text(of: node) } ?? .empty
    case .text(let text): text
    case .number(let number): XPathText(number)
    case .boolean(let value): .owned(Array((value ? "true" : "false").utf8))
    }
  }

  mutating func number(of value: XPathValue) throws(Failure) -> Double {
    switch value {
    case .number(let number): return number
    case .boolean(let value): return value ? 1 : 0
    case .nodes, .text:
      let text = try text(of: value)
      try read(text.count)
      return text.number
    }
  }

  func boolean(of value: XPathValue) -> Bool {
    switch value {
    case .nodes(let nodes): !nodes.isEmpty
    case .text(let text): text.count > 0
    case .number(let number): !number.isNaN && number != 0
    case .boolean(let value): value
    }
  }

  /// The string-value of a node (XPath 1.0, 5).
  mutating func text(of node: XMLNode) throws(Failure) -> XPathText {
    if node.isAttribute {
      guard let content = node.pointee.children?.pointee.content else { return .empty }
      return try borrowed(content)
    }
    guard node.isElement || node.isDocument else {
      return try node.pointee.content.map { content throws(Failure) in try borrowed(content) } ?? .empty
    }
    guard let first = node.pointee.children else { return .empty }
    // Most elements have a text alone.
    if first.isText, first.pointee.next == nil {
      return try first.pointee.content.map { content throws(Failure) in try borrowed(content) } ?? .empty
    }
    var bytes: [UInt8] = []
    var cursor = Optional(first)
    while let here = cursor {
      try step()
      if here.isText, let content = here.pointee.content {
        let count = content.length
        try read(count)
        try hold(count)
        bytes += UnsafeBufferPointer(start: content, count: count)
      }
      cursor = here.child
      if cursor == nil { cursor = try behind(here, in: node) }
    }
    return .owned(bytes)
  }

  private mutating func borrowed(_ content: UnsafeMutablePointer<xmlChar>) throws(Failure) -> XPathText {
    let count = content.length
    try read(count)
    return .borrowed(UnsafeBufferPointer(start: content, count: count))
  }
}

extension UnsafePointer<xmlChar> {
  /// Bytes before the zero. libxml2's own function looks at one after the other.
  var length: Int { strlen(UnsafeRawPointer(self).assumingMemoryBound(to: CChar.self)) }
}

extension UnsafeMutablePointer<xmlChar> {
  fileprivate var length: Int { UnsafePointer(self).length }
}

extension DocumentTree {
  /// The namespace of a prefix, kept as long as the document; `nil` where the document has no such prefix.
  func namespace(ofPrefix prefix: String) -> UnsafePointer<xmlChar>? {
    let name = prefix == "xml" ? "http://www.w3.org/XML/1998/namespace" : namespaces[ExactText(prefix)]
    guard let name else { return nil }
    return Array(name.utf8).withUnsafeBufferPointer { intern(asWritten: $0) }
  }
}
