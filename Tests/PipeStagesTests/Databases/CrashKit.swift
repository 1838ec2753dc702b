import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

/// A run into a store and a file beside it that dies around a commit of the store, and goes on, again and again. The two are at
/// different places then.
enum CrashKit {
  struct Failure: Error { let words: String }

  /// The commits that go well before the run dies, and where it does.
  typealias Death = (after: Int, moment: DyingSink.Moment)

  static let count = 60
  static let urls = (0..<count).map { "http://h/\($0)" }
  static let csv = "/w/out.csv"
  static let range = "range: {url: \"http://h/{n}\", from: 0, to: \(count - 1)}"

  /// One session of a run, in the folder `/w` of the disk.
  ///
  /// - Parameters:
  ///   - source: As it stands in the spec.
  ///   - sink: The same of the store.
  ///   - hasItems: Whether a page has several records.
  ///   - onDeath: Called at the moment of the death, whatever the run does before it ends.
  /// - Returns: Whether the run died; if not, it is complete.
  static func session(
    on storage: MemoryStorage, from source: String = range, into sink: String, hasItems: Bool = false, dying: Death?,
    seed: UInt64, onDeath: @escaping @Sendable () -> Void
  ) async throws -> Bool {
    let text = """
      version: 1
      sources:
        - \(source)
      fetch: {retry: 1, concurrency: 12, per_host: {concurrency: 12}}
      \(hasItems ? "each: {json: '$.items[*]'}" : "name: crash")
      extract: {url: url, status: status\(hasItems ? ", item: item" : "")}
      sinks:
        - \(sink)
        - csv: \(csv)
      """
    let pipeline = Pipeline(whole: text)
    guard var plan = pipeline.plan else { throw Failure(words: pipeline.brief.joined(separator: ", ")) }
    let deaths = Recorder<Int>()
    let planned = plan.sinks[0]
    let dyingSink = DyingSink(inner: planned.sink, survived: dying?.after, moment: dying?.moment ?? .beforeCommit) {
      deaths.append(1)
      onDeath()
    }
    plan.sinks[0] = SinkPlan(
      name: planned.name, sink: dyingSink, shown: planned.shown, columns: planned.columns, order: planned.order,
      when: nil, whenText: nil)
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
      if !deaths.all.isEmpty { return true }
      if outcome.reason != .complete || !run.progress.discrepancies.isEmpty {
        throw Failure(words: "\(outcome.reason) \(outcome.failure?.reason ?? "") \(run.progress.discrepancies)")
      }
    case .publish(let journal): _ = try journal.completePublishing(plan, in: storage)
    case .refused(_, let words, _): throw Failure(words: words)
    case .readOnly, .nothingFailed: throw Failure(words: "it did not run")
    }
    return false
  }

  /// Lets a run die again and again, at another commit each time, and go on to its end.
  ///
  /// - Parameters:
  ///   - seeds: How many runs.
  ///   - begin: What a run begins with.
  ///   - session: Goes on with what is left of a run: returns what is left of that, or `nil` if it is complete.
  /// - Returns: How often runs died.
  static func deaths<Left: Sendable>(
    _ seeds: Int, _ moment: DyingSink.Moment, from begin: () async throws -> Left,
    session: (Left, Death?, _ seed: UInt64) async throws -> Left?
  ) async throws -> Int {
    var deaths = 0
    runs: for seed in Effort.seeds(seeds) {
      var left = try await begin()
      for after in [Int(seed % 3), 0, 1, 0] {
        guard let next = try await session(left, (after, moment), seed) else { continue runs }
        deaths += 1
        left = next
      }
      #expect(try await session(left, nil, seed) == nil, "it died, though nothing was to kill it")
    }
    return deaths
  }

  /// The URLs of the rows that are in the file beside the store.
  static func urls(on disk: MemoryDisk) throws -> [String] {
    let lines = try #require(disk[csv]).split(separator: UInt8(ascii: "\n")).dropFirst()
    return lines.map { String(decoding: $0.prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self) }
  }

  /// The same of runs into a table, some of whose pages have several records.
  static func deaths<Place: CrashedPlace>(
    _ seeds: Int, _ moment: DyingSink.Moment, options: String, in newPlace: () async throws -> Place
  ) async throws -> Int {
    try await deaths(seeds, moment) {
      (place: try await newPlace(), disk: MemoryDisk(folders: ["/w"]))
    } session: { left, dying, seed in
      let (place, hasItems) = (left.place, seed % 3 == 2)
      let storage = MemoryStorage(left.disk)
      let after = Recorder<(place: Place, disk: MemoryDisk)>()
      let hasDied = try await session(
        on: storage, into: "\(place.sinkHead), table: t\(options)}", hasItems: hasItems, dying: dying, seed: seed
      ) {
        if let left = try? place.afterDeath() { after.append((left, storage.disk)) }
      }
      if hasDied {
        let left: (place: Place, disk: MemoryDisk) = try #require(after.all.first)
        return left
      }
      let rows = try place.texts("SELECT url\(hasItems ? ", item" : "") FROM t")
      #expect(Set(rows).count == rows.count, "a row is there twice")
      #expect(rows.map { $0[0] }.sorted() == (try urls(on: storage.disk).sorted()))
      if !hasItems { #expect(Set(rows.map { $0[0] }) == Set(urls)) }
      return nil
    }
  }
}

/// A database that a run was writing to when it died.
protocol CrashedPlace: Sendable {
  /// How a sink names it, up to its table: `sqlite: {path: a.db`.
  var sinkHead: String { get }
  func texts(_ sql: String) throws -> [[String]]
  /// What it is at this moment, whatever the run does before it ends.
  func afterDeath() throws -> Self
}

extension CrashedPlace {
  // What the run does to its connection before it ends, the server would do to one that is closed.
  func afterDeath() throws -> Self { self }
}
