import FoundationEssentials
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

/// A database on a server of the tests' own, and what tests do with it.
struct MySQLPlace: Sendable {
  let server: MariaDBServer
  let database: String
  let folder: TemporaryFolder
  var url: String { server.url(database) }

  init(_ server: MariaDBServer? = nil) async throws {
    self.server = if let server { server } else { try await MariaDBServer.running() }
    database = try self.server.database()
    folder = try TemporaryFolder()
  }

  var address: MySQLAddress {
    MySQLAddress(
      host: "localhost", socket: server.socket, user: MariaDBServer.user, password: MariaDBServer.password,
      database: database, security: .disabled)
  }

  func connection() throws -> MySQLConnection { try MySQLConnection(address) }

  func execute(_ statements: String...) throws {
    let connection = try connection()
    for statement in statements { try connection.execute(statement) }
  }

  func rows(_ sql: String) throws -> [[SQLValue]] { try connection().rows(sql) }

  /// - Parameters:
  ///   - options: Besides the URL: `table: t, mode: upsert`.
  ///   - url: Where it is, if not on the server itself.
  func sink(_ options: String, at url: String? = nil) throws -> MySQLSink {
    let pipeline = Pipeline(
      spec: "extract: {k: url}\nsinks:\n  - mysql: {url: \"\(url ?? self.url)\", \(options)}\n")
    return try #require(pipeline.plan?.sinks[0].sink as? MySQLSink, "\(pipeline.diagnostics.map(\.message))")
  }

  /// Writes rows as a run of its own.
  @discardableResult
  func write(
    _ rows: [[Value]], _ columns: [(String, FieldType)], _ options: String, telling: Recorder<String>? = nil,
    at url: String? = nil
  ) async throws -> RowsLeftOut {
    var writer = try await sink(options, at: url).open(
      SQLiteFile.columns(columns), at: nil, in: SQLiteFile.environment(telling: telling))
    try await writer.write(SQLiteFile.records(rows))
    try await writer.close()
    #expect(writer.rowsWritten == rows.count)
    return writer.rowsLeftOut
  }

  var rejectsOption: String { "rejects: \"\(folder.path("rejects.jsonl"))\"" }

  /// The lines of the file of rejects.
  func rejects() throws -> [SQLiteFile.Reject] {
    try folder.text("rejects.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode(SQLiteFile.Reject.self, from: Data($0.utf8))
    }
  }
}
