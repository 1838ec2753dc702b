import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, with compressed files", .timeLimit(.minutes(20)))
struct CompressedFilesTests {
  private static let programs = ["gz": "gzip", "zst": "zstd"]

  /// What a file holds, by the program of its kind; it fails where the file is not whole.
  private func content(_ name: String, _ place: borrowing Workplace) throws -> String {
    let program = try #require(Self.programs[String(name.split(separator: ".").last ?? "")])
    return String(decoding: try Program.output([program, "-dc", place.folder.path(name)]), as: UTF8.self)
  }

  /// Writes a list and compresses it, in two members; the file's name says nothing of it.
  private func writeList(_ urls: [String], _ program: String, _ place: borrowing Workplace) throws -> [UInt8] {
    let bytes = try [urls.prefix(10), urls.dropFirst(10)].flatMap { part in
      try Program.output([program, "-c", place.folder.write("part", part.map { $0 + "\n" }.joined().utf8)])
    }
    try place.folder.write("urls.txt", bytes)
    return bytes
  }

  private static func spec(sinks: String) -> String {
    """
    sources: [{file: urls.txt}]
    fetch: {allow_private: [127.0.0.1]}
    extract: [url, status]
    sinks: \(sinks)
    """
  }

  @Test(
    "a compressed list is read, and its rows are written into compressed files, in its order",
    arguments: [("gzip", "gz"), ("zstd", "zst")])
  func bothWays(program: String, ending: String) async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      let urls = (1...40).map { "\(site)/page/\($0)" }
      _ = try writeList(urls, program, place)
      let spec = try place.spec(
        Self.spec(
          sinks: "[{csv: {path: out/a.csv.\(ending), order: input}}, {jsonl: {path: b.jsonl.\(ending), mode: append}}]")
      )
      for _ in 1...2 {
        let outcome = try await place.pipe("run", spec)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("40 read, 40 recorded, none lost"))
      }
      let table = try CSVTable(content("out/a.csv.\(ending)", place))
      #expect(table.rows.map { $0["url"] } == urls)
      let records = try RecordLine.all(content("b.jsonl.\(ending)", place))
      #expect(records.count == 80, "the second run added its rows")
      #expect(Set(records.compactMap(\.url)) == Set(urls))
    }
  }

  @Test(
    "the rows of a list that is cut off are written, and the run fails with the place", arguments: ["gzip", "zstd"])
  func cutOff(program: String) async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      let urls = (1...20).map { "\(site)/page/\($0)" }
      let bytes = try writeList(urls, program, place)
      try place.folder.write("urls.txt", bytes.dropLast(2))
      let outcome = try await place.pipe(
        "run", try place.spec(Self.spec(sinks: "[{csv: {path: a.csv, order: input}}]")))
      #expect(outcome.status == 1)
      let reason =
        "failure    urls.txt: is cut off in the middle of a \(program == "gzip" ? "gzip member" : "zstd frame")"
      #expect(outcome.errors.contains(reason), "\(outcome.errors)")
      #expect(!place.folder.exists("a.csv"), "the run is not complete")
      let rows = try place.table("a.csv.part").rows
      #expect(rows.count >= 10)
      #expect(rows.map { $0["url"] } == urls.prefix(rows.count).map(\.self))
      #expect(outcome.errors.contains(", after \(rows.count) rows ("), "\(outcome.errors)")
    }
  }

  @Test("whoever kills a run finds whole rows in whole files", arguments: ["gz", "zst"])
  func killed(ending: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        """
        sources: [{range: {url: "SITE/delay/0.1?n={n}", to: 3000}}]
        fetch: {concurrency: 4, allow_private: [127.0.0.1]}
        extract: [url, status]
        sinks: [{csv: {path: out.csv.\(ending), publish: live}}, {csv: "-"}]
        """)
      let command = try place.start(["run", spec])
      // The first member is written as soon as rows have waited a while; it may hold the header alone.
      let file = place.folder.path("out.csv.\(ending)")
      #expect(
        await command.waitUntil { output, _ in
          var status = stat()
          return output.utf8.count { $0 == 0x0A } > 30 && stat(file, &status) == 0 && status.st_size > 80
        })
      command.send(SIGKILL)
      let outcome = await command.outcome()
      #expect(outcome.status == 128 + SIGKILL)
      let rows = try CSVTable(content("out.csv.\(ending)", place)).rows
      #expect(!rows.isEmpty)
      #expect(rows.allSatisfy { $0["status"] == "200" && $0["url"]?.contains("/delay/0.1?n=") == true })
      #expect(Set(rows.compactMap { $0["url"] }).count == rows.count)
    }
  }

  @Test("a dry run tells what would become of the outputs, and touches none")
  func dryRun() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("urls.txt", [])
      for name in ["old.csv", "more.jsonl", "kept.csv"] { try place.folder.write(name, "mine".utf8) }
      let spec = try place.spec(
        Self.spec(
          sinks: """
            [csv: old.csv, jsonl: {path: more.jsonl, mode: append}, csv: {path: kept.csv, mode: fail}, csv: new/a.csv.gz]
            """))
      let outcome = try await place.pipe("run", spec, "--dry-run")
      // As the run would end, which one of the outputs keeps from beginning.
      #expect(outcome.status == 1, "\(outcome.errors)")
      let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(text.contains("old.csv is there already, and would be replaced when the run is complete"))
      #expect(text.contains("more.jsonl is there already, and rows would be added to it"))
      #expect(text.contains("kept.csv is there already, and mode is fail, so the run would not begin"))
      #expect(text.contains("new/a.csv.gz would be there when the run is complete"))
      #expect(!place.folder.exists("new"))
      // Nor does the run replace anything, since one of its sinks refuses.
      let run = try await place.pipe("run", spec)
      #expect(run.status == 1)
      #expect(try place.folder.text("old.csv") == "mine")
      #expect(run.errors.contains("failure    kept.csv: is there already, and mode is fail"), "\(run.errors)")
    }
  }
}
