internal import PipeText

/// What `${…}` can name: the spec's `vars`, the environment, and secrets.
package struct Variables: Sendable {
  package struct Value: Sendable {
    package let text: String
    /// The text as it may be shown.
    let shown: String
    package let definedAt: SourceSpan?
    /// Whether it is declared, and its value could not be had; that is reported.
    let isFaulty: Bool

    package init(_ text: String, shown: String? = nil, definedAt: SourceSpan?) {
      self.text = text
      self.shown = shown ?? text
      self.definedAt = definedAt
      isFaulty = false
    }

    private init() {
      text = ""
      shown = ""
      definedAt = nil
      isFaulty = true
    }

    package static let faulty = Value()
  }

  /// Reads the file of a `${secret:file:…}`; the failure says why it cannot.
  package typealias ReadFile = @Sendable (String) -> Result<String, UnreadableFile>

  package struct UnreadableFile: Error {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
  }

  private static let secretFile = "secret:file:"

  private var values: [ExactText: Value] = [:]
  private var used: Set<ExactText> = []
  /// Whether all names that `vars` declares are here.
  var areKnown = true
  private let overrides: [ExactText: String]
  private let environment: [ExactText: String]
  private let readFile: ReadFile
  /// Every secret that was resolved.
  package private(set) var secrets = Secrets()
  /// The files of `${secret:file:…}`, and where they are named.
  package private(set) var secretFiles: [Located<String>] = []
  /// What is resolved in the place of every secret.
  private enum Substitution {
    case value, mask, reference
  }
  private var substitution = Substitution.value
  /// Bytes that were brought in so far.
  private var brought = 0
  private var guesses = NameGuesses()

  /// - Parameter overrides: The values of `--set`, which win over the spec's own.
  package init(
    overrides: [String: String] = [:], environment: [String: String] = [:],
    readFile: @escaping ReadFile = { _ in .failure(UnreadableFile("files cannot be read here")) }
  ) {
    self.init(overrides: Self.exact(overrides), environment: Self.exact(environment), readFile)
  }

  private init(overrides: [ExactText: String], environment: [ExactText: String], _ readFile: @escaping ReadFile) {
    self.overrides = overrides
    self.environment = environment
    self.readFile = readFile
  }

  private static func exact(_ values: [String: String]) -> [ExactText: String] {
    Dictionary(values.map { (ExactText($0), $1) }) { first, _ in first }
  }

  /// The same, nothing of it defined or used, with `***` for every secret: a spec that is read with it is as it may be
  /// shown.
  package var masked: Variables {
    var masked = Variables(overrides: overrides, environment: environment, readFile)
    masked.substitution = .mask
    return masked
  }

  /// The same with the mark of its reference for every secret (``SecretReference``).
  package var referring: Variables {
    var referring = masked
    referring.substitution = .reference
    return referring
  }

  mutating func define(_ name: String, _ value: Value) {
    let name = ExactText(name)
    values[name] = value.isFaulty ? value : overrides[name].map { Value($0, definedAt: value.definedAt) } ?? value
  }

  /// The names of `--set` that the spec does not declare.
  package var undeclaredOverrides: [String] { overrides.keys.filter { values[$0] == nil }.map(\.text).sorted() }

  /// The variables that nothing uses, by place.
  package var unused: [(name: String, span: SourceSpan)] {
    values.compactMap { name, value in
      used.contains(name) ? nil : value.definedAt.map { (name.text, $0) }
    }.sorted { $0.span.start < $1.span.start }
  }

  /// A scalar's text with every `${…}` replaced; `$${` writes `${`, and any other `$` stands for itself.
  mutating func resolve(_ scalar: Scalar, of node: Node, in file: SourceFile) -> Result<ResolvedText, Faults> {
    guard scalar.text.utf8.contains(UInt8(ascii: "$")) else {
      let whole = 0..<scalar.text.utf8.count
      return .success(
        ResolvedText(
          text: scalar.text, masked: nil, value: scalar.value, isInterpolated: false, node: node,
          segments: [.init(result: whole, origin: whole, isLiteral: true)], file: file))
    }
    var scanner = InterpolationScanner(scalar.text)
    var text = ""
    var shown = ""
    var parts = SecretParts()
    var segments: [ResolvedText.Segment] = []
    var faults: [Diagnostic] = []
    var isInterpolated = false
    var isBroken = false
    let most = ResolvedText.mostFaults(in: scalar.text)
    while faults.count < most, let part = scanner.next() {
      let start = text.utf8.count
      switch part.kind {
      case .literal(let literal):
        text += literal
        shown += literal
        parts.add(literal, shown: literal, isWritten: true)
      case .reference(let reference):
        isInterpolated = true
        if reference.hasPrefix(Self.secretFile) {
          let path = String(reference.dropFirst(Self.secretFile.utf8.count))
          secretFiles.append(Located(path, at: file.span(ofScalarRange: part.origin, of: node)))
        }
        switch value(of: reference) {
        case .success(let value) where value.text.utf8.count <= InterpolationLimit.bytes - brought:
          brought += value.text.utf8.count
          text += value.text
          shown += value.shown
          parts.add(value.text, shown: value.shown, isWritten: value.text == value.shown)
        case .success:
          // It is told once: what else names a variable is too much as well.
          if brought < .max {
            faults.append(
              Diagnostic(
                .outOfRange, at: file.span(ofScalarRange: part.origin, of: node),
                "the ${…} up to here bring more than \(InterpolationLimit.bytes >> 20) MiB into the spec",
                hint: "do not make variables of variables that grow with each"))
          }
          brought = .max
          isBroken = true
        case .failure(let fault) where fault.isKnown: isBroken = true
        case .failure(let fault):
          faults.append(
            Diagnostic(
              fault.code, at: file.span(ofScalarRange: part.origin, of: node), fault.message, hint: fault.hint))
        }
      case .unterminated:
        faults.append(
          Diagnostic(
            .badValue, at: file.span(ofScalarRange: part.origin, of: node), "'${' without a closing '}'",
            hint: "close it with '}', or write $${ for a literal ${"))
      }
      segments.append(
        .init(result: start..<text.utf8.count, origin: part.origin, isLiteral: part.isVerbatim))
    }
    guard faults.isEmpty, !isBroken else { return .failure(Faults(diagnostics: faults)) }
    if shown != text {
      parts.end()
      secrets.insert(at: node.span)
      secrets.insert(parts)
    }
    let value: Scalar.Value = scalar.style == .plain ? CoreSchema.value(of: text) : .string
    return .success(
      ResolvedText(
        text: text, masked: shown == text ? nil : shown, value: value, isInterpolated: isInterpolated, node: node,
        segments: segments, file: file))
  }

  /// What to write for a variable that a text names in the form of Jinja, Ansible or Mustache, `{{ name }}`, which is not
  /// replaced.
  ///
  /// A name that `vars` does not have is told where no text about templates can stand, and where it names the
  /// environment.
  mutating func foreignReference(in text: String, isFree: Bool) -> String? {
    guard let opening = text.firstRange(of: "{{") else { return nil }
    let rest = text[opening.upperBound...]
    guard let closing = rest.firstRange(of: "}}") else { return nil }
    let name = rest[..<closing.lowerBound].split(separator: " ").joined(separator: " ")
    guard let first = name.utf8.first, first.isASCIILetter || first == UInt8(ascii: "_"), name.utf8.count <= 64,
      name.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || "_-.".utf8.contains($0) })
    else { return isFree ? nil : "write ${env:NAME}, or ${name} for a variable" }
    let inner = name.hasPrefix("vars.") ? String(name.dropFirst("vars.".count)) : name
    if values[ExactText(inner)] != nil {
      used.insert(ExactText(inner))
      return "write ${\(inner)}"
    }
    if let form = Self.ofAnotherTool(name) { return form }
    return !isFree || text.hasPrefix("http://") || text.hasPrefix("https://") ? "write ${\(name)}" : nil
  }

  /// Notes the variables that a text names as used, though nobody asks for their values.
  mutating func noteReferences(in text: String) {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return }
    var scanner = InterpolationScanner(text)
    while let part = scanner.next() {
      switch part.kind {
      case .reference(let name): noteUse(of: name)
      case .unterminated:
        let rest = Array(text.utf8)[part.origin].dropFirst(2)
        // The longest name that it may be begins with its first characters.
        var name = ""
        for scalar in String(decoding: rest.prefix(256), as: UTF8.self).unicodeScalars {
          name.unicodeScalars.append(scalar)
          noteUse(of: name)
        }
      case .literal: break
      }
    }
  }

  private mutating func noteUse(of name: String) {
    let name = ExactText(name)
    if values[name] != nil { used.insert(name) }
  }

  /// Notes a credential that stands in the spec for everybody who reads it.
  mutating func note(credential: String) { secrets.insert(credential: credential) }

  /// What stands for a reference, and what may be shown of it.
  private typealias Substitute = (text: String, shown: String)

  private mutating func secret(_ value: String, _ reference: String) -> Substitute {
    switch substitution {
    case .mask: return (Secrets.mask, Secrets.mask)
    case .reference:
      let mark = SecretReference.mark(reference)
      return (mark, mark)
    case .value:
      secrets.insert(value)
      return (value, Secrets.mask)
    }
  }

  private mutating func value(of reference: String) -> Result<Substitute, Fault> {
    if reference.hasPrefix("{") { return .failure(Self.foreign(reference)) }
    let parts = reference.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    switch parts[0] {
    case "env" where parts.count > 1 && !parts[1].isEmpty:
      // ${env:NAME} or ${env:NAME:-default}; the default may hold colons.
      let fallback = parts.count > 2 ? parts[2] : nil
      if let fallback, !fallback.hasPrefix("-") {
        return .failure(
          Fault(.badValue, "'${\(reference)}' has something after the name", "write ${env:\(parts[1]):-default}"))
      }
      guard let value = environment[ExactText(parts[1])] ?? fallback.map({ String($0.dropFirst()) }) else {
        return .failure(
          Fault(
            .unresolvedVariable, "the environment has no \(parts[1])",
            "set it, or give a default: ${env:\(parts[1]):-default}"))
      }
      return .success((value, value))
    case "secret" where parts.count == 3 && parts[1] == "env":
      guard let value = environment[ExactText(parts[2])] else {
        return .failure(Fault(.unresolvedVariable, "the environment has no \(parts[2])", "set it before the run"))
      }
      return .success(secret(value, reference))
    case "secret" where parts.count == 3 && parts[1] == "file":
      if substitution != .value { return .success(secret("", reference)) }
      switch readFile(parts[2]) {
      case .success(var value):
        if value.hasSuffix("\n") { value.removeLast() }
        return .success(secret(value, reference))
      case .failure(let failure):
        return .failure(Fault(.unreadableFile, "cannot read \(parts[2]): \(failure.reason)", nil))
      }
    case let name where parts.count == 1:
      guard let value = values[ExactText(name)] else {
        if !areKnown { return .failure(.known) }
        let near = guesses.nearest(to: name, amongUnordered: values.keys.map(\.text))
        // A variable whose name is misspelt here is used all the same.
        if let near { used.insert(ExactText(near)) }
        return .failure(
          Fault(
            .unresolvedVariable, "no variable '\(name)' in vars",
            Self.ofAnotherTool(name) ?? near.map { "did you mean '${\($0)}'?" }
              ?? (Self.isName(name)
                ? "declare it in vars, or write ${env:\(name)} for the environment" : "declare it in vars")))
      }
      used.insert(ExactText(name))
      if value.isFaulty { return .failure(.known) }
      return .success((value.text, value.shown))
    default:
      return .failure(
        Fault(
          .badValue, "'${\(excerpt(reference))}' is not an interpolation",
          Self.ofAnotherTool(reference)
            ?? "the forms are ${name}, ${env:NAME}, ${env:NAME:-default}, ${secret:env:NAME}, ${secret:file:PATH}"))
    }
  }

  /// What `${env.NAME}`, `${secrets.NAME}`, `${NAME:-default}` and the like are here.
  static func ofAnotherTool(_ reference: String) -> String? {
    let name = reference.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    var rest = reference[name.endIndex...]
    let isPath = rest.hasPrefix(".")
    if isPath || rest.hasPrefix(":") {
      let inner = String(rest.dropFirst())
      switch name.lowercased() {
      case "env", "environment",
        "envvar" where isName(inner.prefix { $0 != ":" }):
        return "write ${env:\(inner)}"
      case "secret" where isName(inner), "secrets" where isName(inner): return "write ${secret:env:\(inner)}"
      case "secret" where inner.lowercased().hasPrefix("env:") || inner.lowercased().hasPrefix("file:"):
        return "write ${secret:\(inner.prefix { $0 != ":" }.lowercased())\(inner.drop { $0 != ":" })}"
      case "file" where !isPath && !inner.isEmpty: return "write ${secret:file:\(inner)}"
      case "vars" where isName(inner), "var" where isName(inner): return "write ${\(inner)}"
      default: break
      }
    }
    // Shells write ${NAME:-default}, others ${NAME:default}.
    for sign in [":-", "-", ":"] where !name.isEmpty && rest.hasPrefix(sign) {
      rest = rest.dropFirst(sign.count)
      return "write ${env:\(name):-\(rest)} for the environment; a variable of vars has its default there"
    }
    return nil
  }

  private static func isName(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  /// `${{ secrets.X }}`, as GitHub Actions have it.
  private static func foreign(_ reference: String) -> Fault {
    let words = reference.split { " {}".contains($0) }.first?.split(separator: ".").map(String.init) ?? []
    let name = words.count == 2 ? words[1] : "NAME"
    let hint =
      switch words.first {
      case "secrets": "write ${secret:env:\(name)}, and set \(name) in the job's env"
      case "env": "write ${env:\(name)}"
      default: "the forms are ${name}, ${env:NAME}, ${secret:env:NAME}, ${secret:file:PATH}"
      }
    return Fault(.badValue, "'${{ … }}' is not resolved here", hint)
  }

  /// Why a text could not be resolved; empty where all that is wrong is reported elsewhere.
  struct Faults: Error { let diagnostics: [Diagnostic] }

  private struct Fault: Error {
    let code: Diagnostic.Code
    let message: String
    let hint: String?
    /// Whether it is reported already, at the variable's declaration.
    let isKnown: Bool

    init(_ code: Diagnostic.Code, _ message: String, _ hint: String?, isKnown: Bool = false) {
      self.code = code
      self.message = message
      self.hint = hint
      self.isKnown = isKnown
    }

    static let known = Fault(.unresolvedVariable, "", nil, isKnown: true)
  }
}
