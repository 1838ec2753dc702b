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

  package let name: String
  /// The character that stands around a name, and twice for itself in it.
  package let quote: Character
  package let types: [Kind: String]
  /// Whether a database tells columns `A` and `a` apart.
  package let tellsCaseApart: Bool

  /// INTEGER and NUMERIC keep all digits of 64 bits, and TEXT keeps what looks like a number as it is written.
  package static let sqlite = SQLDialect(
    name: "SQLite", quote: "\"",
    types: [.text: "TEXT", .int: "INTEGER", .number: "NUMERIC", .bool: "BOOLEAN", .date: "TEXT", .json: "TEXT"],
    tellsCaseApart: false)

  package func quoted(_ name: String) -> String {
    String(quote) + name.split(separator: quote, omittingEmptySubsequences: false).joined(separator: "\(quote)\(quote)")
      + String(quote)
  }

  /// The name as the database compares it.
  package func compared(_ name: String) -> String {
    tellsCaseApart
      ? name : String(name.unicodeScalars.map { "A"..."Z" ~= $0 ? Character($0).lowercased() : String($0) }.joined())
  }

  /// - Parameter key: Columns that tell rows apart; none for a table whose rows may be equal.
  package func definition(of table: String, _ columns: [Column], key: [String] = []) -> String {
    let keys = Set(key.map(compared))
    var lines = columns.map { column in
      "  \(quoted(column.name)) \(types[column.kind] ?? "TEXT")"
        + (keys.contains(compared(column.name)) ? " NOT NULL" : "")
    }
    if !key.isEmpty { lines.append("  PRIMARY KEY (\(key.map(quoted).joined(separator: ", ")))") }
    return "CREATE TABLE \(quoted(table)) (\n\(lines.joined(separator: ",\n"))\n)"
  }

  package func addition(of column: Column, to table: String) -> String {
    "ALTER TABLE \(quoted(table)) ADD COLUMN \(quoted(column.name)) \(types[column.kind] ?? "TEXT")"
  }

  /// An INSERT of one row.
  ///
  /// - Parameter key: With `conflict`: columns that tell rows apart. Only the columns of the row are changed in one that is there.
  package func insertion(
    into table: String, _ columns: [String], key: [String] = [], on conflict: Conflict? = nil
  ) -> String {
    var sql = "INSERT INTO \(quoted(table)) (\(columns.map(quoted).joined(separator: ", "))) VALUES ("
    sql += columns.map { _ in "?" }.joined(separator: ", ") + ")"
    guard let conflict else { return sql }
    sql += " ON CONFLICT (\(key.map(quoted).joined(separator: ", "))) DO "
    let keys = Set(key.map(compared))
    let others = columns.filter { !keys.contains(compared($0)) }
    if conflict == .ignore || others.isEmpty { return sql + "NOTHING" }
    return sql + "UPDATE SET " + others.map { "\(quoted($0)) = excluded.\(quoted($0))" }.joined(separator: ", ")
  }
}
