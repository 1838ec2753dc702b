import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import Testing

/// YAML's null in every place of the language: the schema and the decoder say the same of it.
@Suite(
  .timeLimit(.minutes(20)),
  .enabled(if: SchemaClient.isWanted, "check-jsonschema is missing: run Tests/install-tools"))
struct NullSchemaTests {
  private static func nulls(_ shape: ShapeDescription) -> [String] {
    switch shape {
    case .list(let element, _, _): nulls(element) + nulls(element).map { "[\($0)]" }
    case .dictionary(let element, _, _): ["null"] + nulls(element).map { "{x: \($0)}" }
    case .oneOf(let shapes): shapes.flatMap(nulls)
    case .component(let family):
      ["null"] + family.components.filter { $0.main != nil || $0.standsAlone }.map { "{\($0.name): null}" }
    default: ["null"]
    }
  }

  @Test func `One refuses it where the other does`() async throws {
    let keys = Language(.standard).keys
    var specs: [String: String] = [:]
    func add(_ spec: String) {
      // On one line, so that columns tell where null is.
      let flow = "{" + spec.split(separator: "\n").joined(separator: ", ") + "}\n"
      if !specs.values.contains(flow) { specs["\(specs.count).yaml"] = flow }
    }
    for place in OptionPlace.all(of: keys) { for null in Self.nulls(place.key.shape) { add(place.spec(null, nil)) } }
    for key in ["version", "name", "description", "vars"] {
      add("\(key == "version" ? "" : "version: 1\n")sources: [stdin]\nextract: [url]\nsinks: [a.csv]\n\(key): null\n")
    }
    add("version: 1\nvars: {a: null}\nsources: [stdin]\nextract: [url]\nsinks: ['${a}.csv']\n")
    #expect(specs.count > 400)
    let verdicts = try await SchemaVerdicts(on: specs)
    let refused = verdicts.files { finding in
      guard let spec = specs[SchemaVerdicts.name(finding.file)], let null = spec.firstRange(of: "null") else {
        return false
      }
      // That an option is missing is not a matter of null, and a schema takes `list` for a column of a row.
      if finding.code == "missing-key" || spec.contains("{urls: {list: null}}") { return false }
      return finding.column == spec.distance(from: spec.startIndex, to: null.lowerBound) + 1
    }
    let bySchemaAlone = verdicts.refused.subtracting(verdicts.faulty).compactMap { specs[$0] }.sorted()
    let byDecoderAlone = refused.subtracting(verdicts.refused).compactMap { specs[$0] }.sorted()
    #expect(bySchemaAlone == [], "the schema alone refuses these")
    #expect(byDecoderAlone == [], "the decoder alone refuses these")
    #expect(refused.count > specs.count / 2)
    #expect(verdicts.refused.count < specs.count)
  }
}
