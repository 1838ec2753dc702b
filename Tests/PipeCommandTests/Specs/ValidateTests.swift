import FoundationEssentials
import PipeTesting
import Testing

@Suite("pipe validate", .timeLimit(.minutes(20)))
struct ValidateTests {
  private static let sound =
    "version: 1\nsources: [{urls: https://example.com/}]\nextract: [url]\nsinks: [{csv: a.csv}]\n"
  private static let broken =
    "version: 1\nsources: [{urls: https://example.com/}]\nextract: [urk]\nsinks: [{csv: a.csv}]\n"

  /// Two files: one sound, one broken.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("sound.yaml", Self.sound.utf8)
    try folder.write("broken.yaml", Self.broken.utf8)
    return folder
  }

  @Test("a sound spec is 0, a broken one 2, and one of each is 2")
  func status() async throws {
    let folder = try folder()
    #expect(try await pipe("validate", "sound.yaml", folder: folder.path).status == 0)
    #expect(try await pipe("validate", "broken.yaml", folder: folder.path).status == 2)
    #expect(try await pipe("validate", "sound.yaml", "broken.yaml", folder: folder.path).status == 2)
    #expect(try await pipe("validate", "nothere.yaml", folder: folder.path).status == 2)
  }

  @Test("text goes to standard error, and every file is named")
  func text() async throws {
    let folder = try folder()
    let outcome = try await pipe("validate", "sound.yaml", "broken.yaml", folder: folder.path)
    #expect(outcome.output == "")
    #expect(
      outcome.errors == """
        sound.yaml: ok
        broken.yaml:3:11: error[unknown-component]: no extractor is called 'urk'
            3 | extract: [urk]
              |           ^^^ did you mean 'url'?

        """)
  }

  @Test("JSON is an array on standard output, empty when all is well")
  func json() async throws {
    struct Finding: Decodable {
      let file: String
      let line: Int
      let column: Int
      let end_line: Int
      let end_column: Int
      let severity: String
      let code: String
      let message: String
      let hint: String?
    }
    let folder = try folder()
    let empty = try await pipe("validate", "sound.yaml", "--format", "json", folder: folder.path)
    #expect(empty.output == "[]\n")
    #expect(empty.errors == "")
    let outcome = try await pipe("validate", "-", "broken.yaml", "--format", "json", folder: folder.path, input: "a: 1")
    let findings = try JSONDecoder().decode([Finding].self, from: Data(outcome.output.utf8))
    #expect(findings.first?.file == "<stdin>")
    #expect(findings.last?.file == "broken.yaml")
    #expect(findings.last.map { [$0.line, $0.column, $0.end_line, $0.end_column] } == [3, 11, 3, 14])
    #expect(outcome.errors == "")
  }

  @Test("SARIF and GitHub commands go to standard output", arguments: ["sarif", "github"])
  func forPrograms(format: String) async throws {
    let folder = try folder()
    let outcome = try await pipe("validate", "broken.yaml", "--format", format, folder: folder.path)
    #expect(outcome.status == 2)
    #expect(outcome.output.contains("unknown-component"))
    #expect(outcome.errors == "")
  }

  @Test("standard input is read once")
  func standardInputTwice() async throws {
    let outcome = try await pipe("validate", "-", "-", input: Self.sound)
    #expect(outcome.status == 64)
  }

  @Test("run and plan refuse what validate refuses, in the same words", arguments: ["run", "plan"])
  func sameFindings(command: String) async throws {
    for spec in try Project.files("Tests/PipeEngineTests/Specs/broken", ".yaml") {
      let folder = "\(Project.root)/Tests/PipeEngineTests/Specs/broken"
      let name = String(spec.dropFirst(folder.count + 1))
      let validated = try await pipe("validate", name, folder: folder)
      if validated.status == 0 { continue }
      let outcome = try await pipe(command, name, folder: folder)
      #expect(outcome.status == 2, "\(name)")
      #expect(outcome.errors == validated.errors, "\(name)")
      #expect(outcome.output == "", "\(name)")
    }
  }
}
