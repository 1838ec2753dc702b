/// A table as it is in a MySQL or MariaDB database.
package struct MySQLTable: Hashable, Sendable {
  package struct Column: Hashable, Sendable {
    package let name: String
    /// As it was declared: `varchar(20)`.
    package let type: String
    /// Its first word: `varchar`.
    package let dataType: String
    /// Digits behind the point of a number, or of a second.
    package let scale: Int
    package let collation: String?
    package let isNullable: Bool
    package let hasDefault: Bool
    package let isGenerated: Bool
    package let isNumbered: Bool
  }

  /// A primary key or a unique index.
  package struct Unique: Hashable, Sendable {
    package let name: String
    /// The names of its columns; `nil` for an expression.
    package let columns: [String?]
    /// Whether it compares no more than the beginning of a column.
    package let isPartial: Bool
  }

  package let name: TableName
  /// What it is if it is not a table: `a view`.
  package let otherForm: String?
  package let engine: String
  /// Whether a statement of it that fails leaves nothing, and a transaction can be rolled back.
  package let isTransactional: Bool
  /// Whether it keeps its former rows (MariaDB's `WITH SYSTEM VERSIONING`).
  package let isVersioned: Bool
  package let columns: [Column]
  package let uniques: [Unique]
  package let triggers: [String]
  /// Names of its foreign keys, and of those of other tables that refer to it.
  package let foreignKeys: [String]

  /// - Returns: `nil` if there is none of the name, or none that the user may see.
  package static func read(_ name: TableName, on connection: MySQLConnection) throws(DatabaseError) -> MySQLTable? {
    let found = try connection.rows(
      """
      SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, @@lower_case_table_names,
        (SELECT TRANSACTIONS FROM information_schema.ENGINES e WHERE e.ENGINE = t.ENGINE)
      FROM information_schema.TABLES t WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?
      """, [name.schema.map { .text($0) } ?? .null, .text(name.name)])
    guard
      let row = found.first(where: { $0[1].text == name.name })
        ?? found.first(where: { $0[4].int != 0 && $0[1].text?.lowercased() == name.name.lowercased() }),
      let schema = row[0].text, let written = row[1].text
    else { return nil }
    let place: [SQLValue] = [.text(schema), .text(written)]
    let form = row[2].text ?? ""
    let keys = try connection.rows(
      """
      SELECT CONSTRAINT_NAME FROM information_schema.KEY_COLUMN_USAGE
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND REFERENCED_TABLE_NAME IS NOT NULL
      UNION SELECT CONCAT(TABLE_NAME, '.', CONSTRAINT_NAME) FROM information_schema.KEY_COLUMN_USAGE
      WHERE REFERENCED_TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME = ?
      """, place + place)
    let triggers = try connection.rows(
      """
      SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ?
      ORDER BY 1
      """, place)
    return MySQLTable(
      name: TableName(written, in: name.schema),
      otherForm: ["BASE TABLE", "SYSTEM VERSIONED"].contains(form) ? nil : "a \(form.lowercased())",
      engine: row[3].text ?? "", isTransactional: row[5].text == "YES", isVersioned: form == "SYSTEM VERSIONED",
      columns: try columns(of: place, on: connection), uniques: try uniques(of: place, on: connection),
      triggers: triggers.compactMap { $0[0].text }, foreignKeys: keys.compactMap { $0[0].text })
  }

  private static func columns(
    of place: [SQLValue], on connection: MySQLConnection
  ) throws(DatabaseError) -> [Column] {
    // MariaDB writes a default as in a definition: NULL for none, 'NULL' for a text.
    let none = connection.isMariaDB ? SQLValue.text("NULL") : .null
    return try connection.rows(
      """
      SELECT COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, COALESCE(DATETIME_PRECISION, NUMERIC_SCALE, 0), COLLATION_NAME,
        IS_NULLABLE, COLUMN_DEFAULT, EXTRA
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION
      """, place
    ).map { row in
      let extra = row[7].text?.uppercased() ?? ""
      return Column(
        name: row[0].text ?? "", type: row[1].text ?? "", dataType: row[2].text?.lowercased() ?? "",
        scale: row[3].int ?? row[3].text.flatMap { Int($0) } ?? 0, collation: row[4].text,
        isNullable: row[5].text == "YES",
        hasDefault: row[6] != .null && row[6] != none || extra.contains("DEFAULT_GENERATED"),
        // MySQL calls a default that is an expression DEFAULT_GENERATED.
        isGenerated: ["STORED GENERATED", "VIRTUAL GENERATED", "PERSISTENT"].contains(where: extra.contains),
        isNumbered: extra.contains("AUTO_INCREMENT"))
    }
  }

  private static func uniques(
    of place: [SQLValue], on connection: MySQLConnection
  ) throws(DatabaseError) -> [Unique] {
    let parts = try connection.rows(
      """
      SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX
      """, place)
    var names: [String] = []
    var found: [String: [[SQLValue]]] = [:]
    for part in parts {
      let name = part[0].text ?? ""
      if found[name] == nil { names.append(name) }
      found[name, default: []].append(part)
    }
    return names.map { name in
      let parts = found[name] ?? []
      return Unique(name: name, columns: parts.map { $0[1].text }, isPartial: parts.contains { $0[2] != .null })
    }
  }

  package func column(_ name: String) -> Column? {
    let compared = SQLDialect.mysql.compared(name)
    return columns.first { SQLDialect.mysql.compared($0.name) == compared }
  }

  /// Unique keys besides the one on `key` that a row with these columns could meet: ON DUPLICATE KEY UPDATE would change the
  /// row that has *them*.
  package func otherUniques(than key: [String], meeting names: [String]) -> [Unique] {
    let dialect = SQLDialect.mysql
    let wanted = Set(key.map(dialect.compared))
    let given = Set(names.map(dialect.compared))
    return uniques.filter { unique in
      let columns = unique.columns.compactMap { $0.map(dialect.compared) }
      if !unique.isPartial, columns.count == unique.columns.count, Set(columns) == wanted { return false }
      // A number that the server gives is new, and NULL is like no other NULL.
      return !columns.contains { name in
        guard !given.contains(name), let column = column(name) else { return false }
        return column.isNumbered || column.isNullable && !column.hasDefault
      }
    }
  }

  /// What rows have to fit.
  package var description: TableDescription {
    TableDescription(
      name, otherForm: otherForm,
      columns: columns.map { column in
        TableDescription.Column(
          column.name, type: column.type, keeps: column.keeps,
          isRequired: !column.isNullable && !column.hasDefault && !column.isGenerated && !column.isNumbered,
          isClosed: column.isGenerated ? "is generated" : nil)
      },
      uniques: uniques.filter { !$0.isPartial }.compactMap { unique in
        let names = unique.columns.compactMap(\.self)
        return names.count == unique.columns.count ? names : nil
      }, .mysql)
  }
}

extension MySQLTable.Column {
  /// Kinds of values that it keeps as they are, or refuses: no server in strict mode changes them silently. (A FLOAT rounds, an
  /// ENUM takes '1' for its first value, a YEAR takes 5 for 2005.)
  var keeps: Set<SQLDialect.Kind> {
    switch dataType {
    case "char", "varchar", "tinytext", "text", "mediumtext", "longtext": [.text, .date, .json, .int, .number]
    case "varbinary", "tinyblob", "blob", "mediumblob", "longblob": [.text, .date, .json]
    case "json": [.json]
    case "tinyint", "smallint", "mediumint", "int", "bigint", "bit": [.int, .bool]
    case "decimal": [.int, .number, .bool]
    case "double": [.number]
    case "datetime", "timestamp", "date": [.date]
    default: []
    }
  }

  /// Whether two different texts can be the same for it, and how.
  package var comparesLoosely: Bool {
    guard let collation else { return false }
    return !collation.hasSuffix("_bin") && collation != "binary"
  }

  /// Whether it takes a text with spaces behind it for the text without them.
  package var padsSpaces: Bool {
    guard let collation, collation != "binary" else { return false }
    return !collation.contains("nopad") && !collation.contains("_0900_")
  }
}
