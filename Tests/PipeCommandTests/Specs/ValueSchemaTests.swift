import FoundationEssentials
import PipeTesting
import Testing

/// Options of fields that nobody wrote: the schema and the decoder say the same of them.
@Suite(
  .timeLimit(.minutes(10)),
  .enabled(if: SchemaClient.isWanted, "check-jsonschema is missing: run Tests/install-tools"))
struct ValueSchemaTests {
  /// Values of each option, sound ones and others.
  private static let options: [(name: String, sound: [String], others: [String])] = [
    ("as", ["string", "json", "int", "${x}"], ["numbr", "[int]", "{a: 1}", "null", "date", "bool"]),
    ("decimal", ["','", "'.'"], [";", "5", "[',']"]),
    ("true_values", ["ja", "[ja, 1, true]", "5"], ["[]", "{a: b}", "[[a]]", "null"]),
    ("false_values", ["nein", "[nein, 0]", "false"], ["[null]"]),
    ("format", ["'%Y'", "['%Y', '%d.%m.%Y']"], ["[]", "{a: '%Y'}", "null", "5"]),
    ("timezone", ["Europe/Berlin", "'+02:00'"], ["[UTC]", "null", "Nowhere"]),
    ("split", ["','", "'/[,;]/'", "5"], ["[',']", "{a: b}", "null", "''"]),
    ("map", ["{a: 1, b: 2}", "{a: null}", "{a: true}"], ["{}", "[a]", "text", "{a: [1]}", "{a: {b: 1}}", "null"]),
    ("exists", ["true", "false"], ["yes", "1", "[true]", "null"]),
    ("take", ["first", "last", "count"], ["second", "1", "[first]", "null"]),
    ("join", ["', '", "5", "true"], ["[a]", "null"]),
    ("default", ["x", "0", "true", "null", "1.5"], ["[1]", "{a: 1}"]),
    ("trim", ["true"], ["1"]), ("required", ["false"], ["no"]), ("nonsense", [], ["1"]),
  ]

  private static func spec(_ random: inout RepeatableRandom) -> String {
    var chosen: [String] = []
    for option in options.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)) {
      let values = option.sound.isEmpty || random.oneIn(5) ? option.others : option.sound
      chosen.append("\(option.name): \(values.randomElement(using: &random) ?? "")")
    }
    let field =
      switch Int.random(in: 0..<4, using: &random) {
      case 0: "{css: .a, \(chosen.joined(separator: ", "))}"
      case 1: "{css: {selector: .a, all: true, \(chosen.joined(separator: ", "))}}"
      case 2: "{redirects: {with: [url, status], \(chosen.joined(separator: ", "))}}"
      default: "{json: $.a, \(chosen.joined(separator: ", "))}"
      }
    return "{version: 1, vars: {x: int}, sources: [stdin], extract: {a: \(field)}, sinks: [a.csv]}\n"
  }

  private struct Finding: Decodable {
    let file: String
    let severity: String
    let code: String
  }

  private struct Report: Decodable {
    struct Refusal: Decodable { let filename: String }
    let errors: [Refusal]?
    let parse_errors: [Refusal]?
  }

  /// Codes of what a schema can tell as well.
  private static let telling: Set<String> = ["unknown-key", "missing-key", "wrong-type", "unknown-component"]

  @Test func `What one refuses for its form, the other refuses as well`() async throws {
    let client = try #require(SchemaClient.path, "check-jsonschema is missing: run Tests/install-tools")
    let folder = try TemporaryFolder()
    var random = RepeatableRandom(seed: 15)
    var specs: [String: String] = [:]
    for index in 0..<Effort.times(300) {
      let name = "\(index).yaml"
      specs[name] = Self.spec(&random)
      try folder.write(name, (specs[name] ?? "").utf8)
    }
    let decoded = try await pipe(["validate", "--format", "json"] + specs.keys, folder: folder.path)
    let findings = try JSONDecoder().decode([Finding].self, from: Data(decoded.output.utf8))
    let checked = await
      (try RunningCommand(
        client, ["--schemafile", "schemas/pipeline.schema.json", "-o", "json"] + specs.keys.map { folder.path($0) },
        folder: Project.root, limit: .seconds(110))).outcome()
    let report = try JSONDecoder().decode(Report.self, from: Data(checked.output.utf8))
    func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
    let refused = Set(((report.errors ?? []) + (report.parse_errors ?? [])).map { name($0.filename) })
    let faulty = findings.filter { $0.severity == "error" }
    let wrong = Set(faulty.map { name($0.file) })
    let misshapen = Set(faulty.filter { Self.telling.contains($0.code) }.map { name($0.file) })
    #expect(refused.subtracting(wrong).map { specs[$0] ?? $0 } == [], "the schema alone refuses these")
    #expect(misshapen.subtracting(refused).map { specs[$0] ?? $0 } == [], "the decoder alone refuses these")
    #expect(refused.count > specs.count / 10 && specs.count - wrong.count > specs.count / 10)
  }
}
