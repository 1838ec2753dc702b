import FoundationEssentials
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

/// A folder with a database, and what tests do with it.
struct SQLiteFile: Sendable {
  let folder: TemporaryFolder
  var path: String { folder.path("a.db") }

  init() throws { folder = try TemporaryFolder() }

  func connection() throws -> SQLiteConnection { try SQLiteConnection(path, .write(creates: true)) }

  func execute(_ statements: String...) throws {
    let connection = try connection()
    for statement in statements { try connection.execute(statement) }
  }

  func rows(_ sql: String) throws -> [[SQLValue]] { try connection().rows(sql) }

  /// - Parameter options: Besides the path: `table: t, mode: upsert`.
  func sink(_ options: String) throws -> SQLiteSink {
    let pipeline = Pipeline(spec: "extract: {k: url}\nsinks:\n  - sqlite: {path: \"\(path)\", \(options)}\n")
    return try #require(pipeline.plan?.sinks[0].sink as? SQLiteSink, "\(pipeline.diagnostics.map(\.message))")
  }

  static func columns(_ columns: [(String, FieldType)]) -> [Column] {
    columns.enumerated().map { Column(name: $1.0, index: $0, type: $1.1) }
  }

  static func environment(_ pipeline: String? = "test", telling: Recorder<String>? = nil) -> SinkEnvironment {
    var environment = SinkEnvironment(tell: { telling?.append($0) })
    environment.pipeline = pipeline
    return environment
  }

  static func records(_ rows: [[Value]], from first: Int = 0) -> [Record] {
    rows.enumerated().map { Record(id: RequestID(source: 0, ordinal: first + $0), values: $1) }
  }

  /// Writes rows as a run of its own.
  @discardableResult
  func write(
    _ rows: [[Value]], _ columns: [(String, FieldType)], _ options: String, telling: Recorder<String>? = nil
  ) async throws -> RowsLeftOut {
    var writer = try await sink(options).open(Self.columns(columns), at: nil, in: Self.environment(telling: telling))
    try await writer.write(Self.records(rows))
    try await writer.close()
    #expect(writer.rowsWritten == rows.count)
    return writer.rowsLeftOut
  }

  /// The lines of the file of rejects.
  func rejects(_ name: String = "rejects.jsonl") throws -> [Reject] {
    try folder.text(name).split(separator: "\n").map { try JSONDecoder().decode(Reject.self, from: Data($0.utf8)) }
  }

  struct Reject: Decodable, Equatable {
    let code: String
    let column: String?
    let reason: String
  }
}
