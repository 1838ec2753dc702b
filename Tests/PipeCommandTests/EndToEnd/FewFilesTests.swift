import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, a process that may open few files", .timeLimit(.minutes(20)))
struct FewFilesTests {
  /// Runs `pipe` with so many files at most.
  private func run(_ spec: String, files: Int, _ place: borrowing Workplace) async throws -> RunningCommand.Outcome {
    let command = try RunningCommand(
      "/bin/sh", ["-c", "ulimit -n \(files); exec \"$0\" run \"$1\" --progress none", BuiltBinary.path(), spec],
      folder: place.folder.path)
    return await command.outcome()
  }

  @Test("whatever the limit, a run ends soon, with all rows or with what is missing", arguments: 4...24)
  func everyLimit(files: Int) async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("urls", (0..<12).map { "\(place.site.baseURL)/get?num=\($0)\n" }.joined().utf8)
      let spec = try place.spec(
        """
        sources: [{file: urls}]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url, status]
        sinks: [{jsonl: "-"}]
        """)
      let outcome = try await run(spec, files: files, place)
      #expect(outcome.time < .seconds(30))
      if outcome.status == 0 {
        let rows = try RecordLine.all(outcome.output)
        #expect(rows.count == 12 && rows.allSatisfy { $0.status == 200 })
      } else {
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty, "\(outcome.output)")
        #expect(outcome.errors.contains("open files, and the process may have \(files)"), "\(outcome.errors)")
        #expect(outcome.errors.contains("ulimit -n"))
      }
    }
  }

  @Test("what a run needs grows with its sources and its sinks")
  func files() async throws {
    try await Workplace.use(pages: 1) { place in
      var needed: [Int] = []
      for count in [1, 4] {
        for name in 0..<count { try place.folder.write("urls\(name)", "\(place.site.baseURL)/\n".utf8) }
        let spec = try place.spec(
          """
          sources: [\((0..<count).map { "{file: urls\($0)}" }.joined(separator: ", "))]
          fetch: {allow_private: [127.0.0.1]}
          extract: [url, status]
          sinks: [\((0..<count).map { "{jsonl: rows\($0)}" }.joined(separator: ", "))]
          """)
        let refused = try await run(spec, files: 17, place)
        #expect(refused.status == 1)
        let words = try #require(refused.errors.firstRange(of: "this run needs "))
        let number = Int(refused.errors[words.upperBound...].prefix { $0 != " " }) ?? 0
        needed.append(number)
        #expect(try await run(spec, files: number, place).status == 0)
        #expect(try await run(spec, files: number - 1, place).status == 1)
      }
      // A file for each source, and two for each sink: its part, and what that replaces.
      #expect(needed.last == (needed.first ?? 0) + 9)
    }
  }
}
