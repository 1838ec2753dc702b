import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, where rows cannot go", .timeLimit(.minutes(20)))
struct OutputsTests {
  private func run(_ sink: String, _ place: borrowing Workplace) async throws -> RunningCommand.Outcome {
    let spec = try place.spec(
      """
      sources: [{range: {url: "SITE/get?num={n}", to: 20}}]
      fetch: {allow_private: [127.0.0.1]}
      extract: [url]
      sinks: [{jsonl: {path: good.jsonl, publish: live}}, {\(sink)}]
      """)
    return try await place.pipe("run", spec)
  }

  @Test(
    "a file where a folder has to be is found before the run", arguments: ["way/out.csv", "way/in/out.csv"])
  func fileInTheWay(path: String) async throws {
    try await Workplace.use { place in
      try place.folder.write("way", "mine".utf8)
      let outcome = try await run("csv: \(path)", place)
      #expect(outcome.status == 2)
      #expect(outcome.output == "")
      #expect(
        outcome.errors.contains("error[bad-value]: a part of this path is a file, not a folder"), "\(outcome.errors)")
      #expect(try place.site.served("/get") == 0)
      #expect(try place.folder.text("way") == "mine")
    }
  }

  @Test("a full disk fails the run, and the path is told")
  func fullDisk() async throws {
    try await Workplace.use { place in
      let outcome = try await run("csv: /dev/full", place)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("failure    /dev/full: cannot be written: No space left on device"))
      // What the other sink wrote is whole.
      #expect(try place.folder.text("good.jsonl").split(separator: "\n").allSatisfy { $0.hasSuffix("}") })
    }
  }

  @Test("a folder is no file to write to")
  func folderAsFile() async throws {
    try await Workplace.use { place in
      let outcome = try await run("csv: .", place)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("error[bad-value]: this is a folder, not a file"), "\(outcome.errors)")
    }
  }

  @Test("mode: fail leaves a file that is there as it is, and mode: append adds rows without a second header")
  func modes() async throws {
    try await Workplace.use { place in
      try place.folder.write("kept.csv", "url,error\r\nold,\r\n".utf8)
      let failed = try await run("csv: {path: kept.csv, mode: fail}", place)
      #expect(failed.status == 1)
      #expect(failed.errors.contains("failure    kept.csv: is there already"), "\(failed.errors)")
      #expect(try place.folder.text("kept.csv") == "url,error\r\nold,\r\n")
      let appended = try await run("csv: {path: kept.csv, mode: append}", place)
      #expect(appended.status == 0, "\(appended.errors)")
      let table = try place.table("kept.csv")
      #expect(table.rows.count == 21)
      #expect(table.rows.first?["url"] == "old")
    }
  }

  @Test(
    "a file that may not grow keeps whole rows, and the summary counts these", arguments: ["csv", "jsonl"],
    ["whole", "live"])
  func fileSizeLimit(kind: String, publish: String) async throws {
    try await Workplace.use { place in
      let spec = try place.spec(
        """
        sources: [{range: {url: "SITE/get?num={n}", to: 300}}]
        fetch: {allow_private: [127.0.0.1]}
        extract: {url: url, text: {const: "one\\ntwo"}}
        sinks: [{\(kind): {path: rows, publish: \(publish)}}]
        """)
      // Blocks of 512 bytes.
      let command = try RunningCommand(
        "/bin/sh", ["-c", "ulimit -f 8; exec \"$0\" run \"$1\"", BuiltBinary.path(), spec], folder: place.folder.path)
      let outcome = await command.outcome()
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("failure    rows: cannot be written: File too large"), "\(outcome.errors)")
      let name = publish == "live" ? "rows" : "rows.part"
      let text = try place.folder.text(name)
      #expect(text.utf8.count <= 4096)
      #expect(text.utf8.count > 2048)
      let rows = kind == "csv" ? try CSVTable(text).rows.count : text.split(separator: "\n").count
      #expect(text.hasSuffix(kind == "csv" ? "\r\n" : "}\n"))
      #expect(outcome.errors.contains("\(name): \(rows) rows"), "\(rows): \(outcome.errors)")
    }
  }

  @Test("rows go behind the end of a file's last line, and never under other columns")
  func appending() async throws {
    try await Workplace.use { place in
      try place.folder.write("kept.csv", "url,error\r\nold,".utf8)
      let appended = try await run("csv: {path: kept.csv, mode: append}", place)
      #expect(appended.status == 0, "\(appended.errors)")
      #expect(try place.table("kept.csv").rows.count == 21)
      try place.folder.write("other.csv", "url,status\r\nold,200\r\n".utf8)
      let refused = try await run("csv: {path: other.csv, mode: append}", place)
      #expect(refused.status == 1)
      #expect(
        refused.errors.contains(
          "failure    other.csv: has the columns url, status, and the rows to be added have url, error"),
        "\(refused.errors)")
      #expect(try place.folder.text("other.csv") == "url,status\r\nold,200\r\n")
    }
  }

  @Test("a reader of standard output that goes away ends the run quietly, as head does")
  func readerGoesAway() async throws {
    try await Workplace.use { place in
      let spec = try place.spec(
        """
        sources: [{range: {url: "SITE/get?num={n}", to: 100000}}]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url, title]
        sinks: [{csv: "-"}]
        """)
      let outcome = try await place.pipe("run", spec, hangUpAfter: 1)
      #expect(!outcome.isKilledByTimeLimit)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.hasPrefix("url,title,error\r\n"))
      #expect(!outcome.errors.contains("failed"), "\(outcome.errors)")
      let others = try place.spec(
        """
        sources: [{range: {url: "SITE/get?num={n}", to: 100000}}]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url, title]
        sinks: [{csv: /dev/stdout}, {csv: out.csv}]
        """)
      let second = try await place.pipe("run", others, hangUpAfter: 1)
      #expect(second.status == 1, "\(second.errors)")
      #expect(second.errors.contains("failure    /dev/stdout: has no reader any more"))
      #expect(second.errors.contains("out.csv.part: "))
    }
  }

  @Test("a reader of standard output that goes away ends pipe try quietly")
  func readerOfTryGoesAway() async throws {
    try await Workplace.use { place in
      let outcome = try await place.pipe(
        "try", place.site.baseURL + "/bytes/400000", "length", "body", "--allow-private", "127.0.0.1", hangUpAfter: 1)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.hasPrefix("field"), "\(outcome.output.prefix(100))")
      #expect(!outcome.errors.contains("cannot be written"), "\(outcome.errors)")
    }
  }
}
