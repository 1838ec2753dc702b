import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("the command line", .timeLimit(.minutes(20)))
struct CommandLineTests {
  @Test(arguments: [
    (["rnu", "x.yaml"], "'rnu' is not a command: did you mean 'pipe run'?"),
    (["valdate"], "'valdate' is not a command: did you mean 'pipe validate'?"),
    (["x.yaml"], "'x.yaml' is not a command: did you mean 'pipe run x.yaml'?"),
    (["a/b.YML", "--limit", "3"], "did you mean 'pipe run a/b.YML'?"), (["-"], "did you mean 'pipe run -'?"),
    (["/tmp"], "did you mean 'pipe validate /tmp'?"),
    (["HTTP://a.example/"], "did you mean 'pipe try HTTP://a.example/'?"),
    (["zzz\u{1B}[2J"], "[2J' is not a command: there are run, validate, "),
  ])
  func `What is not a command is told, with the one that was meant`(arguments: [String], words: String) async throws {
    let outcome = try await pipe(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(!outcome.errors.contains("\u{1B}"))
  }

  @Test(arguments: [["--version"], ["--help"], ["help", "run"], ["run", "--help"], ["reference", "--help"]])
  func `Commands and options are taken as they are`(arguments: [String]) async throws {
    let outcome = try await pipe(arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("pipe"))
  }

  /// Each command that answers on standard output, with what it needs in its folder.
  private static let answers = [
    "schema", "schema summary", "explain", "explain csv", "plan spec.yaml", "plan spec.yaml --format json",
    "plan spec.yaml --format dot", "validate . --format json", "validate . --format sarif", "runs --format json",
    "runs", "why http://127.0.0.1:9/ spec.yaml", "why http://127.0.0.1:9/ --format json", "run --dry-run spec.yaml",
    "try SITE/page/1", "try SITE/page/1 title --format json", "--help", "--version", "run --help",
    "--generate-completion-script bash",
  ]

  private static let spec =
    "sources: [{urls: [SITE/page/1]}]\nfetch: {allow_private: [127.0.0.1]}\nextract: [url]\nsinks: [{csv: out.csv}]\n"

  private static func shell(_ place: borrowing Workplace, _ line: String) async throws -> RunningCommand.Outcome {
    try await RunningCommand(
      "/bin/bash", ["-c", line], folder: place.folder.path, environment: ["P": BuiltBinary.path()],
      limit: .seconds(30)
    ).outcome()
  }

  @Test func `An answer that cannot be written is a failure, and one that nobody reads is none`() async throws {
    try await Workplace.use(pages: 1) { place in
      _ = try place.spec(Self.spec)
      #expect(try await place.pipe("run", "spec.yaml").status == 0)
      for answer in Self.answers {
        var line = answer.replacing("SITE", with: place.site.baseURL)
        if line.hasPrefix("try") { line += " --allow-private 127.0.0.1" }
        let usual = try await Self.shell(place, "$P \(line)")
        #expect(!usual.output.isEmpty, "\(line)")
        let full = try await Self.shell(place, "$P \(line) > /dev/full")
        #expect(full.status == 1, "\(line): \(full.errors)")
        #expect(full.errors.contains("pipe: standard output cannot be written: No space left"), "\(full.errors)")
        let closed = try await Self.shell(place, "$P \(line) >&-")
        #expect(closed.status == 1, "\(line): \(closed.errors)")
        let gone = try await Self.shell(place, "(trap '' PIPE; $P \(line); echo $? > status) | true; cat status")
        #expect(gone.output == "\(usual.status)\n", "\(line): \(gone.output)")
        // Without the shell's help as well: the signal would end the process.
        let signalled = try await Self.shell(place, "{ $P \(line); echo $? > status; } | true; cat status")
        #expect(signalled.output == "\(usual.status)\n", "\(line): \(signalled.output)")
        #expect(signalled.errors == usual.errors, "\(line): \(signalled.errors)")
      }
    }
  }

  @Test func `A run of whose rows somebody reads the first is no failure`() async throws {
    try await Workplace.use(pages: 1) { place in
      _ = try place.spec(
        "sources: [{range: {url: 'SITE/page/1?n={n}', to: 3000}}]\nfetch: {allow_private: [127.0.0.1]}\n"
          + "extract: [url]\nsinks: [{csv: '-'}]\n")
      let outcome = try await Self.shell(place, "set -o pipefail; $P run spec.yaml | head -n 2")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.split(whereSeparator: \.isNewline).count == 2)
      #expect(!outcome.errors.contains("failed"), "\(outcome.errors)")
    }
  }

  @Test(arguments: ["", " <&-", " >&-", " 2>&-", " <&- >&-", " <&- 2>&-", " >&- 2>&-", " <&- >&- 2>&-"])
  func `Nothing is written into files that would have the numbers of closed descriptors`(
    closed: String
  ) async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("urls.txt", "\(place.site.baseURL)/page/1\nnot a url\n".utf8)
      _ = try place.spec(
        "sources: [{file: urls.txt}]\nfetch: {allow_private: [127.0.0.1]}\nextract: [url]\n"
          + "sinks: [{csv: a.csv}, {jsonl: b.jsonl}]\n")
      for options in ["", " --progress json", " --progress plain", " --summary s.json"] {
        let outcome = try await Self.shell(place, "$P run spec.yaml\(options)\(closed)")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let rows = try place.folder.text("a.csv").split(separator: "\r\n")
        #expect(rows.count == 3 && rows.allSatisfy { $0.hasPrefix("http://") || $0.contains("url") }, "\(rows)")
        let lines = try place.folder.text("b.jsonl").split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("{\"url\":") }, "\(lines)")
        #expect(try place.folder.text("urls.txt") == "\(place.site.baseURL)/page/1\nnot a url\n")
      }
      // Rows for a descriptor that is closed go nowhere.
      guard closed.split(separator: " ").contains(">&-") else { return }
      _ = try place.spec(
        "sources: [{file: urls.txt}]\nfetch: {allow_private: [127.0.0.1]}\nextract: [url]\n"
          + "sinks: [{csv: '-'}, {jsonl: c.jsonl}]\n", named: "rows.yaml")
      #expect(try await Self.shell(place, "$P run rows.yaml\(closed)").status == 1)
      #expect(try !place.folder.names().contains { $0.hasPrefix("c.jsonl") })
    }
  }
}
