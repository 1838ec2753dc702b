import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import PipeText
import Testing

@testable import PipeStages

@Suite("The source mysql", .timeLimit(.minutes(20)))
struct MySQLSourceTests {
  private func source(_ place: MySQLPlace, _ options: String) throws -> any Source {
    let pipeline = Pipeline(spec: "sources:\n  - mysql: {database: \"\(place.url)\", \(options)}\n")
    return try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))").sources[0].source
  }

  private func requests(
    _ place: MySQLPlace, _ options: String, columns: Set<ExactText> = []
  ) async throws -> [Request] {
    try await source(place, options).requests(in: place.folder.path, columns: columns)
  }

  @Test("columns keep their types and digits")
  func types() async throws {
    let place = try await MySQLPlace()
    try place.execute(
      """
      CREATE TABLE t (url VARCHAR(20) CHARACTER SET utf8mb4, i BIGINT UNSIGNED, d DOUBLE, s VARCHAR(9), b BLOB,
        n DECIMAL(40, 20), m DATETIME(3), z TIMESTAMP, y BIT(8))
      """,
      "SET time_zone = '+02:00'",
      """
      INSERT INTO t VALUES ('http://a/', 18446744073709551615, 0.1, '007.50', x'00ff', 12345678901234567890.5,
        '2026-01-31 10:20:30.5', NULL, b'101'), ('http://\u{E4}\u{1F600}/', 5, 1e300, '', x'', NULL, NULL, NULL, NULL)
      """)
    let all: Set<ExactText> = ["i", "d", "s", "b", "n", "m", "z", "y"]
    let wanted: [[ExactText: Value]] = [
      [
        "i": .string("18446744073709551615"), "d": .double(0.1), "s": .string("007.50"), "b": .string("00ff"),
        "n": .json("12345678901234567890.50000000000000000000"), "m": .string("2026-01-31T10:20:30.500"), "z": .null,
        "y": .int(5),
      ],
      [
        "i": .int(5), "d": .double(1e300), "s": .string(""), "b": .string(""), "n": .null, "m": .null, "z": .null,
        "y": .null,
      ],
    ]
    for options in ["query: SELECT * FROM t", "query: SELECT * FROM t, key: url"] {
      let found = try await requests(place, options, columns: all)
      #expect(found.map(\.input) == wanted)
      #expect(found.map(\.written) == ["http://a/", "http://\u{E4}\u{1F600}/"])
    }
  }

  @Test("rows are read in pages, each once and in the order of the query, or of the key; the run may write meanwhile")
  func pages() async throws {
    let place = try await MySQLPlace()
    try place.execute(
      "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, url VARCHAR(40))",
      "INSERT INTO t (url) SELECT CONCAT('http://h/', LPAD(seq, 4, '0')) FROM seq_1_to_1601")
    let urls = try place.rows("SELECT url FROM t ORDER BY id").compactMap { $0[0].text }
    #expect(
      try await requests(place, "query: SELECT url FROM t ORDER BY id DESC").map(\.written) == urls.reversed())
    for key in ["SELECT url, -id AS k FROM t;", "SELECT url, CONCAT('x?', 9999 - id) AS k FROM t"] {
      #expect(try await requests(place, "query: \"\(key)\", key: k").map(\.written) == urls.reversed())
    }
    let rows = try MySQLPages(
      #require(try source(place, "query: SELECT url FROM t, key: url") as? MySQLSource), isClosed: { false })
    var read = 0
    while let page = try rows.next() {
      read += page.count
      try place.execute("UPDATE t SET id = id + 10000 WHERE id < 10000 LIMIT 5")
      // A lost connection is made anew. Others may just have ended by themselves.
      let others = try place.rows(
        "SELECT id FROM information_schema.PROCESSLIST WHERE id <> CONNECTION_ID() AND db = DATABASE()")
      for other in others { _ = try? place.execute("KILL \(other[0].int ?? 0)") }
    }
    #expect(read == 1601)
  }

  @Test(
    "a query that cannot be one is refused in words, and changes nothing",
    arguments: [
      ("DELETE FROM t", "READ ONLY"), ("DROP TABLE t", "READ ONLY"), ("SELECT 1 AS x", "no column url"),
      ("SELECT url FROM gone", "doesn't exist"), ("SELECT url, url FROM t", "two columns url"),
      ("SELECT url FROM t; SELECT 2", "SQL syntax"), ("SET @a = 1", "no rows"),
    ])
  func refused(query: String, words: String) async throws {
    let place = try await MySQLPlace()
    try place.execute("CREATE TABLE t (url TEXT)", "INSERT INTO t VALUES ('http://a/')")
    let error = await #expect(throws: RunError.self) { try await requests(place, "query: \"\(query)\"") }
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    #expect(try place.rows("SELECT * FROM t").count == 1)
  }

  @Test("a key that is NULL, or there twice, or not compared exactly loses no row silently")
  func keys() async throws {
    let place = try await MySQLPlace()
    try place.execute(
      "CREATE TABLE t (url VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, k INT, f FLOAT)",
      "INSERT INTO t VALUES ('http://a/', 1, 0.1), ('http://b/', 1, 0.2), ('http://c/', NULL, 0.3)")
    for (query, key, words) in [
      ("SELECT * FROM t WHERE k = 1", "k", "does not tell the rows apart"), ("SELECT * FROM t", "k", "is NULL"),
      ("SELECT * FROM t", "f", "not compared exactly"),
    ] {
      let error = await #expect(throws: RunError.self) {
        try await requests(place, "query: \(query), key: \(key)")
      }
      #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }
    // For the server the 500th and the 501st are one key, and a page would begin behind both.
    try place.execute(
      "DELETE FROM t",
      "INSERT INTO t (url) SELECT CONCAT('http://h/', LPAD(seq, 4, '0'), IF(seq = 500, 'A', '')) FROM seq_1_to_600",
      "INSERT INTO t (url) VALUES ('http://h/0500a')")
    let error = await #expect(throws: RunError.self) {
      try await requests(place, "query: SELECT url FROM t, key: url")
    }
    #expect(error?.reason.contains("does not tell the rows apart") == true)
  }
}
