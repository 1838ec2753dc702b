/// The JSON Schema (draft 2020-12) of what specs may say, for editors and other validators.
///
/// It accepts what the decoder accepts, as far as JSON Schema can tell: an interpolated scalar is accepted
/// wherever a scalar may stand, since its value is not known; names, paths and expressions are not looked
/// into.
package struct JSONSchema {
  private var families: [ComponentFamily] = []

  /// - Parameters:
  ///   - keys: The keys at the top of a spec.
  ///   - id: The URI that the schema is known by.
  package static func document(_ keys: [KeyDescription], id: String, title: String) -> JSONText {
    var schema = JSONSchema()
    let root = schema.object(keys)
    var definitions: [(key: String, value: JSONText)] = [
      (
        "interpolated",
        [
          "description": "A scalar that is known only once ${…} is resolved.", "type": "string",
          "pattern": "\\$\\{",
        ]
      ),
      ("template", .object(schema.scalar(Self.template))),
      (
        "tree",
        [
          "description": "JSON as YAML writes it; its texts are templates.",
          "anyOf": [
            ["$ref": "#/$defs/template"], ["type": "null"], ["type": "array", "items": ["$ref": "#/$defs/tree"]],
            ["type": "object", "additionalProperties": ["$ref": "#/$defs/tree"]],
          ],
        ]
      ),
    ]
    // The options of a component may name components in turn; each family is written once, and so is each option that all
    // of its components have.
    var index = 0
    while index < schema.families.count {
      let family = schema.families[index]
      definitions.append((family.kind.rawValue, schema.definition(of: family)))
      for key in family.common { definitions.append((Self.name(of: key, in: family), schema.property(key))) }
      index += 1
    }
    let head: [(key: String, value: JSONText)] = [
      ("$schema", "https://json-schema.org/draft/2020-12/schema"), ("$id", .string(id)), ("title", .string(title)),
    ]
    return .object(head + root + [("$defs", .object(definitions))])
  }

  // MARK: Maps

  private mutating func object(
    _ keys: [KeyDescription], _ others: [(key: String, value: JSONText)] = []
  ) -> [(key: String, value: JSONText)] {
    var properties: [(key: String, value: JSONText)] = []
    for key in keys { properties.append((key.name, property(key))) }
    properties += others
    var entries: [(key: String, value: JSONText)] = [("type", "object")]
    let required = keys.filter(\.isRequired).map(\.name)
    if !required.isEmpty { entries.append(("required", .array(required.map { .string($0) }))) }
    return entries + [("properties", .object(properties)), ("additionalProperties", .bool(false))]
  }

  private mutating func property(_ key: KeyDescription) -> JSONText {
    var entries: [(key: String, value: JSONText)] = [("description", .string(Self.description(of: key)))]
    // A default that is not a value, but what its absence means, has no place in a schema.
    if let shown = key.shownDefault, let value = JSONText(yaml: shown) { entries.append(("default", value)) }
    let examples = [key.example].compactMap { $0 } + key.shape.examples
    if !examples.isEmpty {
      entries.append(("examples", .array(Self.unique(examples.compactMap(JSONText.init(yaml:))))))
    }
    return .object(entries + shape(key.shape))
  }

  private static func unique(_ values: [JSONText]) -> [JSONText] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0.text).inserted }
  }

  private static func description(of key: KeyDescription) -> String {
    // A quantity is a text for a schema, which can say its bounds in words alone.
    if case .text(_, _, _, let bounds?) = key.shape { return "\(key.summary)\n\nIt is \(bounds)." }
    guard let words = key.shape.words, words.contains(where: { !$0.meaning.isEmpty }) else { return key.summary }
    let list = words.map { $0.meaning.isEmpty ? $0.word : "\($0.word): \($0.meaning)" }
    return key.summary + "\n\n" + list.map { "- " + $0 }.joined(separator: "\n")
  }

  /// - Parameter others: Properties besides the keys'.
  private mutating func map(
    _ keys: [KeyDescription], main: String?, _ others: [(key: String, value: JSONText)] = []
  ) -> [(key: String, value: JSONText)] {
    let map = object(keys, others)
    if let main, let key = keys.first(where: { $0.name == main }) {
      return [("anyOf", .array([.object(shape(key.shape)), .object(map)]))]
    }
    // Nothing stands for an empty map.
    if keys.contains(where: \.isRequired) { return map }
    return [("type", ["object", "null"])] + map.dropFirst()
  }

  // MARK: Components

  private mutating func definition(of family: ComponentFamily) -> JSONText {
    var properties: [(key: String, value: JSONText)] = []
    let common = family.common.map { ($0.name, Self.reference(to: $0, in: family)) }
    for component in family.components {
      var entries: [(key: String, value: JSONText)] = [("description", .string(component.summary))]
      let examples = component.examples.compactMap(JSONText.init(yaml:)).compactMap { example -> JSONText? in
        if case .object(let entries) = example { entries.first?.value } else { nil }
      }
      if !examples.isEmpty { entries.append(("examples", .array(examples))) }
      var value = map(component.keys, main: component.main, common)
      // Beside its options a name needs no value: `{stdin: , format: csv}`.
      if component.standsAlone { value = [("anyOf", [["type": "null"], .object(value)])] }
      properties.append((component.name, .object(entries + value)))
    }
    let names = family.components.map(\.name)
    let shapes = besideShapes(of: family, names: names)
    for option in shapes { properties.append((option.name, option.schema)) }
    let map: JSONText = [
      "type": "object", "properties": .object(properties), "additionalProperties": .bool(false),
      "oneOf": .array(names.map { ["required": [.string($0)]] }),
      "allOf": .array(family.components.map { rule(of: $0, in: family, shapes) }),
    ]
    let plain = family.components.filter(\.standsAlone).map { component -> JSONText in
      ["const": .string(component.name), "description": .string(component.summary)]
    }
    let endings = family.components.flatMap(\.endings)
    let paths: [JSONText] =
      endings.isEmpty
      ? []
      : [
        [
          "type": "string",
          "pattern": .string(
            "\\.(\(endings.map(Self.inAnyCase).joined(separator: "|")))(\\.[gG][zZ]|\\.[zZ][sS][tT])?$"),
          "description": .string("A path alone: a \(family.kind.rawValue) of the format that its ending names."),
        ]
      ]
    return ["anyOf": .array(plain + paths + [map])]
  }

  /// What may stand beside a component's name: what it can do without.
  private static func optionsBeside(_ component: ComponentDescription, in family: ComponentFamily) -> [KeyDescription] {
    (component.keys + family.common).filter { !$0.isRequired }
  }

  /// The options that may stand beside some name, each with the schema that all of its meanings have in common: `true` where
  /// it has several.
  private mutating func besideShapes(
    of family: ComponentFamily, names: [String]
  ) -> [(name: String, schema: JSONText)] {
    var found: [(name: String, schema: JSONText)] = []
    var shapes: [String: String] = [:]
    for key in family.components.flatMap({ Self.optionsBeside($0, in: family) }) where !names.contains(key.name) {
      let shape = JSONText.object(self.shape(key.shape)).text
      if let known = shapes[key.name] {
        if known != shape, let index = found.firstIndex(where: { $0.name == key.name }) {
          found[index].schema = .bool(true)
        }
      } else {
        shapes[key.name] = shape
        let isCommon = family.common.contains { $0.name == key.name }
        found.append((key.name, isCommon ? Self.reference(to: key, in: family) : property(key)))
      }
    }
    return found
  }

  /// What may stand beside the name of one component: `{css: .price, as: number}`.
  private mutating func rule(
    of component: ComponentDescription, in family: ComponentFamily, _ shapes: [(name: String, schema: JSONText)]
  ) -> JSONText {
    let options = Self.optionsBeside(component, in: family).filter { key in shapes.contains { $0.name == key.name } }
    var then: [(key: String, value: JSONText)] = [
      ("propertyNames", ["enum": .array(([component.name] + options.map(\.name)).map { .string($0) })])
    ]
    let several = options.filter { key in
      shapes.contains { if case .bool = $0.schema { $0.name == key.name } else { false } }
    }
    if !several.isEmpty {
      var properties: [(key: String, value: JSONText)] = []
      for key in several { properties.append((key.name, property(key))) }
      then.append(("properties", .object(properties)))
    }
    // Alone, a name without a value is written without the colon.
    if component.standsAlone, component.main != nil || !component.keys.isEmpty {
      let hasValue: JSONText = ["properties": .object([(key: component.name, value: Self.notNull)])]
      then.append(("anyOf", [["minProperties": 2], hasValue]))
    }
    return ["if": ["required": [.string(component.name)]], "then": .object(then)]
  }

  private static let notNull: JSONText = ["not": ["type": "null"]]

  /// ECMAScript's patterns have no flag of their own.
  private static func inAnyCase(_ word: String) -> String {
    word.map { "[\($0)\($0.uppercased())]" }.joined()
  }

  private mutating func reference(to family: ComponentFamily) -> JSONText {
    if !families.contains(where: { $0.kind == family.kind }) { families.append(family) }
    return .string("#/$defs/\(family.kind.rawValue)")
  }

  /// What an option that all components of a family have is called among the definitions.
  private static func name(of key: KeyDescription, in family: ComponentFamily) -> String {
    "\(family.kind.rawValue).\(key.name)"
  }

  private static func reference(to key: KeyDescription, in family: ComponentFamily) -> JSONText {
    ["$ref": .string("#/$defs/\(name(of: key, in: family))")]
  }

  // MARK: Shapes

  private mutating func shape(_ shape: ShapeDescription) -> [(key: String, value: JSONText)] {
    switch shape {
    case .text(_, nil, _, _): return [("type", ["string", "number", "boolean"])]
    case .text(_, let pattern?, _, _): return scalar(["type": "string", "pattern": .string(pattern)])
    case .boolean: return scalar(["type": "boolean"])
    case .integer(let range):
      var entries: [(key: String, value: JSONText)] = [("type", "integer")]
      if range.lowerBound > .min { entries.append(("minimum", .int(range.lowerBound))) }
      if range.upperBound < .max { entries.append(("maximum", .int(range.upperBound))) }
      return scalar(.object(entries))
    case .number: return scalar(["type": "number"])
    case .any: return [("type", ["string", "number", "boolean", "null"])]
    case .template: return [("$ref", "#/$defs/template")]
    case .tree: return [("$ref", "#/$defs/tree")]
    case .choice(let words):
      // A word such as 1.1 is a number where it stands without quotes.
      let values = words.flatMap { [.string($0.word), JSONText(yaml: $0.word) ?? .string($0.word)] }
      return scalar(["enum": .array(Self.unique(values))])
    case .list(let element, let minimum, let orOne):
      let item = JSONText.object(self.shape(element))
      var list: [(key: String, value: JSONText)] = [("type", "array")]
      if minimum > 0 { list.append(("minItems", .int(minimum))) }
      list.append(("items", item))
      return orOne ? [("anyOf", [item, .object(list)])] : list
    case .dictionary(let value, let minimum, let names):
      var map: [(key: String, value: JSONText)] = [("type", "object")]
      if minimum > 0 { map.append(("minProperties", .int(minimum))) }
      if let names { map.append(("propertyNames", ["pattern": .string(names)])) }
      return map + [("additionalProperties", .object(self.shape(value)))]
    case .map(let keys, let main): return map(keys, main: main)
    case .oneOf(let shapes): return [("anyOf", .array(shapes.map { .object(self.shape($0)) }))]
    case .component(let family): return [("$ref", reference(to: family))]
    }
  }

  /// A pattern says nothing of what is not a text.
  private static let template: JSONText = [
    "description": "A text with the names of columns in braces; {{ and }} write braces.",
    "type": ["string", "number", "boolean"], "pattern": .string(ShapeDescription.templatePattern),
  ]

  private func scalar(_ shape: JSONText) -> [(key: String, value: JSONText)] {
    [("anyOf", [shape, ["$ref": "#/$defs/interpolated"]])]
  }
}

extension ShapeDescription {
  /// Examples of a text.
  fileprivate var examples: [String] {
    if case .text(_, _, let examples, _) = self { examples } else { [] }
  }
}
