import FoundationEssentials
import PipeDatabase
import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

/// Whatever a crash around a commit leaves, the run that goes on comes to the rows of one that nobody disturbed: each once, in
/// the table and in a file beside it, which are at different places.
@Suite(.timeLimit(.minutes(20)))
struct SQLiteCrashTests {
  /// What is left of a run: the disk with its journal and its file, and the folder of its database.
  private struct Left {
    let disk: MemoryDisk
    let database: SQLiteFile
  }

  private struct Failure: Error { let words: String }

  private static let count = 60
  private static let csv = "/w/out.csv"

  private func session(
    on left: Left, options: String, hasItems: Bool, dying: (after: Int, DyingSink.Moment)?, seed: UInt64
  ) async throws -> Left? {
    let database = try SQLiteFile()
    for name in ["a.db", "a.db-journal"] where left.database.folder.exists(name) {
      try database.folder.write(name, left.database.folder.bytes(name))
    }
    let storage = MemoryStorage(left.disk)
    let text = """
      version: 1
      sources: [range: {url: "http://h/{n}", from: 0, to: \(Self.count - 1)}]
      fetch: {retry: 1, concurrency: 12, per_host: {concurrency: 12}}
      \(hasItems ? "each: {json: '$.items[*]'}" : "name: crash")
      extract: {url: url, status: status\(hasItems ? ", item: item" : "")}
      sinks:
        - sqlite: {path: "\(database.path)", table: t\(options)}
        - csv: \(Self.csv)
      """
    let pipeline = Pipeline(whole: text)
    guard var plan = pipeline.plan else { throw Failure(words: pipeline.brief.joined(separator: ", ")) }
    let after = Recorder<Left>()
    let sink = plan.sinks[0]
    guard let inner = sink.sink as? SQLiteSink else { throw Failure(words: "no table") }
    let dyingSink = DyingSink(inner: inner, survived: dying?.after, moment: dying?.1 ?? .beforeCommit) {
      // As the disk is at this moment, whatever the run does before it ends.
      guard let copy = try? SQLiteFile() else { return }
      for name in ["a.db", "a.db-journal"] where database.folder.exists(name) {
        _ = try? copy.folder.write(name, database.folder.bytes(name))
      }
      after.append(Left(disk: storage.disk, database: copy))
    }
    plan.sinks[0] = SinkPlan(
      name: sink.name, sink: dyingSink, shown: sink.shown, columns: sink.columns, order: sink.order, when: nil,
      whenText: nil)
    var settings = RunJournal.Settings(folder: "/w/.pipe/crash")
    settings.interval = .milliseconds(1)
    let meaning = try #require(SpecMeaning([1, 0]))
    let opening = try RunJournal.open(
      settings, for: .resume, spec: meaning, at: "/w/a.yaml", shown: "a.yaml", of: plan, in: storage)
    switch opening {
    case .run(let journal):
      let fetcher = UnevenFetcher(seed: seed, round: 9, hasItems: hasItems, hasLists: false)
      let run = Run(plan, fetcher: fetcher, journal: journal, storage: storage)
      let outcome = await run.perform()
      if let left = after.all.first { return left }
      if outcome.reason != .complete || !run.progress.discrepancies.isEmpty {
        throw Failure(words: "\(outcome.reason) \(outcome.failure?.reason ?? "") \(run.progress.discrepancies)")
      }
    case .publish(let journal): _ = try journal.completePublishing(plan, in: storage)
    case .refused(_, let words, _): throw Failure(words: words)
    case .readOnly, .nothingFailed: throw Failure(words: "it did not run")
    }
    try expectRows(Left(disk: storage.disk, database: database), hasItems: hasItems)
    return nil
  }

  private func expectRows(_ left: Left, hasItems: Bool) throws {
    let bytes = try #require(left.disk[Self.csv])
    let lines = bytes.split(separator: UInt8(ascii: "\n")).dropFirst().map { String(decoding: $0, as: UTF8.self) }
    let rows = try left.database.rows("SELECT url\(hasItems ? ", item" : "") FROM t").map { row in
      row.map { $0.text ?? $0.int.map(String.init) ?? "" }
    }
    let urls = Dictionary(grouping: rows) { $0 }.mapValues(\.count)
    #expect(urls.values.allSatisfy { $0 == 1 }, "twice: \(urls.filter { $0.value > 1 }.keys)")
    #expect(rows.count == lines.count)
    if !hasItems { #expect(Set(rows.map { $0[0] }) == Set((0..<Self.count).map { "http://h/\($0)" })) }
  }

  @Test(arguments: DyingSink.Moment.allCases, ["", ", mode: replace"])
  func `A run that dies around a commit goes on to each row once`(moment: DyingSink.Moment, options: String)
    async throws
  {
    var deaths = 0
    for seed in Effort.seeds(6) {
      let hasItems = seed % 3 == 2
      var left = Left(disk: MemoryDisk(folders: ["/w"]), database: try SQLiteFile())
      // Again and again, at another commit each time.
      for after in [Int(seed % 3), 0, 1, 0] {
        guard
          let next = try await session(
            on: left, options: options, hasItems: hasItems, dying: (after, moment), seed: seed)
        else { break }
        deaths += 1
        left = next
      }
      if let last = try await session(on: left, options: options, hasItems: hasItems, dying: nil, seed: seed) {
        Issue.record("it died: \(last.database.path)")
      }
    }
    #expect(deaths >= 6)
  }
}
