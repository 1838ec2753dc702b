import FoundationEssentials
import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

@Suite("A run that goes on with redis", .timeLimit(.minutes(20)))
struct RedisResumeTests {
  private static let columns = SQLiteFile.columns([("k", .string), ("v", .int)])
  private static let options = "key: l, as: list"

  private func open(_ sink: RedisSink, at position: SinkPosition? = nil) async throws -> any SinkWriter {
    try await sink.open(Self.columns, at: position, in: SQLiteFile.environment())
  }

  private func records(_ range: Range<Int>) -> [Record] {
    SQLiteFile.records(range.map { [.string("k\($0)"), .int($0)] }, from: range.lowerBound)
  }

  private func expectRows(_ range: Range<Int>, in redis: RedisPlace, _ place: SourceLocation = #_sourceLocation) throws
  {
    #expect(
      try redis.texts("LRANGE", "l", "0", "-1") == range.map { "{\"k\":\"k\($0)\",\"v\":\($0)}" },
      sourceLocation: place)
  }

  @Test("what was announced is lost without its EXEC, and there with it")
  func announced() async throws {
    let redis = try RedisPlace()
    let sink = try redis.sink(Self.options)
    var writer = try await open(sink)
    let start = try #require(try await writer.commit().position)
    try await writer.write(records(0..<3))
    let announced = try #require(try await writer.announce())
    #expect(try redis.replies("EXISTS", "l") == [.integer(0)])
    #expect(try sink.outcome(of: announced) == .lost)
    #expect(try await writer.commit() == SinkCommit(rows: 3, position: announced))
    #expect(try sink.outcome(of: announced) == .committed)
    await #expect(throws: RunError.self) { _ = try await open(sink, at: start) }
    var next = try await open(sink, at: announced)
    try await next.write(records(3..<5))
    try await next.close()
    try expectRows(0..<5, in: redis)
  }

  @Test("a run that was given up for dead stops at its next batch, also with one that is under way")
  func fence() async throws {
    let redis = try RedisPlace()
    let sink = try redis.sink(Self.options)
    var old = try await open(sink)
    try await old.write(records(0..<2))
    let position = try #require(try await old.commit().position)
    try await old.write(records(2..<4))
    #expect(try await old.announce() != nil)
    var new = try await open(sink, at: position)
    let error = await #expect(throws: RunError.self) { _ = try await old.commit() }
    #expect(error?.reason.contains("taken over") == true, "\(error?.reason ?? "")")
    try await new.write(records(2..<4))
    try await new.close()
    try expectRows(0..<4, in: redis)
  }

  @Test("a server that is not the run's, or is another state of it, is refused")
  func otherState() async throws {
    let redis = try RedisPlace()
    let sink = try redis.sink(Self.options)
    var writer = try await open(sink)
    try await writer.write(records(0..<2))
    let position = try #require(try await writer.commit().position)
    let key = "pipe:checkpoint:test:l"
    _ = try redis.program.cli("HSET", key, "batch", "0")
    let error = await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
    #expect(error?.reason.contains("0 batches of the run, and it had confirmed 1") == true, "\(error?.reason ?? "")")
    // The run itself notices as well.
    try await writer.write(records(2..<3))
    await #expect(throws: RunError.self) { _ = try await writer.commit() }
    for (field, value) in [("run", "other"), ("format", "2"), ("epoch", "x")] {
      _ = try redis.program.cli("HSET", key, "batch", "1", field, value)
      await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
      #expect(throws: RunError.self) { try sink.outcome(of: position) }
    }
    _ = try redis.program.cli("DEL", key)
    await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
    #expect(throws: RunError.self) { try sink.outcome(of: position) }
    _ = try redis.program.cli("SET", key, "x")
    let type = await #expect(throws: RunError.self) { _ = try await open(sink) }
    #expect(type?.reason.contains("WRONGTYPE") == true, "\(type?.reason ?? "")")
    try expectRows(0..<2, in: redis)
  }

  @Test("a connection that is cut at EXEC loses no row and writes none twice", arguments: RedisProxy.Cut.allCases)
  func cut(_ cut: RedisProxy.Cut) async throws {
    var redis = try RedisPlace()
    // The first one is that of the epoch, which is sent with others.
    let proxy = try RedisProxy(to: redis.program.socket, cut, at: [0, 2, 3, 5])
    redis.url = "redis://127.0.0.1:\(proxy.port)"
    let sink = try redis.sink(Self.options)
    var writer = try await open(sink)
    for batch in 0..<6 {
      try await writer.write(records(batch * 10..<batch * 10 + 10))
      let announced = try await writer.announce()
      #expect(try await writer.commit().position == announced)
    }
    try await writer.close()
    try expectRows(0..<60, in: redis)
    #expect(proxy.cutCount == 4)
    #expect(try redis.hash("pipe:checkpoint:test:l")["batch"] == "6")
  }

  @Test("without a journal nobody knows what came of such an EXEC, and the run says so")
  func cutWithoutJournal() async throws {
    var redis = try RedisPlace()
    let proxy = try RedisProxy(to: redis.program.socket, .behindExec, at: [0])
    redis.url = "redis://127.0.0.1:\(proxy.port)"
    var writer = try await redis.sink(Self.options).open(Self.columns, at: nil, in: SQLiteFile.environment(nil))
    try await writer.write(records(0..<2))
    let error = await #expect(throws: RunError.self) { _ = try await writer.commit() }
    #expect(error?.reason.contains("without a journal") == true, "\(error?.reason ?? "")")
    #expect(try redis.replies("EXISTS", "pipe:checkpoint:test:l") == [.integer(0)])
  }

