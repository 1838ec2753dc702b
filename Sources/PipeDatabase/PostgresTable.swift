/// A table as it is in PostgreSQL's catalogue.
package struct PostgresTable: Sendable {
  package let oid: Int64
  package let schema: String
  package let name: String
  /// What rows have to fit.
  package let description: TableDescription
  /// Whether it is empty after a crash of the server.
  package let isUnlogged: Bool
  private let isPartitioned: Bool

  package var tableName: TableName { TableName(name, in: schema) }

  /// - Returns: `nil` if there is none of the name.
  package static func read(_ name: TableName, on connection: PostgresConnection) throws(DatabaseError) -> PostgresTable?
  {
    let found = try connection.query(
      """
      SELECT c.oid::bigint, n.nspname, c.relname, c.relkind, c.relpersistence = 'u'
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = pg_catalog.to_regclass($1::text)
      """, [SQLDialect.postgres.quoted(name)]
    ).values.first
    guard let found, case .int(let oid) = found[0], let schema = found[1].text, let name = found[2].text else {
      return nil
    }
    let kind = found[3].text ?? ""
    let description = TableDescription(
      TableName(name, in: schema), otherForm: otherForms[kind], columns: try columns(of: oid, on: connection),
      uniques: try uniques(of: oid, on: connection), .postgres)
    return PostgresTable(
      oid: oid, schema: schema, name: name, description: description, isUnlogged: found[4].int == 1,
      isPartitioned: kind == "p")
  }

  private static let otherForms = [
    "v": "a view", "m": "a materialized view", "f": "a table of another server", "S": "a sequence", "i": "an index",
    "I": "an index", "c": "a type", "t": "a table of PostgreSQL's own",
  ]

  private static func columns(
    of oid: Int64, on connection: PostgresConnection
  ) throws(DatabaseError) -> [TableDescription.Column] {
    // A domain is told by the type under it.
    try connection.query(
      """
      SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), base.typname, base.typtype = 'e',
        (a.attnotnull OR t.typnotnull) AND NOT (a.atthasdef OR t.typdefault IS NOT NULL OR a.attidentity <> ''),
        a.attgenerated <> '', a.attidentity = 'a',
        pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'INSERT')
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      JOIN LATERAL (
        WITH RECURSIVE under AS (
          SELECT t.typname, t.typtype, t.typbasetype
          UNION ALL
          SELECT p.typname, p.typtype, p.typbasetype
          FROM under JOIN pg_catalog.pg_type p ON p.oid = under.typbasetype WHERE under.typtype = 'd'
        )
        SELECT typname, typtype FROM under WHERE typtype <> 'd'
      ) base ON true
      WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
      """, ["\(oid)"]
    ).values.map { row in
      TableDescription.Column(
        row[0].text ?? "", type: row[1].text ?? "",
        keeps: row[3].int == 1 ? [.text] : kept[row[2].text ?? ""] ?? [], isRequired: row[4].int == 1,
        isClosed: row[5].int == 1
          ? "is generated"
          : row[6].int == 1
            ? "is GENERATED ALWAYS AS IDENTITY" : row[7].int == 0 ? "may not be written by this user" : nil)
    }
  }

  /// What columns of a type keep as it is. `numeric(10, 2)` rounds, as it says; a number that an `integer` cannot hold is refused
  /// with its row.
  private static let kept: [String: Set<SQLDialect.Kind>] = {
    let text: Set<SQLDialect.Kind> = [.text, .date, .json, .int, .number]
    let int: Set<SQLDialect.Kind> = [.int, .bool]
    return [
      "text": text, "varchar": text, "bpchar": text, "citext": text, "int2": int, "int4": int, "int8": int,
      "numeric": [.int, .number], "float8": [.number], "bool": [.bool], "timestamptz": [.date], "timestamp": [.date],
      "json": [.json], "jsonb": [.json], "uuid": [.text], "inet": [.text], "xml": [.text],
    ]
  }()

  private static func uniques(of oid: Int64, on connection: PostgresConnection) throws(DatabaseError) -> [[String]] {
    // One that is checked at the end of a transaction cannot decide a conflict.
    let parts = try connection.query(
      """
      SELECT i.indexrelid::bigint, a.attname
      FROM pg_catalog.pg_index i
      CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
        AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
      ORDER BY i.indexrelid, k.place
      """, ["\(oid)"]
    ).values
    return Dictionary(grouping: parts) { $0[0].int ?? 0 }.values.map { $0.compactMap { $0[1].text } }
  }

  /// Why another table cannot take its place: what hangs on it would be lost.
  package func obstacles(on connection: PostgresConnection) throws(DatabaseError) -> [String] {
    if isPartitioned { return ["it is partitioned, and mode: replace makes one table"] }
    return try connection.query(
      """
      SELECT 'the view ' || v.oid::regclass || ' is made of it' FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
        WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
          AND d.refobjid = $1::oid AND v.oid <> $1::oid
      UNION SELECT 'the table ' || conrelid::regclass || ' refers to it' FROM pg_catalog.pg_constraint
        WHERE confrelid = $1::oid AND conrelid <> $1::oid AND contype = 'f'
      UNION SELECT 'it has the rule ' || rulename FROM pg_catalog.pg_rewrite WHERE ev_class = $1::oid
      UNION SELECT 'it has row-level security' FROM pg_catalog.pg_class
        WHERE oid = $1::oid AND (relrowsecurity OR EXISTS (SELECT FROM pg_catalog.pg_policy WHERE polrelid = $1::oid))
      UNION SELECT 'it is in a hierarchy of tables' FROM pg_catalog.pg_inherits
        WHERE inhparent = $1::oid OR inhrelid = $1::oid
      UNION SELECT 'it belongs to ' || pg_catalog.pg_get_userbyid(relowner) FROM pg_catalog.pg_class
        WHERE oid = $1::oid AND NOT pg_catalog.pg_has_role(relowner, 'MEMBER')
      ORDER BY 1
      """, ["\(oid)"]
    ).rows.compactMap { $0[0].map { $0 + ", so that mode: replace cannot replace it" } }
  }
}
