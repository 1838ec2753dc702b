import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

@Suite("The sink postgres", .timeLimit(.minutes(20)))
struct PostgresSinkTests {
  private let place: PostgresPlace

  init() throws { place = try PostgresPlace() }

  private static let kv: [(String, FieldType)] = [("k", .string), ("v", .int)]

  @Test("values of each type are stored with all their digits, or refused with a reason")
  func types() async throws {
    let columns: [(String, FieldType)] = [
      ("text", .string), ("int", .int), ("number", .number), ("bool", .bool), ("date", .date), ("json", .json),
      ("list", FieldType(.string, isList: true)),
    ]
    let rows: [[Value]] = [
      [
        .string("007\\N\t\r\n\\"), .int(.min), .double(0.1), .bool(true), .string("2026-01-31T00:00:00.5Z"),
        .json(#"{"b":1.50,"a":"\u0000"}"#), .list([.string("x"), .null]),
      ],
      [.string(""), .int(.max), .json("0.12345678901234567890123"), .bool(false), .null, .null, .list([])],
      [.null, .json("123456789012345678901"), .null, .null, .null, .null, .null],
      [.null, .null, .json("1e999999"), .null, .null, .null, .null],
      [.null, .null, .double(.nan), .null, .null, .null, .null],
      [.null, .null, .null, .null, .string("0000-01-01T00:00:00Z"), .null, .null],
    ]
    let leftOut = try await place.write(rows, columns, "table: t, \(place.rejecting)")
    #expect(leftOut == RowsLeftOut(rejected: 4))
    #expect(
      try place.rows(
        "SELECT text, int, number::text, bool, to_char(date AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'), json::text, list::text FROM t"
      ) == [
        [
          .text("007\\N\t\r\n\\"), .int(.min), .text("0.1"), .int(1), .text("2026-01-31 00:00:00.500"),
          .text(#"{"b":1.50,"a":"\u0000"}"#), .text(#"["x",null]"#),
        ],
        [.text(""), .int(.max), .text("0.12345678901234567890123"), .int(0), .null, .null, .text("[]")],
      ])
    let rejects = try place.rejects()
    #expect(Set(rejects.compactMap(\.column)) == ["int", "number", "date"])
    #expect(Set(rejects.map(\.code)) == ["value", "22003", "22008"])
  }

  @Test("a row that is refused takes none of its batch along, wherever it is")
  func rejects() async throws {
    try place.execute(
      "CREATE TABLE t (k text NOT NULL UNIQUE, v integer CHECK (v < 100000), own text DEFAULT 'own')",
      """
      CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.k = 'forbidden' THEN RAISE EXCEPTION 'not this one'; END IF;
        IF NEW.k = 'silent' THEN RETURN NULL; END IF; RETURN NEW; END $$
      """, "CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()")
    var rows: [[Value]] = (0..<300).map { [.string("k\($0)"), .int($0)] }
    rows[7] = [.null, .int(1)]
    rows[8] = [.string("big"), .int(100_000)]
    rows[100] = [.string("k99"), .int(1)]
    rows[200] = [.string("forbidden"), .int(1)]
    rows[201] = [.string("silent"), .int(1)]
    rows[299] = [.string("far"), .int(1 << 40)]
    let leftOut = try await place.write(rows, Self.kv, "table: t, \(place.rejecting)")
    #expect(leftOut == RowsLeftOut(rejected: 6))
    let kept = (0..<300).filter { ![7, 8, 100, 200, 201, 299].contains($0) }
    #expect(try place.rows("SELECT k, own FROM t ORDER BY ctid") == kept.map { [.text("k\($0)"), .text("own")] })
    let rejects = try place.rejects()
    #expect(rejects.map(\.code) == ["23502", "23514", "23505", "P0001", "left-out", "22003"])
    #expect(rejects.map(\.column) == ["k", nil, "k", nil, nil, "v"])
    #expect(rejects[3].reason == "not this one")
  }

  @Test("hostile texts and names are stored as they are, and nothing is injected")
  func hostile() async throws {
    let told = Recorder<String>()
    let names = [
      "select", "a b", "x\"); DROP TABLE t; --", "Ü\u{1F600}", "$1", "pipe_row", "\\",
      String(repeating: "n", count: 63),
    ]
    let texts = [
      "'; DROP TABLE t; --", "\\.", "\\N", "$$", "a\0b", String(repeating: "long\\\t", count: 200_000),
      "\u{FEFF}\u{202E}",
      "%s",
    ]
    for _ in 0..<2 {
      try await place.write(
        [texts.map { .string($0) }], names.map { ($0, .string) }, "table: \"Ta'b\\\"le\"", telling: told)
    }
    let stored = try place.rows("SELECT * FROM \"Ta'b\"\"le\"")
    #expect(stored == [texts, texts].map { $0.map { .text($0.replacing("\0", with: "\u{FFFD}")) } })
    #expect(told.all.count { $0.contains("U+FFFD") } == 2)
  }

  @Test("an upsert changes only the columns that it brings, and of a batch the last row of a key wins")
  func upsert() async throws {
    try place.execute("CREATE TABLE t (k text PRIMARY KEY, v bigint, own text DEFAULT 'mine')")
    let options = "table: t, mode: upsert, key: k"
    let first = try await place.write(
      [[.string("a"), .int(1)], [.string("b"), .int(2)], [.string("a"), .int(3)], [.null, .int(4)]], Self.kv, options)
    #expect(first == RowsLeftOut(rejected: 1, deduplicated: 1))
    try place.execute("UPDATE t SET own = 'changed' WHERE k = 'b'")
    try await place.write([[.string("b"), .int(9)]], Self.kv, options)
    #expect(
      try place.rows("SELECT * FROM t ORDER BY k") == [
        [.text("a"), .int(3), .text("mine")], [.text("b"), .int(9), .text("changed")],
      ])
    let ignored = try await place.write(
      [[.string("b"), .int(5)], [.string("c"), .int(6)]], Self.kv, options + ", on_conflict: ignore")
    #expect(ignored == RowsLeftOut(deduplicated: 1))
    #expect(try place.rows("SELECT v FROM t ORDER BY k") == [[.int(3)], [.int(9)], [.int(6)]])
  }

