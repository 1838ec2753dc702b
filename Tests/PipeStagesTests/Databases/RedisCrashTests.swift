import FoundationEssentials
import PipeDatabase
import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

/// Whatever a crash around a commit leaves, the run that goes on comes to the rows of one that nobody disturbed, each once, and
/// what it has taken from a queue is given back when all of it is done.
@Suite(.timeLimit(.minutes(20)))
struct RedisCrashTests {
  private struct Failure: Error { let words: String }

  private static let count = 60
  private static let csv = "/w/out.csv"

  enum Input: String, Sendable, CaseIterable {
    case range, list, group

    func source(_ url: String) -> String {
      switch self {
      case .range: "range: {url: \"http://h/{n}\", from: 0, to: \(count - 1)}"
      case .list: "redis: {database: \"\(url)\", list: urls, take: true}"
      case .group: "redis: {database: \"\(url)\", stream: urls, group: g}"
      }
    }

    func fill(_ redis: RedisPlace) throws {
      var commands = RedisCommands()
      for number in 0..<count {
        switch self {
        case .range: break
        case .list: commands.add("RPUSH", "urls", "http://h/\(number)")
        case .group: commands.add("XADD", "urls", "*", "url", "http://h/\(number)")
        }
      }
      if !commands.isEmpty { _ = try RedisConnection(RedisAddress(redis.url)).replies(to: commands) }
    }
  }

  private func session(
    on disk: MemoryDisk, _ redis: RedisPlace, _ input: Input, _ form: RedisForm, dying: (after: Int, DyingSink.Moment)?,
    seed: UInt64
  ) async throws -> MemoryDisk? {
    let storage = MemoryStorage(disk)
    let text = """
      version: 1
      name: crash
      sources:
        - \(input.source(redis.url))
      fetch: {retry: 1, concurrency: 12, per_host: {concurrency: 12}}
      extract: {url: url, status: status}
      sinks:
        - redis: {url: "\(redis.url)", key: "\(form == .hash ? "page:{url}" : "pages")", as: \(form.rawValue)}
        - csv: \(Self.csv)
      """
    let pipeline = Pipeline(whole: text)
    guard var plan = pipeline.plan else { throw Failure(words: pipeline.brief.joined(separator: ", ")) }
    let left = Recorder<MemoryDisk>()
    let sink = plan.sinks[0]
    let dyingSink = DyingSink(inner: sink.sink, survived: dying?.after, moment: dying?.1 ?? .beforeCommit) {
      // As the disk is at this moment, whatever the run does before it ends.
      left.append(storage.disk)
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
      let fetcher = UnevenFetcher(seed: seed, round: 9, hasItems: false, hasLists: false)
      let run = Run(plan, fetcher: fetcher, journal: journal, storage: storage)
      let outcome = await run.perform()
      if let left = left.all.first { return left }
      if outcome.reason != .complete || !run.progress.discrepancies.isEmpty {
        throw Failure(words: "\(outcome.reason) \(outcome.failure?.reason ?? "") \(run.progress.discrepancies)")
      }
    case .publish(let journal): _ = try journal.completePublishing(plan, in: storage)
    case .refused(_, let words, _): throw Failure(words: words)
    case .readOnly, .nothingFailed: throw Failure(words: "it did not run")
    }
    try expectRows(storage.disk, redis, form)
    return nil
  }

  private func expectRows(_ disk: MemoryDisk, _ redis: RedisPlace, _ form: RedisForm) throws {
    let wanted = (0..<Self.count).map { "http://h/\($0)" }.sorted()
    let bytes = try #require(disk[Self.csv])
    let lines = bytes.split(separator: UInt8(ascii: "\n")).dropFirst().map { String(decoding: $0, as: UTF8.self) }
    #expect(lines.map { String($0.prefix { $0 != "," }) }.sorted() == wanted)
    switch form {
    case .hash: #expect(try redis.texts("KEYS", "page:*").map { String($0.dropFirst(5)) }.sorted() == wanted)
    case .list, .set, .stream:
      let rows = try redis.texts("LRANGE", "pages", "0", "-1")
      #expect(rows.map { String($0.dropFirst(8).prefix { $0 != "\"" }) }.sorted() == wanted)
    }
  }

  @Test(arguments: DyingSink.Moment.allCases, Input.allCases)
  func `A run that dies around an EXEC goes on to each row once`(moment: DyingSink.Moment, input: Input) async throws {
    var deaths = 0
    for seed in Effort.seeds(3) {
      let form: RedisForm = seed % 3 == 1 ? .hash : .list
      let redis = try RedisPlace()
      try input.fill(redis)
      var disk = MemoryDisk(folders: ["/w"])
      // Again and again, at another commit each time.
      for after in [Int(seed % 3), 0, 1, 0] {
        guard let next = try await session(on: disk, redis, input, form, dying: (after, moment), seed: seed) else {
          break
        }
        deaths += 1
        disk = next
      }
      if try await session(on: disk, redis, input, form, dying: nil, seed: seed) != nil { Issue.record("it died") }
      switch input {
      case .range: break
      case .list: #expect(try redis.replies("EXISTS", "urls", "urls:pipe") == [.integer(0)])
      case .group: #expect(try redis.replies("XPENDING", "urls", "g")[0].elements?.first == .integer(0))
      }
    }
    #expect(deaths >= 3)
  }
}
