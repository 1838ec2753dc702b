import FoundationEssentials
import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, what it says on the way", .timeLimit(.minutes(20)))
struct ProgressTests {
  private struct Line: Decodable {
    let done: Int
    let failed: Int
    let inFlight: Int
    let rate: Double
    let elapsed: Double

    private enum CodingKeys: String, CodingKey {
      case done, failed, rate, elapsed
      case inFlight = "in_flight"
    }
  }

  private static let long = """
    sources: [{urls: ["SITE/page/1", "SITE/delay/50"]}]
    fetch: {timeout: 60s, allow_private: [127.0.0.1]}
    extract: [url]
    sinks: [{csv: out.csv}]
    """
  private static let short = """
    sources: [{urls: ["SITE/page/1", "SITE/status/404", "SITE/broken/close-before-head"]}]
    fetch: {allow_private: [127.0.0.1]}
    extract: [url]
    sinks: [{csv: out.csv}]
    """

  @Test("--progress json writes an event a line, the last of which is the summary")
  func json() async throws {
    try await Workplace.use { place in
      // The second page does not come before there was a line, and is given up then.
      let command = try place.start(["run", try place.spec(Self.long), "--progress", "json"])
      #expect(
        await command.waitUntil { _, errors in errors.contains(#""done": 1, "failed": 0, "not_ok": 0, "in_flight": 1"#)
        })
      command.send(SIGINT)
      #expect(try await command.send(SIGINT, after: "pipe: stopping"))
      let outcome = await command.outcome()
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(outcome.output == "")
      let lines = outcome.errors.split(separator: "\n")
      #expect(lines.allSatisfy { $0.hasPrefix("{\"event\": ") })
      #expect(lines.last?.hasPrefix("{\"event\": \"summary\"") == true)
      let progress = try lines.filter { $0.hasPrefix("{\"event\": \"progress\"") }
        .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
      #expect(progress.contains { $0.done == 1 && $0.inFlight == 1 })
      #expect(progress.allSatisfy { $0.done + $0.inFlight <= 2 && $0.failed == 0 && $0.rate >= 0 })
      #expect(progress.map(\.elapsed) == progress.map(\.elapsed).sorted())
    }
  }

  @Test("--progress none says nothing of a good run")
  func none() async throws {
    try await Workplace.use { place in
      let outcome = try await place.pipe("run", try place.spec(Self.short), "--progress", "none")
      #expect(outcome.status == 0)
      #expect(outcome.output == "")
      #expect(outcome.errors == "")
      #expect(try place.table("out.csv").rows.count == 3)
    }
  }

  @Test("--progress none still says why a run failed")
  func noneOfAFailedRun() async throws {
    try await Workplace.use { place in
      let spec = try place.spec(
        "sources: [{urls: [\"SITE/\"]}]\nfetch: {allow_private: [127.0.0.1]}\nextract: [url]\nsinks: [{csv: /dev/full}]"
      )
      let outcome = try await place.pipe("run", spec, "--progress", "none")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("/dev/full"), "\(outcome.errors)")
    }
  }

  @Test("the summary counts statuses, errors and rows, and accounts for every request", arguments: ["auto", "plain"])
  func summary(style: String) async throws {
    try await Workplace.use { place in
      let outcome = try await place.pipe("run", try place.spec(Self.short), "--progress", style)
      #expect(outcome.status == 0)
      let lines = outcome.errors.split(separator: "\n").map(String.init)
      #expect(lines.first?.hasPrefix("pipe: complete in ") == true)
      #expect(lines.first?.hasSuffix(": 3 records, 2 not ok") == true)
      #expect(lines.contains("  ok         1"))
      #expect(lines.contains("  not ok     2: 404 × 1, connection × 1"))
      #expect(lines.contains("  csv        out.csv: 3 rows"))
      #expect(lines.contains("  accounted  3 read, 3 recorded, none lost"))
    }
  }

  @Test("nothing is coloured and no line rewritten where standard error is no terminal", arguments: ["auto", "plain"])
  func noTerminal(style: String) async throws {
    try await Workplace.use { place in
      let outcome = try await place.pipe("run", try place.spec(Self.short), "--progress", style)
      #expect(!outcome.errors.contains("\u{1B}"))
      #expect(!outcome.errors.contains("\r"))
    }
  }
}
