import FoundationEssentials
import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, what programs are told of a run", .timeLimit(.minutes(20)))
struct SummaryTests {
  /// A way in which a run ends, the spec that it comes of, and what is told.
  struct Ending: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let spec: String
    let status: Int32
    let outcome: String
    let reason: String
    var signal: Int32?
  }

  private static func spec(_ urls: String, sinks: String = "[csv: out.csv]", _ more: String = "") -> String {
    """
    sources: [urls: [\(urls)]]
    fetch: {retry: 1, timeout: 20s, allow_private: [127.0.0.1]}
    extract: [url, status]
    sinks: \(sinks)
    \(more)
    """
  }

  static let endings = [
    Ending(
      testDescription: "complete", spec: spec("SITE/page/1, SITE/status/404, SITE/broken/close-before-head"), status: 0,
      outcome: "complete", reason: "complete"),
    Ending(
      testDescription: "not as expected",
      spec: spec("SITE/page/1, SITE/status/404", "expect: [broken == 0, max(status) < 1]"),
      status: 5, outcome: "unexpected", reason: "complete"),
    Ending(
      testDescription: "interrupted", spec: spec("SITE/page/1, SITE/delay/30"), status: 130, outcome: "stopped",
      reason: "interrupted", signal: SIGINT),
    Ending(
      testDescription: "terminated", spec: spec("SITE/page/1, SITE/delay/30"), status: 143, outcome: "stopped",
      reason: "terminated", signal: SIGTERM),
    Ending(
      testDescription: "stopped by a limit", spec: spec("SITE/delay/30", "limits: {duration: 200ms}"), status: 3,
      outcome: "stopped", reason: "limit.duration"),
    Ending(
      testDescription: "limit of records", spec: spec("SITE/page/1, SITE/page/2", "limits: {records: 1}"), status: 0,
      outcome: "complete", reason: "limit"),
    Ending(
      testDescription: "failed", spec: spec("SITE/page/1", sinks: "[csv: out.csv, csv: /dev/full]"), status: 1,
      outcome: "failed", reason: "failed"),
  ]

  private struct Summary: Decodable {
    struct Requests: Decodable { let done: Int }
    struct Records: Decodable {
      let total: Int
      let failed: Int
      let broken: Int
    }
    struct File: Decodable {
      let path: String
      let rows: Int
      let published: Bool
      let bytes: Int?
      let sha256: String?
    }
    let outcome: String
    let stopReason: String
    let exitStatus: Int32
    let requests: Requests
    let records: Records
    let statuses: [String: Int]
    let files: [File]

    enum CodingKeys: String, CodingKey {
      case outcome, requests, records, statuses, files
      case stopReason = "stop_reason"
      case exitStatus = "exit_status"
    }
  }

  /// Runs a spec to one of its ends.
  private func run(
    _ ending: Ending, _ place: borrowing Workplace, _ flags: [String]
  ) async throws -> RunningCommand.Outcome {
    let command = try place.start(["run", try place.spec(ending.spec), "--restart"] + flags)
    if let signal = ending.signal {
      let site = place.site
      let before = try site.served("/delay/{seconds}")
      #expect(try await command.send(signal) { (try? site.served("/delay/{seconds}")) ?? 0 > before })
      usleep(600_000)
      command.send(signal)
    }
    return await command.outcome()
  }

  private func validate(_ schema: String, _ files: [String]) async throws {
    let client = try #require(Program.path("check-jsonschema"), "install it: Tests/install-tools")
    let outcome = await
      (try RunningCommand(
        client, ["--schemafile", "schemas/\(schema).schema.json"] + files, folder: Project.root, limit: .seconds(110)))
      .outcome()
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test("--summary is true of each end, and as its schema says", arguments: endings)
  func summary(ending: Ending) async throws {
    try await Workplace.use(pages: 3) { place in
      let outcome = try await run(ending, place, ["--summary", "summary.json", "--progress", "none"])
      #expect(outcome.status == ending.status, "\(outcome.errors)")
      try await validate("summary", [place.folder.path("summary.json")])
      let summary = try JSONDecoder().decode(Summary.self, from: Data(try place.folder.bytes("summary.json")))
      #expect(summary.outcome == ending.outcome)
      #expect(summary.stopReason == ending.reason)
      #expect(summary.exitStatus == ending.status)
      #expect(summary.requests.done == summary.records.total)
      #expect(summary.statuses.values.reduce(0, +) <= summary.records.total)
      let file = try #require(summary.files.first)
      let isComplete = ["complete", "unexpected"].contains(ending.outcome)
      #expect(file.published == isComplete)
      // Without a row there is no part.
      #expect(file.path == (isComplete || file.rows == 0 ? "out.csv" : "out.csv.part"))
      if isComplete {
        #expect(file.rows == summary.records.total)
        let digest = String(decoding: try Program.output(["sha256sum", place.folder.path("out.csv")]), as: UTF8.self)
        #expect(file.sha256.map { digest.hasPrefix($0) } == true)
        #expect(try file.bytes == place.folder.bytes("out.csv").count)
      }
      if ending.testDescription == "complete" {
        #expect(summary.records.total == 3 && summary.records.failed == 1 && summary.records.broken == 2)
        #expect(summary.statuses == ["200": 1, "404": 1])
      }
    }
  }

  @Test("--progress json is events alone, the last of which is the summary", arguments: endings)
  func events(ending: Ending) async throws {
    try await Workplace.use(pages: 3) { place in
      let outcome = try await run(ending, place, ["--progress", "json"])
      #expect(outcome.status == ending.status, "\(outcome.errors)")
      #expect(outcome.output == "")
      let lines = outcome.errors.split(separator: "\n").map(String.init)
      var files: [String] = []
      for (index, line) in lines.enumerated() { files.append(try place.folder.write("\(index).json", line.utf8)) }
      try await validate("progress", files)
      #expect(lines.last?.hasPrefix("{\"event\": \"summary\", ") == true, "\(lines)")
      #expect(lines.last?.contains("\"stop_reason\": \"\(ending.reason)\"") == true)
      #expect(lines.dropLast().allSatisfy { !$0.contains("\"event\": \"summary\"") })
      if ending.signal != nil { #expect(lines.contains { $0.contains("\"notice\"") && $0.contains("stopping") }) }
    }
  }

  @Test("a run with nothing left to do is told of like any other")
  func nothingToDo() async throws {
    try await Workplace.use(pages: 3) { place in
      let spec = try place.spec(Self.spec("SITE/page/1"))
      #expect(try await place.pipe("run", spec, "--progress", "none").status == 0)
      let outcome = try await place.pipe(
        "run", spec, "--retry-failed", "--summary", "summary.json", "--progress", "json", "--report", "report.html")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = outcome.errors.split(separator: "\n")
      #expect(
        lines.count == 2 && lines[0].hasPrefix("{\"event\": \"notice\", ") && lines[0].contains("nothing has failed"))
      #expect(lines.last?.hasPrefix("{\"event\": \"summary\", ") == true, "\(lines)")
      try await validate("summary", [place.folder.path("summary.json")])
      let summary = try JSONDecoder().decode(Summary.self, from: Data(try place.folder.bytes("summary.json")))
      #expect(summary.outcome == "complete" && summary.exitStatus == 0 && summary.requests.done == 0)
      #expect(summary.files.first.map { $0.published && $0.path == "out.csv" } == true)
      #expect(try place.folder.text("report.html").contains("complete"))
    }
  }

  @Test("where GitHub has a page for the job it is added to, and nobody writes into it but pipe")
  func page() async throws {
    try await Workplace.use(pages: 3) { place in
      try place.folder.write("page.md", "# Before\n".utf8)
      let hostile = "<img src=x>|`*_[a](javascript:b)@everyone"
      let spec = """
        sources: [urls: [SITE/status/404, SITE/page/1]]
        fetch: {allow_private: [127.0.0.1]}
        extract: {url: url, t: {const: '\(hostile)'}}
        sinks: [csv: out.csv]
        expect: [count(t != '') == 0, records == 2]
        """
      let outcome = await
        (try place.start(
          ["run", try place.spec(spec)], environment: ["GITHUB_STEP_SUMMARY": place.folder.path("page.md")])).outcome()
      #expect(outcome.status == 5)
      let page = try place.folder.text("page.md")
      #expect(page.hasPrefix("# Before\n## ❌ pipe: complete, not as expected\n"))
      #expect(page.contains("| ✅ | <code>records == 2</code> | records is 2 |"))
      #expect(!page.contains("<img") && !page.contains("@everyone") && !page.contains("](") && !page.contains("`"))
      let missing = await
        (try place.start(["run", "spec.yaml"], environment: ["GITHUB_STEP_SUMMARY": "/nowhere/page.md"])).outcome()
      #expect(missing.status == 5)
      #expect(missing.errors.contains("warning: /nowhere/page.md cannot be written"))
    }
  }

  @Test("a summary that cannot be written is a failure, and one that never could be before the run")
  func unwritable() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec("SITE/page/1"))
      for path in ["/nowhere/s.json", ".", "spec.yaml/s.json"] {
        let outcome = try await place.pipe("run", spec, "--summary", path)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\(path) cannot be written"), "\(outcome.errors)")
        #expect(!place.folder.exists("out.csv"))
      }
      let outcome = try await place.pipe("run", spec, "--summary", "/dev/full")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("/dev/full cannot be written"), "\(outcome.errors)")
      #expect(try place.table("out.csv").rows.count == 1)
      #expect(try await place.pipe("run", spec, "--summary", "").status == 64)
    }
  }

  @Test(
    "a summary is not written over what the run reads and writes",
    arguments: [
      ("spec.yaml", "is the spec"), ("./link", "is the spec"), ("list.txt", "is read by a source"),
      ("out.csv", "is an output of the spec"), ("out.csv.part", "is an output of the spec, or its .part file"),
      ("live.jsonl", "is an output of the spec"), (".pipe/spec/000001-0001.journal", "is in the folder of the journal"),
      (".pipe/spec/new.json", "is in the folder of the journal"),
    ])
  func taken(path: String, words: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        """
        sources: [{file: list.txt}]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url]
        sinks: [{csv: out.csv}, {jsonl: {path: live.jsonl, publish: live}}]
        """)
      try place.folder.write("list.txt", (place.site.baseURL + "/page/1\n").utf8)
      symlink("spec.yaml", place.folder.path("link"))
      #expect(try await place.pipe("run", spec).status == 0)
      let before = try ["spec.yaml", "list.txt", "out.csv", "live.jsonl"].map { try place.folder.bytes($0) }
      let outcome = try await place.pipe("run", spec, "--summary", path)
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("--summary \(path): this file \(words)"), "\(outcome.errors)")
      #expect(try ["spec.yaml", "list.txt", "out.csv", "live.jsonl"].map { try place.folder.bytes($0) } == before)
      let runs = try await place.pipe("runs", "--format", "json").output
      #expect(runs.split(separator: "\"outcome\"").count == 2, "\(runs)")
    }
  }

  @Test("a summary goes to standard output, and into a pipe that somebody reads")
  func streams() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec("SITE/page/1"))
      let outcome = try await place.pipe("run", spec, "--summary", "-")
      #expect(outcome.status == 0)
      let summary = try JSONDecoder().decode(Summary.self, from: Data(outcome.output.utf8))
      #expect(summary.requests.done == 1)
      #expect(try await place.pipe("run", spec, "--summary", "-", "--expect-format", "junit").status == 64)

      mkfifo(place.folder.path("pipe"), 0o600)
      let unread = try await place.pipe("run", spec, "--summary", "pipe")
      #expect(unread.status == 1)
      #expect(unread.errors.contains("pipe cannot be written: nobody reads this pipe"), "\(unread.errors)")
      let reader = open(place.folder.path("pipe"), O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      #expect(try await place.pipe("run", spec, "--summary", "pipe").status == 0)
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(reader, &bytes, bytes.count)
      #expect(try JSONDecoder().decode(Summary.self, from: Data(bytes.prefix(count))).requests.done == 1)
    }
  }

  @Test("the schemas are those of the project's folder", arguments: ["summary", "progress"])
  func schemas(name: String) async throws {
    let folder = try TemporaryFolder()
    let outcome = try await pipe("schema", name, folder: folder.path)
    let kept = try String(contentsOf: URL(filePath: Project.root + "/schemas/\(name).schema.json"), encoding: .utf8)
    #expect(outcome.output == kept)
  }
}
