/// An INSERT of many rows, as bytes: a row is written once, and belongs to any statement.
package struct MySQLInsertion {
  private let head: [UInt8]
  private let tail: [UInt8]
  /// The most bytes of a statement.
  private let limit: Int

  /// - Parameters:
  ///   - key: With `conflict`: columns that tell rows apart.
  ///   - limit: The most bytes of a statement.
  package init(
    into table: TableName, _ columns: [String], key: [String] = [], on conflict: SQLDialect.Conflict? = nil, limit: Int
  ) {
    let whole = SQLDialect.mysql.insertion(into: table, columns, of: "VALUES ", key: key, on: conflict)
    let plain = SQLDialect.mysql.insertion(into: table, columns, of: "VALUES ")
    head = Array(plain.utf8)
    tail = Array(whole.utf8.dropFirst(plain.utf8.count))
    self.limit = limit
  }

  /// A row as it stands in a statement; `nil` if no statement has room for it.
  package func row(_ values: [SQLValue]) -> [UInt8]? {
    var bytes: [UInt8] = [UInt8(ascii: "(")]
    for (place, value) in values.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      MySQLLiteral.append(value, to: &bytes)
    }
    bytes.append(UInt8(ascii: ")"))
    return head.count + bytes.count + tail.count <= limit ? bytes : nil
  }

  /// How many of these rows have room in one statement, at least one.
  package func room(for rows: ArraySlice<[UInt8]>, upTo size: Int) -> Int {
    var bytes = head.count + tail.count
    for (place, row) in rows.enumerated() {
      bytes += row.count + 1
      if place > 0, bytes > min(size, limit) { return place }
    }
    return rows.count
  }

  package func statement(_ rows: ArraySlice<[UInt8]>) -> [UInt8] {
    var sql = head
    sql.reserveCapacity(rows.reduce(head.count + tail.count) { $0 + $1.count + 1 })
    for (place, row) in rows.enumerated() {
      if place > 0 { sql.append(UInt8(ascii: ",")) }
      sql += row
    }
    return sql + tail
  }
}
