package import PipeSpec

/// An option of the language, and the spec around a value of it.
package struct OptionPlace {
  package let path: String
  package let key: KeyDescription
  /// Other options, one of which it may need beside it.
  package let companions: [String]
  /// A spec with a value, or without the option, and with another one.
  package let spec: (String?, String?) -> String

  private static let base = [
    "version": "1", "sources": "[{urls: [http://a.example/]}]", "extract": "{url: url}", "sinks": "[{csv: a.csv}]",
  ]

  private static func whole(_ key: String, _ value: String?) -> String {
    let entries = base.merging(["name": "x"]) { $1 }.merging(value.map { [key: $0] } ?? [:]) { $1 }
      .filter { $0.key != key || value != nil }
    return entries.sorted { $0.key < $1.key }.map { "\($0): \($1)\n" }.joined()
  }

  /// All options that there are.
  ///
  /// - Parameter language: The keys at the top of a spec.
  package static func all(of language: [KeyDescription]) -> [OptionPlace] {
    var places: [OptionPlace] = []
    /// - Parameter spec: A spec around the entries of a map.
    func add(_ keys: [KeyDescription], at path: String, _ spec: @escaping (String) -> String) {
      for key in keys {
        let path = "\(path).\(key.name)"
        let others = keys.filter { $0.isRequired && $0.name != key.name }
          .compactMap { other in other.example.map { "\(other.name): \(quoted($0))" } }
        func around(_ value: String?, _ companion: String? = nil) -> String {
          spec((others + [companion, value.map { "\(key.name): \($0)" }].compactMap(\.self)).joined(separator: ", "))
        }
        let companions = keys.filter { !$0.isRequired && $0.name != key.name }.flatMap { other in
          (other.shape.words?.map(\.word) ?? [other.example].compactMap(\.self)).map { "\(other.name): \(quoted($0))" }
        }
        // One option can need two.
        let isOfTables = keys.contains { $0.name == "mode" && $0.shape.words?.contains { $0.word == "upsert" } == true }
        let pair = isOfTables && key.name != "mode" && key.name != "key" ? ["mode: upsert, key: [url]"] : []
        let isOfGroups = keys.contains { $0.name == "group" } && !["stream", "group"].contains(key.name)
        let group = isOfGroups ? ["stream: urls, group: g"] : []
        places.append(OptionPlace(path: path, key: key, companions: companions + pair + group, spec: around))
        add(key.shape, at: path) { around($0) }
      }
    }
    /// - Parameter spec: A spec around a value.
    func add(_ shape: ShapeDescription, at path: String, _ spec: @escaping (String) -> String) {
      switch shape {
      case .list(let element, _, _): add(element, at: path) { spec("[\($0)]") }
      case .dictionary(let element, _, _): add(element, at: path) { spec("{x: \($0)}") }
      case .map(let keys, _): add(keys, at: path) { spec("{\($0)}") }
      case .oneOf(let shapes): for shape in shapes { add(shape, at: path, spec) }
      case .component(let family):
        for component in family.components {
          add(component.keys + family.common, at: "\(path).\(component.name)") { options in
            spec("{\(component.name): {\(options)}}")
          }
        }
      case .text, .boolean, .integer, .number, .any, .template, .tree, .choice: break
      }
    }
    for key in language where !["version", "name", "description", "vars"].contains(key.name) {
      places.append(OptionPlace(path: key.name, key: key, companions: []) { value, _ in whole(key.name, value) })
      add(key.shape, at: key.name) { whole(key.name, $0) }
    }
    return places
  }

  /// An example that braces would end, in quotes.
  package static func quoted(_ text: String) -> String {
    text.contains { "{}[],".contains($0) } && !"{[\"'".contains(text.first ?? "{") ? JSONText.string(text).text : text
  }
}
