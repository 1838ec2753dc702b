import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, on a terminal", .timeLimit(.minutes(20)))
struct TerminalTests {
  /// Runs `pipe` with a terminal of its own for all that it says (script(1)), 80 columns wide as that tells none.
  private func onTerminal(
    _ arguments: String, folder: String, environment: [String: String] = [:], inBackground: Bool = false
  ) async throws -> RunningCommand.Outcome {
    let script = try #require(Program.path("script"), "install bsdutils")
    let command = "'\(try BuiltBinary.path())' \(arguments)"
    // A shell with job control gives a job in the background a group of its own.
    let whole = inBackground ? "bash -c 'set -m; \(command.filter { $0 != "'" }) & wait $!'" : command
    return await
      (try RunningCommand(
        script, ["-qec", whole, "/dev/null"], folder: folder, environment: environment, keepsInputOpen: true)).outcome()
  }

  private static let spec = """
    sources: [{urls: ["SITE/page/1", "SITE/delay/1"]}]
    fetch: {allow_private: [127.0.0.1]}
    extract: [url]
    sinks: [{csv: out.csv}]
    """
  @Test("a block is drawn while a run goes on, and is gone when the summary comes", arguments: ["bar", "auto"])
  func liveBlock(style: String) async throws {
    try await Workplace.use { place in
      let spec = try place.spec(Self.spec)
      let outcome = try await onTerminal("run \(spec) --progress \(style)", folder: place.folder.path)
      #expect(outcome.status == 0, "\(outcome.output)")
      let summary = try #require(outcome.output.firstRange(of: "pipe: complete in"))
      var terminal = TerminalModel(width: 80)
      terminal.write(String(outcome.output[..<summary.lowerBound]))
      #expect(terminal.unknown == [])
      #expect(terminal.text == [], "the block is gone")
      terminal.write(String(outcome.output[summary.lowerBound...]))
      #expect(terminal.text.first?.hasPrefix("pipe: complete in") == true)
      #expect(terminal.text.last == "  csv        out.csv: 2 rows")
      #expect(!outcome.output[summary.lowerBound...].contains("\u{1B}"))
      // What was drawn: each frame begins and ends so, and no line reaches the last column.
      let frames = outcome.output[..<summary.lowerBound].split(separator: "\u{1B}[?2026h").map(String.init)
      #expect(frames.count > 2)
      #expect(frames.contains { $0.contains("1 done") && $0.contains("in flight 1") })
      for frame in frames {
        var drawn = TerminalModel(width: 80)
        drawn.write(frame)
        #expect(drawn.text.allSatisfy { $0.count < 80 })
        #expect(frame.isEmpty || frame.hasSuffix("\u{1B}[?2026l"))
      }
    }
  }

  @Test("what is said meanwhile stands above the block")
  func message() async throws {
    try await Workplace.use { place in
      let spec = try place.spec(Self.spec.replacing("/delay/1", with: "/delay/3"))
      let script = try #require(Program.path("script"), "install bsdutils")
      let run = "sh -c 'echo $$ > pid; exec \"\(try BuiltBinary.path())\" run \(spec)'"
      let command = try RunningCommand(
        script, ["-qec", run, "/dev/null"], folder: place.folder.path, keepsInputOpen: true)
      #expect(await command.waitUntil { output, _ in output.contains("in flight 1") })
      let pid = try place.folder.text("pid").split(separator: "\n").first.flatMap { Int32($0) }
      kill(try #require(pid), SIGUSR1)
      let outcome = await command.outcome()
      #expect(outcome.status == 0, "\(outcome.output)")
      var terminal = TerminalModel(width: 80)
      terminal.write(outcome.output)
      #expect(terminal.unknown == [])
      #expect(terminal.text.first == "pipe: as it stands: 1 in flight, 0 waiting")
      #expect(terminal.text.dropFirst().first?.hasPrefix("  host       127.0.0.1:") == true)
      #expect(terminal.text.contains { $0.hasPrefix("pipe: complete in") })
      #expect(terminal.text.filter { $0.contains("in flight 1   waiting") } == [])
    }
  }

  @Test(
    "where a rewritten line is not welcome, none is",
    arguments: [(["TERM": "dumb"], false), (["CI": "true"], false), ([:], true)])
  func noLiveLine(environment: [String: String], inBackground: Bool) async throws {
    try await Workplace.use { place in
      let spec = try place.spec(Self.spec)
      let outcome = try await onTerminal(
        "run \(spec)", folder: place.folder.path, environment: environment, inBackground: inBackground)
      #expect(outcome.status == 0, "\(outcome.output)")
      #expect(outcome.output.contains("pipe: complete in"))
      #expect(!outcome.output.contains("\u{1B}"))
    }
  }

  @Test(
    "diagnostics are coloured where that is welcome",
    arguments: [
      ([:], true), (["NO_COLOR": ""], true), (["TERM": "xterm"], true), (["NO_COLOR": "1"], false),
      (["NO_COLOR": "0"], false), (["TERM": "dumb"], false), (["CI": "1"], false),
    ])
  func colour(environment: [String: String], isColoured: Bool) async throws {
    let folder = try TemporaryFolder()
    try folder.write("bad.yaml", "version: 1\nnonsense: 1\n".utf8)
    let outcome = try await onTerminal("validate bad.yaml", folder: folder.path, environment: environment)
    #expect(outcome.output.contains("unknown-key"), "\(outcome.output)")
    #expect(outcome.output.contains("\u{1B}[") == isColoured)
  }

  @Test("nothing is coloured where nobody looks", arguments: [[:], ["CLICOLOR_FORCE": "1"]])
  func noTerminal(environment: [String: String]) async throws {
    let folder = try TemporaryFolder()
    try folder.write("bad.yaml", "version: 1\nnonsense: 1\n".utf8)
    let outcome = try await RunningCommand(
      BuiltBinary.path(), ["validate", "bad.yaml"], folder: folder.path, environment: environment
    ).outcome()
    #expect((outcome.output + outcome.errors).contains("unknown-key"))
    #expect(!(outcome.output + outcome.errors).contains("\u{1B}"))
  }
}
