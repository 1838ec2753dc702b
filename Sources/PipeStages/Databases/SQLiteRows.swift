import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec

/// The rows of a query, a page at a time. Between two pages the database is locked for nobody: a row may wait for as long as the
/// run takes, and the run may write to the same database.
final class SQLiteRows {
  private let path: String
  private let connection: SQLiteConnection
  private let statement: SQLiteStatement
  private let first: SQLiteStatement
  /// The names of the columns.
  let names: [String]
  /// The column that holds the URL.
  let urlPlace: Int?
  private let keyPlace: Int
  private let keyName: String
  /// The key of the last row that was given.
  private var last: SQLValue?
  private let isClosed: @Sendable () -> Bool

  private static let pageSize = 500

  init(_ source: SQLiteSource, at file: String, isClosed: @escaping @Sendable () -> Bool) throws {
    let path = source.path.value
    let connection: SQLiteConnection
    do throws(DatabaseError) {
      connection = try SQLiteConnection(file, .read)
      try connection.check()
    } catch {
      throw RunError.database(path, error)
    }
    connection.breakOff { isClosed() || Task.isCancelled }
    let query = try Self.asking(path, isClosed) { () throws(DatabaseError) in
      try SQLiteStatement(source.query.written, on: connection)
    }
    let names = query.columnNames
    let text = source.query.text
    if !query.isReadOnly {
      throw RunError(path, "the query changes the database, and a source only reads", hint: "write a SELECT")
    }
    if query.valueCount > 0 { throw RunError(path, "the query has parameters, and nothing gives them values") }
    let places = try source.query.places(among: names, in: path)
    urlPlace = places.url
    let page: (rows: String, key: String)
    if let key = source.query.key, let place = places.key {
      keyPlace = place
      keyName = key.value
      page = ("SELECT * FROM (\(text)\n)", SQLDialect.sqlite.quoted(key.value) + " COLLATE BINARY")
    } else {
      // Its number is read behind the columns.
      keyPlace = names.count
      keyName = ""
      try Self.asking(path, isClosed) { () throws(DatabaseError) in
        try connection.execute("CREATE TEMP TABLE pipe_rows AS \(text)")
      }
      page = ("SELECT *, rowid FROM temp.pipe_rows", "rowid")
    }
    let end = " ORDER BY \(page.key) LIMIT \(Self.pageSize + 1)"
    (first, statement) = try Self.asking(path, isClosed) { () throws(DatabaseError) in
      (
        try SQLiteStatement(page.rows + end, on: connection),
        try SQLiteStatement("\(page.rows) WHERE \(page.key) > ?1" + end, on: connection)
      )
    }
    (self.path, self.connection, self.names, self.isClosed) = (path, connection, names, isClosed)
  }

  /// - Returns: `nil` behind the last row.
  func next() throws -> [[SQLValue]]? {
    let page = try Self.asking(path, isClosed) { [self] () throws(DatabaseError) in
      let asked = last == nil ? first : statement
      try asked.bind(last.map { [$0] } ?? [])
      var page: [[SQLValue]] = []
      while try asked.step() { page.append(asked.row) }
      // What was read to its end locks nothing.
      try asked.bind(EmptyCollection())
      return page
    }
    if page.isEmpty { return nil }
    if page[0][keyPlace] == .null {
      throw RunError(path, "the key \(keyName) is NULL in a row", hint: "leave these rows out, or take another key")
    }
    for (row, next) in zip(page, page.dropFirst()) where row[keyPlace] == next[keyPlace] {
      throw RunError(
        path, "the key \(keyName) does not tell the rows apart: two of them have the same",
        hint: "take another key, or none")
    }
    let given = page.prefix(Self.pageSize)
    last = given.last?[keyPlace]
    return Array(given)
  }

  /// Asks again and again while somebody else has a lock.
  private static func asking<Answer>(
    _ path: String, _ isClosed: () -> Bool, _ body: () throws(DatabaseError) -> Answer
  ) throws -> Answer {
    let start = ContinuousClock.now
    while true {
      do throws(DatabaseError) {
        return try body()
      } catch {
        if isClosed() || Task.isCancelled { throw CancellationError() }
        guard error.kind == .busy, ContinuousClock.now - start < SQLiteStore.patience else {
          throw RunError.database(path, error)
        }
        usleep(20_000)
      }
    }
  }
}
