import Glibc

/// Measures the parts of pipe whose cost steers a choice of design. JSON lines go to standard output, a
/// table for a person to standard error.
@main
struct PipeMicrobenchmarks {
  private static let usage = """
    usage: PipeMicrobenchmarks [--quick] [--pages FOLDER] [--spec FILE] [--only PREFIX]
      --quick         do they all work? The figures say little
      --pages FOLDER  HTML pages to scan; without it, pages are made
      --spec FILE     a spec to compile; without it, Benchmarks/specs/hundred-lines.yaml
      --only PREFIX   only the benchmarks whose names begin so: edge, scan
    """

  static func main() async {
    var rounds = Rounds.thorough
    var pages: String?
    var spec = "Benchmarks/specs/hundred-lines.yaml"
    var prefix = ""
    var words = CommandLine.arguments.dropFirst()
    while let word = words.popFirst() {
      switch word {
      case "--quick": rounds = .quick
      case "--pages": pages = words.popFirst()
      case "--spec": spec = words.popFirst() ?? ""
      case "--only": prefix = words.popFirst() ?? ""
      default:
        say(usage)
        exit(word == "--help" ? 0 : 2)
      }
    }
    do {
      try await run(all(pages: pages, spec: spec, prefix: prefix), rounds)
    } catch {
      say("PipeMicrobenchmarks: \(error)")
      exit(1)
    }
  }

  /// The benchmarks whose names begin with a prefix; what the others need is not made.
  private static func all(pages: String?, spec: String, prefix: String) throws -> [MicroBenchmark] {
    let groups: [(String, () throws -> [MicroBenchmark])] = [
      ("edge", { EdgeHops.all }),
      ("frontier", { try FrontierRequests.all() }),
      ("seen", { try SeenFingerprints.all() }),
      ("scan", { try PageScans.all(pages) }),
      ("write", { try RowWriting.all() }),
      ("table", { try TableWriting.all() }),
      ("read", { try RowReading.all() }),
      ("url", { try URLParsing.all() }),
      ("expression", { try ExpressionEvaluation.all() }),
      ("spec", { try SpecCompiling.all(spec) }),
    ]
    let chosen = groups.filter { name, _ in prefix.hasPrefix(name) || name.hasPrefix(prefix) }
    return try chosen.flatMap { try $1() }.filter { $0.name.hasPrefix(prefix) }
  }

  private static func run(_ benchmarks: [MicroBenchmark], _ rounds: Rounds) async throws {
    say(Measurement.head)
    for benchmark in benchmarks {
      do {
        let measurement = try await rounds.measure(benchmark)
        print(measurement.line)
        say(measurement.row)
      } catch {
        throw MicroBenchmarkFailure("\(benchmark.name): \(error)")
      }
    }
  }

  private static func say(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = write(2, line, line.count)
  }
}