  @Test("replace keeps indexes, triggers, sequences and privileges, and readers see the old rows until the end")
  func replace() async throws {
    try place.execute(
      "DROP ROLE IF EXISTS reader_\(place.database); CREATE ROLE reader_\(place.database)",
      "CREATE TABLE other (id int PRIMARY KEY)",
      "CREATE TABLE t (id serial PRIMARY KEY, k text, v bigint, o int REFERENCES other, own text DEFAULT 'mine')",
      "CREATE INDEX by_k ON t (k)", "INSERT INTO t (k, v) VALUES ('old', 1)",
      "GRANT SELECT ON t TO reader_\(place.database)", "COMMENT ON TABLE t IS 'it''s mine'",
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
      "CREATE TRIGGER tr BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()")
    let looks = """
      SELECT string_agg(x, ' ' ORDER BY x) FROM (
        SELECT indexname AS x FROM pg_indexes WHERE tablename = 't' UNION ALL
        SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass UNION ALL
        SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass AND NOT tgisinternal UNION ALL
        SELECT relacl::text FROM pg_class WHERE oid = 't'::regclass UNION ALL
        SELECT pg_get_serial_sequence('t', 'id') UNION ALL SELECT obj_description('t'::regclass, 'pg_class')) parts
      """
    let before = try place.rows(looks)
    var writer = try await place.sink("table: t, mode: replace").open(
      SQLiteFile.columns(Self.kv), at: nil, in: SQLiteFile.environment())
    try await writer.write(SQLiteFile.records([[.string("new"), .int(2)]]))
    try await writer.finish()
    #expect(try place.rows("SELECT k FROM t") == [[.text("old")]])
    try await writer.publish()
    #expect(try place.rows("SELECT id, k, v, own FROM t") == [[.int(2), .text("new"), .int(2), .text("mine")]])
    #expect(try place.rows(looks) == before)
    #expect(try place.rows("SELECT to_regclass('pipe_new_t')") == [[.null]])
    // And a table that is not there yet.
    try await place.write([[.string("a"), .int(1)]], Self.kv, "table: fresh, mode: replace")
    #expect(try place.rows("SELECT k FROM fresh") == [[.text("a")]])
  }

