internal import CLibmariadb
import PipeText

/// A column of a query's rows.
package struct MySQLColumn: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case int, double, decimal, text, json, datetime, timestamp, blob, bits
  }

  package let name: String
  package let kind: Kind
  /// Whether values that are equal, or follow each other, for the server are so as texts: not FLOAT, which is shown rounded,
  /// nor ENUM, which has an order of its own.
  package let isExact: Bool

  init(_ field: MYSQL_FIELD) {
    name = field.name.map { String(cString: $0) } ?? ""
    // 63 is the number of `binary`.
    let isBinary = field.charsetnr == 63
    kind =
      switch field.type {
      case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG, MYSQL_TYPE_YEAR:
        .int
      case MYSQL_TYPE_FLOAT, MYSQL_TYPE_DOUBLE: .double
      case MYSQL_TYPE_BIT: .bits
      case MYSQL_TYPE_DECIMAL, MYSQL_TYPE_NEWDECIMAL: .decimal
      case MYSQL_TYPE_JSON: .json
      case MYSQL_TYPE_DATETIME: .datetime
      case MYSQL_TYPE_TIMESTAMP: .timestamp
      case MYSQL_TYPE_GEOMETRY: .blob
      case MYSQL_TYPE_VAR_STRING, MYSQL_TYPE_STRING, MYSQL_TYPE_BLOB, MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_MEDIUM_BLOB,
        MYSQL_TYPE_LONG_BLOB, MYSQL_TYPE_VARCHAR:
        isBinary ? .blob : .text
      default: .text
      }
    isExact =
      ![MYSQL_TYPE_FLOAT, MYSQL_TYPE_DOUBLE, MYSQL_TYPE_ENUM, MYSQL_TYPE_SET, MYSQL_TYPE_JSON].contains(field.type)
      && field.flags & UInt32(ENUM_FLAG | SET_FLAG) == 0
  }
}

/// The rows of a query, one after the other. If it goes before they are read, the connection is closed: the rest would have to
/// be read for nothing.
package final class MySQLRows {
  private let connection: MySQLConnection
  package let columns: [MySQLColumn]
  private var isAtEnd = false

  /// - Parameter sql: One statement that gives rows.
  package init(_ sql: String, on connection: MySQLConnection) throws(DatabaseError) {
    try connection.send(Array(sql.utf8))
    guard let columns = connection.beginRows() else {
      try connection.finish()
      throw DatabaseError(.other, code: "", "the statement gives no rows")
    }
    (self.connection, self.columns) = (connection, columns)
  }

  init(_ columns: [MySQLColumn], on connection: MySQLConnection) {
    (self.connection, self.columns) = (connection, columns)
  }

  deinit { if !isAtEnd { connection.abandonRows() } }

  /// - Returns: `nil` behind the last row.
  package func next() throws(DatabaseError) -> [SQLValue]? {
    if isAtEnd { return nil }
    let columns = columns
    let row = try connection.nextRow { place, bytes in
      bytes.map { Self.value($0, columns[place].kind) } ?? .null
    }
    if row == nil { isAtEnd = true }
    return row
  }

  /// Whole numbers beyond 64 bits, decimals and dates are texts: no digit of them is lost.
  private static func value(_ bytes: UnsafeBufferPointer<UInt8>, _ kind: MySQLColumn.Kind) -> SQLValue {
    switch kind {
    case .blob: return .blob(Array(bytes))
    case .bits:
      let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Int64(exactly: number).map { .int($0) } ?? .text("\(number)")
    case .int, .double, .decimal, .text, .json, .datetime, .timestamp:
      let text = String(decoding: bytes, as: UTF8.self)
      if kind == .int, let number = Int64(text) { return .int(number) }
      if kind == .double, let number = Double(text) { return .double(number) }
      return .text(text)
    }
  }
}
