import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, inputs that must stay as they are", .timeLimit(.minutes(20)))
struct KeptInputsTests {
  private static let rest = "fetch: {allow_private: [127.0.0.1]}\nextract: [url, status]\n"

  /// Runs a command line of the shell in the folder, with `pipe` as "$P".
  private func shell(_ place: borrowing Workplace, _ line: String) async throws -> RunningCommand.Outcome {
    try await RunningCommand(
      "/bin/bash", ["-c", line], folder: place.folder.path, environment: ["P": BuiltBinary.path()]
    ).outcome()
  }

  @Test("a list that is also the output is left as it is", arguments: ["validate", "plan", "run --dry-run", "run"])
  func list(command: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let list = "\(place.site.baseURL)/page/1\n"
      try place.folder.write("list.csv", list.utf8)
      #expect(symlink("list.csv", place.folder.path("link.csv")) == 0)
      for output in ["list.csv", "./list.csv", "link.csv", place.folder.path("list.csv")] {
        let spec = try place.spec("sources: [{file: list.csv}]\nsinks: [{csv: \(output)}]\n" + Self.rest)
        let outcome = try await shell(place, "$P \(command) \(spec)")
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains("error[conflict]"), "\(outcome.errors)")
        #expect(try place.folder.text("list.csv") == list)
      }
    }
  }

  @Test(
    "redirections onto an input or an output are found when the run begins",
    arguments: [
      // Standard output onto the list, the spec, and the other sink's file.
      "$P run spec.yaml >> list.txt", "$P run spec.yaml 1<> list.txt", "$P run spec.yaml >> spec.yaml",
      "$P run spec.yaml >> out.jsonl", "$P run - < spec.yaml >> spec.yaml", "$P run spec.yaml 1<> out.jsonl",
      // Messages between the rows, or in the list.
      "$P run spec.yaml 2>> out.jsonl", "$P run spec.yaml 2>> list.txt",
    ])
  func redirections(line: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let list = "\(place.site.baseURL)/page/1\n"
      try place.folder.write("list.txt", list.utf8)
      try place.folder.write("out.jsonl", "{\"old\":1}\n".utf8)
      let spec = try place.spec(
        "sources: [{file: list.txt}]\nsinks: [{csv: \"-\"}, {jsonl: out.jsonl}]\n" + Self.rest)
      let before = try place.folder.text(spec)
      let outcome = try await shell(place, line)
      #expect(outcome.status == 2, "\(outcome.output)\(outcome.errors)")
      #expect(try place.folder.text(spec) == before)
      #expect(try place.folder.text("list.txt").hasPrefix(list))
      #expect(try place.folder.text("out.jsonl").hasPrefix("{\"old\":1}\n"))
    }
  }

  @Test(
    "what the person asked for in the shell is no conflict",
    arguments: [
      "$P run spec.yaml > all.log 2>&1", "$P run spec.yaml 2>&1 | cat", "$P run - < spec.yaml > rows.csv",
      "cat spec.yaml | $P run - | cat",
    ])
  func fine(line: String) async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("list.txt", "\(place.site.baseURL)/page/1\n".utf8)
      _ = try place.spec("sources: [{file: list.txt}]\nsinks: [{csv: \"-\"}, {jsonl: out.jsonl}]\n" + Self.rest)
      let outcome = try await shell(place, line)
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
      #expect(try place.folder.text("out.jsonl").contains("\"status\":200"))
    }
  }

  @Test("standard input is asked for once: by the spec, or by one source")
  func standardInput() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec("sources: [stdin]\nsinks: [{csv: out.csv}]\n" + Self.rest)
      let outcome = try await shell(place, "$P run - < \(spec)")
      #expect(outcome.status == 2, "\(outcome.errors)")
      #expect(outcome.errors.contains("standard input is read twice: by the spec and by a source"))
      #expect(!place.folder.exists("out.csv"))
    }
  }
}
