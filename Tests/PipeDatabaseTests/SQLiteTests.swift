import PipeDatabase
import PipeTesting
import Testing

@Suite("SQLite")
struct SQLiteTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func connection() throws -> SQLiteConnection {
    try SQLiteConnection(folder.path("a.db"), .write(creates: true))
  }

  @Test("values come back as they were given")
  func values() throws {
    let connection = try connection()
    let values: [SQLValue] = [
      .null, .int(.max), .int(.min), .double(0.1), .text(""), .text("a\u{1F600}\""), .blob([]), .blob([0, 255]),
    ]
    try connection.execute("CREATE TABLE t (v)")
    for value in values { _ = try connection.rows("INSERT INTO t VALUES (?1)", [value]) }
    #expect(try connection.rows("SELECT v FROM t ORDER BY rowid").map { $0[0] } == values)
  }

  @Test(
    "names are quoted, whatever is in them",
    arguments: [
      "select", "a b", "\"", "x\"); DROP TABLE t; --", "[a]", "`", "'", "\u{1F600}", String(repeating: "n", count: 200),
    ])
  func names(name: String) throws {
    let connection = try connection()
    let dialect = SQLDialect.sqlite
    let columns = [SQLDialect.Column("key" + name, .text), SQLDialect.Column(name, .int)]
    try connection.execute(dialect.definition(of: TableName(name), columns, key: ["key" + name]))
    let sql = dialect.insertion(into: TableName(name), columns.map(\.name), key: ["key" + name], on: .update)
    for number in 1...2 { _ = try connection.rows(sql, [.text("k"), .int(Int64(number))]) }
    #expect(try connection.rows("SELECT * FROM \(dialect.quoted(name))") == [[.text("k"), .int(2)]])
    let table = try #require(try SQLiteTable.read(name, on: connection))
    #expect(table.columns.map(\.name) == columns.map(\.name))
    #expect(
      table.description.isUnique(["KEY" + name])
        == dialect.compared("KEY" + name).elementsEqual(dialect.compared("key" + name)))
    // Made once more under another name, it is the same.
    try connection.execute(try #require(table.definition(as: "other")))
    #expect(try SQLiteTable.read("other", on: connection)?.columns == table.columns)
  }

  @Test("an upsert leaves columns that it does not bring")
  func ownColumns() throws {
    let connection = try connection()
    try connection.execute("CREATE TABLE t (k TEXT PRIMARY KEY, v INTEGER, own TEXT DEFAULT 'mine')")
    let sql = SQLDialect.sqlite.insertion(into: TableName("t"), ["k", "v"], key: ["k"], on: .update)
    _ = try connection.rows(sql, [.text("a"), .int(1)])
    try connection.execute("UPDATE t SET own = 'changed'")
    _ = try connection.rows(sql, [.text("a"), .int(2)])
    #expect(try connection.rows("SELECT * FROM t") == [[.text("a"), .int(2), .text("changed")]])
    let ignoring = SQLDialect.sqlite.insertion(into: TableName("t"), ["k", "v"], key: ["k"], on: .ignore)
    _ = try connection.rows(ignoring, [.text("a"), .int(3)])
    #expect(connection.changes == 0)
    #expect(try connection.rows("SELECT v FROM t") == [[.int(2)]])
  }

  @Test("a transaction that is let go leaves nothing")
  func rollback() throws {
    let connection = try connection()
    try connection.execute("CREATE TABLE t (v)")
    do {
      let transaction = try SQLiteTransaction(on: connection)
      try connection.execute("INSERT INTO t VALUES (1)")
      _ = consume transaction
    }
    #expect(try connection.rows("SELECT count(*) FROM t") == [[.int(0)]])
    var transaction = try SQLiteTransaction(on: connection)
    try connection.execute("INSERT INTO t VALUES (1)")
    try transaction.commit()
    #expect(try connection.rows("SELECT count(*) FROM t") == [[.int(1)]])
  }

  @Test("a second statement is refused, not left out")
  func oneStatement() throws {
    let connection = try connection()
    #expect(throws: DatabaseError.self) { try connection.execute("SELECT 1; SELECT 2") }
    try connection.execute("SELECT 1; ")
  }

  @Test("what a column makes of values is told by its type")
  func affinities() {
    let types: [(String, SQLiteAffinity)] = [
      ("INTEGER", .integer), ("BIGINT", .integer), ("VARCHAR(20)", .text), ("Text", .text), ("", .blob),
      ("BLOB", .blob),
      ("DOUBLE PRECISION", .real), ("FLOAT", .real), ("NUMERIC(10,2)", .numeric), ("BOOLEAN", .numeric),
      ("DATE", .numeric),
      ("FLOATING POINT", .integer), ("ANY", .blob),
    ]
    for (type, affinity) in types { #expect(SQLiteAffinity(ofType: type) == affinity, "\(type)") }
  }
}