  @Test("a server that is killed and started again has all that it confirmed, and the run goes on with it")
  func restart() async throws {
    let redis = try RedisPlace(["--appendonly", "yes", "--appendfsync", "always"])
    var writer = try await open(try redis.sink(Self.options))
    for round in 0..<Effort.times(4) {
      try await writer.write(records(round * 4..<round * 4 + 2))
      _ = try await writer.commit()
      try await writer.write(records(round * 4 + 2..<round * 4 + 4))
      // In the middle of a batch, and between two.
      if round % 2 == 0 { #expect(try await writer.announce() != nil) }
      await redis.program.kill()
      try Loopback.startThread { [program = redis.program] in
        usleep(200_000)
        try? program.start()
      }
      #expect(try await writer.commit().rows == round * 4 + 4)
    }
    try await writer.close()
    try expectRows(0..<4 * Effort.times(4), in: redis)
  }

  @Test("a server that has lost what it confirmed is found out, by the run and by who goes on")
  func amnesia() async throws {
    let redis = try RedisPlace()
    let sink = try redis.sink(Self.options)
    var writer = try await open(sink)
    try await writer.write(records(0..<2))
    let position = try #require(try await writer.commit().position)
    try await writer.write(records(2..<4))
    await redis.program.kill()
    try redis.program.start()
    let error = await #expect(throws: RunError.self) { _ = try await writer.commit() }
    #expect(error?.reason.contains("has lost the key") == true, "\(error?.reason ?? "")")
    #expect(throws: RunError.self) { try sink.outcome(of: position) }
    await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
  }

  @Test("a hash that another program changes between the look at it and EXEC makes the batch be done again")
  func watched() async throws {
    let redis = try RedisPlace()
    var writer = try await open(try redis.sink("key: \"p:{k}\", rejects: \"\(redis.program.folder.path("r.jsonl"))\""))
    try await writer.write(records(0..<2))
    #expect(try await writer.announce() != nil)
    _ = try redis.program.cli("SET", "p:k1", "x")
    #expect(try await writer.commit().rows == 2)
    #expect(writer.rowsLeftOut.rejected == 1)
    #expect(try redis.hash("p:k0") == ["k": "k0", "v": "0"])
    #expect(try redis.program.cli("GET", "p:k1") == "x")
    #expect(try redis.program.folder.text("r.jsonl").split(separator: "\n").count == 1)
  }

  @Test("a list whose key becomes another type at that moment fails the run, and says how much is not there")
  func changedType() async throws {
    let redis = try RedisPlace()
    var writer = try await open(try redis.sink(Self.options))
    try await writer.write(records(0..<2))
    #expect(try await writer.announce() != nil)
    _ = try redis.program.cli("SET", "l", "x")
    let error = await #expect(throws: RunError.self) { _ = try await writer.commit() }
    #expect(error?.reason.contains("2 commands were refused") == true, "\(error?.reason ?? "")")
  }

  @Test("who takes from a list all the time keeps no batch from being written")
  func taker() async throws {
    let redis = try RedisPlace()
    var writer = try await open(try redis.sink(Self.options))
    for round in 0..<4 {
      try await writer.write(records(round * 2..<round * 2 + 2))
      #expect(try await writer.announce() != nil)
      _ = try redis.program.cli("LPOP", "l")
      _ = try await writer.commit()
    }
    try await writer.close()
    #expect(try redis.replies("LLEN", "l") == [.integer(5)])
  }

  @Test("a server that is busy with a script is waited for")
  func busy() async throws {
    let redis = try RedisPlace(["--busy-reply-threshold", "50"])
    var writer = try await open(try redis.sink(Self.options))
    try await writer.write(records(0..<2))
    let script = try RunningCommand(
      try #require(Program.path("redis-cli")),
      ["-s", redis.program.socket, "EVAL", "while true do end", "0"], folder: redis.program.folder.path)
    while !(try redis.replies("TYPE", "l")[0].error?.hasPrefix("BUSY") ?? false) {}
    try Loopback.startThread { [program = redis.program] in
      usleep(500_000)
      _ = try? program.cli("SCRIPT", "KILL")
    }
    #expect(try await writer.commit().rows == 2)
    _ = await script.outcome()
    try expectRows(0..<2, in: redis)
  }

  @Test("the file of rejects is cut back to the rows that were committed")
  func rejects() async throws {
    let redis = try RedisPlace()
    for number in [1, 5] { _ = try redis.program.cli("SET", "p:k\(number)", "x") }
    let path = redis.program.folder.path("r.jsonl")
    let sink = try redis.sink("key: \"p:{k}\", rejects: \"\(path)\"")
    func count() throws -> Int { try redis.program.folder.text("r.jsonl").split(separator: "\n").count }
    var writer = try await open(sink)
    try await writer.write(records(0..<4))
    let position = try #require(try await writer.commit().position)
    try await writer.write(records(4..<8))
    #expect(try await writer.announce() != nil)
    #expect(try count() == 2)
    _ = await writer.abandon()
    writer = try await open(sink, at: position)
    #expect(try count() == 1)
    try await writer.write(records(4..<8))
    try await writer.close()
    #expect(try count() == 2)
    #expect(try redis.replies("DBSIZE") == [.integer(9)])
  }
}
