/// Lets one table take the place of another in a transaction that is open, with all that makes the other one what it is but its
/// rows: indexes keep their names; foreign keys, triggers, owner, privileges, comment and the sequences of its columns are moved.
package struct PostgresSwap {
  private let connection: PostgresConnection
  private let table: TableName
  private let second: TableName
  private let dialect = SQLDialect.postgres

  /// - Parameters:
  ///   - table: The one whose place is taken, with its schema; it may not be there.
  ///   - second: The one that takes it, in the same schema.
  package init(_ table: TableName, by second: TableName, on connection: PostgresConnection) {
    (self.table, self.second, self.connection) = (table, second, connection)
  }

  package func perform() throws(DatabaseError) {
    let old = try oid(of: table)
    var before: [String] = []
    var behind: [String] = []
    if let old {
      try connection.execute("LOCK TABLE \(dialect.quoted(table)) IN ACCESS EXCLUSIVE MODE")
      before = try statements(Self.sequences, [old, dialect.quoted(second)])
      behind = try renamings(old)
      for parts in [Self.foreignKeys, Self.triggers, Self.settings] {
        behind += try statements(parts, [old, dialect.quoted(table)])
      }
      before.append("DROP TABLE \(dialect.quoted(table))")
    }
    for statement in before { try connection.execute(statement) }
    try connection.execute("ALTER TABLE \(dialect.quoted(second)) RENAME TO \(dialect.quoted(table.name))")
    for statement in behind { try connection.execute(statement) }
  }

  private func oid(of name: TableName) throws(DatabaseError) -> String? {
    try connection.query("SELECT pg_catalog.to_regclass($1::text)::oid", [dialect.quoted(name)]).rows.first?[0]
  }

  private func statements(_ sql: String, _ values: [String]) throws(DatabaseError) -> [String] {
    try connection.query(sql, values).rows.compactMap { $0[0] }
  }

  /// Statements that give the indexes of the second table the names of the first one's: those that are made alike.
  private func renamings(_ old: String) throws(DatabaseError) -> [String] {
    guard let new = try oid(of: second) else { return [] }
    let indexes = """
      SELECT i.indisprimary::text || i.indisunique::text
          || pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(c.oid), '^.*? USING ', ' '), c.relname
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = $1::oid ORDER BY 1, 2
      """
    var names: [String: [String]] = [:]
    for row in try connection.query(indexes, [old]).rows { names[row[0] ?? "", default: []].append(row[1] ?? "") }
    return try connection.query(indexes, [new]).rows.compactMap { row in
      guard let form = row[0], let name = row[1], var wanted = names[form], !wanted.isEmpty else { return nil }
      let first = wanted.removeFirst()
      names[form] = wanted
      return "ALTER INDEX \(dialect.quoted(TableName(name, in: table.schema))) RENAME TO \(dialect.quoted(first))"
    }
  }

  /// The sequences of its columns go on counting, and are not dropped with it.
  private static let sequences = """
    SELECT pg_catalog.format('ALTER SEQUENCE %s OWNED BY %s.%I', s.oid::regclass, $2::text, a.attname)
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.refobjid = $1::oid AND d.deptype = 'a'
    """

  private static let foreignKeys = """
    SELECT pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I %s', $2::text, conname, pg_catalog.pg_get_constraintdef(oid))
    FROM pg_catalog.pg_constraint WHERE conrelid = $1::oid AND contype = 'f' ORDER BY conname
    """

  private static let triggers = """
    SELECT s.statement FROM pg_catalog.pg_trigger t
    CROSS JOIN LATERAL (VALUES
      (1, pg_catalog.pg_get_triggerdef(t.oid)),
      (2, CASE WHEN t.tgenabled <> 'O' THEN pg_catalog.format('ALTER TABLE %s %s TRIGGER %I', $2::text,
        CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname) END)
    ) AS s(place, statement)
    WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal ORDER BY t.tgname, s.place
    """

  /// Comment, privileges, owner: the owner last, who may be somebody else.
  private static let settings = """
    SELECT statement FROM (
      SELECT 1 AS place, pg_catalog.format('COMMENT ON TABLE %s IS %L', $2::text, pg_catalog.obj_description($1::oid, 'pg_class'))
        AS statement WHERE pg_catalog.obj_description($1::oid, 'pg_class') IS NOT NULL
      UNION ALL
      SELECT 2, pg_catalog.format('GRANT %s ON TABLE %s TO %s%s', acl.privilege_type, $2::text,
        CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(acl.grantee)) END,
        CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM pg_catalog.pg_class c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) acl
      WHERE c.oid = $1::oid AND acl.grantee <> c.relowner
      UNION ALL
      SELECT 3, pg_catalog.format('GRANT %s (%I) ON TABLE %s TO %s%s', acl.privilege_type, a.attname, $2::text,
        CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(acl.grantee)) END,
        CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM pg_catalog.pg_attribute a CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) acl
      WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL
      SELECT 4, pg_catalog.format('ALTER TABLE %s OWNER TO %I', $2::text, pg_catalog.pg_get_userbyid(relowner))
      FROM pg_catalog.pg_class WHERE oid = $1::oid AND pg_catalog.pg_get_userbyid(relowner) <> current_user
    ) parts ORDER BY place
    """
}
