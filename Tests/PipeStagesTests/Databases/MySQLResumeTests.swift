import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

/// How a run goes on with a table, whatever becomes of its connection.
@Suite(.timeLimit(.minutes(20)))
struct MySQLResumeTests {
  private static let columns = SQLiteFile.columns([("k", .string), ("v", .int)])

  private func open(_ sink: MySQLSink, at position: SinkPosition? = nil) async throws -> any SinkWriter {
    try await sink.open(Self.columns, at: position, in: SQLiteFile.environment())
  }

  private func records(_ range: Range<Int>) -> [Record] {
    SQLiteFile.records(range.map { [.string("k\($0)"), .int($0)] }, from: range.lowerBound)
  }

  private func numbers(_ range: Range<Int>) -> [[SQLValue]] { range.map { [.int(Int64($0))] } }

  /// A URL that leads to a proxy.
  private func url(_ place: MySQLPlace, through proxy: CuttingProxy) -> String {
    "mysql://\(MariaDBServer.user):\(MariaDBServer.encodedPassword)@127.0.0.1:\(proxy.port)/\(place.database)"
  }

  @Test func `What was announced is lost without its commit, and there with it`() async throws {
    let place = try await MySQLPlace()
    let sink = try place.sink("table: t")
    var writer = try await open(sink)
    let start = try #require(try await writer.commit().position)
    try await writer.write(records(0..<3))
    let announced = try #require(try await writer.announce())
    // Nobody sees the rows before the commit.
    #expect(try place.rows("SELECT count(*) FROM t") == [[.int(0)]])
    let commit = try await writer.commit()
    #expect(commit == SinkCommit(rows: 3, position: announced))
    #expect(try sink.outcome(of: announced) == .committed)
    await #expect(throws: RunError.self) { _ = try await open(sink, at: start) }
    var next = try await open(sink, at: announced)
    try await next.write(records(3..<5))
    let second = try #require(try await next.announce())
    _ = await next.abandon()
    #expect(try sink.outcome(of: second) == .lost)
    next = try await open(sink, at: announced)
    try await next.write(records(3..<5))
    try await next.close()
    #expect(try place.rows("SELECT v FROM t ORDER BY v") == numbers(0..<5))
  }

  @Test func `A run that was given up for dead stops at its next batch`() async throws {
    let place = try await MySQLPlace()
    let sink = try place.sink("table: t")
    var old = try await open(sink)
    try await old.write(records(0..<2))
    let position = try #require(try await old.commit().position)
    var new = try await open(sink, at: position)
    try await old.write(records(2..<4))
    let error = await #expect(throws: RunError.self) { _ = try await old.commit() }
    #expect(error?.reason.contains("taken over") == true)
    try await new.write(records(2..<4))
    try await new.close()
    #expect(try place.rows("SELECT v FROM t ORDER BY v") == numbers(0..<4))
  }

  @Test func `A run that was given up for dead publishes nothing of its successor's`() async throws {
    let place = try await MySQLPlace()
    try place.execute("CREATE TABLE t (k VARCHAR(9), v INT)", "INSERT INTO t VALUES ('old', 0)")
    let sink = try place.sink("table: t, mode: replace")
    var old = try await open(sink)
    try await old.write(records(0..<2))
    try await old.finish()
    var new = try await open(sink)
    try await new.write(records(5..<6))
    _ = try await new.commit()
    await #expect(throws: RunError.self) { try await old.publish() }
    #expect(try place.rows("SELECT k FROM t") == [[.text("old")]])
    try await new.close()
    #expect(try place.rows("SELECT v FROM t") == numbers(5..<6))
  }

  @Test func `A database that is not the run's, or is another state of it, is refused`() async throws {
    let place = try await MySQLPlace()
    let sink = try place.sink("table: t")
    var writer = try await open(sink)
    try await writer.write(records(0..<2))
    let position = try #require(try await writer.commit().position)
    try place.execute("UPDATE pipe_checkpoints SET batch = 0")
    await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
    try place.execute("UPDATE pipe_checkpoints SET batch = 1, run = 'other'")
    await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
    #expect(throws: RunError.self) { try sink.outcome(of: position) }
    try place.execute("DROP TABLE pipe_checkpoints")
    await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
    #expect(throws: RunError.self) { try sink.outcome(of: position) }
  }

  @Test func `Publishing is done by who goes on, once, wherever the run has died in it`() async throws {
    let place = try await MySQLPlace()
    for (number, died) in [
      [], ["RENAME TABLE t TO pipe_old_t, pipe_new_t TO t"], ["CREATE TABLE pipe_old_t LIKE t"],
      ["RENAME TABLE t TO pipe_old_t, pipe_new_t TO t", "UPDATE pipe_checkpoints SET published = 1"],
    ].enumerated() {
      try place.execute(
        "DROP TABLE IF EXISTS t", "CREATE TABLE t (k VARCHAR(9), v INT)", "INSERT INTO t VALUES ('old', 9)")
      let sink = try place.sink("table: t, mode: replace")
      var writer = try await open(sink)
      try await writer.write(records(0..<2))
      let position = try #require(try await writer.finish().position)
      let connection = try place.connection()
      for statement in died { try connection.execute(statement) }
      for _ in 0..<2 {
        try sink.completePublishing(at: position, in: SQLiteFile.environment())
        #expect(try place.rows("SELECT v FROM t ORDER BY v") == numbers(0..<2), "\(number)")
        #expect(try place.rows("SHOW TABLES") == [[.text("pipe_checkpoints")], [.text("t")]], "\(number)")
      }
    }
  }

