import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, pipes, devices, closed descriptors and odd names", .timeLimit(.minutes(20)))
struct OddPlacesTests {
  private static let rest = "fetch: {allow_private: [127.0.0.1]}\nextract: [url, status, error]\n"

  /// Runs a command line of the shell in the folder, with `pipe` as "$P".
  private func shell(
    _ place: borrowing Workplace, _ line: String, limit: Duration = .seconds(20)
  ) async throws -> RunningCommand.Outcome {
    try await RunningCommand(
      "/bin/bash", ["-c", line], folder: place.folder.path, environment: ["P": BuiltBinary.path()], limit: limit
    ).outcome()
  }

  @Test(
    "looking at a spec opens no pipe, for its list or its secret",
    arguments: ["validate spec.yaml", "plan spec.yaml", "plan --format json spec.yaml", "run --dry-run spec.yaml"])
  func pipesBeforeTheRun(command: String) async throws {
    try await Workplace.use(pages: 1) { place in
      for name in ["list", "secret"] { #expect(mkfifo(place.folder.path(name), 0o600) == 0) }
      _ = try place.spec(
        "sources: [{file: list}]\nsinks: [{csv: \"-\"}]\nextract: [url]\n"
          + "fetch: {headers: {X-Key: \"${secret:file:secret}\"}}\n")
      let outcome = try await shell(place, "$P \(command)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(!outcome.isKilledByTimeLimit)
      if command.contains("plan spec") { #expect(outcome.output.contains("not read: it is a pipe")) }
    }
  }

  @Test("a secret out of a pipe is read once, however often it is named")
  func secretOutOfAPipe() async throws {
    try await Workplace.use(pages: 1) { place in
      _ = try place.spec(
        "sources: [{urls: \"SITE/bearer/t0ken\"}]\nextract: [status]\nsinks: [{csv: \"-\"}]\n"
          + "fetch: {allow_private: [127.0.0.1], headers: {Authorization: \"Bearer ${secret:file:s}\", "
          + "X-Other: \"${secret:file:s}\"}}\n")
      let outcome = try await shell(place, "mkfifo s; (echo t0ken > s &); $P run spec.yaml")
      #expect(outcome.output.contains("200"), "\(outcome.output)\(outcome.errors)")
    }
  }

  @Test("what is empty is an empty list, and a list without end is none", arguments: ["lines", "csv", "jsonl"])
  func devices(format: String) async throws {
    try await Workplace.use(pages: 1) { place in
      for (source, line) in [
        ("{file: {path: /dev/null, format: \(format)}}", "$P run spec.yaml"),
        ("{stdin: {format: \(format)}}", "$P run spec.yaml < /dev/null"),
        ("{stdin: {format: \(format)}}", "$P run spec.yaml <&-"),
        ("{stdin: {format: \(format)}}", ": | $P run spec.yaml"),
      ] {
        _ = try place.spec("sources: [\(source)]\nsinks: [{csv: out.csv}]\n" + Self.rest)
        let outcome = try await shell(place, line)
        #expect(outcome.status == 0, "\(line): \(outcome.errors)")
        #expect(outcome.errors.contains("0 records"), "\(outcome.errors)")
        #expect(try place.folder.text("out.csv") == "url,status,error\r\n")
      }
      _ = try place.spec(
        "sources: [{file: {path: /dev/zero, format: \(format)}}]\nsinks: [{csv: out.csv}]\n" + Self.rest)
      let outcome = try await shell(place, "$P run spec.yaml")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("is not text: it begins with NUL bytes"), "\(outcome.errors)")
    }
  }

  @Test(
    "what is written to a full or closed standard output is a failure",
    arguments: [
      "plan spec.yaml", "plan --format json spec.yaml", "plan --format dot spec.yaml", "explain", "explain csv",
      "schema", "run --dry-run spec.yaml", "run spec.yaml", "validate --format json broken.yaml",
      "validate --format sarif spec.yaml", "--help", "run --help", "--version",
    ], ["> /dev/full", ">&-"])
  func lostOutput(command: String, redirection: String) async throws {
    try await Workplace.use(pages: 1) { place in
      _ = try place.spec("sources: [{urls: \"SITE/page/1\"}]\nsinks: [{csv: \"-\"}]\n" + Self.rest)
      _ = try place.spec("nothing: 1\n", named: "broken.yaml")
      let outcome = try await shell(place, "$P \(command) \(redirection)")
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("standard output"), "\(outcome.errors)")
    }
  }

  @Test(
    "a spec out of a pipe has the working folder as its own",
    arguments: [
      "$P run <(cat spec.yaml)", "$P run /dev/fd/3 3< spec.yaml", "$P run /dev/stdin < spec.yaml",
      "$P run /proc/self/fd/0 < spec.yaml", "mkfifo sub/f; (cat spec.yaml > sub/f &); $P run sub/f",
    ])
  func specOutOfAPipe(line: String) async throws {
    try await Workplace.use(pages: 1) { place in
      #expect(mkdir(place.folder.path("sub"), 0o700) == 0)
      try place.folder.write("list.txt", "\(place.site.baseURL)/page/1\n".utf8)
      _ = try place.spec("sources: [{file: list.txt}]\nsinks: [{csv: \"-\"}]\n" + Self.rest)
      let outcome = try await shell(place, line)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains(",200,"))
    }
  }

