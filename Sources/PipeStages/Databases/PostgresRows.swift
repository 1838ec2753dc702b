import PipeDatabase
import PipeEngine
import PipeSpec

/// The rows of a query, a page at a time: by a key, each page a transaction of its own, or from a cursor of one that stays open.
final class PostgresRows {
  private let url: ServerURL
  private var connection: PostgresConnection
  private var cursor: PostgresTransaction?
  private var patience: ServerPatience
  let columns: [PostgresResult.Column]
  /// The column that holds the URL.
  let urlPlace: Int?
  /// The column by which rows are read in pages, and the query without its end.
  private let key: (name: String, place: Int, query: String)?
  /// The key of the last row that was given.
  private var last: String?
  private let mayWait: @Sendable () -> Bool

  private static let pageSize = 500
  private static let beginning = """
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO';
    SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 3; SET LOCAL idle_in_transaction_session_timeout = 0
    """

  init(_ source: PostgresSource, isClosed: @escaping @Sendable () -> Bool) throws {
    let url = source.server.value
    let mayWait: @Sendable () -> Bool = { !isClosed() && !Task.isCancelled }
    let connection = try Self.asking(url, mayWait) { () throws(DatabaseError) in
      try PostgresServer.connect(url, mayWait: mayWait)
    }
    let text = source.query.text
    var transaction: PostgresTransaction? = try Self.asking(url, mayWait) { () throws(DatabaseError) in
      try PostgresTransaction(on: connection, Self.beginning)
    }
    // A cursor is of one SELECT alone.
    let columns = try Self.asking(url, mayWait) { () throws(DatabaseError) in
      _ = try connection.query("DECLARE pipe_rows NO SCROLL CURSOR FOR \(text)")
      return try connection.query("FETCH 0 FROM pipe_rows").columns
    }
    let places = try source.query.places(among: columns.map(\.name), in: url.shown)
    urlPlace = places.url
    if let name = source.query.key?.value, let place = places.key {
      key = (name, place, "SELECT * FROM (\(text)\n) AS pipe_rows")
      transaction = nil
    } else {
      key = nil
    }
    (self.url, self.connection, self.columns, self.mayWait) = (url, connection, columns, mayWait)
    patience = ServerPatience(url.shown, SinkEnvironment(mayWait: mayWait))
    cursor = consume transaction
  }

  /// - Returns: `nil` behind the last row.
  func next() throws -> [[String?]]? {
    guard let key else {
      let page = try Self.asking(url, mayWait) { [connection] () throws(DatabaseError) in
        try connection.query("FETCH \(Self.pageSize) FROM pipe_rows").rows
      }
      return page.isEmpty ? nil : page
    }
    let page = try self.page(by: key.name, key.query)
    if page.isEmpty { return nil }
    if page.contains(where: { $0[key.place] == nil }) {
      throw RunError(
        url.shown, "the key \(key.name) is NULL in a row", hint: "leave these rows out, or take another key")
    }
    for (row, next) in zip(page, page.dropFirst()) where row[key.place] == next[key.place] {
      throw RunError(
        url.shown, "the key \(key.name) does not tell the rows apart: two of them have the same",
        hint: "take another key, or none")
    }
    let given = page.prefix(Self.pageSize)
    last = given.last?[key.place]
    return Array(given)
  }

  /// A page and one row more, on another connection if this one is lost.
  private func page(by name: String, _ query: String) throws -> [[String?]] {
    // NULL comes first, where it is found.
    let end = " ORDER BY \(SQLDialect.postgres.quoted(name)) NULLS FIRST LIMIT \(Self.pageSize + 1)"
    let sql = query + (last == nil ? "" : " WHERE \(SQLDialect.postgres.quoted(name)) > $1") + end
    let (url, mayWait) = (url, mayWait)
    do {
      return try patience.trying({ PostgresServer.failure(url, $0) }) { () throws(DatabaseError) in
        if !connection.isAlive { connection = try PostgresServer.connect(url, mayWait: mayWait) }
        var transaction = try PostgresTransaction(on: connection, Self.beginning)
        let rows = try connection.query(sql, last.map { [$0] } ?? []).rows
        transaction.rollBack()
        return rows
      }
    } catch {
      if !mayWait() { throw CancellationError() }
      throw error
    }
  }

  private static func asking<Answer: ~Copyable>(
    _ url: ServerURL, _ mayWait: () -> Bool, _ body: () throws(DatabaseError) -> Answer
  ) throws -> Answer {
    do throws(DatabaseError) { return try body() } catch {
      if !mayWait() { throw CancellationError() }
      throw PostgresServer.failure(url, error)
    }
  }
}
