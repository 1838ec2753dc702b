import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, gone on with", .timeLimit(.minutes(20)))
struct ResumeTests {
  /// Some 2 seconds of work, with failures among it, into outputs that end at different places.
  private static let spec = """
    sources: [{range: {url: "SITE/delay/0.05?n={n}", to: 199}}, {urls: ["SITE/status/404", "SITE/status/500"]}]
    fetch: {concurrency: 6, per_host: {concurrency: 6}, retry: 1, allow_private: [127.0.0.1]}
    extract: [url, status]
    sinks:
      - csv: out.csv
      - jsonl: {path: ordered.jsonl, order: input}
      - jsonl: {path: some.jsonl.gz, when: status >= 400}
    journal: {every: 100ms}
    """
  private static let count = 201

  /// Begins a run and ends it once it has written so many rows.
  private static func end(
    by signal: Int32 = SIGKILL, _ arguments: [String], in place: borrowing Workplace, after rows: Int
  ) async throws -> RunningCommand.Outcome {
    let file = place.folder.path("out.csv.part")
    let before = Self.lines(of: file)
    let command = try place.start(arguments)
    #expect(try await command.send(signal) { Self.lines(of: file) >= before + rows })
    return await command.outcome()
  }

  private static func kill(_ spec: String, in place: borrowing Workplace, after rows: Int) async throws {
    _ = try await end(["run", spec], in: place, after: rows)
  }

  private static func lines(of path: String) -> Int {
    guard let file = fopen(path, "r") else { return 0 }
    defer { fclose(file) }
    var count = 0
    while case let byte = getc(file), byte != EOF { if byte == 0x0A { count += 1 } }
    return count
  }

