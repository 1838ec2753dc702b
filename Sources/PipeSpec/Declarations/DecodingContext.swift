internal import PipeText

/// What decoding carries along: the file, the variables, where in the spec it is, and the faults found.
package struct DecodingContext {
  package let file: SourceFile
  package private(set) var variables: Variables
  package private(set) var diagnostics: [Diagnostic] = []
  /// Where credentials stand in the file.
  package private(set) var masked: [SourceSpan] = []
  /// How many of the findings are errors.
  private(set) var errorCount = 0
  /// The keys that lead to the value being decoded: `["fetch", "per_host"]`.
  private var path: [String] = []
  /// The example of the key whose value is being decoded.
  private(set) var example: (key: String, value: String)?
  /// Guesses at what was meant that are left: a file may have very many unknown names.
  private var guesses = 500
  /// What the whole spec may say, for hints that name another place.
  private(set) var rootKeys: [KeyDescription] = []

  package init(file: SourceFile, variables: Variables) {
    self.file = file
    self.variables = variables
  }

  /// What a message calls the value being decoded.
  package var place: String { path.isEmpty ? "the pipeline" : path.joined(separator: ".") }

  /// The key whose value is being decoded.
  var lastKey: String? { path.last }

  /// Whether what is decoded is the spec itself.
  var isAtTop: Bool { path.isEmpty }

  package mutating func within<Value>(_ key: String, _ body: (inout Self) -> Value) -> Value {
    path.append(key)
    defer { path.removeLast() }
    return body(&self)
  }

  mutating func within<Value>(_ key: KeyDescription, _ body: (inout Self) -> Value) -> Value {
    let outer = example
    example = key.example.map { (key.name, $0) }
    defer { example = outer }
    return within(key.name, body)
  }

  /// Whether another name may be compared with all those that are known.
  mutating func takeGuess() -> Bool {
    guesses -= 1
    return guesses >= 0
  }

  /// Notes the keys of the spec itself, once.
  mutating func enter(_ keys: [KeyDescription]) { if isAtTop { rootKeys = keys } }

  package mutating func report(
    _ code: Diagnostic.Code, at span: SourceSpan, _ message: String, hint: String? = nil,
    notes: [Diagnostic.Note] = []
  ) {
    report([Diagnostic(code, at: span, message, hint: hint, notes: notes)])
  }

  /// Reports a fault of a node; one that an alias stands for names the place of its anchor too.
  package mutating func report(_ code: Diagnostic.Code, on node: Node, _ message: String, hint: String? = nil) {
    report(code, at: node.span, message, hint: commentHint(behind: node) ?? hint, notes: Diagnostic.Note.written(node))
  }

  /// What to say of a value that is missing because `#` begins a comment: `css: #id`.
  func commentHint(behind node: Node) -> String? {
    guard node.isUnwritten, !file.bytes.isEmpty else { return nil }
    let line = file.bytes[min(node.span.end.offset, file.bytes.count)...].prefix { !$0.isYAMLBreak }
    let comment = line.drop { $0.isYAMLBlank }
    guard comment.first == UInt8(ascii: "#"), let next = comment.dropFirst().first, !next.isYAMLBlank, next != 0x23
    else { return nil }
    return "'#' begins a comment: put quotes around '\(excerpt(String(decoding: comment, as: UTF8.self)))'"
  }

  package mutating func report(_ more: [Diagnostic]) {
    diagnostics += more
    for diagnostic in more where diagnostic.severity == .error { errorCount += 1 }
  }

  /// The text of a scalar with its interpolations resolved; `nil` once a fault is reported.
  ///
  /// - Parameter expected: What the message says should stand here instead of a list or a map.
  package mutating func text(of node: Node, expected: @autoclosure () -> String) -> ResolvedText? {
    guard case .scalar(let scalar) = node.content else {
      report(.wrongType, on: node, "\(place) must be \(expected()), not \(node.kindName)")
      return nil
    }
    if scalar.style == .plain, let first = scalar.text.unicodeScalars.first, let last = scalar.text.unicodeScalars.last,
      "\u{2018}\u{201C}\u{201E}\u{2019}\u{201D}".unicodeScalars.contains(first),
      "\u{2019}\u{201D}\u{201C}\u{2018}".unicodeScalars.contains(last)
    {
      report(
        .badValue, on: node, "\(place) begins with a typographic quote, which is part of the value",
        hint: "write straight quotes: \" or '; put these between straight ones if they are meant")
      return nil
    }
    switch variables.resolve(scalar, of: node, in: file) {
    case .success(let text):
      let isFree = !["a header field's value", "a path", "a user agent"].contains(expected())
      // Where names stand in braces, more of them mean something.
      if ShapeDescription.isTemplate(expected()) {
        return isFit(text, for: expected(), on: node) ? text : nil
      }
      if let hint = variables.foreignReference(in: scalar.text, isFree: isFree) {
        report(.noEffect, on: node, "'{{ … }}' is not replaced: it is part of the value", hint: hint)
      } else if !isFree, let name = ShellReference.name(in: scalar.text) {
        report(
          .noEffect, on: node, "'\(excerpt(name.written))' is not replaced: it is part of the value",
          hint: name.variable.map { "write ${env:\($0)}" } ?? "a command is not run here")
      }
      return isFit(text, for: expected(), on: node) ? text : nil
    case .failure(let faults):
      report(faults.diagnostics)
      return nil
    }
  }

  /// Whether a text may stand where it does: a path cannot hold a NUL, and only a path can hold bytes that are not
  /// UTF-8, which come from the command line and the environment.
  private mutating func isFit(_ text: ResolvedText, for expected: String, on node: Node) -> Bool {
    if expected == "a path", text.text.utf8.contains(0) {
      report(.badValue, on: node, "\(place) holds a NUL, which no name of a file can")
      return false
    }
    if text.isInterpolated, expected != "a path", PathText.hasOctets(text.text) {
      report(.badValue, on: node, "\(place) holds bytes that are not UTF-8: '\(PathText.shown(text.text))'")
      return false
    }
    return true
  }

  /// Notes which variables the nodes under this one name, whether or not they are decoded.
  package mutating func noteReferences(in node: Node) {
    switch node.content {
    case .scalar(let scalar): variables.noteReferences(in: scalar.text)
    case .sequence(let items): for item in items { noteReferences(in: item) }
    case .mapping(let entries):
      for entry in entries {
        noteReferences(in: entry.key)
        noteReferences(in: entry.value)
      }
    }
  }

  /// Notes that it cannot be told which variables there are, which is reported.
  package mutating func forgetVariables() { variables.areKnown = false }

  /// Keeps what a node says from being shown where the file is quoted.
  /// Keeps a credential that the spec itself tells out of what a run says.
  mutating func note(credential: String) {
    variables.note(credential: credential)
    // `Bearer s3cret`, `id=c00kie`, `http://me:pr0xy@proxy.example`: its parts go from hand to hand.
    for part in credential.split(whereSeparator: { " ;=:@/".contains($0) }) {
      if part.utf8.count >= 6, part.contains(where: \.isNumber), part.contains(where: \.isLetter) {
        variables.note(credential: String(part))
      }
    }
  }

  package mutating func mask(_ node: Node) { masked.append(node.anchored ?? node.span) }

  /// Makes a variable known to what is decoded from here on.
  package mutating func define(_ name: String, _ value: Variables.Value) { variables.define(name, value) }
}
