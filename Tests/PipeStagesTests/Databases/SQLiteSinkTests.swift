import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

@Suite("The sink sqlite")
struct SQLiteSinkTests {
  private let file: SQLiteFile

  init() throws { file = try SQLiteFile() }

  private static let kv: [(String, FieldType)] = [("k", .string), ("v", .int)]

  @Test("values of each type are stored as they are, or refused with a reason")
  func types() async throws {
    let columns: [(String, FieldType)] = [
      ("text", .string), ("url", .url), ("int", .int), ("number", .number), ("bool", .bool), ("date", .date),
      ("json", .json), ("list", FieldType(.string, isList: true)),
    ]
    let rows: [[Value]] = [
      [
        .string("007"), .string("http://a/"), .int(.min), .double(0.1), .bool(true), .string("2026-01-31T00:00:00Z"),
        .json(#"{"a":5}"#), .list([.string("x"), .null]),
      ],
      [
        .int(7), .null, .double(5), .int(9_007_199_254_740_993), .bool(false), .string("9999-12-31T23:59:59Z"),
        .json("5"), .list([]),
      ],
      [.string("2026"), .null, .json("12"), .json("0.12345678901234567890123"), .null, .null, .null, .null],
      // Beyond what the columns hold.
      [.null, .null, .json("123456789012345678901"), .null, .null, .null, .null, .null],
      [.null, .null, .null, .json("1e400"), .null, .null, .null, .null],
      [.null, .null, .null, .double(.nan), .null, .null, .null, .null],
    ]
    let leftOut = try await file.write(
      rows, columns, "table: t, rejects: \"\(file.folder.path("rejects.jsonl"))\"")
    #expect(leftOut == RowsLeftOut(rejected: 3))
    let stored = try file.rows("SELECT * FROM t")
    #expect(
      stored == [
        [
          .text("007"), .text("http://a/"), .int(.min), .double(0.1), .int(1), .text("2026-01-31T00:00:00Z"),
          .text(#"{"a":5}"#), .text(#"["x",null]"#),
        ],
        [
          .text("7"), .null, .int(5), .int(9_007_199_254_740_993), .int(0), .text("9999-12-31T23:59:59Z"), .text("5"),
          .text("[]"),
        ],
        [.text("2026"), .null, .int(12), .double(0.12345678901234568), .null, .null, .null, .null],
      ])
    #expect(try file.rejects().map(\.column) == ["int", "number", "number"])
    #expect(try file.rejects()[0].reason.contains("64 bits"))
  }

  @Test("U+0000 becomes U+FFFD, and is told once")
  func zero() async throws {
    let told = Recorder<String>()
    try await file.write([[.string("a\0b\0")], [.string("\0")]], [("k", .string)], "table: t", telling: told)
    #expect(try file.rows("SELECT k FROM t") == [[.text("a\u{FFFD}b\u{FFFD}")], [.text("\u{FFFD}")]])
    #expect(told.all == ["2 texts for the table t held U+0000, which became U+FFFD"])
  }

  @Test("a text of a mebibyte comes back")
  func large() async throws {
    let text = String(repeating: "\u{1F600}\"", count: 1 << 18)
    try await file.write([[.string(text)]], [("k", .string)], "table: t")
    #expect(try file.rows("SELECT k FROM t") == [[.text(text)]])
  }

  @Test("a row that is refused takes none of its batch along")
  func rejects() async throws {
    try file.execute(
      "CREATE TABLE t (k TEXT NOT NULL UNIQUE, v INTEGER CHECK (v < 10), other TEXT DEFAULT 'own')",
      "CREATE TRIGGER no BEFORE INSERT ON t WHEN NEW.k = 'forbidden' BEGIN SELECT RAISE(ABORT, 'not this one'); END")
    let rows: [[Value]] = [
      [.string("a"), .int(1)], [.null, .int(2)], [.string("b"), .int(11)], [.string("a"), .int(3)],
      [.string("forbidden"), .int(4)], [.string("c"), .int(5)],
    ]
    let leftOut = try await file.write(rows, Self.kv, "table: t, rejects: \"\(file.folder.path("rejects.jsonl"))\"")
    #expect(leftOut == RowsLeftOut(rejected: 4))
    #expect(
      try file.rows("SELECT * FROM t") == [[.text("a"), .int(1), .text("own")], [.text("c"), .int(5), .text("own")]])
    let rejects = try file.rejects()
    #expect(
      rejects.map(\.code) == [
        "SQLITE_CONSTRAINT_NOTNULL", "SQLITE_CONSTRAINT_CHECK", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_TRIGGER",
      ])
    #expect(rejects.map(\.column) == ["k", nil, "k", nil])
    #expect(rejects[3].reason == "not this one")
  }

  @Test("a trigger that ends the transaction fails the run, and nothing of the batch is there")
  func rollingBack() async throws {
    try file.execute(
      "CREATE TABLE t (k TEXT, v INTEGER)",
      "CREATE TRIGGER no BEFORE INSERT ON t WHEN NEW.v = 2 BEGIN SELECT RAISE(ROLLBACK, 'all of it'); END")
    let error = await #expect(throws: RunError.self) {
      try await file.write((1...3).map { [.string("a"), .int($0)] }, Self.kv, "table: t")
    }
    #expect(error?.reason.contains("all of it") == true)
    #expect(try file.rows("SELECT * FROM t").isEmpty)
  }

  @Test("of rows with one key in a batch the last one wins, and in later batches too; the others are counted")
  func upsert() async throws {
    let options = "table: t, mode: upsert, key: k, rejects: \"\(file.folder.path("rejects.jsonl"))\""
    let first = try await file.write(
      [
        [.string("a"), .int(1)], [.string("b"), .int(2)], [.string("a"), .int(3)], [.null, .int(4)], [.null, .int(5)],
      ],
      Self.kv, options)
    #expect(first == RowsLeftOut(rejected: 2, deduplicated: 1))
    #expect(try file.rows("SELECT * FROM t ORDER BY k") == [[.text("a"), .int(3)], [.text("b"), .int(2)]])
    #expect(try file.rejects().map(\.reason) == ["a key that is null", "a key that is null"])
    let second = try await file.write([[.string("b"), .int(9)], [.string("c"), .int(7)]], Self.kv, options)
    #expect(second == RowsLeftOut())
    #expect(try file.rows("SELECT v FROM t ORDER BY k") == [[.int(3)], [.int(9)], [.int(7)]])
  }

  @Test("with on_conflict: ignore the row that is there stays, and the new one is counted")
  func ignore() async throws {
    let leftOut = try await file.write(
      [[.string("a"), .int(1)], [.string("a"), .int(2)]], Self.kv,
      "table: t, mode: upsert, key: k, on_conflict: ignore")
    #expect(leftOut == RowsLeftOut(deduplicated: 1))
    #expect(try file.rows("SELECT v FROM t") == [[.int(1)]])
  }

  @Test(
    "replace keeps the table's definition, its indexes and its triggers, and readers see the old rows until the end")
  func replace() async throws {
    try file.execute(
      "CREATE TABLE \"T x\"(k TEXT, v INTEGER, own TEXT DEFAULT 'mine')", "INSERT INTO \"T x\" VALUES ('old', 1, 'x')",
      "CREATE UNIQUE INDEX byK ON \"T x\" (k)", "CREATE VIEW seen AS SELECT k FROM \"T x\"",
      "CREATE TRIGGER tr AFTER DELETE ON \"T x\" BEGIN SELECT 1; END")
    let before = try file.rows(
      "SELECT type, name, sql FROM sqlite_schema WHERE name <> 'pipe_checkpoints' ORDER BY name")
    var writer = try await file.sink("table: t X, mode: replace").open(
      SQLiteFile.columns(Self.kv), at: nil, in: SQLiteFile.environment())
    try await writer.write(SQLiteFile.records([[.string("new"), .int(2)]]))
    try await writer.finish()
    #expect(try file.rows("SELECT k FROM seen") == [[.text("old")]])
    try await writer.publish()
    #expect(try file.rows("SELECT * FROM \"T x\"") == [[.text("new"), .int(2), .text("mine")]])
    #expect(try file.rows("SELECT k FROM seen") == [[.text("new")]])
    let after = try file.rows(
      """
      SELECT type, name, sql FROM sqlite_schema
      WHERE name NOT LIKE '%pipe_checkpoints%' ORDER BY name
      """)
    #expect(after.map { $0[1] } == before.map { $0[1] })
  }

  @Test("rows that an index would refuse are told before anything is published")
  func replaceRefused() async throws {
    try file.execute(
      "CREATE TABLE t (k TEXT, v INTEGER)", "CREATE UNIQUE INDEX byK ON t (k)", "INSERT INTO t VALUES ('x', 0)")
    var writer = try await file.sink("table: t, mode: replace").open(
      SQLiteFile.columns(Self.kv), at: nil, in: SQLiteFile.environment())
    try await writer.write(SQLiteFile.records([[.string("a"), .int(1)], [.string("a"), .int(2)]]))
    await #expect(throws: RunError.self) { try await writer.finish() }
    #expect(await writer.abandon()?.path.hasSuffix("(pipe_new_t)") == true)
    #expect(try file.rows("SELECT * FROM t") == [[.text("x"), .int(0)]])
  }

  @Test("every mismatch with a table that is there is told at once, before the run")
  func mismatches() async throws {
    try file.execute(
      "CREATE TABLE t (k INTEGER, v REAL, g TEXT AS (k) STORED, must TEXT NOT NULL, may TEXT NOT NULL DEFAULT '')")
    let columns: [(String, FieldType)] = [("k", .string), ("v", .int), ("g", .string), ("x", .string)]
    let sink = try file.sink("table: t, mode: upsert, key: k")
    guard case .refused(let error) = sink.prospect(of: SQLiteFile.columns(columns), goesOn: false) else {
      Issue.record("not refused")
      return
    }
    for words in [
      "k is INTEGER", "v is REAL", "g is generated", "no column x", "must is NOT NULL",
      "no primary key and no unique index on (k)",
    ] {
      #expect(error.reason.contains(words), "\(words): \(error.reason)")
    }
    #expect(!error.reason.contains("may"))
    await #expect(throws: RunError.self) { try await file.write([], columns, "table: t, mode: upsert, key: k") }
  }

  @Test("with schema: add columns that are missing are added, and with frozen nothing is made")
  func schema() async throws {
    await #expect(throws: RunError.self) { try await file.write([], Self.kv, "table: t, schema: frozen") }
    try file.execute("CREATE TABLE t (k TEXT)")
    await #expect(throws: RunError.self) { try await file.write([], Self.kv, "table: t") }
    try await file.write([[.string("a"), .int(1)]], Self.kv, "table: t, schema: add")
    #expect(try file.rows("SELECT k, v FROM t") == [[.text("a"), .int(1)]])
    try await file.write([[.string("b"), .int(2)]], Self.kv, "table: t, schema: frozen")
    #expect(try file.rows("SELECT count(*) FROM t") == [[.int(2)]])
  }

  @Test("what is no database, a folder, a device, or made by a newer pipe is refused, and left as it is")
  func refused() async throws {
    try file.folder.write("a.db", Array("not a database, but long enough to be read as one".utf8))
    let columns = SQLiteFile.columns(Self.kv)
    let sink = try file.sink("table: t")
    guard case .refused(let error) = sink.prospect(of: columns, goesOn: false) else {
      Issue.record("not refused")
      return
    }
    #expect(error.reason == "is not an SQLite database")
    await #expect(throws: RunError.self) { _ = try await sink.open(columns, at: nil, in: SQLiteFile.environment()) }
    #expect(try file.folder.text("a.db").hasPrefix("not a database"))
    let device = Pipeline(spec: "sinks:\n  - sqlite: {path: /dev/null, table: t}\n").plan?.sinks[0].sink
    guard case .refused? = device?.prospect(of: columns, goesOn: false) else {
      Issue.record("/dev/null is not refused")
      return
    }
  }

  @Test("a table pipe_checkpoints of a newer pipe is refused")
  func newer() async throws {
    try await file.write([], Self.kv, "table: t")
    try file.execute("UPDATE pipe_checkpoints SET format = 2")
    let error = await #expect(throws: RunError.self) { try await file.write([], Self.kv, "table: t") }
    #expect(error?.reason.contains("newer") == true)
  }

  @Test(
    "what cannot be a table is a finding",
    arguments: [
      ("path: ':memory:', table: t", "bad-value"), ("path: '-', table: t", "bad-value"),
      ("path: a.db, table: t, mode: upsert", "missing-key"), ("path: a.db, table: t, key: [url]", "conflict"),
      ("path: a.db, table: t, on_conflict: ignore", "conflict"),
      ("path: a.db, table: t, mode: upsert, key: [nothing]", "unknown-field"),
      ("path: a.db, table: t, mode: upsert, key: [url, url]", "duplicate-key"),
      ("path: a.db, table: \"a\\0\"", "bad-value"),
    ])
  func findings(options: String, code: String) {
    let pipeline = Pipeline(spec: "extract: [url]\nsinks:\n  - sqlite: {\(options)}\n")
    #expect(pipeline.diagnostics.map(\.code.rawValue) == [code])
  }

  @Test("fields that are one column, and one table twice, are findings; two tables of a file are not")
  func conflicts() {
    func codes(_ text: String) -> [String] { Pipeline(spec: text).diagnostics.map(\.code.rawValue) }
    #expect(codes("extract: {url: url, URL: url}\nsinks:\n  - sqlite: {path: a.db, table: t}\n") == ["conflict"])
    let two = "extract: [url]\nsinks:\n  - sqlite: {path: a.db, table: t}\n  - sqlite: {path: ./a.db, table: "
    #expect(codes(two + "T}\n") == ["conflict"])
    #expect(codes(two + "u}\n") == [])
    #expect(codes(two + "u}\n  - csv: a.db\n") == ["conflict"])
  }
}
