import FoundationEssentials
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

/// How a run goes on with a table of PostgreSQL, and what it does without its server.
@Suite(.timeLimit(.minutes(20)))
struct PostgresResumeTests {
  private let place: PostgresPlace

  init() throws { place = try PostgresPlace() }

  private static let columns = SQLiteFile.columns([("k", .string), ("v", .int)])

  private func open(
    _ sink: PostgresSink, at position: SinkPosition? = nil, _ pipeline: String? = "test",
    telling: Recorder<String>? = nil
  ) async throws -> any SinkWriter {
    try await sink.open(Self.columns, at: position, in: SQLiteFile.environment(pipeline, telling: telling))
  }

  private func records(_ range: Range<Int>) -> [Record] {
    SQLiteFile.records(range.map { [.string("k\($0)"), .int($0)] }, from: range.lowerBound)
  }

  private func values(_ range: Range<Int>) -> [[SQLValue]] { range.map { [.int(Int64($0))] } }

  @Test func `What was announced is lost without its commit, and there with it`() async throws {
    let sink = try place.sink("table: t")
    var writer = try await open(sink)
    let start = try #require(try await writer.commit().position)
    try await writer.write(records(0..<3))
    let announced = try #require(try await writer.announce())
    #expect(try place.rows("SELECT count(*) FROM t") == [[.int(0)]])
    let commit = try await writer.commit()
    #expect(commit == SinkCommit(rows: 3, position: announced))
    #expect(try sink.outcome(of: announced) == .committed)
    await #expect(throws: RunError.self) { _ = try await open(sink, at: start) }
    var next = try await open(sink, at: announced)
    try await next.write(records(3..<5))
    let lost = try #require(try await next.announce())
    _ = await next.abandon()
    #expect(try sink.outcome(of: lost) == .lost)
    next = try await open(sink, at: announced)
    try await next.write(records(3..<5))
    try await next.close()
    #expect(try place.rows("SELECT v FROM t ORDER BY ctid") == values(0..<5))
  }

  @Test func `A run that was given up for dead stops at its next batch`() async throws {
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
    #expect(try place.rows("SELECT v FROM t ORDER BY ctid") == values(0..<4))
  }

  @Test func `A database that is not the run's, or is another state of it, is refused`() async throws {
    let sink = try place.sink("table: t")
    var writer = try await open(sink)
    try await writer.write(records(0..<2))
    let position = try #require(try await writer.commit().position)
    for change in [
      "UPDATE pipe_checkpoints SET batch = 0", "UPDATE pipe_checkpoints SET batch = 1, run = 'other'",
      "DROP TABLE pipe_checkpoints",
    ] {
      try place.execute(change)
      await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
    }
    #expect(throws: RunError.self) { try sink.outcome(of: position) }
    // Another table of the same name.
    var other = try await open(try place.sink("table: u"))
    try place.execute("DROP TABLE u", "CREATE TABLE u (k text, v bigint)")
    try await other.write(records(0..<1))
    let error = await #expect(throws: RunError.self) { _ = try await other.commit() }
    #expect(error?.reason.contains("another table") == true, "\(error?.reason ?? "")")
  }

  @Test func `Publishing is done by who goes on, once`() async throws {
    try place.execute("CREATE TABLE t (k text, v bigint)", "INSERT INTO t VALUES ('old', 0)")
    let sink = try place.sink("table: t, mode: replace")
    var writer = try await open(sink)
    try await writer.write(records(0..<2))
    let position = try #require(try await writer.finish().position)
    for _ in 0..<2 {
      try sink.completePublishing(at: position, in: SQLiteFile.environment())
      #expect(try place.rows("SELECT v FROM t") == values(0..<2))
    }
  }

  @Test(
    "a connection that is cut at a COMMIT loses no row and doubles none, with a journal and without",
    arguments: CuttingProxy.Cut.allCases, ["test", nil])
  func cutting(cut: CuttingProxy.Cut, pipeline: String?) async throws {
    // Its first COMMIT is that of the opening.
    let message = Array("Q\0\0\0\u{B}COMMIT\0".utf8)
    let proxy = try CuttingProxy(to: place.instance.socket, cuttingAt: message) { $0 % 3 == 1 ? cut : nil }
    let sink = try place.sink("table: t", url: "postgres://postgres@127.0.0.1:\(proxy.port)/\(place.database)")
    let told = Recorder<String>()
    var writer = try await open(sink, pipeline, telling: told)
    for batch in 0..<12 {
      try await writer.write(records(batch * 5..<batch * 5 + 5))
      _ = try await writer.announce()
      #expect(try await writer.commit().rows == batch * 5 + 5)
    }
    try await writer.close()
    #expect(proxy.cuts >= 4)
    #expect(try place.rows("SELECT v FROM t ORDER BY ctid") == values(0..<60))
  }

  @Test func `A server that crashes and starts again between and within batches keeps every row once`() async throws {
    let instance = try PostgresInstance()
    defer { instance.remove() }
    let place = try PostgresPlace(instance)
    let sink = try place.sink("table: t, \(place.rejecting)")
    let told = Recorder<String>()
    var writer = try await open(sink, telling: told)
    for batch in 0..<6 {
      try await writer.write(records(batch * 5..<batch * 5 + 5))
      if batch % 2 == 0 { _ = try await writer.announce() }
      if batch % 3 != 2 {
        try instance.crash()
        try instance.start()
      }
      _ = try await writer.commit()
    }
    try await writer.close()
    #expect(try place.rows("SELECT v FROM t ORDER BY v") == values(0..<30))
  }
}
