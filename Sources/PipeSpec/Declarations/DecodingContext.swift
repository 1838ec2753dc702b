/// What decoding carries along: the file, the variables, where in the spec it is, and the faults found.
package struct DecodingContext {
  package let file: SourceFile
  package private(set) var variables: Variables
  package private(set) var diagnostics: [Diagnostic] = []
  /// The keys that lead to the value being decoded: `["fetch", "per_host"]`.
  private var path: [String] = []

  package init(file: SourceFile, variables: Variables) {
    self.file = file
    self.variables = variables
  }

  /// What a message calls the value being decoded.
  package var place: String { path.isEmpty ? "the pipeline" : path.joined(separator: ".") }

  package mutating func within<Value>(_ key: String, _ body: (inout Self) -> Value) -> Value {
    path.append(key)
    defer { path.removeLast() }
    return body(&self)
  }

  package mutating func report(
    _ code: Diagnostic.Code, at span: SourceSpan, _ message: String, hint: String? = nil,
    notes: [Diagnostic.Note] = []
  ) {
    diagnostics.append(Diagnostic(code, at: span, message, hint: hint, notes: notes))
  }

  /// Reports a fault of a node; one that an alias stands for names the place of its anchor too.
  package mutating func report(_ code: Diagnostic.Code, on node: Node, _ message: String, hint: String? = nil) {
    let notes = node.anchored.map { [Diagnostic.Note("the value was written here", at: $0)] } ?? []
    report(code, at: node.span, message, hint: hint, notes: notes)
  }

  package mutating func report(_ more: [Diagnostic]) { diagnostics += more }

  /// The text of a scalar with its interpolations resolved; `nil` once a fault is reported.
  ///
  /// - Parameter expected: What the message says should stand here instead of a list or a map.
  package mutating func text(of node: Node, expected: @autoclosure () -> String) -> ResolvedText? {
    guard case .scalar(let scalar) = node.content else {
      report(.wrongType, on: node, "\(place) must be \(expected()), not \(node.kindName)")
      return nil
    }
    switch variables.resolve(scalar, of: node, in: file) {
    case .success(let text): return text
    case .failure(let faults):
      diagnostics += faults.diagnostics
      return nil
    }
  }

  /// Makes a variable known to what is decoded from here on.
  package mutating func define(_ name: String, _ value: Variables.Value) { variables.define(name, value) }
}
