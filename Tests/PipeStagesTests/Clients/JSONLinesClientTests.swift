import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeStages

@Suite("JSON lines, in the programs that people read them with", .timeLimit(.minutes(20)))
struct JSONLinesClientTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let values: [Value] = [
    .null, .bool(true), .bool(false), .int(0), .int(-7), .int(9_007_199_254_740_991), .double(0.1), .double(-1e300),
    .string(""), .string("say \"hi\"\\"), .string("a\nb\r\nc\td\u{8}\u{C}"), .string("\0\u{1}\u{1F}\u{7F}"),
    .string("é ʤ 😀 e\u{301} \u{2028}\u{FEFF}"), .string("</script>"), .string("007"), .string("null"), .list([]),
    .list([.string("a"), .int(1), .null, .list([.bool(true)])]), .json(#"{"a":[1,"x"],"b":null,"c":{}}"#),
  ]

  private static var rows: [[Value]] { values.enumerated().map { [.int($0), $1] } }

  /// The rows as JSON has them, by the product's own reader.
  private static func expected() throws -> [JSONValue] {
    try values.enumerated().map { number, value in
      var json: [UInt8] = []
      value.appendJSON(to: &json)
      return try JSONValue(parsing: "{\"a\":\(number),\"b\":\(String(decoding: json, as: UTF8.self))}")
    }
  }

  private func write(_ rows: [[Value]], _ name: String = "rows.jsonl") throws -> String {
    try JSONLinesSink(output: OutputOptions(folder.path(name))).write(rows)
    return folder.path(name)
  }

  private func array(_ output: [UInt8]) throws -> [JSONValue] {
    guard case .array(let rows) = try JSONValue(parsing: String(decoding: output, as: UTF8.self)) else { return [] }
    return rows
  }

  private func python(_ script: String, _ path: String) throws -> [JSONValue] {
    let python = try #require(Program.path("python3"))
    return try array(Program.output([python, "-c", "import json, sys\npath = sys.argv[1]\n" + script, path]))
  }

  @Test("jq reads every value back as it was written")
  func jq() throws {
    #expect(try array(Program.output(["jq", "-s", ".", write(Self.rows)])) == Self.expected())
  }

  @Test("Python reads every value back, from gzip and zstd files as well", arguments: ["", ".gz", ".zst"])
  func pythonJSON(ending: String) throws {
    let script = """
      import gzip, zstandard
      opens = {'gz': gzip.open, 'zst': zstandard.open}.get(path.rsplit('.', 1)[-1], open)
      with opens(path, 'rt', encoding='utf-8', newline='\\n') as file:
          json.dump([json.loads(line) for line in file], sys.stdout)
      """
    #expect(try python(script, write(Self.rows, "rows.jsonl" + ending)) == Self.expected())
  }

  @Test("DuckDB reads every value back, from gzip and zstd files as well", arguments: ["", ".gz", ".zst"])
  func duckdb(ending: String) throws {
    let script = """
      import duckdb
      rows = duckdb.connect().execute(
          "select a, b from read_ndjson(?, columns = {a: 'BIGINT', b: 'JSON'})", [path]).fetchall()
      json.dump([{'a': a, 'b': None if b is None else json.loads(b)} for a, b in rows], sys.stdout)
      """
    #expect(try python(script, write(Self.rows, "rows.jsonl" + ending)) == Self.expected())
  }

  @Test("whole numbers beyond 2^53 are exact for Python and DuckDB; jq 1.6 rounds them, as RFC 8259, 6, warns")
  func largeNumbers() throws {
    let path = try write([[.int(.max)], [.int(.min)], [.int(9_007_199_254_740_993)]])
    let texts = ["9223372036854775807", "-9223372036854775808", "9007199254740993"].map { JSONValue.string($0) }
    let script = "json.dump([str(json.loads(line)['a']) for line in open(path)], sys.stdout)"
    #expect(try python(script, path) == texts)
    let query = """
      import duckdb
      json.dump([str(row[0]) for row in duckdb.connect().execute("select a from read_ndjson(?)", [path]).fetchall()],
                sys.stdout)
      """
    #expect(try python(query, path) == texts)
  }
}
