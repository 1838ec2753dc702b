/// One finding about a document.
package struct Diagnostic: Hashable, Sendable, Error {
  package enum Severity: String, Sendable {
    case error, warning
  }

  /// What is wrong, in one word; DESIGN §5 has the list.
  package enum Code: String, Sendable, CaseIterable {
    case yamlSyntax = "yaml-syntax"
    case duplicateKey = "duplicate-key"
    case unknownKey = "unknown-key"
    case missingKey = "missing-key"
    case wrongType = "wrong-type"
    case badValue = "bad-value"
    case outOfRange = "out-of-range"
    case unknownComponent = "unknown-component"
    case unknownField = "unknown-field"
    case badURL = "bad-url"
    case badSelector = "bad-selector"
    case badRegex = "bad-regex"
    case badExpression = "bad-expression"
    case typeMismatch = "type-mismatch"
    case unresolvedVariable = "unresolved-variable"
    case conflict
    case unreadableFile = "unreadable-file"
    case unusedVariable = "unused-variable"
    case unusedField = "unused-field"
    case ignoredSelector = "ignored-selector"
    case noEffect = "no-effect"
    case deprecated
    case insecure

    package var severity: Severity {
      switch self {
      case .unusedVariable, .unusedField, .ignoredSelector, .noEffect, .deprecated, .insecure: .warning
      default: .error
      }
    }
  }

  /// Another place that the finding is about.
  package struct Note: Hashable, Sendable {
    package let span: SourceSpan
    package let message: String

    package init(_ message: String, at span: SourceSpan) {
      self.message = message
      self.span = span
    }

    /// What the note at the anchored node says when a finding is at its alias.
    package static let writtenHere = "the value was written here"

    /// For a node reached through an alias, the note that tells where it was written; else nothing.
    package static func written(_ node: Node) -> [Note] {
      node.anchored.map { [Note(writtenHere, at: $0)] } ?? []
    }
  }

  package let code: Code
  /// What the person would change (DESIGN §5).
  package let span: SourceSpan
  package let message: String
  /// What to do; shown under the caret.
  package let hint: String?
  package let notes: [Note]

  package var severity: Severity { code.severity }

  package init(_ code: Code, at span: SourceSpan, _ message: String, hint: String? = nil, notes: [Note] = []) {
    self.code = code
    self.span = span
    self.message = message
    self.hint = hint
    self.notes = notes
  }
}
