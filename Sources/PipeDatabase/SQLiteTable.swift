/// A table as it is in a database.
package struct SQLiteTable: Hashable, Sendable {
  package struct Column: Hashable, Sendable {
    package let name: String
    /// As it was declared: `VARCHAR(20)`; empty for none.
    package let type: String
    package let isRequired: Bool
    package let hasDefault: Bool
    package let isGenerated: Bool
    /// Its place in the primary key, from 1; 0 if it is not in it.
    package let keyPlace: Int
  }

  package enum Form: Hashable, Sendable { case table, view, virtual }

  /// As it was written.
  package let name: String
  package let form: Form
  package let isStrict: Bool
  package let columns: [Column]
  /// Columns that no two rows have alike, of each unique index without a condition, and of the primary key.
  package let uniques: [[String]]
  /// The statement that has made it.
  package let definition: String

  /// - Returns: `nil` if there is none of the name.
  package static func read(_ name: String, on connection: SQLiteConnection) throws(DatabaseError) -> SQLiteTable? {
    let found = try connection.rows(
      "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE",
      [.text(name)]
    ).first
    guard let found, let written = found[0].text else { return nil }
    let definition = found[2].text ?? ""
    let form: Form =
      found[1].text == "view"
      ? .view : definition.uppercased().hasPrefix("CREATE VIRTUAL") ? .virtual : .table
    let isStrict = try connection.rows(
      "SELECT strict FROM pragma_table_list(?1) WHERE schema = 'main'", [.text(written)])
    let columns = try connection.rows(
      "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1)", [.text(written)]
    ).map { row in
      Column(
        name: row[0].text ?? "", type: row[1].text ?? "", isRequired: row[2].int != 0, hasDefault: row[3] != .null,
        isGenerated: [2, 3].contains(row[5].int ?? 0), keyPlace: row[4].int ?? 0)
    }
    let key = columns.filter { $0.keyPlace > 0 }.sorted { $0.keyPlace < $1.keyPlace }.map(\.name)
    var uniques = key.isEmpty ? [] : [key]
    let indexes = try connection.rows(
      "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1 AND partial = 0", [.text(written)])
    for index in indexes {
      let parts = try connection.rows("SELECT name FROM pragma_index_info(?1) ORDER BY seqno", [index[0]])
      // An expression has no name.
      let names = parts.compactMap { $0[0].text }
      if names.count == parts.count { uniques.append(names) }
    }
    return SQLiteTable(
      name: written, form: form, isStrict: isStrict.first?.first?.int == 1, columns: columns, uniques: uniques,
      definition: definition)
  }

  /// The statement that makes the same table under another name.
  package func definition(as name: String) -> String? {
    // SQLite keeps `CREATE TABLE ` and the text from the name on, as it was written.
    let head = "CREATE TABLE "
    guard definition.hasPrefix(head) else { return nil }
    var rest = definition.dropFirst(head.count)
    let closing: Character? =
      switch rest.first {
      case "\"": "\""
      case "'": "'"
      case "`": "`"
      case "[": "]"
      default: nil
      }
    if let closing {
      rest = rest.dropFirst()
      while let end = rest.firstIndex(of: closing) {
        rest = rest[rest.index(after: end)...]
        if closing == "]" || rest.first != closing { break }
        rest = rest.dropFirst()
      }
    } else {
      rest = rest.drop { $0 != "(" && !$0.isWhitespace }
    }
    return head + SQLDialect.sqlite.quoted(name) + " " + rest.drop { $0.isWhitespace }
  }
}

/// What SQLite makes of the values of a column, by its declared type (sqlite.org/datatype3.html, 3.1).
package enum SQLiteAffinity: Hashable, Sendable {
  case integer, text, blob, real, numeric

  package init(ofType declared: String) {
    let type = declared.uppercased()
    self =
      if type.contains("INT") { .integer } else if ["CHAR", "CLOB", "TEXT"].contains(where: type.contains) {
        .text
      } else if type.isEmpty || type.contains("BLOB") || type == "ANY" {
        .blob
      } else if ["REAL", "FLOA", "DOUB"].contains(where: type.contains) {
        .real
      } else {
        .numeric
      }
  }

  /// Whether the column keeps every value of a kind as it is.
  package func keeps(_ kind: SQLDialect.Kind) -> Bool {
    switch kind {
    // What looks like a number would become one: 007 would be 7.
    case .text, .date, .json: self == .text || self == .blob
    // A REAL has 53 bits.
    case .int: self != .real
    case .number: true
    case .bool: self != .text
    }
  }
}
