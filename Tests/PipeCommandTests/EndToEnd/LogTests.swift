import FoundationEssentials
import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, the log of a run", .timeLimit(.minutes(20)))
struct LogTests {
  private static let spec = """
    name: shop
    sources: [urls: [SITE/page/1, SITE/status/404, SITE/broken/close-before-head]]
    fetch: {retry: 1, allow_private: [127.0.0.1]}
    extract: [url]
    sinks: [csv: out.csv]
    """

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("20") }
  }

  @Test(
    "a level has its events and those that weigh more",
    arguments: [
      ("error", []), ("warning", []), ("info", ["started", "landed", "landed", "recorded", "stopped"]),
      (
        "debug",
        ["started", "landed", "landed", "landed", "recorded", "recorded", "recorded", "committed", "stopped"]
      ),
    ])
  func levels(level: String, messages: [String]) async throws {
    try await Workplace.use(pages: 1) { place in
      let outcome = try await place.pipe("run", try place.spec(Self.spec), "--log-level", level)
      #expect(outcome.status == 0 && outcome.output == "", "\(outcome.errors)")
      let told = Self.lines(outcome.errors).map { String($0.split(separator: " ")[2]) }
      #expect(told.sorted() == messages.sorted(), "\(outcome.errors)")
      if !messages.isEmpty {
        #expect(told.first == "started" && told.last == "stopped")
        let url = "\(place.site.baseURL)/status/404"
        #expect(
          Self.lines(outcome.errors).contains {
            $0.contains(" info landed request=1:2 url=\(url) status=404 elapsed_ms=")
          },
          "\(outcome.errors)")
      }
      #expect(outcome.errors.contains("pipe: complete in"))
    }
  }

  @Test("without either option there is no log")
  func none() async throws {
    try await Workplace.use(pages: 1) { place in
      let outcome = try await place.pipe("run", try place.spec(Self.spec))
      #expect(Self.lines(outcome.errors).isEmpty)
    }
  }

  @Test(
    "as JSON all of standard error is, by the schema, and the last line is the summary",
    arguments: [
      ["--log-format", "json"], ["--log-level", "trace", "--progress", "json"],
      ["--log-level", "trace", "--log-format", "json", "--progress", "json"],
    ])
  func json(flags: [String]) async throws {
    try await Workplace.use(pages: 1) { place in
      let outcome = await (try place.start(["run", try place.spec(Self.spec)] + flags)).outcome()
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = outcome.errors.split(separator: "\n").map(String.init)
      #expect(lines.contains { $0.hasPrefix("{\"event\": \"log\", ") && $0.contains("\"message\": \"stopped\"") })
      #expect(lines.contains { $0.contains("\"message\": \"begun\"") } == flags.contains("trace"))
      #expect(lines.last?.hasPrefix("{\"event\": \"summary\", ") == true)
      var files: [String] = []
      for (index, line) in lines.enumerated() { files.append(try place.folder.write("\(index).json", line.utf8)) }
      let client = try #require(Program.path("check-jsonschema"), "install it: Tests/install-tools")
      let check = await
        (try RunningCommand(
          client, ["--schemafile", "schemas/progress.schema.json"] + files, folder: Project.root, limit: .seconds(110)))
        .outcome()
      #expect(check.status == 0, "\(check.output)\(check.errors)")
    }
  }

  @Test("with --progress none nothing but the log is said of a good run")
  func quiet() async throws {
    try await Workplace.use(pages: 1) { place in
      let outcome = try await place.pipe(
        "run", try place.spec(Self.spec), "--progress", "none", "--log-format", "json")
      #expect(outcome.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"event\": \"log\", ") })
      #expect(outcome.errors.contains("\"message\": \"stopped\", \"reason\": \"complete\""))
    }
  }

  @Test(
    "two kinds of lines on one stream are refused",
    arguments: [
      ["--progress", "json", "--log-format", "text"], ["--progress", "plain", "--log-format", "json"],
      ["--progress", "bar", "--log-format", "json"],
    ])
  func refused(flags: [String]) async throws {
    let folder = try TemporaryFolder()
    let outcome = await (try RunningCommand(try BuiltBinary.path(), ["run", "spec.yaml"] + flags, folder: folder.path))
      .outcome()
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("makes every line of standard error JSON"), "\(outcome.errors)")
  }

  @Test("neither a secret nor a user of a URL is in the log, however it is encoded there")
  func masked() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = """
        vars: {key: "${secret:env:KEY}"}
        sources: [urls: ["SITE/page/1?key=${key}&q=a", "SITE/echo/${key}/x", "USER/page/1"]]
        fetch: {retry: 1, allow_private: [127.0.0.1]}
        extract: [status]
        sinks: [csv: out.csv]
        """.replacing("USER", with: place.site.baseURL.replacing("http://", with: "http://anna:pass-word@"))
      let outcome = await
        (try place.start(
          ["run", try place.spec(spec), "--log-level", "trace"], environment: ["KEY": "c@nary /\u{E9}"])).outcome()
      #expect(outcome.status == 0, "\(outcome.errors)")
      for canary in ["c@nary", "c%40nary", "nary", "anna", "pass-word"] {
        #expect(!outcome.errors.contains(canary), "\(outcome.errors)")
      }
      #expect(outcome.errors.contains("/page/1?key=***&q=a"), "\(outcome.errors)")
    }
  }

  @Test("a reader who stands still holds up no run, and the log says what it has lost")
  func stalled() async throws {
    try await Workplace.use(pages: 3) { place in
      let spec = """
        name: shop
        sources: [range: {url: "SITE/page/1?n={n}", from: 1, to: 3000}]
        fetch: {concurrency: 20, per_host: {concurrency: 20}, allow_private: [127.0.0.1]}
        extract: [url]
        sinks: [csv: out.csv]
        """
      mkfifo(place.folder.path("errors"), 0o600)
      let reader = open(place.folder.path("errors"), O_RDWR | O_NONBLOCK)
      defer { close(reader) }
      let shell = try RunningCommand(
        "/bin/sh",
        ["-c", "exec \"$0\" run \"$1\" --log-level trace 2>errors", try BuiltBinary.path(), try place.spec(spec)],
        folder: place.folder.path, limit: .seconds(110))
      let outcome = await shell.outcome()
      #expect(outcome.status == 0)
      #expect(try place.table("out.csv").rows.count == 3000)
      var bytes = [UInt8](repeating: 0, count: 1 << 20)
      let count = read(reader, &bytes, bytes.count)
      let text = String(decoding: bytes[..<max(0, count)], as: UTF8.self)
      // What the person has to know found room.
      #expect(text.contains("pipe: complete in"), "\(text.suffix(500))")
    }
  }
}
