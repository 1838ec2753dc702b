/// A fault in a scalar's text: what is wrong, where in the text, and what to write instead.
package struct ScalarFault: Error {
  package let code: Diagnostic.Code
  package let message: String
  package let hint: String?
  /// UTF-8 offsets in the text; `nil` for the whole scalar.
  package let range: Range<Int>?

  package init(_ code: Diagnostic.Code, _ message: String, hint: String? = nil, range: Range<Int>? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.range = range
  }
}

extension Shape {
  /// A scalar that `parse` reads from its text, interpolations resolved. YAML's null is not the text `null`.
  package static func scalar(
    _ description: ShapeDescription,
    parse: @escaping @Sendable (ResolvedText) throws(ScalarFault) -> Value
  ) -> Self {
    Shape(description) { node, context in
      guard let text = context.text(of: node, expected: description.name) else { return nil }
      if description.isText, node.isWrittenNull {
        // Where the word would be none either, what is one is told.
        var hint: String? = "leave it out, or write the word between quotes: 'null'"
        do throws(ScalarFault) { _ = try parse(text) } catch { hint = error.hint ?? hint }
        context.report(.wrongType, on: node, "\(context.place) must be \(description.name), not null", hint: hint)
        return nil
      }
      do throws(ScalarFault) {
        return try parse(text)
      } catch {
        let message = "\(context.place) \(error.message)\(text.provenance)"
        let hint =
          error.hint ?? (node.isUnwritten ? context.example.map { "for example: \($0.key): \($0.value)" } : nil)
        if let range = error.range {
          context.report(
            error.code, at: text.span(of: range), message, hint: hint,
            notes: Diagnostic.Note.written(range, of: node, in: context.file))
        } else {
          context.report(error.code, on: node, message, hint: hint)
        }
        return nil
      }
    }
  }
}

extension Shape where Value == String {
  /// Any text; numbers and booleans are taken as they are written, nothing is refused but emptiness by `null`.
  package static var string: Self { text("a string") }

  /// A text that a message calls `name`.
  package static func text(_ name: String, examples: [String] = []) -> Self {
    .scalar(.text(name: name, examples: examples)) { text throws(ScalarFault) in
      if text.value == .null, text.text.isEmpty, text.node.isPlain {
        throw ScalarFault(.wrongType, "has no value", hint: "write \(name), or \"\" for the empty one")
      }
      return text.text
    }
  }

  /// A text that a message calls `name`, and that says something.
  package static func name(_ name: String) -> Self {
    .scalar(.text(name: name, pattern: #"\S"#)) { text throws(ScalarFault) in
      if text.text.contains(where: { !$0.isWhitespace }) { return text.text }
      throw ScalarFault(.badValue, "must be \(name), not \(text.shown)")
    }
  }
}

extension Shape where Value == Bool {
  package static var bool: Self {
    .scalar(.boolean) { text throws(ScalarFault) in
      if case .bool(let value) = text.plainValue { return value }
      let word = text.text.lowercased()
      let hint: String? =
        ["yes", "on", "y"].contains(word) ? "write true" : ["no", "off", "n"].contains(word) ? "write false" : nil
      throw ScalarFault(.wrongType, "must be true or false, not \(text.shown)", hint: hint)
    }
  }
}

extension Shape where Value == Int {
  /// - Parameter hint: What to write instead of a number that is out of the range, or of a word.
  package static func int(_ range: ClosedRange<Int> = .min ... .max, hint: String? = nil) -> Self {
    .scalar(.integer(range)) { text throws(ScalarFault) in
      guard case .int(let value) = text.plainValue else {
        if case .float = text.plainValue, text.text.utf8.allSatisfy({ "+-0123456789".utf8.contains($0) }) {
          throw ScalarFault(.outOfRange, "must be \(Self.shown(range)), not \(excerpt(text.text, limit: 24))")
        }
        let isQuoted = !text.node.isPlain && Int(text.text) != nil
        var advice = isQuoted ? "write it without quotes" : hint
        if case .float(let number) = text.plainValue, let whole = Int(exactly: number) { advice = "write \(whole)" }
        throw ScalarFault(.wrongType, "must be a whole number, not \(text.shown)", hint: advice)
      }
      guard range.contains(value) else {
        throw ScalarFault(.outOfRange, "must be \(Self.shown(range)), not \(value)", hint: hint)
      }
      return value
    }
  }

  private static func shown(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "at least \(range.lowerBound)"
      : range.lowerBound == .min ? "at most \(range.upperBound)" : "from \(range.lowerBound) to \(range.upperBound)"
  }
}

extension Shape where Value: RawRepresentable<String> & CaseIterable {
  /// One of the words of an enumeration.
  package static func choice(_ meaning: @Sendable (Value) -> String) -> Self {
    let words = Value.allCases.map(\.rawValue)
    return .scalar(.choice(Value.allCases.map { ($0.rawValue, meaning($0)) })) { text throws(ScalarFault) in
      if let value = Value(rawValue: text.text) { return value }
      let near = nearestName(to: text.text, among: words)
      throw ScalarFault(
        .badValue, "cannot be \(text.shown)",
        hint: near.map { "did you mean '\($0)'?" } ?? "it is \(ShapeDescription.choice(of: words))")
    }
  }
}

extension ResolvedText {
  /// The value as a message shows it.
  package var shown: String {
    switch value {
    case .null where text.isEmpty: "nothing"
    case .string: "'\(excerpt(text))'"
    default: excerpt(text)
    }
  }

  /// The value for a shape that takes no text. Inside braces an interpolation needs quotes, which then say
  /// nothing about its type.
  fileprivate var plainValue: Scalar.Value { isInterpolated ? CoreSchema.value(of: text) : value }

  /// What a message about a value that is not written as it is says of where it came from.
  fileprivate var provenance: String {
    isInterpolated ? ": the value of \(excerpt(node.text ?? "")) is '\(excerpt(text))'" : ""
  }
}

extension ShapeDescription {
  /// Whether any text would do, `null` as well, if YAML did not mean nothing by it.
  fileprivate var isText: Bool {
    switch self {
    case .text, .template: true
    default: false
    }
  }
}

extension Node {
  /// Whether it is YAML's null in a word: `null` or `~`.
  fileprivate var isWrittenNull: Bool {
    if case .scalar(let scalar) = content { scalar.value == .null && !isUnwritten } else { false }
  }

  /// Whether the node is a scalar without quotes.
  var isPlain: Bool {
    if case .scalar(let scalar) = content { scalar.style == .plain } else { false }
  }
}