  @Test("everything in which a table does not fit is told at once, before the run")
  func mismatches() async throws {
    try place.execute(
      """
      CREATE TABLE t (k integer, v real, g text GENERATED ALWAYS AS ('x') STORED,
        i bigint GENERATED ALWAYS AS IDENTITY, must text NOT NULL, may text NOT NULL DEFAULT '')
      """, "CREATE VIEW seen AS SELECT k FROM t", "CREATE DOMAIN word AS text CHECK (VALUE <> '')",
      "CREATE TABLE parted (k word, v bigint, PRIMARY KEY (k)) PARTITION BY HASH (k)",
      "CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 1, REMAINDER 0)")
    func refusal(_ options: String, _ names: [(String, FieldType)]) throws -> String {
      guard case .refused(let error) = try place.sink(options).prospect(of: SQLiteFile.columns(names), goesOn: false)
      else { return "" }
      return error.reason
    }
    let columns: [(String, FieldType)] = [("k", .string), ("v", .int), ("g", .string), ("i", .int), ("x", .string)]
    let reason = try refusal("table: t, mode: upsert, key: k", columns)
    for words in [
      "k is integer", "v is real", "g is generated", "i is GENERATED ALWAYS AS IDENTITY", "no column x",
      "must is NOT NULL", "no unique index on (k)",
    ] { #expect(reason.contains(words), "\(words): \(reason)") }
    #expect(!reason.contains("may"))
    #expect(try refusal("table: seen", Self.kv).contains("it is a view, not a table"))
    #expect(try refusal("table: t, mode: replace", [("must", .string)]).contains("the view seen is made of it"))
    #expect(try refusal("table: parted, mode: replace", Self.kv).contains("it is partitioned"))
    await #expect(throws: RunError.self) { try await place.write([], columns, "table: t") }
    let leftOut = try await place.write(
      [[.string(""), .int(1)], [.string("a"), .int(2)]], Self.kv, "table: parted, mode: upsert, key: k")
    #expect(leftOut == RowsLeftOut(rejected: 1))
    #expect(try place.rows("SELECT v FROM parted") == [[.int(2)]])
  }

  @Test("with schema: add columns are added, with frozen nothing is made, and a schema's table is that one")
  func schema() async throws {
    await #expect(throws: RunError.self) { try await place.write([], Self.kv, "table: t, schema: frozen") }
    try place.execute("CREATE TABLE t (k text)", "CREATE SCHEMA archive")
    await #expect(throws: RunError.self) { try await place.write([], Self.kv, "table: t") }
    try await place.write([[.string("a"), .int(1)]], Self.kv, "table: t, schema: add")
    #expect(try place.rows("SELECT k, v FROM t") == [[.text("a"), .int(1)]])
    try await place.write([[.string("b"), .int(2)]], Self.kv, "table: archive.t")
    #expect(try place.rows("SELECT k, v FROM archive.t") == [[.text("b"), .int(2)]])
    #expect(try place.rows("SELECT count(*) FROM archive.pipe_checkpoints") == [[.int(1)]])
  }

  @Test("what the user may not do is told before anything is fetched, and no password is ever told")
  func privileges() async throws {
    let role = "writer_\(place.database)"
    try place.execute(
      "CREATE ROLE \(role) LOGIN PASSWORD 's3cret-word'", "CREATE TABLE t (k text, v bigint)",
      "GRANT CREATE ON SCHEMA public TO \(role)", "GRANT INSERT (k) ON t TO \(role)")
    let url = "postgres://\(role):s3cret-word@/\(place.database)?host=\(place.instance.folder)"
    let sink = try place.sink("table: t", url: url)
    guard case .refused(let error) = sink.prospect(of: SQLiteFile.columns(Self.kv), goesOn: false) else {
      Issue.record("not refused")
      return
    }
    #expect(error.reason.contains("v may not be written by this user"), "\(error.reason)")
    let gone = try place.sink("table: t", url: "postgres://me:s3cret-word@127.0.0.1:1/s3cret-word")
    guard case .refused(let other) = gone.prospect(of: SQLiteFile.columns(Self.kv), goesOn: false) else {
      Issue.record("not refused")
      return
    }
    #expect(other.reason.contains("cannot be reached"), "\(other.reason)")
    #expect(![sink.summary, error.subject, other.reason].contains { $0.contains("s3cret-word") })
  }

  @Test(
    "what cannot be a table is a finding",
    arguments: [
      ("url: \"postgres://h/d\", table: t, mode: upsert", "missing-key"),
      ("url: \"postgres://h\", table: t", "bad-url"), ("url: \"mysql://h/d\", table: t", "bad-url"),
      ("url: \"postgres://h/d?password=x\", table: t", "bad-url"),
      ("url: \"postgres://h/d?sslmode=maybe\", table: t", "bad-value"),
      ("url: \"postgres://h:port/d\", table: t", "bad-url"),
      ("url: \"postgres://me:word@h/d\", table: t", "insecure"),
      ("url: \"postgres://h/d\", table: \"\(String(repeating: "t", count: 64))\"", "bad-value"),
    ])
  func findings(options: String, code: String) {
    let pipeline = Pipeline(spec: "extract: [url]\nsinks:\n  - postgres: {\(options)}\n")
    #expect(pipeline.diagnostics.map(\.code.rawValue) == [code])
  }

  @Test("one table twice and names that are no columns are findings; two tables of a server are not")
  func conflicts() {
    func codes(_ text: String) -> [String] { Pipeline(spec: text).diagnostics.map(\.code.rawValue) }
    let two = "extract: [url]\nsinks:\n  - postgres: {url: \"postgres://a@h/d\", table: t}\n  - postgres: {url: "
    #expect(codes(two + "\"postgresql://b@h:5432/d\", table: t}\n") == ["conflict"])
    #expect(codes(two + "\"postgres://h/d\", table: T}\n") == [])
    #expect(codes("extract: {ctid: url}\nsinks:\n  - postgres: {url: \"postgres://h/d\", table: t}\n") == ["bad-value"])
    let long = String(repeating: "n", count: 64)
    #expect(
      codes("extract: {\(long): url}\nsinks:\n  - postgres: {url: \"postgres://h/d\", table: t}\n") == ["bad-value"])
  }
}
