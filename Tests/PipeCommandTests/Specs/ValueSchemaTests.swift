import PipeTesting
import Testing

/// Options of fields that nobody wrote: the schema and the decoder say the same of them.
@Suite(
  .timeLimit(.minutes(20)),
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

  /// Codes of what a schema can tell as well.
  private static let telling: Set<String> = ["unknown-key", "missing-key", "wrong-type", "unknown-component"]

  @Test func `What one refuses for its form, the other refuses as well`() async throws {
    var random = RepeatableRandom(seed: 15)
    var specs: [String: String] = [:]
    for index in 0..<Effort.times(300) {
      specs["\(index).yaml"] = Self.spec(&random)
    }
    let verdicts = try await SchemaVerdicts(on: specs)
    let misshapen = verdicts.files { Self.telling.contains($0.code) }
    #expect(
      verdicts.refused.subtracting(verdicts.faulty).map { specs[$0] ?? $0 } == [], "the schema alone refuses these")
    #expect(misshapen.subtracting(verdicts.refused).map { specs[$0] ?? $0 } == [], "the decoder alone refuses these")
    #expect(verdicts.refused.count > specs.count / 10 && specs.count - verdicts.faulty.count > specs.count / 10)
  }
}