  @Test("names of files are bytes: the spec's, the list's and the output's")
  func octetsInNames() async throws {
    try await Workplace.use(pages: 1) { place in
      _ = try place.spec(
        "vars: {list: list.txt, out: \"-\"}\nsources: [{file: \"${list}\"}]\nsinks: [{csv: \"${out}\"}]\n" + Self.rest)
      let url = "\(place.site.baseURL)/page/1"
      let outcome = try await shell(
        place,
        """
        cp spec.yaml $'s\\xff.yaml'; echo \(url) > $'l\\xff.txt'; echo \(url) > list.txt
        $P run $'s\\xff.yaml' && $P run spec.yaml --set list=$'l\\xff.txt' &&
          $P run spec.yaml --set out=$'new\\xff/o\\xff.csv' && cat $'new\\xff/o\\xff.csv'; ls | wc -l
        """)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.split(separator: ",200,", omittingEmptySubsequences: false).count == 4)
      // The spec, its copy, two lists and the folder: nothing under another name.
      #expect(outcome.output.hasSuffix("\r\n5\n"), "\(outcome.output)")
      #expect(outcome.errors.contains("new\\xFF/o\\xFF.csv: 1 row"), "\(outcome.errors)")
    }
  }

  @Test("bytes that are not UTF-8 are refused where they are not a path, and a NUL where it is one")
  func octetsElsewhere() async throws {
    try await Workplace.use(pages: 1) { place in
      _ = try place.spec(
        "vars: {q: x}\nsources: [{urls: \"SITE/${q}\"}]\nsinks: [{csv: \"a\\0b\"}]\n" + Self.rest)
      let outcome = try await shell(place, "$P run spec.yaml --set q=$'caf\\xe9'; ls")
      #expect(outcome.errors.contains("bytes that are not UTF-8"), "\(outcome.errors)")
      #expect(outcome.errors.contains("holds a NUL, which no name of a file can"), "\(outcome.errors)")
      #expect(outcome.output == "spec.yaml\n")
    }
  }

  @Test("a list in another encoding, or with other line ends, is the same list", arguments: ["lines", "csv", "jsonl"])
  func encodings(format: String) async throws {
    try await Workplace.use(pages: 3) { place in
      let urls = (1...3).map { "\(place.site.baseURL)/page/\($0)" }
      let text =
        switch format {
        case "csv": "url,note\n" + urls.map { "\($0),\"ü, x\"\n" }.joined()
        case "jsonl": urls.map { "{\"url\": \"\($0)\", \"note\": \"ü, x\"}\n" }.joined()
        default: urls.joined(separator: "\n")
        }
      try place.folder.write("plain", text.utf8)
      // Lines have no columns.
      let note = format == "lines" ? "" : ", note: {input: note}"
      _ = try place.spec(
        "sources: [{file: {path: list, format: \(format)}}]\nsinks: [{csv: \"-\"}]\n"
          + "fetch: {allow_private: [127.0.0.1]}\nextract: {url: url, status: status\(note)}\n")
      for recode in [
        "cat", "iconv -t UTF-16", "iconv -t UTF-16LE", "iconv -t UTF-16BE", "iconv -t UTF-32", "iconv -t UTF-32LE",
        "sed 's/$/\\r/'", "tr '\\n' '\\r'", "sed '1s/^/\\xef\\xbb\\xbf/'", "gzip",
      ] {
        let outcome = try await shell(place, "\(recode) < plain > list && $P run spec.yaml")
        #expect(outcome.status == 0, "\(recode): \(outcome.errors)")
        let rows = try CSVTable(outcome.output).rows(by: "url")
        #expect(rows.keys.sorted() == urls, "\(recode)")
        #expect(rows.values.allSatisfy { $0["status"] == "200" && (format == "lines" || $0["note"] == "ü, x") })
      }
    }
  }

  @Test("an error row names the file, the line and the fault")
  func places() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("list.txt", "# urls\nexample.com/3\nhttp://a/\tb\n".utf8)
      let spec = try place.spec("sources: [{file: list.txt}]\nsinks: [{csv: \"-\"}]\n" + Self.rest)
      let outcome = try await place.pipe("run", spec)
      let errors = try CSVTable(outcome.output).rows.compactMap { $0["error"] }
      #expect(
        errors.contains {
          $0.hasPrefix("bad-url: list.txt line 2: ") && $0.hasSuffix("; did you mean https://example.com/3?")
        }, "\(errors)")
      #expect(errors.contains { $0.hasPrefix("bad-url: list.txt line 3: it holds a tab") }, "\(errors)")
    }
  }
}
