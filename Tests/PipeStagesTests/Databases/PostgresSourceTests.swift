import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import PipeText
import Testing

@testable import PipeStages

@Suite("The source postgres", .timeLimit(.minutes(20)))
struct PostgresSourceTests {
  private let place: PostgresPlace

  init() throws { place = try PostgresPlace() }

  private func requests(_ options: String, columns: Set<ExactText> = []) async throws -> [Request] {
    let pipeline = Pipeline(
      spec: "sources:\n  - postgres: {database: \"\(place.url)\", \(options)}\n", folder: place.folder.path)
    let source = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))").sources[0].source
    return try await source.requests(in: place.folder.path, columns: columns)
  }

  @Test("columns keep their types and digits")
  func types() async throws {
    try place.execute(
      "CREATE TABLE t (url text, i bigint, n numeric, d float8, s varchar, b bytea, t boolean, w timestamptz, j json)",
      """
      INSERT INTO t VALUES ('http://a/', 9223372036854775807, 12.50, 0.1, '007', '\\x00ff', true,
        '2026-01-31T12:00:00.5+02', '{"b": 1.0}')
      """)
    let wanted: [ExactText: Value] = [
      "i": .int(.max), "n": .json("12.50"), "d": .double(0.1), "s": .string("007"), "b": .string("00ff"),
      "t": .bool(true), "w": .string("2026-01-31T10:00:00.5Z"), "j": .json(#"{"b": 1.0}"#),
    ]
    for options in ["query: SELECT * FROM t", "query: SELECT * FROM t;, key: i"] {
      #expect(try await requests(options, columns: Set(wanted.keys)).map(\.input) == [wanted])
    }
  }

  @Test("rows are read in pages, each once and in the order of the query, or of the key")
  func pages() async throws {
    try place.execute(
      "CREATE TABLE t (id bigint PRIMARY KEY, url text)",
      "INSERT INTO t SELECT n, 'http://h/' || n FROM generate_series(1, 1001) n")
    let urls = (1...1001).map { "http://h/\($0)" }
    #expect(try await requests("query: SELECT url FROM t ORDER BY id DESC").map(\.written) == urls.reversed())
    #expect(try await requests("query: \"SELECT url, -id AS k FROM t;\", key: k").map(\.written) == urls.reversed())
  }

  @Test("a template makes the URL of each row, and a NULL is a fault of its row")
  func templates() async throws {
    try place.execute("CREATE TABLE t (a text, url text)", "INSERT INTO t VALUES ('x y', NULL)")
    #expect(
      try await requests("query: SELECT a FROM t, url: \"http://h/?q={a}\"").map(\.written) == ["http://h/?q=x%20y"])
    #expect(try await requests("query: SELECT url FROM t").map { $0.fault?.message.contains("is NULL") } == [true])
  }

  @Test(
    "a query that cannot be one is refused in words, and changes nothing",
    arguments: [
      ("DELETE FROM t", "syntax error"), ("SELECT 1 AS x", "no column url"), ("SELECT url FROM gone", "does not exist"),
      ("SELECT url, url FROM t", "two columns url"), ("SELECT url FROM t; DELETE FROM t", "multiple commands"),
      ("WITH d AS (DELETE FROM t RETURNING url) SELECT url FROM d", "data-modifying"),
      ("SELECT nextval('s')::text AS url", "read-only"), ("SELECT url FROM t WHERE url = $1", "parameter"),
    ])
  func refused(query: String, words: String) async throws {
    try place.execute("CREATE TABLE t (url text)", "INSERT INTO t VALUES ('http://a/')", "CREATE SEQUENCE s")
    let error = await #expect(throws: RunError.self) { try await requests("query: \"\(query)\"") }
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    #expect(try place.rows("SELECT * FROM t").count == 1)
  }

  @Test("a key that is NULL, or there twice, loses no row silently")
  func keys() async throws {
    try place.execute(
      "CREATE TABLE t (url text, k int)", "INSERT INTO t VALUES ('http://a/', 1), ('http://b/', 1), ('http://c/', NULL)"
    )
    for (filter, words) in [("k = 1", "does not tell the rows apart"), ("true", "is NULL")] {
      let error = await #expect(throws: RunError.self) {
        try await requests("query: SELECT * FROM t WHERE \(filter), key: k")
      }
      #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }
  }
}
