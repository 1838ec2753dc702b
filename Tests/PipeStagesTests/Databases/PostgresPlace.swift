import FoundationEssentials
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

/// A database of a test's own, and what tests do with it.
struct PostgresPlace: Sendable {
  let instance: PostgresInstance
  let database: String
  let folder: TemporaryFolder
  var url: String { instance.url(database) }

  init(_ instance: PostgresInstance? = nil) throws {
    self.instance = try instance ?? PostgresInstance.shared.get()
    database = try self.instance.newDatabase()
    folder = try TemporaryFolder()
  }

  func connection() throws -> PostgresConnection {
    try PostgresConnection([
      "host": instance.folder, "user": "postgres", "dbname": database, "client_encoding": "UTF8",
    ])
  }

  func execute(_ statements: String...) throws {
    let connection = try connection()
    for statement in statements { try connection.execute(statement) }
  }

  func rows(_ sql: String) throws -> [[SQLValue]] { try connection().query(sql).values }

  /// - Parameters:
  ///   - options: Besides the URL: `table: t, mode: upsert`.
  ///   - url: Another one than that of the socket.
  func sink(_ options: String, url: String? = nil) throws -> PostgresSink {
    let pipeline = Pipeline(
      spec: "extract: {k: url}\nsinks:\n  - postgres: {url: \"\(url ?? self.url)\", \(options)}\n")
    return try #require(pipeline.plan?.sinks[0].sink as? PostgresSink, "\(pipeline.diagnostics.map(\.message))")
  }

  /// Writes rows as a run of its own.
  @discardableResult
  func write(
    _ rows: [[Value]], _ columns: [(String, FieldType)], _ options: String, telling: Recorder<String>? = nil
  ) async throws -> RowsLeftOut {
    var writer = try await sink(options).open(
      SQLiteFile.columns(columns), at: nil, in: SQLiteFile.environment(telling: telling))
    try await writer.write(SQLiteFile.records(rows))
    try await writer.close()
    #expect(writer.rowsWritten == rows.count)
    return writer.rowsLeftOut
  }

  /// An option for rejects in the folder.
  var rejecting: String { "rejects: \"\(folder.path("rejects.jsonl"))\"" }

  func rejects() throws -> [SQLiteFile.Reject] {
    try folder.text("rejects.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode(SQLiteFile.Reject.self, from: Data($0.utf8))
    }
  }
}
