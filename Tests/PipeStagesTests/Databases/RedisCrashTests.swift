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
  enum Input: String, Sendable, CaseIterable {
    case range, list, group

    func source(_ url: String) -> String {
      switch self {
      case .range: CrashKit.range
      case .list: "redis: {database: \"\(url)\", list: urls, take: true}"
      case .group: "redis: {database: \"\(url)\", stream: urls, group: g}"
      }
    }

    func fill(_ redis: RedisPlace) throws {
      var commands = RedisCommands()
      for url in CrashKit.urls {
        switch self {
        case .range: break
        case .list: commands.add("RPUSH", "urls", url)
        case .group: commands.add("XADD", "urls", "*", "url", url)
        }
      }
      if !commands.isEmpty { _ = try RedisConnection(RedisAddress(redis.url)).replies(to: commands) }
    }
  }

  /// - Returns: What is left of a run that died; `nil` if it is complete.
  private func session(
    on disk: MemoryDisk, _ redis: RedisPlace, _ input: Input, _ form: RedisForm, dying: CrashKit.Death?, seed: UInt64
  ) async throws -> MemoryDisk? {
    let storage = MemoryStorage(disk)
    let left = Recorder<MemoryDisk>()
    let key = form == .hash ? "page:{url}" : "pages"
    let hasDied = try await CrashKit.session(
      on: storage, from: input.source(redis.url),
      into: "redis: {url: \"\(redis.url)\", key: \"\(key)\", as: \(form.rawValue)}", dying: dying, seed: seed
    ) { left.append(storage.disk) }
    if hasDied { return left.all.first }
    let wanted = CrashKit.urls.sorted()
    #expect(try CrashKit.urls(on: storage.disk).sorted() == wanted)
    switch form {
    case .hash: #expect(try redis.texts("KEYS", "page:*").map { String($0.dropFirst(5)) }.sorted() == wanted)
    case .list, .set, .stream:
      let rows = try redis.texts("LRANGE", "pages", "0", "-1")
      #expect(rows.map { String($0.dropFirst(8).prefix { $0 != "\"" }) }.sorted() == wanted)
    }
    switch input {
    case .range: break
    case .list: #expect(try redis.replies("EXISTS", "urls", "urls:pipe") == [.integer(0)])
    case .group: #expect(try redis.replies("XPENDING", "urls", "g")[0].elements?.first == .integer(0))
    }
    return nil
  }

  @Test(arguments: DyingSink.Moment.allCases, Input.allCases)
  func `A run that dies around an EXEC goes on to each row once`(moment: DyingSink.Moment, input: Input) async throws {
    let deaths = try await CrashKit.deaths(3, moment) {
      let redis = try RedisPlace()
      try input.fill(redis)
      return (redis: redis, disk: MemoryDisk(folders: ["/w"]))
    } session: { left, dying, seed in
      let form: RedisForm = seed % 3 == 1 ? .hash : .list
      return try await session(on: left.disk, left.redis, input, form, dying: dying, seed: seed).map {
        (left.redis, $0)
      }
    }
    #expect(deaths >= 3)
  }
}
