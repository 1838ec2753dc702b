internal import CLibxml2
internal import PipeText
internal import Synchronization

/// An XPath 1.0 expression, compiled. In XML, names are as the document writes them: a prefix means what the document
/// declares it to be first, and a name without one is found whatever the default namespace.
///
/// `@unchecked Sendable`: libxml2 writes into a compiled expression while it evaluates it, so every evaluation takes
/// one of its own from the pool.
package final class XPathExpression: @unchecked Sendable {
  /// Why a text is not an expression.
  package struct SyntaxError: Error, Hashable, Sendable {
    /// In words that follow "is not an XPath expression: ".
    package let message: String
    /// UTF-8 offsets in the text.
    package let range: Range<Int>
  }

  /// Why an evaluation ended without a result: it took too many steps, or went too deep.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// What an expression is worth, which is known before there is a document: XPath 1.0 has no other types.
  package enum Kind: Sendable {
    case nodes, text, number, boolean
  }

  package enum Result {
    /// In document order.
    case nodes([DOMNode])
    case text(String)
    case number(Double)
    case boolean(Bool)
  }

  /// libxml2's operations; some tenths of a second's work.
  package static let stepLimit = 10_000_000

  package let text: String
  package let kind: Kind
  private let prefixes: Set<String>
  /// Compiled expressions at rest: never more than evaluations that ran side by side.
  private let pool: Mutex<[Compiled]>

  /// One owner of one compiled expression.
  ///
  /// `@unchecked Sendable`: it rests in the pool behind a lock, and one evaluation at a time takes it out.
  private final class Compiled: @unchecked Sendable {
    let pointer: xmlXPathCompExprPtr

    init(_ pointer: xmlXPathCompExprPtr) { self.pointer = pointer }

    deinit { xmlXPathFreeCompExpr(pointer) }
  }

  package init(_ text: String) throws(SyntaxError) {
    self.text = text
    prefixes = try XPathNames(text).prefixes
    let compiled = try Self.compile(text)
    pool = Mutex([compiled])
    let empty: [UInt8] = []
    guard let document = DOMDocument(parsing: empty.span) else {
      throw SyntaxError(message: "there is no memory for it", range: 0..<text.utf8.count)
    }
    var budget = ValueBudget(bytes: 0)
    do throws(Failure) {
      kind =
        switch try Self.evaluate(compiled, prefixes, in: document, stepLimit: Self.stepLimit, &budget) {
        case .nodes: .nodes
        case .text: .text
        case .number: .number
        case .boolean: .boolean
        }
    } catch {
      throw SyntaxError(message: error.description, range: 0..<text.utf8.count)
    }
  }

  package func evaluate(
    in document: DOMDocument, stepLimit: Int = XPathExpression.stepLimit
  ) throws(Failure) -> Result {
    var budget = ValueBudget.unlimited
    return try evaluate(in: document, stepLimit: stepLimit, text: &budget)
  }

  /// - Parameter budget: What a text may take; one that is longer is cut.
  package func evaluate(
    in document: DOMDocument, stepLimit: Int = XPathExpression.stepLimit, text budget: inout ValueBudget
  ) throws(Failure) -> Result {
    var compiled = pool.withLock { $0.popLast() }
    if compiled == nil {
      do throws(SyntaxError) {
        compiled = try Self.compile(text)
      } catch {
        throw Failure(description: error.message)
      }
    }
    guard let compiled else { throw Failure(description: "there is no memory for it") }
    defer { pool.withLock { $0.append(compiled) } }
    return try Self.evaluate(compiled, prefixes, in: document, stepLimit: stepLimit, &budget)
  }

  // MARK: libxml2

  private static func compile(_ text: String) throws(SyntaxError) -> Compiled {
    let all = 0..<text.utf8.count
    if text.utf8.isEmpty { throw SyntaxError(message: "it is empty", range: all) }
    if text.utf8.count > 65_536 { throw SyntaxError(message: "it is longer than 64 KiB", range: all) }
    if text.utf8.contains(0) { throw SyntaxError(message: "it holds U+0000", range: all) }
    guard let context = xmlXPathNewContext(nil) else {
      throw SyntaxError(message: "there is no memory for it", range: all)
    }
    defer { xmlXPathFreeContext(context) }
    // Without a handler of the context's own libxml2 would write to standard error.
    context.pointee.error = { _, _ in }
    if let pointer = xmlXPathCtxtCompile(context, text) { return Compiled(pointer) }
    throw SyntaxError(
      message: message(context.pointee.lastError.code),
      range: character(at: Int(context.pointee.lastError.int1), of: Array(text.utf8)))
  }

  /// The character at which reading failed, or the last one.
  private static func character(at offset: Int, of text: [UInt8]) -> Range<Int> {
    var start = min(max(0, offset), text.count - 1)
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    let length = 1 + text[(start + 1)...].prefix { $0 & 0xC0 == 0x80 }.count
    return start..<start + length
  }

  private static func evaluate(
    _ compiled: Compiled, _ prefixes: Set<String>, in document: DOMDocument, stepLimit: Int,
    _ budget: inout ValueBudget
  ) throws(Failure) -> Result {
    guard let context = xmlXPathNewContext(document.tree.document) else {
      throw Failure(description: "there is no memory for it")
    }
    defer { xmlXPathFreeContext(context) }
    context.pointee.error = { _, _ in }
    context.pointee.node = document.tree.root
    // No namespace is called "": a prefix that the document does not have finds nothing.
    for prefix in prefixes { xmlXPathRegisterNs(context, prefix, document.tree.namespaces[ExactText(prefix)] ?? "") }
    context.pointee.opLimit = UInt(max(1, stepLimit))
    guard let object = xmlXPathCompiledEval(compiled.pointer, context) else {
      throw Failure(description: message(context.pointee.lastError.code))
    }
    defer { xmlXPathFreeObject(object) }
    switch object.pointee.type {
    case XPATH_NODESET:
      var nodes: [DOMNode] = []
      if let set = object.pointee.nodesetval {
        xmlXPathNodeSetSort(set)
        for index in 0..<Int(set.pointee.nodeNr) {
          if let node = set.pointee.nodeTab[index], node.pointee.type != XML_NAMESPACE_DECL {
            nodes.append(DOMNode(node, in: document))
          }
        }
      }
      return .nodes(nodes)
    case XPATH_NUMBER: return .number(object.pointee.floatval)
    case XPATH_BOOLEAN: return .boolean(object.pointee.boolval != 0)
    default: return .text(XMLNode.text(object.pointee.stringval, within: &budget))
    }
  }

  /// libxml2's codes begin at 1200.
  private static func message(_ code: Int32) -> String {
    switch Int(code) - 1200 {
    case Int(XPATH_UNFINISHED_LITERAL_ERROR.rawValue): "a text in quotes has no end"
    case Int(XPATH_START_LITERAL_ERROR.rawValue): "a text in quotes must stand here"
    case Int(XPATH_VARIABLE_REF_ERROR.rawValue), Int(XPATH_UNDEF_VARIABLE_ERROR.rawValue): "there are no variables"
    case Int(XPATH_INVALID_PREDICATE_ERROR.rawValue): "the brackets do not end here"
    case Int(XPATH_UNCLOSED_ERROR.rawValue): "a parenthesis is not closed"
    case Int(XPATH_UNKNOWN_FUNC_ERROR.rawValue): "no such function"
    case Int(XPATH_INVALID_ARITY.rawValue): "a function has too many arguments, or too few"
    case Int(XPATH_INVALID_TYPE.rawValue), Int(XPATH_INVALID_OPERAND.rawValue): "a value is not of the type it must be"
    case Int(XPATH_OP_LIMIT_EXCEEDED.rawValue): "it takes too many steps"
    case Int(XPATH_RECURSION_LIMIT_EXCEEDED.rawValue): "it is nested too deeply"
    case Int(XPATH_MEMORY_ERROR.rawValue): "there is no memory for it"
    default: "it cannot be read from here on"
    }
  }
}
