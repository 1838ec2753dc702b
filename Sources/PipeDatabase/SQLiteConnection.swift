internal import CLibsqlite3

/// The one owner of a connection to an SQLite database file; closed with its last reference. One task uses it.
package final class SQLiteConnection {
  package enum Access: Hashable, Sendable {
    case read
    /// - Parameter creates: Whether a file that is not there is made.
    case write(creates: Bool)
  }

  let handle: OpaquePointer
  let sqlite: pipe_sqlite
  package let path: String
  private var shouldStop: (() -> Bool)?

  /// Opens a file. SQLite looks into it with the first statement only, so what is no database is told by `check`.
  package init(_ path: String, _ access: Access) throws(DatabaseError) {
    let sqlite = try SQLiteLibrary.functions()
    let flags =
      switch access {
      case .read: SQLITE_OPEN_READONLY
      case .write(let creates): SQLITE_OPEN_READWRITE | (creates ? SQLITE_OPEN_CREATE : 0)
      }
    var handle: OpaquePointer?
    // Names are paths, never URIs, and one task at a time uses the connection. A name that SQLite reads another way
    // (`:memory:`) is told to be one in a folder.
    let name = path.hasPrefix("/") ? path : "./" + path
    let code = sqlite.open_v2(name, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let handle else {
      let message = handle.flatMap { sqlite.errmsg($0) }.map { String(cString: $0) }
      _ = sqlite.close_v2(handle)
      throw .sqlite(code, message ?? sqlite.errstr(code).map { String(cString: $0) } ?? "")
    }
    self.sqlite = sqlite
    self.handle = handle
    self.path = path
    _ = sqlite.busy_timeout(handle, 250)
    // The schema of a file that anybody may have made runs no functions with effects (sqlite.org/security.html).
    try execute("PRAGMA trusted_schema = OFF")
    // A commit that has returned outlives a loss of power, whatever this SQLite was built with.
    if access != .read { try execute("PRAGMA synchronous = FULL") }
  }

  deinit { _ = sqlite.close_v2(handle) }

  /// Reads the file's first page: whether it is a database, and one that this SQLite can read.
  package func check() throws(DatabaseError) { _ = try rows("PRAGMA schema_version") }

  /// Runs a statement without values and without rows.
  package func execute(_ sql: String) throws(DatabaseError) {
    try SQLiteStatement(sql, on: self).run()
  }

  /// The rows of a query, all at once: for what is known to be small.
  package func rows(_ sql: String, _ values: [SQLValue] = []) throws(DatabaseError) -> [[SQLValue]] {
    let statement = try SQLiteStatement(sql, on: self)
    try statement.bind(values)
    var rows: [[SQLValue]] = []
    while try statement.step() { rows.append(statement.row) }
    return rows
  }

  /// Asks now and then, while a statement runs, whether to break it off (`SQLITE_INTERRUPT`).
  package func breakOff(when shouldStop: @escaping () -> Bool) {
    self.shouldStop = shouldStop
    sqlite.progress_handler(
      handle, 10_000,
      { context in
        let connection = context.map { Unmanaged<SQLiteConnection>.fromOpaque($0).takeUnretainedValue() }
        return connection?.shouldStop?() ?? false ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Rows that the last INSERT, UPDATE or DELETE has changed, those of triggers not among them.
  package var changes: Int { Int(sqlite.changes64(handle)) }

  /// The most values that one statement takes.
  package var mostValues: Int { Int(sqlite.limit(handle, SQLITE_LIMIT_VARIABLE_NUMBER, -1)) }

  /// The most bytes of a row.
  package var mostBytes: Int { Int(sqlite.limit(handle, SQLITE_LIMIT_LENGTH, -1)) }

  func error(_ code: Int32) -> DatabaseError { .sqlite(code, sqlite.errmsg(handle).map { String(cString: $0) } ?? "") }

}

extension SQLiteConnection {
  package var isInTransaction: Bool { sqlite.get_autocommit(handle) == 0 }
}
