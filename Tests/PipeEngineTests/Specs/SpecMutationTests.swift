import FoundationEssentials
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

/// Specs that nobody wrote: whatever is in a file, it is read to an end, and every finding is in it.
@Suite("Mutated specs", .timeLimit(.minutes(2)))
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
    if let plan = pipeline.plan { _ = PlanOutline(plan) }
  }
}
