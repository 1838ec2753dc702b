import FoundationEssentials
import PipeTesting
import Testing

@Suite("pipe validate FOLDER", .timeLimit(.minutes(20)))
struct ValidateFolderTests {
  private static let sound =
    "version: 1\nsources: [{urls: https://example.com/}]\nextract: [url]\nsinks: [{csv: a.csv}]\n"
  private static let broken =
    "version: 1\nsources: [{urls: https://example.com/}]\nextract: [urk]\nsinks: [{csv: a.csv}]\n"

  private func folder(_ files: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, text) in files {
      if let slash = name.lastIndex(of: "/") {
        try FileManager.default.createDirectory(
          atPath: folder.path(String(name[..<slash])), withIntermediateDirectories: true)
      }
      try folder.write(name, text.utf8)
    }
    return folder
  }

  /// The names of what was found to be right, as they are said.
  private func names(_ outcome: RunningCommand.Outcome) -> [String] {
    outcome.errors.split(separator: "\n").compactMap { $0.hasSuffix(": ok") ? String($0.dropLast(4)) : nil }
  }

  @Test func `A folder stands for its specs, sorted, and for nothing else`() async throws {
    let folder = try folder([
      "b.yaml": Self.sound, "a.yml": Self.sound, "sub/deep/c.pipe.yaml": Self.sound, "sub/a.yaml": Self.sound,
      "json.yaml":
        #"{"version": 1, "sources": [{"urls": "https://example.com/"}], "extract": ["url"], "sinks": ["a.csv"]}"#,
      "compose.yaml": "version: '3'\nservices: {}\n", "list.yaml": "- version\n- sources\n", "empty.yaml": "",
      "many.yaml": "version: 1\n---\nversion: 2\n", "notes.txt": Self.broken, "spec.yaml.bak": Self.broken,
      ".hidden.yaml": Self.broken, ".git/a.yaml": Self.broken, "no.yaml": "a: [\n",
    ])
    let outcome = try await pipe("validate", ".", folder: folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(names(outcome) == ["a.yml", "b.yaml", "json.yaml", "sub/a.yaml", "sub/deep/c.pipe.yaml"])
    #expect(outcome.output == "")
    let named = try await pipe("validate", "sub/", "b.yaml", folder: folder.path)
    #expect(names(named) == ["sub/a.yaml", "sub/deep/c.pipe.yaml", "b.yaml"])
  }

  @Test func `A spec that is broken is found, also by its name alone or in spite of its syntax`() async throws {
    for (name, text) in [
      ("a.yaml", Self.broken), ("a.pipe.yaml", "urls: []\n"), ("a.yaml", Self.sound + "a: [\n"), ("a.pipe.yml", ""),
    ] {
      let folder = try folder([name: text])
      let outcome = try await pipe("validate", folder.path, "--format", "json")
      #expect(outcome.status == 2)
      #expect(outcome.output.contains("\(folder.path)/\(name)\""), "\(outcome.output)")
    }
  }

  @Test func `A folder without specs is told, and one that is not there`() async throws {
    let folder = try folder(["sub/a.yaml": "a: 1\n", "good.pipe.yaml": Self.sound])
    let outcome = try await pipe("validate", "sub", "good.pipe.yaml", folder: folder.path)
    #expect(outcome.status == 2)
    #expect(
      outcome.errors.hasPrefix("sub:1:1: error[unreadable-file]: no specs in the folder: no *.pipe.yaml"),
      "\(outcome.errors)")
    #expect(names(outcome) == ["good.pipe.yaml"])
    #expect(try await pipe("validate", "nowhere/", folder: folder.path).status == 2)
  }

  @Test func `Links and loops are safe, and a file is taken once`() async throws {
    let folder = try folder(["sub/a.yaml": Self.sound])
    for (link, target) in [
      ("sub/loop", ".."), ("self", "self"), ("self.yaml", "self.yaml"), ("dead.yaml", "nothing"),
      ("b.yaml", "sub/a.yaml"),
    ] {
      try FileManager.default.createSymbolicLink(atPath: folder.path(link), withDestinationPath: target)
    }
    _ = try Program.output(["mkfifo", folder.path("pipe.yaml")])
    let outcome = try await pipe("validate", ".", folder: folder.path)
    #expect(outcome.status == 0 && names(outcome) == ["b.yaml"], "\(outcome.errors)")
    // By two paths as well.
    #expect(names(try await pipe("validate", "sub", "sub/", ".", folder: folder.path)) == ["sub/a.yaml"])
    // Somebody who names a link means what it leads to.
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "sub")
    #expect(names(try await pipe("validate", "link", folder: folder.path)) == ["link/a.yaml"])
  }

  @Test(arguments: ["json", "sarif", "github"])
  func `Programs get the findings of all files in one answer`(format: String) async throws {
    let folder = try folder(["a.yaml": Self.broken, "b/b.yaml": Self.broken, "c/none.txt": ""])
    let outcome = try await pipe("validate", "a.yaml", "b", "c", "--format", format, folder: folder.path)
    #expect(outcome.status == 2)
    #expect(outcome.errors == "")
    for name in ["a.yaml", "b/b.yaml", "no specs in the folder"] { #expect(outcome.output.contains(name)) }
    guard format != "github" else {
      #expect(outcome.lines.count == 3 && outcome.lines.allSatisfy { $0.hasPrefix("::error") }, "\(outcome.output)")
      return
    }
    struct Run: Decodable {
      struct Finding: Decodable {}
      let results: [Finding]
    }
    struct Log: Decodable { let runs: [Run] }
    struct Finding: Decodable { let file: String }
    let data = Data(outcome.output.utf8)
    if format == "json" {
      #expect(try JSONDecoder().decode([Finding].self, from: data).map(\.file) == ["a.yaml", "b/b.yaml", "c"])
    } else {
      #expect(try JSONDecoder().decode(Log.self, from: data).runs.map(\.results.count) == [3])
    }
  }
}
