import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import PipeText
import Testing

@testable import PipeStages

@Suite("The source sqlite")
struct SQLiteSourceTests {
  private let file: SQLiteFile

  init() throws { file = try SQLiteFile() }

  private func source(_ options: String) throws -> any Source {
    let pipeline = Pipeline(spec: "sources:\n  - sqlite: {path: a.db, \(options)}\n", folder: file.folder.path)
    return try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))").sources[0].source
  }

  private func requests(_ options: String, columns: Set<ExactText> = []) async throws -> [Request] {
    try await source(options).requests(in: file.folder.path, columns: columns)
  }

  @Test("columns keep their types and digits")
  func types() async throws {
    try file.execute(
      "CREATE TABLE t (url, i, d, s, b, n)",
      "INSERT INTO t VALUES ('http://a/', 9223372036854775807, 0.1, '007.50', x'00ff', NULL)",
      "INSERT INTO t VALUES ('http://b/', -9223372036854775808, 1e300, '', x'', 9007199254740993)")
    let wanted: [[ExactText: Value]] = [
      ["i": .int(.max), "d": .double(0.1), "s": .string("007.50"), "b": .string("00ff"), "n": .null],
      ["i": .int(.min), "d": .double(1e300), "s": .string(""), "b": .string(""), "n": .int(9_007_199_254_740_993)],
    ]
    for options in ["query: SELECT * FROM t", "query: SELECT * FROM t, key: url"] {
      #expect(try await requests(options, columns: ["i", "d", "s", "b", "n"]).map(\.input) == wanted)
    }
  }

  @Test("rows are read in pages, each once and in the order of the query, or of the key")
  func pages() async throws {
    try file.execute(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, url TEXT)",
      """
      INSERT INTO t (url) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
      SELECT printf('http://h/%04d', i) FROM n
      """)
    let urls = try file.rows("SELECT url FROM t ORDER BY id").compactMap { $0[0].text }
    #expect(
      try await requests("query: SELECT url FROM t ORDER BY id DESC").map(\.written) == urls.reversed())
    #expect(try await requests("query: \"SELECT url, -id AS k FROM t;\", key: k").map(\.written) == urls.reversed())
  }

  @Test("a run may write to the database that its source reads")
  func writing() async throws {
    try file.execute(
      "CREATE TABLE t (url TEXT PRIMARY KEY, v INTEGER)",
      """
      INSERT INTO t (url) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
      SELECT 'http://h/' || i FROM n
      """)
    for options in ["query: SELECT url FROM t WHERE v IS NULL", "query: SELECT url FROM t WHERE v IS NULL, key: url"] {
      let rows = try SQLiteRows(
        #require(try source(options) as? SQLiteSource), at: file.path, isClosed: { false })
      var read = 0
      while let page = try rows.next() {
        read += page.count
        // What is written between two pages waits for nobody.
        let connection = try file.connection()
        _ = try connection.rows("UPDATE t SET v = 1 WHERE url = ?1", [try #require(page[0].first)])
      }
      #expect(read >= 1996)
      try file.execute("UPDATE t SET v = NULL")
    }
  }

  @Test("a template makes the URL of each row, and what is no URL is a fault of its row")
  func templates() async throws {
    try file.execute("CREATE TABLE t (a, url)", "INSERT INTO t VALUES ('x y', NULL)", "INSERT INTO t VALUES (5, x'00')")
    #expect(
      try await requests("query: SELECT a FROM t, url: \"http://h/?q={a}\"").map(\.written)
        == ["http://h/?q=x%20y", "http://h/?q=5"])
    let faults = try await requests("query: SELECT url FROM t").map { $0.fault?.message ?? "" }
    #expect(faults.count == 2)
    #expect(faults[0].contains("row 1: the column url is NULL"), "\(faults)")
    #expect(faults[1].contains("row 2: the column url holds bytes"), "\(faults)")
  }

  @Test(
    "a query that cannot be one is refused in words",
    arguments: [
      ("DELETE FROM t", "changes the database"), ("SELECT 1 AS x", "no column url"),
      ("SELECT url FROM gone", "no such table"), ("SELECT url FROM t WHERE url = ?1", "parameters"),
      ("SELECT url, url FROM t", "two columns url"), ("SELECT url FROM t; SELECT 2", "more than one statement"),
      ("PRAGMA journal_mode = WAL", "changes the database"),
    ])
  func refused(query: String, words: String) async throws {
    try file.execute("CREATE TABLE t (url)", "INSERT INTO t VALUES ('http://a/')")
    let error = await #expect(throws: RunError.self) { try await requests("query: \"\(query)\"") }
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    #expect(try file.rows("SELECT * FROM t").count == 1)
  }

  @Test("a key that is NULL, or there twice, loses no row silently")
  func keys() async throws {
    try file.execute(
      "CREATE TABLE t (url, k)", "INSERT INTO t VALUES ('http://a/', 1), ('http://b/', 1), ('http://c/', NULL)")
    for (filter, words) in [("k = 1", "does not tell the rows apart"), ("1", "is NULL")] {
      let error = await #expect(throws: RunError.self) {
        try await requests("query: SELECT * FROM t WHERE \(filter), key: k")
      }
      #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }
  }
}
