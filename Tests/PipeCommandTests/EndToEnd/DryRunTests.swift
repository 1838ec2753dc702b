import Glibc
import PipeTesting
import Testing

@Suite("pipe run --dry-run", .timeLimit(.minutes(20)))
struct DryRunTests {
  private static let spec = """
    sources: [{range: {url: "SITE/delay/0.05?n={n}", to: 1999}}]
    fetch: {concurrency: 6, per_host: {concurrency: 6}, retry: 1, allow_private: [127.0.0.1]}
    extract: [url, status]
    sinks: [{csv: out.csv}]
    journal: {every: 100ms}
    """

  /// What was said, however its lines are broken.
  private static func words(_ outcome: RunningCommand.Outcome) -> String {
    (outcome.output + outcome.errors).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Runs a request with `--dry-run` and then without: both end with this status, and the first changes nothing.
  private static func expect(
    _ status: Int32, _ words: String, _ arguments: [String], in place: borrowing Workplace,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let before = try place.folder.names().sorted()
    let dry = await (try place.start(arguments + ["--dry-run"])).outcome()
    #expect(dry.status == status, "\(dry.errors)", sourceLocation: sourceLocation)
    #expect(Self.words(dry).contains(words), "\(dry.output)\(dry.errors)", sourceLocation: sourceLocation)
    #expect(try place.folder.names().sorted() == before, sourceLocation: sourceLocation)
    let wet = await (try place.start(arguments)).outcome()
    #expect(wet.status == status, "\(wet.errors)", sourceLocation: sourceLocation)
  }

  @Test func `It ends as the run would: faults, files, outputs`() async throws {
    try await Workplace.use(pages: 1) { place in
      let rest = "fetch: {allow_private: [127.0.0.1]}\nextract: [url]\n"
      _ = try place.spec("sources: [{urls: SITE/page/1}]\n\(rest)sinks: [{csv: a.csv}, {csv: a.csv}]\n")
      try await Self.expect(2, "error[conflict]", ["run", "spec.yaml"], in: place)
      try place.folder.write("there.csv", "x\n".utf8)
      _ = try place.spec("sources: [{urls: SITE/page/1}]\n\(rest)sinks: [{csv: {path: there.csv, mode: fail}}]\n")
      try await Self.expect(1, "would not begin", ["run", "spec.yaml"], in: place)
      _ = try place.spec("sources: [{urls: SITE/page/1}]\n\(rest)sinks: [{csv: '-'}]\n")
      try await Self.expect(64, "--expect-format", ["run", "spec.yaml", "--expect-format", "junit"], in: place)
      try await Self.expect(1, "keeps no journal", ["run", "spec.yaml", "--retry-failed"], in: place)
      _ = try place.spec("sources: [{urls: SITE/page/1}]\n\(rest)sinks: [{csv: b.csv}]\n")
      try await Self.expect(1, "no run of spec.yaml has finished", ["run", "spec.yaml", "--retry-failed"], in: place)
      try await Self.expect(0, "would be there", ["run", "spec.yaml"], in: place)
      try await Self.expect(0, "nothing has failed", ["run", "spec.yaml", "--retry-failed"], in: place)
    }
  }

  @Test func `It ends as the run would: journals`() async throws {
    try await Workplace.use(pages: 1) { place in
      _ = try place.spec(Self.spec)
      let run = try place.start(["run", "spec.yaml", "--progress", "none"])
      let part = place.folder.path("out.csv.part")
      while access(part, F_OK) != 0 { try await Task.sleep(for: .milliseconds(20)) }
      try await Self.expect(1, "another run of spec.yaml is going on", ["run", "spec.yaml"], in: place)
      try await Task.sleep(for: .milliseconds(400))
      run.send(SIGKILL)
      _ = await run.outcome()

      let goingOn = try await place.pipe("run", "spec.yaml", "--resume", "--dry-run")
      #expect(goingOn.status == 0 && Self.words(goingOn).contains("would keep the rows"), "\(goingOn.output)")
      let anew = try await place.pipe("run", "spec.yaml", "--restart", "--dry-run")
      #expect(anew.status == 0 && Self.words(anew).contains("would be there"), "\(anew.output)")

      _ = try place.spec(Self.spec.replacing("[url, status]", with: "[url, title]"))
      try await Self.expect(4, "the spec has changed", ["run", "spec.yaml", "--resume"], in: place)
      _ = try place.spec("name: spec\n" + Self.spec, named: "other.yaml")
      try await Self.expect(1, "is that of", ["run", "other.yaml"], in: place)
    }
  }
}
