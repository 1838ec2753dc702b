import FoundationEssentials
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

/// Specs that nobody wrote: whatever is in a file, it is read to an end, and every finding is in it.
@Suite("Mutated specs", .timeLimit(.minutes(20)))
struct SpecMutationTests {
  /// The project's pipelines and the broken specs.
  private static let seeds: [[UInt8]] = {
    let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/pipelines"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let pipelines = names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
      (try? Data(contentsOf: URL(fileURLWithPath: "\(root)/\(name)"))).map { [UInt8]($0) }
    }
    return pipelines + BrokenSpec.all.compactMap { try? $0.bytes }
  }()

  /// Pieces that mean something to YAML, to the language or to its expressions.
  private static let pieces: [[UInt8]] = [
    "${", "}", "$${", "${env:A:-", "\n", "\t", "\r\n", "  ", "- ", ": ", ":", "#", "&a ", "*a", "<<: *a", "!!str ",
    "|\n",
    ">-\n", "\"", "'", "[", "]", "{", "}", ",", "null", "~", "0x1F", "1e999", "-1", "999999999999999999999", "/(/",
    "/a/i",
    " and ", " or ", " not ", "(", ")", " in 200..299", " in [1, 2]", " matches ", "==", "'\u{1F6D2}'", "\u{FEFF}",
    "\u{0}", "\u{85}", "\u{2028}", "when: ", "sinks:", "csv: ", "extract:", "version: 1", "---", "...", "%YAML 1.2",
  ].map { Array($0.utf8) }

  @Test("mutations neither crash nor hang, and findings stay inside the file", arguments: 0..<16)
  func mutations(seed: Int) throws {
    var random = RepeatableRandom(seed: UInt64(seed))
    try #require(Self.seeds.count > 60)
    for _ in 0..<60 {
      var bytes = Self.seeds.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 1...6, using: &random) { Self.mutate(&bytes, &random) }
      let pipeline = Pipeline(testing: bytes)
      Self.check(pipeline, bytes)
    }
  }

  /// Numbers at and beyond every bound.
  private static let numbers = [
    "0", "1", "-1", "100000", "1000000000000", "-1000000000000", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "1e308", "0." + String(repeating: "0", count: 42) + "1", "0.001", "3000000000", "18", "100",
  ]
  private static let units = ["", "ms", "s", "h", "B", "GB", "GiB", "/s", "/h"]

  @Test("extreme numbers neither trap in a plan nor where it is shown", arguments: 0..<8)
  func extremes(seed: Int) {
    var random = RepeatableRandom(seed: UInt64(1000 + seed))
    func number() -> String { Self.numbers.randomElement(using: &random) ?? "" }
    func quantity() -> String { number() + (Self.units.randomElement(using: &random) ?? "") }
    for _ in 0..<40 {
      let spec = """
        version: 1
        sources:
          - range: {url: "http://a.example/{n}", from: \(number()), to: \(number()), step: \(number())}
          - range: {url: "http://a.example/{n}", to: 1000000000000}
        fetch:
          concurrency: \(number())
          max_body: \(quantity())
          timeout: {total: \(quantity()), idle: \(quantity())}
          retry: {attempts: \(number()), base: \(quantity()), max: 24h}
          per_host: {concurrency: \(number()), delay: \(quantity()), rate: \(quantity())}
        limits: {memory: \(quantity())}
        extract: [url, title]
        sinks: [{csv: {path: "-", order: input}}]
        """
      // Each line is there or not, so that one fault does not hide the others.
      let lines = spec.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
        !line.contains { $0.isNumber } || line.hasPrefix("version") || line.contains("1000000000000}")
          || Bool.random(using: &random)
      }
      let bytes = Array(lines.joined(separator: "\n").utf8)
      Self.check(Pipeline(testing: bytes), bytes)
    }
  }

  private static func mutate(_ bytes: inout [UInt8], _ random: inout RepeatableRandom) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
    case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...12, using: &random)))
    case 3 where place < bytes.count: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
    case 4:
      let other = seeds.randomElement(using: &random) ?? []
      let start = Int.random(in: 0...other.count, using: &random)
      bytes.insert(contentsOf: other[start..<min(other.count, start + 60)], at: place)
    default:
      let end = min(bytes.count, place + Int.random(in: 0...80, using: &random))
      bytes.insert(contentsOf: bytes[place..<end], at: place)
    }
  }

  private static func check(_ pipeline: Pipeline, _ bytes: [UInt8]) {
    let shown = { String(decoding: bytes, as: UTF8.self) }
    for diagnostic in pipeline.diagnostics {
      for span in [diagnostic.span] + diagnostic.notes.map(\.span) {
        #expect(span.start <= span.end, "\(diagnostic)\n\(shown())")
        #expect(span.end.offset <= bytes.count, "\(diagnostic)\n\(shown())")
        #expect(
          span == .wholeFile || pipeline.file.position(at: span.start.offset) == span.start, "\(diagnostic)\n\(shown())"
        )
      }
    }
    // Every renderer copes with them as well.
    let reports = [DiagnosticReport(pipeline.file, pipeline.diagnostics)]
    _ = TextDiagnosticRenderer(colour: true).render(reports)
    _ = JSONDiagnosticRenderer().render(reports)
    if let plan = pipeline.plan {
      let outline = PlanOutline(plan)
      _ = [PlanText.render(outline), PlanJSON.render(outline), PlanDiagram.mermaid(outline), PlanDiagram.dot(outline)]
    }
  }
}