  private static func checkOutputs(
    _ place: borrowing Workplace, url: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let base = url
    let urls = (1...199).map { "\(base)/delay/0.05?n=\($0)" } + ["\(base)/status/404", "\(base)/status/500"]
    #expect(try place.table("out.csv").rows(by: "url").keys.sorted() == urls.sorted(), sourceLocation: sourceLocation)
    let ordered = try RecordLine.all(place.folder.text("ordered.jsonl")).map { $0.url ?? "" }
    #expect(ordered == urls, sourceLocation: sourceLocation)
    let some = String(decoding: try Program.output(["gzip", "-dc", place.folder.path("some.jsonl.gz")]), as: UTF8.self)
    #expect(
      Set(try RecordLine.all(some).map { $0.status ?? 0 }) == [404, 500] && some.split(separator: "\n").count == 2,
      sourceLocation: sourceLocation)
    #expect(try place.folder.names().filter { $0.hasSuffix(".part") } == [], sourceLocation: sourceLocation)
  }

  @Test(
    "killed again and again, it comes to the same rows, each once",
    arguments: [[SIGKILL, SIGKILL, SIGKILL], [SIGINT, SIGKILL, SIGTERM]])
  func killed(signals: [Int32]) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec)
      for (index, signal) in signals.enumerated() {
        let outcome = try await Self.end(by: signal, ["run", spec, "--resume"], in: place, after: 25)
        #expect(outcome.status == (signal == SIGKILL ? 128 + SIGKILL : 128 + signal), "\(outcome.errors)")
        if signal != SIGKILL {
          let standing = try #require(
            outcome.errors.firstMatch(of: #/progress +(\d+) requests done, (\d+) waiting(, (\d+) not read yet)?/#))
          #expect((Int(standing.1) ?? 0) >= 25)
          #expect(
            (Int(standing.1) ?? 0) + (Int(standing.2) ?? 0) + (Int(standing.4 ?? "0") ?? 0) == Self.count,
            "\(outcome.errors)")
          #expect(outcome.errors.contains("pipe run spec.yaml --resume"), "\(outcome.errors)")
        }
        if index > 0, signal != SIGKILL { #expect(outcome.errors.contains("resumed"), "\(outcome.errors)") }
        #expect(!place.folder.exists("out.csv"))
      }
      let last = try await place.pipe("run", spec, "--resume")
      #expect(last.status == 0, "\(last.errors)")
      #expect(last.errors.contains("resumed"), "\(last.errors)")
      try Self.checkOutputs(place, url: place.site.baseURL)
      // What was in flight at a kill, or came since the last checkpoint, is asked for again.
      let served = try place.site.served("/delay/{seconds}")
      #expect(199...199 + 60 * signals.count ~= served)
    }
  }

  @Test("--restart begins anew, and so does a plain run where little would be lost")
  func anew() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec)
      for flags in [["--restart"], []] {
        try await Self.kill(spec, in: place, after: 25)
        let outcome = await (try place.start(["run", spec] + flags)).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(!outcome.errors.contains("resumed"), "\(outcome.errors)")
        try Self.checkOutputs(place, url: place.site.baseURL)
      }
      // The runs whose places were taken are not forgotten.
      let runs = try await place.pipe("runs").output.split(separator: "\n").dropFirst()
      #expect(
        runs.map { $0.split(separator: " ").last } == ["complete", "killed", "complete", "killed"], "\(runs)")
    }
  }

  @Test("a spec that means something else is refused with the key and both values; one that is only faster goes on")
  func edited() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec)
      try await Self.kill(spec, in: place, after: 25)
      let part = try place.folder.bytes("out.csv.part")
      _ = try place.spec(Self.spec.replacing("status >= 400", with: "status >= 500"))
      let refused = try await place.pipe("run", spec, "--resume")
      #expect(refused.status == 4, "\(refused.errors)")
      #expect(refused.errors.contains("sinks[2].jsonl.when"), "\(refused.errors)")
      #expect(refused.errors.contains("400") && refused.errors.contains("500"), "\(refused.errors)")
      #expect(refused.errors.contains("pipe run spec.yaml --restart"), "\(refused.errors)")
      #expect(try place.folder.bytes("out.csv.part") == part)

      _ = try place.spec(Self.spec.replacing("concurrency: 6", with: "concurrency: 9") + "\n# faster")
      let outcome = try await place.pipe("run", spec, "--resume")
      #expect(outcome.status == 0, "\(outcome.errors)")
      try Self.checkOutputs(place, url: place.site.baseURL)
    }
  }

  @Test("a file that requests send is refused once it has another content, and is taken with the same")
  func sentFile() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("query.txt", "one".utf8)
      let text = Self.spec.replacing("to: 199}", with: "to: 199, body: {file: query.txt}}")
      let spec = try place.spec(text)
      try await Self.kill(spec, in: place, after: 25)
      try place.folder.write("query.txt", "two".utf8)
      let refused = try await place.pipe("run", spec, "--resume")
      #expect(refused.status == 4, "\(refused.errors)")
      #expect(refused.errors.contains("sources[0].range.body's content was the file query.txt"), "\(refused.errors)")
      try place.folder.write("query.txt", "one".utf8)
      let outcome = try await place.pipe("run", spec, "--resume")
      #expect(outcome.status == 0, "\(outcome.errors)")
      try Self.checkOutputs(place, url: place.site.baseURL)
    }
  }

  /// What somebody does to an output or to the journal of a run that was killed.
  enum Damage: CaseIterable, Sendable {
    case cut, changed, replaced, removed, journalCut, journalChanged

    func make(in folder: borrowing TemporaryFolder) throws {
      switch self {
      case .cut: try folder.write("out.csv.part", folder.bytes("out.csv.part").prefix(40))
      case .changed:
        var bytes = try folder.bytes("out.csv.part")
        // In the row before the last one: whatever came behind the last checkpoint is taken back anyway.
        for index in bytes.indices { bytes[index] ^= 1 }
        try Self.overwrite(folder.path("out.csv.part"), bytes)
      case .replaced:
        let bytes = try folder.bytes("out.csv.part")
        try folder.write("other", bytes)
        rename(folder.path("other"), folder.path("out.csv.part"))
      case .removed: unlink(folder.path("out.csv.part"))
      case .journalCut: try Self.overwrite(folder.path(Self.journal), Array(folder.bytes(Self.journal).prefix(30)))
      case .journalChanged:
        var bytes = try folder.bytes(Self.journal)
        bytes[bytes.count / 2] ^= 0x10
        try Self.overwrite(folder.path(Self.journal), bytes)
      }
    }

    private static let journal = ".pipe/spec/000001-0001.journal"

    /// Into the same file.
    private static func overwrite(_ path: String, _ bytes: [UInt8]) throws {
      guard let file = fopen(path, "w") else { throw DamageFailure() }
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
    }

    struct DamageFailure: Error {}
  }

  @Test("what was changed meanwhile is refused, and left as it is", arguments: Damage.allCases)
  func damaged(damage: Damage) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec)
      try await Self.kill(spec, in: place, after: 40)
      try damage.make(in: place.folder)
      let before = try? place.folder.bytes("out.csv.part")
      let outcome = try await place.pipe("run", spec, "--resume")
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(
        outcome.errors.contains(damage == .journalCut || damage == .journalChanged ? "000001-0001.journal" : "out.csv"))
      #expect(outcome.errors.contains("move") || outcome.errors.contains("--restart"), "\(outcome.errors)")
      #expect(try place.site.served("/status/{code}") == 0)
      #expect((try? place.folder.bytes("out.csv.part")) == before)
    }
  }

  @Test("a spec that got another name goes on where it was, and is not taken for another one's")
  func renamed() async throws {
    try await Workplace.use(pages: 1) { place in
      let text = "name: shop\n" + Self.spec
      let spec = try place.spec(text)
      try await Self.kill(spec, in: place, after: 25)
      let copy = try place.spec(text, named: "copy.yaml")
      let foreign = try await place.pipe("run", copy, "--resume")
      #expect(
        foreign.status == 1 && foreign.errors.contains("is that of \(place.folder.path)/spec.yaml"), "\(foreign.errors)"
      )
      unlink(place.folder.path(spec))
      let outcome = try await place.pipe("run", copy, "--resume")
      #expect(outcome.status == 0 && outcome.errors.contains("resumed"), "\(outcome.errors)")
      try Self.checkOutputs(place, url: place.site.baseURL)
    }
  }

  @Test("two runs of one spec are kept apart")
  func together() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec)
      let command = try place.start(["run", spec])
      let part = place.folder.path("out.csv.part")
      #expect(try await command.send(SIGSTOP) { Self.lines(of: part) >= 5 })
      let other = try await place.pipe("run", spec, "--resume")
      command.send(SIGCONT)
      #expect(other.status == 1, "\(other.errors)")
      #expect(other.errors.contains("another run of spec.yaml is going on"), "\(other.errors)")
      let outcome = await command.outcome()
      #expect(outcome.status == 0, "\(outcome.errors)")
      try Self.checkOutputs(place, url: place.site.baseURL)
    }
  }

  @Test("without a journal nothing is kept, and --resume says so")
  func off() async throws {
    try await Workplace.use(pages: 3) { place in
      let spec = try place.spec(
        """
        sources: [{urls: ["SITE/status/404"]}]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url, status]
        sinks: [csv: out.csv]
        journal: off
        """)
      let outcome = try await place.pipe("run", spec, "--resume")
      #expect(outcome.status == 0)
      #expect(outcome.errors.contains("keeps no journal"), "\(outcome.errors)")
      #expect(!place.folder.exists(".pipe"))
    }
  }

  @Test("where nothing may be written beside the run, it warns and runs without a journal, unless it was asked for one")
  func readOnly() async throws {
    try await Workplace.use(pages: 3) { place in
      let text = """
        sources: [{urls: ["SITE/status/404"]}]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url, status]
        sinks: [csv: \(place.folder.path("out.csv"))]
        """
      let spec = place.folder.path(try place.spec(text))
      let outcome = try await Self.runWithoutFolder(spec)
      #expect(outcome.status == 0)
      #expect(
        outcome.errors.contains("pipe: warning: this run cannot go on if it is broken off"), "\(outcome.errors)")
      #expect(place.folder.exists("out.csv"))
      let resumed = try await Self.runWithoutFolder(spec, "--resume")
      _ = try place.spec(text + "\njournal: .pipe")
      let asked = try await Self.runWithoutFolder(spec)
      for refused in [resumed, asked] {
        #expect(refused.status == 1)
        #expect(refused.errors.contains("the journal in .pipe/spec"), "\(refused.errors)")
      }
    }
  }

  /// Runs it where nobody makes folders, root included.
  private static func runWithoutFolder(_ spec: String, _ flags: String...) async throws -> RunningCommand.Outcome {
    let command = try RunningCommand(BuiltBinary.path(), ["run", spec] + flags, folder: "/sys")
    return await command.outcome()
  }
}
