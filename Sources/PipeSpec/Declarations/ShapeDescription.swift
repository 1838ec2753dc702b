/// What a shape accepts, for the JSON Schema, `pipe explain` and the reference.
package indirect enum ShapeDescription: Sendable {
  /// A text of a form that a regular expression describes; `name` is what a message calls it, `bounds` are those of a
  /// quantity: `from 1ms to 24h`.
  case text(name: String, pattern: String? = nil, examples: [String] = [], bounds: String? = nil)
  case boolean
  case integer(ClosedRange<Int>)
  case number
  case any
  /// A text with the names of columns in braces.
  case template
  /// A list, a map, or a scalar, and the same within; texts are templates.
  case tree
  /// One of a few words, each with its meaning.
  case choice([(word: String, meaning: String)])
  case list(of: ShapeDescription, minimum: Int, orOne: Bool)
  /// A map with keys that the person chooses; `names` is a regular expression that they all match.
  case dictionary(of: ShapeDescription, minimum: Int = 0, names: String? = nil)
  /// A map with known keys; a scalar stands for the key `main`.
  case map(keys: [KeyDescription], main: String?)
  case oneOf([ShapeDescription])
  /// A one-key map that names a component, or the name of one that may stand alone.
  case component(ComponentFamily)

  /// What a message calls a value of this shape.
  package var name: String {
    switch self {
    case .text(let name, _, _, let bounds): name + (bounds.map { " \($0)" } ?? "")
    case .boolean: "true or false"
    case .integer(let range) where range.lowerBound == range.upperBound: "the number \(range.lowerBound)"
    case .integer(let range):
      range == .min ... .max ? "a whole number" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number: "a number"
    case .any: "a text, a number, true, false or null"
    case .template: "a text with columns in braces"
    case .tree: "any value, list or map"
    case .choice(let words): Self.choice(of: words.map(\.word))
    case .list(let element, _, let orOne): orOne ? "\(element.name), or a list of them" : "a list"
    case .map(let keys, let main?):
      keys.first { $0.name == main }.map { "\($0.shape.name), or a map" } ?? "a map"
    case .dictionary, .map: "a map"
    case .oneOf(let shapes):
      shapes.map(\.name).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }.joined(separator: ", or ")
    case .component(let family): "\(family.kind.article) \(family.kind.rawValue)"
    }
  }

  /// A choice of words in a sentence; a sign among them is quoted.
  static func choice(of words: [String]) -> String {
    "one of " + words.map { $0.contains { $0.isLetter || $0.isNumber } ? $0 : "'\($0)'" }.joined(separator: ", ")
  }

  /// Whether a shape of this name is a text with columns in braces.
  static func isTemplate(_ name: String) -> Bool { name.hasSuffix("with columns in braces") }

  /// Text, doubled braces, and names of columns in braces.
  package static let templatePattern =
    #"^([^{}]|\{\{|\}\}|\{\+?[^{}\s#./;?&=,!@|+*"]([^{}\n\r,"]*[^{}\s,*"])?\})*$"#

  /// The known keys of a map; empty for everything else.
  package var keys: [KeyDescription] {
    if case .map(let keys, _) = self { keys } else { [] }
  }

  /// The words of a choice, also where a list of them may stand.
  package var words: [(word: String, meaning: String)]? {
    switch self {
    case .choice(let words): words
    case .list(let element, _, _): element.words
    default: nil
    }
  }

  /// The components that may stand here, in a list or a map of them.
  package var family: ComponentFamily? {
    switch self {
    case .component(let family): family
    case .list(let element, _, _), .dictionary(let element, _, _): element.family
    case .oneOf(let shapes): shapes.lazy.compactMap(\.family).first
    default: nil
    }
  }
}

/// The components of one kind, as they are documented.
package struct ComponentFamily: Sendable {
  package let kind: ComponentKind
  package let components: [ComponentDescription]
  /// The options that all of them have.
  package let common: [KeyDescription]
}

/// What is known of a component without its product.
package struct ComponentDescription: Sendable {
  package let name: String
  package let summary: String
  package let keys: [KeyDescription]
  /// The option that a scalar value stands for.
  package let main: String?
  /// Whether the name may stand alone, without options: `title`.
  package let standsAlone: Bool
  /// Specs that use it, as YAML.
  package let examples: [String]
  /// What a path ends in that stands alone for it: `csv`.
  package let endings: [String]
}
