internal import CLibsqlite3
internal import Glibc

/// The one owner of a prepared statement, and of its connection for as long as it lives. One task uses it.
package final class SQLiteStatement {
  private let handle: OpaquePointer
  private let connection: SQLiteConnection
  private var sqlite: pipe_sqlite

  /// - Parameter sql: One statement.
  package init(_ sql: String, on connection: SQLiteConnection) throws(DatabaseError) {
    let sqlite = connection.sqlite
    var handle: OpaquePointer?
    var rest: Int?
    let code = sql.withCString { text in
      var tail: UnsafePointer<CChar>?
      let code = sqlite.prepare_v2(connection.handle, text, -1, &handle, &tail)
      rest = tail.map { strspn($0, " \t\r\n;") == strlen($0) ? 0 : 1 }
      return code
    }
    guard code == SQLITE_OK else { throw connection.error(code) }
    guard let handle else { throw DatabaseError(.other, code: "SQLITE_MISUSE", "there is no statement") }
    self.handle = handle
    self.connection = connection
    self.sqlite = sqlite
    if rest == 1 {
      throw DatabaseError(.other, code: "SQLITE_MISUSE", "there is more than one statement")
    }
  }

  deinit { _ = sqlite.finalize(handle) }

  /// Gives the statement its values, and makes it ready to run again.
  package func bind(_ values: some Sequence<SQLValue>) throws(DatabaseError) {
    _ = sqlite.reset(handle)
    _ = sqlite.clear_bindings(handle)
    var place: Int32 = 0
    for value in values {
      place += 1
      let code =
        switch value {
        case .null: sqlite.bind_null(handle, place)
        case .int(let number): sqlite.bind_int64(handle, place, number)
        case .double(let number): sqlite.bind_double(handle, place, number)
        case .text(var text):
          text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
              // A text without bytes may have no address, which would stand for NULL.
              characters.baseAddress.map {
                pipe_sqlite_bind_text(&sqlite, handle, place, $0, sqlite3_uint64(bytes.count))
              } ?? pipe_sqlite_bind_text(&sqlite, handle, place, "", 0)
            }
          }
        case .blob(let bytes):
          bytes.withUnsafeBytes { raw in
            raw.baseAddress.map { pipe_sqlite_bind_blob(&sqlite, handle, place, $0, sqlite3_uint64(raw.count)) }
              ?? sqlite.bind_zeroblob(handle, place, 0)
          }
        }
      guard code == SQLITE_OK else { throw connection.error(code) }
    }
  }

  /// - Returns: Whether there is a row.
  package func step() throws(DatabaseError) -> Bool {
    switch sqlite.step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let error = connection.error(code)
      _ = sqlite.reset(handle)
      throw error
    }
  }

  /// Runs it to its end, whatever it returns.
  package func run() throws(DatabaseError) {
    while try step() {}
    _ = sqlite.reset(handle)
  }

  /// Whether it changes nothing.
  package var isReadOnly: Bool { sqlite.stmt_readonly(handle) != 0 }

  /// The values that it takes.
  package var valueCount: Int { Int(sqlite.bind_parameter_count(handle)) }

  /// The names of its columns.
  package var columnNames: [String] {
    (0..<sqlite.column_count(handle)).map { place in
      sqlite.column_name(handle, place).map { String(cString: $0) } ?? ""
    }
  }

  /// The row at hand.
  package var row: [SQLValue] { (0..<sqlite.data_count(handle)).map(value) }

  private func value(_ place: Int32) -> SQLValue {
    switch sqlite.column_type(handle, place) {
    case SQLITE_INTEGER: return .int(sqlite.column_int64(handle, place))
    case SQLITE_FLOAT: return .double(sqlite.column_double(handle, place))
    case SQLITE_TEXT:
      // The text first: it may have to be made of UTF-16, and then the bytes are counted.
      guard let text = sqlite.column_text(handle, place) else { return .text("") }
      let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite.column_bytes(handle, place)))
      return .text(String(decoding: bytes, as: UTF8.self))
    case SQLITE_BLOB:
      guard let blob = sqlite.column_blob(handle, place) else { return .blob([]) }
      return .blob(Array(UnsafeRawBufferPointer(start: blob, count: Int(sqlite.column_bytes(handle, place)))))
    default: return .null
    }
  }
}
