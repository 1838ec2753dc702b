import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

@Suite("The sink mysql", .timeLimit(.minutes(20)))
struct MySQLSinkTests {
  private static let kv: [(String, FieldType)] = [("k", .string), ("v", .int)]

  @Test("values of each type are stored as they are, or refused with a reason")
  func types() async throws {
    let place = try await MySQLPlace()
    let columns: [(String, FieldType)] = [
      ("text", .string), ("int", .int), ("number", .number), ("bool", .bool), ("date", .date), ("json", .json),
      ("list", FieldType(.string, isList: true)),
    ]
    func only(_ column: Int, _ value: Value) -> [Value] { (0..<7).map { $0 == column ? value : .null } }
    let rows: [[Value]] = [
      [
        .string("007"), .int(.min), .double(0.1), .bool(true), .string("2026-01-31T00:00:00Z"), .json(#"{"a":"\n"}"#),
        .list([.string("x"), .null]),
      ],
      [
        .string("\u{1F600}'\\'; DROP TABLE t; --"), .int(.max), .double(-1e-300), .bool(false),
        .string("9999-12-31T23:59:59.123456789Z"), .json("5"), .list([]),
      ],
      only(2, .json("0.12345678901234567890123")), only(2, .int(1 << 53)), only(4, .string("0001-01-01T00:00:00Z")),
      // Beyond what the columns hold.
      only(1, .json("123456789012345678901")), only(2, .json("1e400")), only(2, .double(.nan)),
      only(2, .int(9_007_199_254_740_993)),
    ]
    let leftOut = try await place.write(rows, columns, "table: t, \(place.rejectsOption)")
    #expect(leftOut == RowsLeftOut(rejected: 4))
    #expect(try place.rejects().map(\.column) == ["int", "number", "number", "number"])
    let stored = try place.rows("SELECT * FROM t")
    #expect(
      stored.prefix(2) == [
        [
          .text("007"), .int(.min), .double(0.1), .int(1), .text("2026-01-31 00:00:00.000000"),
          .text(#"{"a":"\n"}"#), .text(#"["x",null]"#),
        ],
        [
          .text("\u{1F600}'\\'; DROP TABLE t; --"), .int(.max), .double(-1e-300), .int(0),
          .text("9999-12-31 23:59:59.123456"), .text("5"), .text("[]"),
        ],
      ])
    #expect(stored[2][2] == .double(0.12345678901234568))
    #expect(stored[3][2] == .double(9_007_199_254_740_992))
    #expect(stored[4][4] == .text("0001-01-01 00:00:00.000000"))
    #expect(stored.count == 5)
  }

  @Test(
    "U+0000 becomes U+FFFD, and is told once; a text of a mebibyte comes back, and one beyond a statement is refused")
  func texts() async throws {
    let place = try await MySQLPlace()
    let told = Recorder<String>()
    let large = String(repeating: "\u{1F600}\"'", count: 170_000)
    let rows: [[Value]] = [
      [.string("a\0b\0")], [.string(large)], [.string(String(repeating: "\\", count: 1 << 20))],
      [.string(String(repeating: "x", count: 5 << 20))], [.string("")],
    ]
    let leftOut = try await place.write(rows, [("k", .string)], "table: t, \(place.rejectsOption)", telling: told)
    #expect(leftOut == RowsLeftOut(rejected: 1))
    #expect(try place.rejects()[0].reason.contains("max_allowed_packet"))
    #expect(
      try place.rows("SELECT k FROM t") == [
        [.text("a\u{FFFD}b\u{FFFD}")], [.text(large)], [.text(String(repeating: "\\", count: 1 << 20))], [.text("")],
      ])
    #expect(told.all.contains("1 text for the table t held U+0000, which became U+FFFD"))
  }

