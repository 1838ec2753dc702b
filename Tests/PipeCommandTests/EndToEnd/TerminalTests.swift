import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, on a terminal", .timeLimit(.minutes(5)))
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
  /// Goes to the start of the line and clears it.
  private static let rewrite = "\r\u{1B}[K"

  @Test("one line is rewritten while a run goes on, and is gone when the summary comes", arguments: ["bar", "auto"])
  func liveLine(style: String) async throws {
    try await Workplace.use { place in
      let spec = try place.spec(Self.spec)
      let outcome = try await onTerminal("run \(spec) --progress \(style)", folder: place.folder.path)
      #expect(outcome.status == 0, "\(outcome.output)")
      let summary = try #require(outcome.output.firstRange(of: "pipe: complete in"))
      let live = outcome.output[..<summary.lowerBound]
      #expect(live.hasPrefix(Self.rewrite))
      #expect(live.hasSuffix(Self.rewrite), "the last one is cleared")
      #expect(!live.contains("\n"))
      let lines = live.split(separator: Self.rewrite).map(String.init)
      #expect(lines.contains { $0.hasPrefix("pipe: ") && $0.contains(" done, ") && $0.contains(" in flight") })
      #expect(lines.allSatisfy { $0.count < 80 })
      #expect(!outcome.output[summary.lowerBound...].contains("\u{1B}"))
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
