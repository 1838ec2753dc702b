/// How a database writes what all of them have: names, types, definitions, INSERT with its conflicts.
package struct SQLDialect: Hashable, Sendable {
  /// What a column's values are.
  package enum Kind: Hashable, Sendable, CaseIterable {
    case text, int, number, bool, date, json
  }

  package struct Column: Hashable, Sendable {
    package let name: String
    package let kind: Kind

    package init(_ name: String, _ kind: Kind) {
      self.name = name
      self.kind = kind
    }
  }

  /// What becomes of a row whose key is there.
  package enum Conflict: Hashable, Sendable {
    case update, ignore
  }

  /// How an INSERT says what becomes of a row whose key is there.
  package enum ConflictClause: Hashable, Sendable {
    /// `ON CONFLICT (key) DO …`
    case onConflict
    /// `ON DUPLICATE KEY UPDATE …`, whichever unique key it is.
    case onDuplicateKey
  }

  /// How a statement names the values that it is given.
  package enum Parameters: Hashable, Sendable {
    /// `?1`
    case numbered
    /// `$1`
    case dollar
    /// `?`, in their order.
    case inOrder
  }

  /// How long the name of a table or a column may be.
  package enum NameLimit: Hashable, Sendable {
    case bytes(Int), characters(Int)
  }

  package let name: String
  /// The character that stands around a name, and twice for itself in it.
  package let quote: Character
  package let types: [Kind: String]
  /// Types of columns that are in a key, where another one is needed there; `#` is a length that the columns of a key share.
  package let keyTypes: [Kind: String]
  /// Whether a database tells columns `A` and `a` apart.
  package let tellsCaseApart: Bool
  package let parameters: Parameters
  package let conflictClause: ConflictClause
  /// `nil` for any length.
  package let nameLimit: NameLimit?
  package let mostColumns: Int
  /// Whether `a.b` is the table b of the schema, or database, a.
  package let hasSchemas: Bool
  /// Whether the server reads numbers from texts, so that no digit of them is lost on the way.
  package let readsNumbers: Bool
  /// What stands behind a SELECT so that nobody changes its rows until the transaction ends.
  package let rowLock: String
  /// What stands behind the definition of a table.
  package let tableOptions: String

  /// INTEGER and NUMERIC keep all digits of 64 bits, and TEXT keeps what looks like a number as it is written.
  package static let sqlite = SQLDialect(
    name: "SQLite", quote: "\"",
    types: [.text: "TEXT", .int: "INTEGER", .number: "NUMERIC", .bool: "BOOLEAN", .date: "TEXT", .json: "TEXT"],
    keyTypes: [:], tellsCaseApart: false, parameters: .numbered, conflictClause: .onConflict, nameLimit: nil,
    mostColumns: 2000, hasSchemas: false, readsNumbers: false,
    rowLock: "", tableOptions: "")

  /// `numeric` keeps all digits, and `json` a text as it is written, which `jsonb` does not. What is json has no order, so
  /// that it cannot be in a key.
  package static let postgres = SQLDialect(
    name: "PostgreSQL", quote: "\"",
    types: [
      .text: "text", .int: "bigint", .number: "numeric", .bool: "boolean", .date: "timestamp with time zone",
      .json: "json",
    ], keyTypes: [.json: "text"], tellsCaseApart: true, parameters: .dollar, conflictClause: .onConflict,
    nameLimit: .bytes(63), mostColumns: 1600, hasSchemas: true, readsNumbers: true, rowLock: " FOR UPDATE",
    tableOptions: "")

  /// What `#` stands for in `keyTypes`: MySQL's 3072 bytes of a key, four for a character.
  private static let mostKeyCharacters = 768

  /// InnoDB has transactions, and the collation tells all texts apart, but for spaces behind them.
  package static let mysql = SQLDialect(
    name: "MySQL", quote: "`",
    types: [
      .text: "LONGTEXT", .int: "BIGINT", .number: "DOUBLE", .bool: "TINYINT(1)", .date: "DATETIME(6)",
      .json: "LONGTEXT",
    ], keyTypes: [.text: "VARCHAR(#)", .json: "VARCHAR(#)"], tellsCaseApart: false, parameters: .inOrder,
    conflictClause: .onDuplicateKey, nameLimit: .characters(64), mostColumns: 1017, hasSchemas: true,
    readsNumbers: true, rowLock: " FOR UPDATE",
    tableOptions: " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")

  package func quoted(_ name: String) -> String {
    String(quote) + name.split(separator: quote, omittingEmptySubsequences: false).joined(separator: "\(quote)\(quote)")
      + String(quote)
  }

  package func quoted(_ table: TableName) -> String {
    (table.schema.map { quoted($0) + "." } ?? "") + quoted(table.name)
  }

  /// What stands in a statement for a value that it is given: the one of a number, from 1.
  package func parameter(_ number: Int) -> String {
    switch parameters {
    case .numbered: "?\(number)"
    case .dollar: "$\(number)"
    case .inOrder: "?"
    }
  }

  /// The name as the database compares it.
  package func compared(_ name: String) -> String {
    tellsCaseApart
      ? name : String(name.unicodeScalars.map { "A"..."Z" ~= $0 ? Character($0).lowercased() : String($0) }.joined())
  }

  /// Whether a name is too long to be one.
  package func isTooLong(_ name: String) -> Bool {
    switch nameLimit {
    case nil: false
    case .bytes(let most): name.utf8.count > most
    case .characters(let most): name.unicodeScalars.count > most
    }
  }

  /// - Parameter keyParts: Columns of the key that it is in, which share its length; 0 if it is in none.
  package func type(of column: Column, keyParts: Int = 0) -> String {
    guard keyParts > 0, let type = keyTypes[column.kind] else { return types[column.kind] ?? "TEXT" }
    return type.replacing("#", with: "\(Self.mostKeyCharacters / keyParts)")
  }

  /// - Parameter key: Columns that tell rows apart; none for a table whose rows may be equal.
  package func definition(of table: TableName, _ columns: [Column], key: [String] = []) -> String {
    let keys = Set(key.map(compared))
    var lines = columns.map { column in
      let isKey = keys.contains(compared(column.name))
      return "  \(quoted(column.name)) \(type(of: column, keyParts: isKey ? keys.count : 0))"
        + (isKey ? " NOT NULL" : "")
    }
    if !key.isEmpty { lines.append("  PRIMARY KEY (\(key.map(quoted).joined(separator: ", ")))") }
    return "CREATE TABLE \(quoted(table)) (\n\(lines.joined(separator: ",\n"))\n)" + tableOptions
  }

  package func addition(of column: Column, to table: TableName) -> String {
    "ALTER TABLE \(quoted(table)) ADD COLUMN \(quoted(column.name)) \(type(of: column))"
  }

  /// An INSERT of rows that are given as values, in their order.
  ///
  /// - Parameter key: With `conflict`: columns that tell rows apart. Only the columns of the row are changed in one that is there.
  package func insertion(
    into table: TableName, _ columns: [String], rows: Int = 1, key: [String] = [], on conflict: Conflict? = nil
  ) -> String {
    let values = (0..<rows).map { row in
      "(" + columns.indices.map { value(row * columns.count + $0 + 1) }.joined(separator: ", ") + ")"
    }
    return insertion(
      into: table, columns, of: "VALUES " + values.joined(separator: ", "), key: key, on: conflict)
  }

  /// An INSERT of the rows of a query, or of `VALUES …`.
  package func insertion(
    into table: TableName, _ columns: [String], of rows: String, key: [String] = [], on conflict: Conflict? = nil
  ) -> String {
    let sql = "INSERT INTO \(quoted(table)) (\(columns.map(quoted).joined(separator: ", "))) \(rows)"
    guard let conflict else { return sql }
    let keys = Set(key.map(compared))
    let others = columns.filter { !keys.contains(compared($0)) }
    let isIgnored = conflict == .ignore || others.isEmpty
    switch conflictClause {
    case .onConflict:
      let head = sql + " ON CONFLICT (\(key.map(quoted).joined(separator: ", "))) DO "
      return isIgnored
        ? head + "NOTHING"
        : head + "UPDATE SET " + others.map { "\(quoted($0)) = excluded.\(quoted($0))" }.joined(separator: ", ")
    case .onDuplicateKey:
      let changed =
        isIgnored
        ? key.prefix(1).map { "\(quoted($0)) = \(quoted(table)).\(quoted($0))" }
        : others.map {
          "\(quoted($0)) = VALUES(\(quoted($0)))"
        }
      return sql + " ON DUPLICATE KEY UPDATE " + changed.joined(separator: ", ")
    }
  }

  /// A value of an INSERT, which are in their order.
  private func value(_ number: Int) -> String { parameters == .dollar ? "$\(number)" : "?" }
}
