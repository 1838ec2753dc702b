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
struct MySQLCrashTests {
  private struct Failure: Error { let words: String }

  private static let count = 60
  private static let csv = "/w/out.csv"

  /// - Returns: The disk as it was when the run died; `nil` if it is complete.
  private func session(
    on disk: MemoryDisk, in place: MySQLPlace, options: String, hasItems: Bool,
    dying: (after: Int, DyingSink.Moment)?, seed: UInt64
  ) async throws -> MemoryDisk? {
    let storage = MemoryStorage(disk)
    let text = """
      version: 1
      sources: [range: {url: "http://h/{n}", from: 0, to: \(Self.count - 1)}]
      fetch: {retry: 1, concurrency: 12, per_host: {concurrency: 12}}
      \(hasItems ? "each: {json: '$.items[*]'}" : "name: crash")
      extract: {url: url, status: status\(hasItems ? ", item: item" : "")}
      sinks:
        - mysql: {url: "\(place.url)", table: t\(options)}
        - csv: \(Self.csv)
      """
    let pipeline = Pipeline(whole: text)
    guard var plan = pipeline.plan else { throw Failure(words: pipeline.brief.joined(separator: ", ")) }
    let after = Recorder<MemoryDisk>()
    let sink = plan.sinks[0]
    // What it does to its connection before it ends, the server would do to one that is closed.
    let dyingSink = DyingSink(inner: sink.sink, survived: dying?.after, moment: dying?.1 ?? .beforeCommit) {
      after.append(storage.disk)
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
    let bytes = try #require(storage.disk[Self.csv])
    let lines = bytes.split(separator: UInt8(ascii: "\n")).dropFirst()
    let rows = try place.rows("SELECT url\(hasItems ? ", item" : "") FROM t")
    #expect(Set(rows).count == rows.count)
    #expect(rows.count == lines.count)
    if !hasItems { #expect(Set(rows.map { $0[0].text }) == Set((0..<Self.count).map { "http://h/\($0)" })) }
    return nil
  }

  @Test(arguments: DyingSink.Moment.allCases, ["", ", mode: replace"])
  func `A run that dies around a commit goes on to each row once`(moment: DyingSink.Moment, options: String)
    async throws
  {
    var deaths = 0
    for seed in Effort.seeds(4) {
      let place = try await MySQLPlace()
      let hasItems = seed % 3 == 2
      var disk = MemoryDisk(folders: ["/w"])
      var isComplete = false
      // Again and again, at another commit each time.
      for after in [Int(seed % 3), 0, 1, 0] {
        guard
          let next = try await session(
            on: disk, in: place, options: options, hasItems: hasItems, dying: (after, moment), seed: seed)
        else {
          isComplete = true
          break
        }
        deaths += 1
        disk = next
      }
      if isComplete { continue }
      let last = try await session(on: disk, in: place, options: options, hasItems: hasItems, dying: nil, seed: seed)
      #expect(last == nil)
    }
    #expect(deaths >= 4)
  }
}
