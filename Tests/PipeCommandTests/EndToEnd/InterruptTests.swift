import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, interrupted", .timeLimit(.minutes(20)))
struct InterruptTests {
  /// Some requests are answered soon, and then so many are in flight that an interrupt finds them there.
  private static let slow = """
    sources: [{range: {url: "SITE/delay/0.3?n={n}", to: 300}}]
    fetch: {concurrency: 4, allow_private: [127.0.0.1]}
    extract: [url, status, title]
    sinks: [{csv: out.csv}, {csv: "-"}]
    """

  @Test(
    "an interrupt lets what is in flight finish, and tells what was left undone", arguments: [SIGINT, SIGTERM, SIGHUP])
  func firstSignal(signal: Int32) async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("out.csv", "yesterday's".utf8)
      let command = try place.start(["run", try place.spec(Self.slow)])
      #expect(await command.waitUntil { output, _ in output.contains("/delay/") })
      command.send(signal)
      let outcome = await command.outcome()
      #expect(outcome.status == 128 + signal, "\(outcome.errors)")
      #expect(outcome.errors.contains("pipe: stopping: requests in flight have 10s to finish"))
      #expect(outcome.errors.contains("pipe: stopped in"))
      #expect(outcome.errors.contains("none lost"))

      // The run is not complete, so the rows are beside the file.
      #expect(try place.folder.text("out.csv") == "yesterday's")
      let rows = try place.table("out.csv.part").rows
      #expect(outcome.errors.contains("out.csv.part: \(rows.count) rows"), "\(outcome.errors)")
      #expect(try CSVTable(outcome.output).rows == rows)
      #expect(4..<300 ~= rows.count)
      #expect(rows.allSatisfy { $0["status"] == "200" && $0["title"] == "Waited 0.3 seconds" && $0["error"] == "" })
      #expect(Set(rows.compactMap { $0["url"] }).count == rows.count)
      // Nothing was asked for whose answer is not there, and what is not there is told.
      #expect(try place.site.served("/delay/{seconds}") == rows.count)
      let numbers = Self.numbers(in: outcome.errors)
      #expect(numbers.recorded == rows.count)
      #expect(numbers.undone == numbers.read - rows.count)
    }
  }

  @Test("a second interrupt ends at once what is in flight", arguments: [(SIGINT, SIGINT), (SIGTERM, SIGINT)])
  func secondSignal(first: Int32, second: Int32) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        """
        sources: [{urls: ["SITE/delay/0", "SITE/delay/30?n=1", "SITE/delay/30?n=2"]}]
        fetch: {timeout: 40s, allow_private: [127.0.0.1]}
        extract: [url, status]
        sinks: [{csv: out.csv}, {csv: "-"}]
        """)
      let command = try place.start(["run", spec])
      #expect(await command.waitUntil { output, _ in output.contains("/delay/0,") })
      command.send(first)
      #expect(try await command.send(second, after: "pipe: stopping"))
      let outcome = await command.outcome()
      #expect(outcome.status == 128 + first, "\(outcome.errors)")
      // The pages that are given up come after 30 s.
      #expect(outcome.time < .seconds(25))
      #expect(outcome.errors.contains("pipe: ending now"))
      let rows = try place.table("out.csv.part").rows
      #expect(rows == [["url": "\(place.site.baseURL)/delay/0", "status": "200", "error": ""]])
      let numbers = Self.numbers(in: outcome.errors)
      #expect((numbers.read, numbers.recorded, numbers.undone) == (3, 1, 2), "\(outcome.errors)")
    }
  }

  @Test("a second interrupt ends a run whose sinks all wait for their readers", arguments: [SIGINT, SIGTERM, SIGHUP])
  func waitingSinks(signal: Int32) async throws {
    try await Workplace.use(pages: 1) { place in
      // Nobody opens them, so that each sink waits.
      let pipes = (0..<2 * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))).map { "pipe\($0)" }
      for name in pipes { try #require(mkfifo("\(place.folder.path)/\(name)", 0o600) == 0) }
      let spec = try place.spec(
        """
        sources: [{range: {url: "SITE/page/1?n={n}", to: 100000}}]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url]
        sinks: [\(pipes.map { "{csv: \($0)}" }.joined(separator: ", "))]
        """)
      let command = try place.start(["run", spec, "--progress", "json"])
      // It shows progress while its sinks wait.
      #expect(await command.waitUntil { _, errors in errors.contains("\"in_flight\"") })
      command.send(signal)
      #expect(try await command.send(signal, after: "pipe: stopping"))
      let outcome = await command.outcome()
      #expect(outcome.status == 128 + signal, "\(outcome.errors)")
      #expect(!outcome.isKilledByTimeLimit)
    }
  }

  @Test("a signal that comes twice at once, as wrappers send it, lets what is in flight finish")
  func doubledSignal() async throws {
    try await Workplace.use(pages: 1) { place in
      let command = try place.start(["run", try place.spec(Self.slow)])
      #expect(await command.waitUntil { output, _ in output.contains("/delay/") })
      command.send(SIGTERM)
      command.send(SIGTERM)
      let outcome = await command.outcome()
      #expect(outcome.status == 143, "\(outcome.errors)")
      #expect(!outcome.errors.contains("pipe: ending now"))
      #expect(try place.site.served("/delay/{seconds}") == CSVTable(outcome.output).rows.count)
    }
  }

  @Test("a third interrupt ends the process, whatever its sink and its standard error wait for")
  func thirdSignal() async throws {
    try await Workplace.use(pages: 1) { place in
      for name in ["rows", "errors"] { try #require(mkfifo(place.folder.path(name), 0o600) == 0) }
      // Nobody reads what is said: after the first signal the run is stuck where it would say so.
      let errors = open(place.folder.path("errors"), O_RDWR | O_NONBLOCK)
      defer { close(errors) }
      let filling = [UInt8](repeating: 0x20, count: 4096)
      while write(errors, filling, filling.count) > 0 {}
      let rows = open(place.folder.path("rows"), O_RDWR)
      defer { close(rows) }
      let spec = try place.spec(
        """
        sources: [{range: {url: "SITE/get?n={n}", to: 100000}}]
        fetch: {allow_private: [127.0.0.1]}
        extract: {url: url, text: {const: "\(String(repeating: "x", count: 1000))"}}
        sinks: [{csv: rows}]
        """)
      let command = try RunningCommand(
        "/bin/sh", ["-c", "exec \"$0\" run \"$1\" --progress none 2> errors", try BuiltBinary.path(), spec],
        folder: place.folder.path)
      // It runs once there is a row; then its reader stands still.
      var byte: UInt8 = 0
      #expect(read(rows, &byte, 1) == 1)
      let outcome = Task { await command.outcome() }
      let hasEnded = Turnstile()
      let watch = Task {
        _ = await outcome.value
        hasEnded.pass()
      }
      var sent = 0
      while hasEnded.count == 0, sent < 50 {
        command.send(SIGINT)
        sent += 1
        try await Task.sleep(for: .milliseconds(600))
      }
      await watch.value
      #expect(await outcome.value.status == 130)
      #expect(await !outcome.value.isKilledByTimeLimit)
      #expect(sent >= 3)
    }
  }

  @Test("an interrupt is heard while a source waits for its input")
  func waitingSource() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        """
        sources: [{urls: ["SITE/page/1"]}, stdin]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url]
        sinks: [{csv: "-"}]
        """)
      let command = try place.start(["run", spec], keepsInputOpen: true)
      #expect(await command.waitUntil { output, _ in output.contains("/page/1") })
      command.send(SIGINT)
      let outcome = await command.outcome()
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(!outcome.isKilledByTimeLimit)
      #expect(try CSVTable(outcome.output).rows.count == 1)
    }
  }

  /// The numbers of the summary's last line.
  private static func numbers(in summary: String) -> (read: Int, recorded: Int, undone: Int) {
    let line = summary.split(separator: "\n").last { $0.hasPrefix("  accounted") } ?? ""
    func number(before word: String) -> Int {
      for part in line.dropFirst("  accounted".count).split(separator: ",") where part.hasSuffix(" " + word) {
        return part.split(separator: " ").first.flatMap { Int($0) } ?? -1
      }
      return 0
    }
    return (number(before: "read"), number(before: "recorded"), number(before: "left undone"))
  }
}
