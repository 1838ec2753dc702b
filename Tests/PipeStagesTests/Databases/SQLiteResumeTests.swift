import FoundationEssentials
import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

/// How a run goes on with a table.
struct SQLiteResumeTests {
  private let file: SQLiteFile

  init() throws { file = try SQLiteFile() }

  private static let columns = SQLiteFile.columns([("k", .string), ("v", .int)])

  private func open(_ sink: SQLiteSink, at position: SinkPosition? = nil) async throws -> any SinkWriter {
    try await sink.open(Self.columns, at: position, in: SQLiteFile.environment())
  }

  private func records(_ range: Range<Int>) -> [Record] {
    SQLiteFile.records(range.map { [.string("k\($0)"), .int($0)] }, from: range.lowerBound)
  }

  @Test func `What was announced is lost without its commit, and there with it`() async throws {
    let sink = try file.sink("table: t")
    var writer = try await open(sink)
    let start = try #require(try await writer.commit().position)
    try await writer.write(records(0..<3))
    #expect(writer.rowsWritten == 0)
    let announced = try #require(try await writer.announce())
    // Nobody sees the rows before the commit.
    #expect(try file.rows("SELECT count(*) FROM t") == [[.int(0)]])
    #expect(try sink.outcome(of: announced) == .lost)
    let commit = try await writer.commit()
    #expect(commit == SinkCommit(rows: 3, position: announced))
    #expect(try sink.outcome(of: announced) == .committed)
    // The journal has to ask: behind the commit it cannot go on where it was before.
    await #expect(throws: RunError.self) { _ = try await open(sink, at: start) }
    var next = try await open(sink, at: announced)
    try await next.write(records(3..<5))
    try await next.close()
    #expect(try file.rows("SELECT v FROM t") == (0..<5).map { [.int(Int64($0))] })
  }

  @Test func `A run that was given up for dead stops at its next batch`() async throws {
    let sink = try file.sink("table: t")
    var old = try await open(sink)
    try await old.write(records(0..<2))
    let position = try #require(try await old.commit().position)
    var new = try await open(sink, at: position)
    try await old.write(records(2..<4))
    let error = await #expect(throws: RunError.self) { _ = try await old.commit() }
    #expect(error?.reason.contains("taken over") == true)
    try await new.write(records(2..<4))
    try await new.close()
    #expect(try file.rows("SELECT v FROM t") == (0..<4).map { [.int(Int64($0))] })
  }

  @Test func `A database that is not the run's, or is another state of it, is refused`() async throws {
    let sink = try file.sink("table: t")
    var writer = try await open(sink)
    try await writer.write(records(0..<2))
    let position = try #require(try await writer.commit().position)
    try file.execute("UPDATE pipe_checkpoints SET batch = 0")
    await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
    try file.execute("UPDATE pipe_checkpoints SET batch = 1, run = 'other'")
    await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
    #expect(throws: RunError.self) { try sink.outcome(of: position) }
    try file.execute("DROP TABLE pipe_checkpoints")
    await #expect(throws: RunError.self) { _ = try await open(sink, at: position) }
    #expect(throws: RunError.self) { try sink.outcome(of: position) }
  }

  @Test func `The file of rejects is cut back to the rows that were committed`() async throws {
    try file.execute("CREATE TABLE t (k TEXT, v INTEGER CHECK (v % 2 = 0))")
    let sink = try file.sink("table: t, rejects: \"\(file.folder.path("rejects.jsonl"))\"")
    var writer = try await open(sink)
    try await writer.write(records(0..<4))
    let position = try #require(try await writer.commit().position)
    try await writer.write(records(4..<8))
    #expect(try await writer.announce() != nil)
    #expect(try file.rejects().count == 4)
    _ = await writer.abandon()
    writer = try await open(sink, at: position)
    #expect(try file.rejects().count == 2)
    try await writer.write(records(4..<8))
    try await writer.close()
    #expect(try file.rejects().count == 4)
    #expect(writer.rowsLeftOut.rejected == 2)
    #expect(try file.rows("SELECT v FROM t") == [0, 2, 4, 6].map { [.int($0)] })
  }

  @Test func `Publishing is done by who goes on, once`() async throws {
    try file.execute("CREATE TABLE t (k TEXT, v INTEGER)", "INSERT INTO t VALUES ('old', 0)")
    let sink = try file.sink("table: t, mode: replace")
    var writer = try await open(sink)
    try await writer.write(records(0..<2))
    let position = try #require(try await writer.finish().position)
    for _ in 0..<2 {
      try sink.completePublishing(at: position, in: SQLiteFile.environment())
      #expect(try file.rows("SELECT v FROM t") == [[.int(0)], [.int(1)]])
    }
  }

  @Test func `A database that somebody else writes is waited for`() async throws {
    let sink = try file.sink("table: t")
    var writer = try await open(sink)
    try await writer.write(records(0..<2))
    let other = try file.connection()
    try other.execute("BEGIN IMMEDIATE")
    // A thread of its own: the commit keeps one of the pool's for as long as it waits.
    try RunThread.start("of a test") { [other = Sent(other)] in
      usleep(600_000)
      try? other.value.execute("COMMIT")
    }
    #expect(try await writer.commit().rows == 2)
  }

  @Test func `A database that is removed or replaced meanwhile is a failure, not rows that nobody finds`() async throws
  {
    let sink = try file.sink("table: t")
    for isReplaced in [false, true] {
      var writer = try await open(sink)
      try await writer.write(records(0..<2))
      _ = try await writer.commit()
      try FileManager.default.removeItem(atPath: file.path)
      if isReplaced { try file.execute("CREATE TABLE t (k TEXT, v INTEGER)") }
      await #expect(throws: RunError.self) { try await writer.finish() }
      try await writer.write(records(2..<4))
      await #expect(throws: RunError.self) { _ = try await writer.commit() }
    }
  }

  @Test func `Without a journal there is no table of checkpoints`() async throws {
    var writer = try await file.sink("table: t").open(Self.columns, at: nil, in: SQLiteFile.environment(nil))
    try await writer.write(records(0..<2))
    #expect(try await writer.announce() == nil)
    try await writer.close()
    #expect(try file.rows("SELECT name FROM sqlite_schema") == [[.text("t")]])
    #expect(try file.rows("SELECT count(*) FROM t") == [[.int(2)]])
  }
}

/// A connection that one task has at a time.
private struct Sent: @unchecked Sendable {
  let value: SQLiteConnection

  init(_ value: SQLiteConnection) { self.value = value }
}
