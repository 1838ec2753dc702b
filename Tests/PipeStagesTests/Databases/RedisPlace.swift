import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

/// A Redis server of a test's own, and what tests do with it.
struct RedisPlace {
  let program: RedisProgram
  /// Where sinks find it.
  var url: String

  init(_ options: [String] = []) throws {
    program = try RedisProgram(options)
    url = program.url
  }

  /// - Parameter options: Besides the URL: `key: pages, as: list`.
  func sink(_ options: String) throws -> RedisSink {
    let pipeline = Pipeline(
      spec: "extract: {url: url, n: url, k: url}\nsinks:\n  - redis: {url: \"\(url)\", \(options)}\n")
    return try #require(pipeline.plan?.sinks[0].sink as? RedisSink, "\(pipeline.diagnostics.map(\.message))")
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

  // MARK: Looking, by a connection of its own

  func replies(_ words: String...) throws -> [RedisReply] {
    var commands = RedisCommands()
    commands.add(words.map { Array($0.utf8) })
    return try RedisConnection(RedisAddress(program.url)).replies(to: commands)
  }

  /// The elements of a reply.
  func texts(_ words: String...) throws -> [String] {
    var commands = RedisCommands()
    commands.add(words.map { Array($0.utf8) })
    let reply = try RedisConnection(RedisAddress(program.url)).replies(to: commands)[0]
    return try #require(reply.elements, "\(reply)").map { $0.text ?? "nil" }
  }

  func hash(_ key: String) throws -> [String: String] {
    let texts = try texts("HGETALL", key)
    return Dictionary(
      uniqueKeysWithValues: stride(from: 0, to: texts.count, by: 2).map { (texts[$0], texts[$0 + 1]) })
  }
}
