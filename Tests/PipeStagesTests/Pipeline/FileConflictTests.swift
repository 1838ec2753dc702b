import Glibc
import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import Testing

@Suite("Pipeline, files that are read and written")
struct FileConflictTests {
  /// A folder with a list, names for the same list, and a folder under two names.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("list.csv", Array("url\nhttp://a.example/\n".utf8))
    try folder.write("other.txt", Array("http://b.example/\n".utf8))
    try folder.write("secret", Array("s3cret\n".utf8))
    #expect(symlink("list.csv", folder.path("link.csv")) == 0)
    #expect(symlink("link.csv", folder.path("second-link.csv")) == 0)
    #expect(link(folder.path("list.csv"), folder.path("hard.csv")) == 0)
    #expect(symlink("new.csv", folder.path("dangling.csv")) == 0)
    #expect(mkdir(folder.path("out"), 0o700) == 0)
    #expect(symlink("out", folder.path("same-out")) == 0)
    #expect(mkfifo(folder.path("fifo"), 0o600) == 0)
    #expect(symlink("/dev/fd", folder.path("descriptors")) == 0)
    return folder
  }

  private func findings(
    _ spec: String, spec itself: FileUse.Target? = nil, left: [String] = []
  ) throws -> [String] {
    let folder = try folder()
    for name in left { try folder.write(name, Array("http://c.example/\n".utf8)) }
    // Outputs are relative to the working folder; here all paths are whole.
    let text = spec.split(separator: "DIR", omittingEmptySubsequences: false).joined(separator: folder.path)
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: "version: 1\nextract: [url]\n" + text), catalogue: .standard,
      folder: SourceFolder(folder.path, spec: itself),
      variables: Variables { path in
        path == "secret" || path.hasSuffix("/secret") ? .success("s3cret") : .failure(.init("no such file"))
      }, processors: 2)
    return pipeline.diagnostics.filter { $0.severity == .error }.map(\.code.rawValue)
  }

  @Test(
    "a file that is read cannot be written, whatever it is called",
    arguments: [
      "DIR/list.csv", "DIR/./list.csv", "DIR//list.csv", "DIR/out/../list.csv", "DIR/same-out/../list.csv",
      "DIR/link.csv", "DIR/second-link.csv", "DIR/hard.csv",
    ])
  func inputAsOutput(path: String) throws {
    for input in ["list.csv", "link.csv", "hard.csv", "DIR/list.csv", "./list.csv"] {
      for sink in ["{csv: \"\(path)\"}", "{jsonl: {path: \"\(path)\", mode: append}}"] {
        #expect(
          try findings("sources: [{file: \(input)}]\nsinks: [\(sink)]\n") == ["conflict"], "\(input), \(sink)")
      }
    }
  }

  @Test(
    "two sinks cannot write one file, whether or not it is there",
    arguments: [
      ("DIR/list.csv", "DIR/hard.csv"), ("DIR/list.csv", "DIR/link.csv"), ("DIR/new.csv", "DIR/./new.csv"),
      ("DIR/new.csv", "DIR/dangling.csv"), ("DIR/out/a.csv", "DIR/same-out/a.csv"),
      ("DIR/out/new/a.csv", "DIR/same-out/new/./a.csv"), ("DIR/out/new/a.csv", "DIR/out/new/b/../a.csv"),
      ("DIR/fifo", "DIR/fifo"), ("-", "/dev/stdout"), ("-", "/dev/fd/1"), ("-", "/proc/self/fd/1"),
      ("-", "DIR/descriptors/1"), ("/dev/stdout", "/dev/fd/1"), ("/dev/stderr", "/proc/self/fd/2"),
    ])
  func twoOutputs(first: String, second: String) throws {
    #expect(
      try findings("sources: [{file: other.txt}]\nsinks: [{csv: \"\(first)\"}, {jsonl: \"\(second)\"}]\n")
        == ["conflict"])
  }

  @Test(
    "the .part file of an output is nobody else's",
    arguments: [
      ("{csv: DIR/a.csv}", "{csv: DIR/a.csv.part}"), ("{csv: DIR/a.csv.part}", "{csv: DIR/a.csv}"),
      ("{csv: DIR/a.csv}", "{jsonl: {path: DIR/./a.csv.part, publish: live}}"),
      ("{csv: DIR/a.csv}", "{jsonl: {path: DIR/a.csv.part, mode: append}}"),
      ("{csv: {path: DIR/a.csv, mode: fail}}", "{csv: DIR/out/../a.csv.part}"),
      ("{csv: DIR/dangling.csv}", "{csv: DIR/new.csv.part}"), ("{csv: DIR/link.csv}", "{csv: DIR/list.csv.part}"),
      ("{csv: DIR/out/b.csv}", "{csv: DIR/same-out/b.csv.part}"),
    ], [false, true])
  func partOfAnOutput(sinks: (String, String), isThere: Bool) throws {
    let left = isThere ? ["a.csv.part", "new.csv.part", "list.csv.part", "out/b.csv.part"] : []
    #expect(
      try findings("sources: [{file: other.txt}]\nsinks: [\(sinks.0), \(sinks.1)]\n", left: left) == ["conflict"])
  }

  @Test("the .part file of an output is not read", arguments: ["a.csv.part", "DIR/out/../a.csv.part"])
  func partAsInput(path: String) throws {
    let spec = "sources: [{file: \"\(path)\"}]\nsinks: [{csv: "
    #expect(try findings(spec + "DIR/a.csv}]\n", left: ["a.csv.part"]) == ["conflict"])
    for sink in ["{path: DIR/a.csv, publish: live}", "{path: DIR/a.csv, mode: append}", "DIR/b.csv"] {
      #expect(try findings(spec + sink + "}]\n", left: ["a.csv.part"]) == [])
    }
  }

  @Test("outputs that have no .part file leave its name free")
  func noPart() throws {
    for sink in ["{path: DIR/a.csv, publish: live}", "{path: DIR/a.csv, mode: append}", "DIR/fifo", "DIR/b.csv"] {
      let spec = "sources: [{file: other.txt}]\nsinks: [{csv: \(sink)}, {csv: DIR/a.csv.part}, {csv: DIR/fifo.part}]\n"
      #expect(try findings(spec) == [], "\(sink)")
    }
  }

  @Test(
    "standard input and pipes are read once",
    arguments: [
      "[stdin, stdin]", "[stdin, {file: /dev/stdin}]", "[stdin, {file: /dev/fd/0}]",
      "[{file: /proc/self/fd/0}, stdin]", "[{file: descriptors/0}, stdin]", "[{file: fifo}, {file: ./fifo}]",
    ])
  func readTwice(sources: String) throws {
    #expect(try findings("sources: \(sources)\nsinks: [{csv: DIR/x.csv}]\n") == ["conflict"])
  }

  @Test("a spec on standard input leaves nothing for a source")
  func specOnStandardInput() throws {
    for source in ["stdin", "{file: /dev/stdin}", "{file: /dev/fd/0}"] {
      #expect(
        try findings("sources: [\(source)]\nsinks: [{csv: DIR/x.csv}]\n", spec: .standardInput) == ["conflict"])
    }
  }

  @Test("the spec itself, its secrets and its certificates cannot be written")
  func otherInputs() throws {
    let folder = try folder()
    let spec = try folder.write("spec.yaml", [])
    #expect(symlink(spec, folder.path("spec-link")) == 0)
    let source = "sources: [{urls: \"http://a.example/\"}]\n"
    for path in [spec, folder.path("spec-link"), folder.path("out/../spec.yaml")] {
      #expect(try findings(source + "sinks: [{csv: \(path)}]\n", spec: .file(spec)) == ["conflict"], "\(path)")
    }
    #expect(
      try findings(
        source + "fetch: {headers: {X-Key: \"${secret:file:secret}\"}}\nsinks: [{csv: DIR/secret}]\n") == ["conflict"])
    try folder.write("ca.pem", Array("-----BEGIN CERTIFICATE-----\n".utf8))
    let ca = folder.path("ca.pem")
    #expect(
      try findings(source + "fetch: {tls: {ca_file: \(ca)}}\nsinks: [{csv: \(ca)}]\n") == ["conflict"])
  }

  @Test(
    "files that do not get in each other's way are no conflict",
    arguments: [
      "sources: [{file: list.csv}]\nsinks: [{csv: DIR/x.csv}, {jsonl: DIR/y.csv}, {csv: \"-\"}]\n",
      // Read from the start as often as one likes.
      "sources: [{file: list.csv}, {file: hard.csv}]\nsinks: [{csv: DIR/x.csv}]\n",
      "sources: [{file: list.csv}]\nsinks: [{csv: /dev/null}, {jsonl: /dev/null}]\n",
      "sources: [{file: /dev/null}]\nsinks: [{csv: /dev/null}]\n",
      "sources: [stdin]\nsinks: [{csv: \"-\"}]\n", "sources: [stdin]\nsinks: [{csv: \"-\"}, {csv: /dev/stderr}]\n",
      "sources: [stdin, {file: list.csv}]\nsinks: [{csv: DIR/out/list.csv}]\n",
      "sources: [{file: fifo}]\nsinks: [{csv: DIR/x.csv}]\n",
    ])
  func noConflict(spec: String) throws { #expect(try findings(spec) == []) }

  @Test("an output that can never be written is found before the run", arguments: ["csv", "jsonl"])
  func folders(sink: String) throws {
    for path in ["DIR/out", "DIR/same-out", "DIR/out/.", "DIR/out/..", "/", "DIR/list.csv/a.csv", "DIR/link.csv/a/b"] {
      #expect(
        try findings("sources: [{urls: [\"http://a.example/\"]}]\nsinks: [{\(sink): \"\(path)\"}]\n")
          == ["bad-value"], "\(path)")
    }
    for path in ["DIR/out/a.csv", "DIR/new/a.csv", "DIR/list.csv", "/dev/null"] {
      #expect(
        try findings("sources: [{urls: [\"http://a.example/\"]}]\nsinks: [{\(sink): \"\(path)\"}]\n") == [],
        "\(path)")
    }
  }

  @Test("a path that a secret gave is not shown, whatever is wrong with it")
  func secretPaths() throws {
    let folder = try folder()
    let secret = "${secret:env:P}"
    try #require(symlink(folder.path("fifo"), folder.path("another-name")) == 0)
    let specs = [
      ("sources: [{file: \"\(secret)\"}]\nsinks: [{csv: \"\(secret)\"}]\n", "list.csv", "conflict"),
      ("sources: [{file: other.txt}]\nsinks: [{csv: \"\(secret)\"}, {jsonl: \"\(secret)\"}]\n", "hard.csv", "conflict"),
      ("sources: [{file: \"\(secret)\"}, {file: another-name}]\nsinks: [{csv: x.csv}]\n", "fifo", "conflict"),
      ("sources: [{file: other.txt}]\nsinks: [{csv: \"\(secret)\"}]\n", "same-out", "bad-value"),
      ("sources: [{file: other.txt}]\nsinks: [{csv: \"\(secret)/a.csv\"}]\n", "list.csv", "bad-value"),
      ("sources: [{file: \"\(secret)\"}]\nsinks: [{csv: x.csv}]\n", "gone.txt", "unreadable-file"),
    ]
    for (spec, name, code) in specs {
      let pipeline = Pipeline(
        SourceFile(name: "spec.yaml", text: "version: 1\nextract: [url]\n" + spec), catalogue: .standard,
        folder: SourceFolder(folder.path), variables: Variables(environment: ["P": folder.path(name)]), processors: 2)
      #expect(pipeline.diagnostics.map(\.code.rawValue) == [code], "\(spec)")
      let report = DiagnosticReport(pipeline.file, pipeline.diagnostics)
      for text in [TextDiagnosticRenderer(colour: false).render([report]), JSONDiagnosticRenderer().render([report])] {
        #expect(!text.contains(name), "\(text)")
      }
    }
  }

  @Test("an output whose name is only equivalent to another one is another output")
  func equivalentNames() throws {
    let folder = try folder()
    let files = FilesInUse()
    try files.claim(path: folder.path("list.csv"), as: "\u{E9}.csv")
    #expect(throws: RunError.self) { try files.claim(path: folder.path("hard.csv"), as: "e\u{301}.csv") }
  }

  @Test("an output that is in use is told without the other output's name")
  func claims() throws {
    let folder = try folder()
    let files = FilesInUse()
    try files.claim(path: folder.path("list.csv"), as: "secret-name.csv")
    try files.claim(path: folder.path("list.csv"), as: "secret-name.csv")
    let error = #expect(throws: RunError.self) { try files.claim(path: folder.path("hard.csv"), as: "other.csv") }
    #expect(error?.reason == "is in use by another sink, so nothing was written to it")
  }

  @Test("a conflict names both places and says what to do")
  func places() throws {
    let folder = try folder()
    let path = folder.path("list.csv")
    let pipeline = Pipeline(
      whole: "version: 1\nextract: [url]\nsources:\n  - file: list.csv\nsinks:\n  - csv: \(path)\n", folder: folder.path
    )
    #expect(pipeline.brief == ["conflict 6:10"])
    #expect(
      pipeline.diagnostics.first?.message == "this file is read by a source, and writing it would destroy it")
    #expect(pipeline.diagnostics.first?.notes.map(\.span.start.line) == [4])
    #expect(pipeline.diagnostics.first?.hint == "give the sink a path of its own")
  }
}