  @Test("a row that is refused takes none of its batch along")
  func rejects() async throws {
    let place = try await MySQLPlace()
    try place.execute(
      """
      CREATE TABLE t (k VARCHAR(9) CHARACTER SET latin1 NOT NULL UNIQUE, v SMALLINT CHECK (v < 10),
        other VARCHAR(9) DEFAULT 'own')
      """,
      """
      CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW
      IF NEW.k = 'forbidden' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not this one'; END IF
      """)
    let rows: [[Value]] = [
      [.string("a"), .int(1)], [.null, .int(2)], [.string("b"), .int(11)], [.string("a"), .int(3)],
      [.string("forbidden"), .int(4)], [.string("too long a text"), .int(4)], [.string("\u{1F600}"), .int(4)],
      [.string("d"), .int(1 << 40)], [.string("c"), .int(5)],
    ]
    let leftOut = try await place.write(rows, Self.kv, "table: t, \(place.rejectsOption)")
    #expect(leftOut == RowsLeftOut(rejected: 7))
    #expect(
      try place.rows("SELECT * FROM t ORDER BY k") == [
        [.text("a"), .int(1), .text("own")], [.text("c"), .int(5), .text("own")],
      ])
    let rejects = try place.rejects()
    #expect(
      rejects.map(\.code) == [
        "23000/1048", "23000/4025", "23000/1062", "45000/1644", "22001/1406", "22007/1366", "22003/1264",
      ])
    #expect(rejects.map(\.column) == ["k", "v", nil, nil, "k", "k", "v"])
    #expect(rejects[3].reason == "not this one")
  }

  @Test("many rows of which some are refused are all accounted for")
  func bisecting() async throws {
    let place = try await MySQLPlace()
    try place.execute("CREATE TABLE t (k VARCHAR(20), v INT CHECK (v % 17 <> 0))")
    let rows = (1...3000).map { [Value.string("k\($0)"), .int($0)] }
    let leftOut = try await place.write(rows, Self.kv, "table: t")
    #expect(leftOut == RowsLeftOut(rejected: 3000 / 17))
    #expect(try place.rows("SELECT count(*), count(DISTINCT v) FROM t") == [[.int(2824), .int(2824)]])
  }

  @Test("of rows with one key in a batch the last one wins, and in later batches too; only its columns are touched")
  func upsert() async throws {
    let place = try await MySQLPlace()
    let options = "table: t, mode: upsert, key: k, \(place.rejectsOption)"
    let first = try await place.write(
      [
        [.string("a"), .int(1)], [.string("b"), .int(2)], [.string("a"), .int(3)], [.null, .int(4)],
        [.string("A"), .int(5)], [.string("a "), .int(6)],
      ],
      Self.kv, options)
    #expect(first == RowsLeftOut(rejected: 2, deduplicated: 1))
    // Texts are told apart exactly, but for spaces behind them.
    #expect(
      try place.rows("SELECT * FROM t ORDER BY k") == [
        [.text("A"), .int(5)], [.text("a"), .int(3)], [.text("b"), .int(2)],
      ])
    #expect(try place.rejects().map(\.column) == ["k", "k"])
    try place.execute("ALTER TABLE t ADD COLUMN own VARCHAR(9) DEFAULT 'mine'", "UPDATE t SET own = 'changed'")
    let second = try await place.write([[.string("b"), .int(9)], [.string("c"), .int(7)]], Self.kv, options)
    #expect(second == RowsLeftOut())
    #expect(
      try place.rows("SELECT v, own FROM t WHERE k IN ('b', 'c') ORDER BY k") == [
        [.int(9), .text("changed")], [.int(7), .text("mine")],
      ])
    let ignoring = try await place.write(
      [[.string("b"), .int(1)], [.string("d"), .int(1)], [.string("d"), .int(2)]], Self.kv,
      "table: t, mode: upsert, key: k, on_conflict: ignore")
    #expect(ignoring == RowsLeftOut(deduplicated: 2))
    #expect(try place.rows("SELECT v FROM t WHERE k IN ('b', 'd') ORDER BY k") == [[.int(9)], [.int(1)]])
  }

  @Test("a key that does not tell all texts apart is told")
  func collation() async throws {
    let place = try await MySQLPlace()
    try place.execute(
      "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, k VARCHAR(20) COLLATE latin1_swedish_ci UNIQUE, v INT)")
    let told = Recorder<String>()
    try await place.write([[.string("a"), .int(1)]], Self.kv, "table: t, mode: upsert, key: k", telling: told)
    try await place.write([[.string("a"), .int(2)]], Self.kv, "table: t, mode: upsert, key: k", telling: told)
    #expect(told.all.contains { $0.contains("latin1_swedish_ci") })
    #expect(try place.rows("SELECT k, v FROM t") == [[.text("a"), .int(2)]])
  }

  @Test("every mismatch with a table that is there is told at once, before the run")
  func mismatches() async throws {
    let place = try await MySQLPlace()
    try place.execute(
      """
      CREATE TABLE t (k INT, v FLOAT, g VARCHAR(9) AS (k) STORED, must INT NOT NULL, may INT NOT NULL DEFAULT 1,
        e INT UNIQUE) ENGINE=MyISAM
      """,
      "CREATE VIEW seen AS SELECT k FROM t")
    let columns: [(String, FieldType)] = [("k", .string), ("v", .number), ("g", .string), ("x", .string), ("e", .int)]
    let sink = try place.sink("table: t, mode: upsert, key: k")
    guard case .refused(let error) = sink.prospect(of: SQLiteFile.columns(columns), goesOn: false) else {
      Issue.record("not refused")
      return
    }
    for words in [
      "k is int", "v is float", "g is generated", "no column x", "must is NOT NULL",
      "no primary key and no unique index on (k)", "MyISAM", "another unique key e (e)",
    ] {
      #expect(error.reason.contains(words), "\(words): \(error.reason)")
    }
    #expect(!error.reason.contains("may"))
    await #expect(throws: RunError.self) { try await place.write([], columns, "table: t, mode: upsert, key: k") }
    await #expect(throws: RunError.self) { try await place.write([], Self.kv, "table: seen") }
  }

  @Test("with schema: add columns that are missing are added, and with frozen nothing is made")
  func schema() async throws {
    let place = try await MySQLPlace()
    await #expect(throws: RunError.self) { try await place.write([], Self.kv, "table: t, schema: frozen") }
    try place.execute("CREATE TABLE t (k TEXT)")
    await #expect(throws: RunError.self) { try await place.write([], Self.kv, "table: t") }
    try await place.write([[.string("a"), .int(1)]], Self.kv, "table: t, schema: add")
    #expect(try place.rows("SELECT k, v FROM t") == [[.text("a"), .int(1)]])
    try await place.write([[.string("b"), .int(2)]], Self.kv, "table: t, schema: frozen")
    #expect(try place.rows("SELECT count(*) FROM t") == [[.int(2)]])
  }

  @Test("replace keeps the table's definition and indexes, and readers see the old rows until the end")
  func replace() async throws {
    let place = try await MySQLPlace()
    try place.execute(
      "CREATE TABLE `T x` (k VARCHAR(9) UNIQUE, v INT, own VARCHAR(9) DEFAULT 'mine')",
      "INSERT INTO `T x` VALUES ('old', 1, 'x')", "CREATE VIEW seen AS SELECT k FROM `T x`")
    var writer = try await place.sink("table: T x, mode: replace").open(
      SQLiteFile.columns(Self.kv), at: nil, in: SQLiteFile.environment())
    try await writer.write(SQLiteFile.records([[.string("new"), .int(2)], [.string("new"), .int(3)]]))
    try await writer.finish()
    #expect(try place.rows("SELECT k FROM seen") == [[.text("old")]])
    try await writer.publish()
    #expect(writer.rowsLeftOut == RowsLeftOut(rejected: 1))
    #expect(try place.rows("SELECT * FROM `T x`") == [[.text("new"), .int(2), .text("mine")]])
    #expect(try place.rows("SELECT k FROM seen") == [[.text("new")]])
    try await place.write([[.string("a"), .int(1)]], Self.kv, "table: fresh, mode: replace")
    #expect(try place.rows("SELECT * FROM fresh") == [[.text("a"), .int(1)]])
    #expect(
      try place.rows("SHOW TABLES").map { $0[0] } == ["T x", "fresh", "pipe_checkpoints", "seen"].map { .text($0) })
    // What the table that takes its place would not have is told before anything is fetched.
    try place.execute("CREATE TRIGGER tr BEFORE INSERT ON fresh FOR EACH ROW SET NEW.v = 1")
    let error = await #expect(throws: RunError.self) {
      try await place.write([], Self.kv, "table: fresh, mode: replace")
    }
    #expect(error?.reason.contains("triggers (tr)") == true)
  }

  @Test(
    "nothing is injected by names",
    arguments: [
      "select", "a b", "`", "x`); DROP TABLE t; -- ", "'\\", "?", "\u{E4}", String(repeating: "n", count: 64),
    ])
  func names(name: String) async throws {
    let place = try await MySQLPlace()
    // A name cannot end with a blank.
    let name = name.hasSuffix(" ") ? name + "x" : name
    let columns = SQLiteFile.columns([(name, .string), ("v", .int)])
    let quoted = SQLDialect.mysql.quoted(name)
    for mode in [TableMode.append, .upsert, .replace] {
      let options = TableOptions(
        table: Located(name, at: .wholeFile), mode: mode,
        key: mode == .upsert ? [Located(name, at: .wholeFile)] : [], conflict: .update, schema: .create, rejects: nil)
      let sink = MySQLSink(server: try place.sink("table: t").server, options: options)
      var writer = try await sink.open(columns, at: nil, in: SQLiteFile.environment())
      try await writer.write(SQLiteFile.records([[.string("'\\"), .int(1)]]))
      try await writer.close()
      #expect(try place.rows("SELECT * FROM \(quoted)") == [[.text("'\\"), .int(1)]])
      try place.execute("DROP TABLE \(quoted)")
    }
  }

  @Test(
    "what cannot be a table is a finding",
    arguments: [
      ("url: mysql://localhost/shop, table: t, mode: upsert", "missing-key"),
      ("url: mysql://localhost, table: t", "bad-url"),
      ("url: postgres://localhost/shop, table: t", "bad-url"),
      ("url: mysql://localhost/shop?ssl-mode=NONE, table: t", "bad-url"),
      ("url: mysql://localhost/shop?ssl-mode=VERIFY_CA, table: t", "bad-url"),
      ("url: \"mysql://a,b/shop\", table: t", "bad-url"),
      ("url: mysql://localhost/shop, table: \"\(String(repeating: "n", count: 65))\"", "bad-value"),
      ("url: mysql://localhost/shop, table: \"a\u{1F600}\"", "bad-value"),
      ("url: mysql://localhost/shop, table: \"a \"", "bad-value"),
    ])
  func findings(options: String, code: String) {
    let pipeline = Pipeline(spec: "extract: [url]\nsinks:\n  - mysql: {\(options)}\n")
    #expect(pipeline.diagnostics.map(\.code.rawValue) == [code])
  }

  @Test("no message has the password")
  func secrets() async throws {
    let place = try await MySQLPlace()
    try place.execute("CREATE TABLE t (k INT)")
    for (url, table) in [
      (place.url.replacing(place.database, with: "nowhere"), "t"), (place.url.replacing("%40ss", with: "%40sss"), "t"),
      (place.url.replacing("socket=/", with: "socket=/nowhere/"), "t"), (place.url, "t"),
    ] {
      let sink = try place.sink("table: \(table)", at: url)
      guard case .refused(let error) = sink.prospect(of: SQLiteFile.columns(Self.kv), goesOn: false) else {
        Issue.record("not refused")
        continue
      }
      let said = "\(error.subject) \(error.reason) \(error.hint ?? "") \(sink.summary) \(sink.target.value)"
      #expect(!said.contains("p@ss") && !said.contains("p%40ss"), "\(said)")
    }
  }
}
