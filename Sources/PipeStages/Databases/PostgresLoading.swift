import PipeDatabase
import PipeEngine
import PipeSpec

/// Loads rows of a batch, within its transaction: by COPY into a temporary table, and from there into the table of the sink.
///
/// COPY is all or nothing, and so is an INSERT of many rows. Rows of which one is refused are loaded again in halves, down to the
/// one that it is.
struct PostgresLoading {
  private let columns: [SQLDialect.Column]
  private let isIgnoring: Bool
  private let definition: String
  private let copying: String
  private let insertion: String

  private static let rows = "pg_temp.pipe_rows"

  init(_ columns: [SQLDialect.Column], into table: PostgresTable, _ options: TableOptions) {
    let dialect = SQLDialect.postgres
    self.columns = columns
    isIgnoring = options.mode == .upsert && options.conflict == .ignore
    // Rows are inserted in their order.
    var number = "pipe_row"
    while columns.contains(where: { $0.name == number }) { number += "_" }
    let types = columns.map { column in
      "\(dialect.quoted(column.name)) \(table.description.column(column.name)?.type ?? dialect.type(of: column))"
    }
    definition =
      "CREATE TEMPORARY TABLE pipe_rows (\((["\(number) bigint"] + types).joined(separator: ", "))) ON COMMIT DROP"
    let names = columns.map { dialect.quoted($0.name) }.joined(separator: ", ")
    copying =
      "COPY \(Self.rows) (\(([number] + columns.map { dialect.quoted($0.name) }).joined(separator: ", "))) FROM STDIN"
    insertion = dialect.insertion(
      into: table.tableName, columns.map(\.name), of: "SELECT \(names) FROM \(Self.rows) ORDER BY \(number)",
      key: options.key.map(\.value), on: options.mode == .upsert ? options.conflict.inSQL : nil)
  }

  /// - Returns: What became of each row. Without any, it is tried whether the statements can be run.
  func load(_ rows: [[SQLValue]], on connection: PostgresConnection) throws(DatabaseError) -> [RowFate] {
    try connection.execute(definition)
    if rows.isEmpty { _ = try connection.query(insertion) }
    var fates = [RowFate](repeating: .there, count: rows.count)
    // Those that wait, the first ones last.
    var ranges = rows.isEmpty ? [] : [0..<rows.count]
    while let range = ranges.popLast() {
      if let error = try attempt(rows, range, &fates, on: connection) {
        if range.count == 1 {
          fates[range.lowerBound] = .refused(code: error.code, column: error.column, reason: error.message)
        } else {
          let middle = range.lowerBound + range.count / 2
          ranges += [middle..<range.upperBound, range.lowerBound..<middle]
        }
      } else if !ranges.isEmpty {
        try connection.execute("TRUNCATE \(Self.rows)")
      }
    }
    try connection.execute("DROP TABLE \(Self.rows)")
    return fates
  }

  /// - Returns: Why none of the rows was taken; `nil` if all were.
  private func attempt(
    _ rows: [[SQLValue]], _ range: Range<Int>, _ fates: inout [RowFate], on connection: PostgresConnection
  ) throws(DatabaseError) -> DatabaseError? {
    try connection.execute("SAVEPOINT pipe_rows")
    do throws(DatabaseError) {
      try connection.copy(copying, bytes(of: rows, range))
      let changes = try connection.query(insertion).changes
      if changes < range.count, !isIgnoring {
        throw DatabaseError(.row, code: "left-out", "a trigger or a rule of the table has left the row out")
      }
      // Which of them, only the server knows; they are counted.
      for place in range.dropFirst(changes) { fates[place] = .otherStays }
      try connection.execute("RELEASE SAVEPOINT pipe_rows")
      return nil
    } catch {
      guard error.kind == .row else { throw error }
      try connection.execute("ROLLBACK TO SAVEPOINT pipe_rows; RELEASE SAVEPOINT pipe_rows")
      return error
    }
  }

  /// Rows in the text form of COPY.
  private func bytes(of rows: [[SQLValue]], _ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    for place in range {
      bytes += "\(place)".utf8
      for value in rows[place] {
        bytes.append(UInt8(ascii: "\t"))
        switch value {
        case .null, .blob: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
        case .int(let number): bytes += "\(number)".utf8
        case .double(let number): bytes += "\(number)".utf8
        case .text(let text):
          for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += [byte, byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            default: bytes.append(byte)
            }
          }
        }
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }
}