  @Test(arguments: CuttingProxy.Cut.allCases, ["", ", mode: upsert, key: k", ", mode: replace"])
  func `A connection that is cut at COMMIT loses no row, and writes none twice`(
    cut: CuttingProxy.Cut, options: String
  ) async throws {
    let place = try await MySQLPlace()
    // A COM_QUERY of this one word. Every second one is cut, those of opening as well.
    let proxy = try CuttingProxy(to: place.server.socket, cuttingAt: [3] + Array("COMMIT".utf8)) { time in
      time % 2 == 1 ? cut : nil
    }
    var writer = try await open(try place.sink("table: t" + options, at: url(place, through: proxy)))
    for start in stride(from: 0, to: 60, by: 10) {
      try await writer.write(records(start..<start + 10))
      _ = try await writer.announce()
      #expect(try await writer.commit().rows == start + 10)
    }
    try await writer.close()
    #expect(try place.rows("SELECT v FROM t ORDER BY v") == numbers(0..<60))
    #expect(proxy.cuts >= 3)
  }

  @Test(arguments: CuttingProxy.Cut.allCases)
  func `A connection that is cut at the swap of the tables publishes once`(cut: CuttingProxy.Cut) async throws {
    let place = try await MySQLPlace()
    try place.execute("CREATE TABLE t (k VARCHAR(9), v INT)", "INSERT INTO t VALUES ('old', 9)")
    let proxy = try CuttingProxy(to: place.server.socket, cuttingAt: Array("RENAME TABLE".utf8)) { $0 < 3 ? cut : nil }
    var writer = try await open(try place.sink("table: t, mode: replace", at: url(place, through: proxy)))
    try await writer.write(records(0..<2))
    try await writer.close()
    #expect(try place.rows("SELECT v FROM t ORDER BY v") == numbers(0..<2))
    #expect(try place.rows("SHOW TABLES") == [[.text("pipe_checkpoints")], [.text("t")]])
    #expect(proxy.cuts >= 2)
  }

  @Test func `A server that is killed and comes back has each row once`() async throws {
    let server = try await MariaDBServer()
    let place = try await MySQLPlace(server)
    var writer = try await open(try place.sink("table: t"))
    for round in 0..<6 {
      try await writer.write(records(round * 10..<round * 10 + 10))
      // Before the batch, or with its transaction open.
      if round % 2 == 1 { _ = try await writer.announce() }
      await server.kill()
      try await server.start()
      _ = try await writer.announce()
      #expect(try await writer.commit().rows == round * 10 + 10)
    }
    try await writer.close()
    #expect(try place.rows("SELECT v FROM t ORDER BY v") == numbers(0..<60))
    await server.kill()
  }

  @Test func `A server that is gone for good ends the run in words`() async throws {
    let server = try await MariaDBServer()
    let place = try await MySQLPlace(server)
    let sink = try place.sink("table: t")
    let ends = Recorder<Int>()
    var environment = SinkEnvironment(mayWait: { ends.all.isEmpty })
    environment.pipeline = "test"
    var writer = try await sink.open(Self.columns, at: nil, in: environment)
    try await writer.write(records(0..<2))
    await server.kill()
    try RunThread.start("of a test") {
      usleep(500_000)
      ends.append(1)
    }
    let error = await #expect(throws: RunError.self) { _ = try await writer.commit() }
    #expect(error?.reason.contains("HY000/20") == true, "\(error?.reason ?? "")")
  }

  @Test func `A lock of somebody else is waited for, and a deadlock is done again`() async throws {
    let place = try await MySQLPlace()
    let sink = try place.sink("table: t, mode: upsert, key: k")
    var writer = try await open(sink)
    try await writer.write(records(0..<2))
    _ = try await writer.commit()
    let other = Sent(try place.connection())
    try other.value.execute("BEGIN")
    try other.value.execute("UPDATE t SET v = 7 WHERE k = 'k1'")
    try await writer.write(records(0..<2))
    try RunThread.start("of a test") {
      usleep(600_000)
      // The other way round than the batch does.
      _ = try? other.value.execute("UPDATE t SET v = 7 WHERE k = 'k0'")
      _ = try? other.value.execute("COMMIT")
    }
    #expect(try await writer.commit().rows == 4)
    #expect(try place.rows("SELECT v FROM t WHERE k = 'k1'") == [[.int(1)]])
  }

  @Test func `Without a journal there is no table of checkpoints`() async throws {
    let place = try await MySQLPlace()
    var writer = try await place.sink("table: t").open(Self.columns, at: nil, in: SQLiteFile.environment(nil))
    try await writer.write(records(0..<2))
    #expect(try await writer.announce() == nil)
    try await writer.close()
    #expect(try place.rows("SHOW TABLES") == [[.text("t")]])
    #expect(try place.rows("SELECT count(*) FROM t") == [[.int(2)]])
    // What came of a commit is not known then, so nothing is written twice, or said to be there.
    let proxy = try CuttingProxy(to: place.server.socket, cuttingAt: [3] + Array("COMMIT".utf8)) { _ in .answer }
    writer = try await place.sink("table: t", at: url(place, through: proxy)).open(
      Self.columns, at: nil, in: SQLiteFile.environment(nil))
    try await writer.write(records(2..<4))
    let error = await #expect(throws: RunError.self) { _ = try await writer.commit() }
    #expect(error?.reason.contains("without a journal") == true, "\(error?.reason ?? "")")
    #expect(try place.rows("SELECT count(*) FROM t") == [[.int(4)]])
  }
}

/// A connection that one task has at a time.
private struct Sent: @unchecked Sendable {
  let value: MySQLConnection

  init(_ value: MySQLConnection) { self.value = value }
}
