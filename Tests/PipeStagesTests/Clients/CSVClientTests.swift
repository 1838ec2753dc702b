import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeStages

@Suite("CSV, in the programs that people open it with", .timeLimit(.minutes(20)))
struct CSVClientTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Texts that are hard on a reader. Each stands between others, so that a row that is torn is seen.
  private static let texts = [
    "say \"hi\"", "\"", "\"\"", "\"\"\"", "a,b", "a;b", "a\tb", "a\nb", "a\rb", "a\r\nb", "\n", "\r\n", "a\n", "a\r",
    "  a  ", " ", "\t", "é ʤ 😀", "e\u{301}", "\u{202E}abc", "a\u{85}b\u{2028}c", "\u{FEFF}a", "\u{1}", "\u{7F}",
    "=cmd|' /C calc'!A0", "+1", "-1", "@a", "007", "1e5", "0x10", "123456789012345678901234567890", "1,000",
    "2024-01-02",
    "null", "NULL", "NA", "N/A", "nan", "None", "true", "\\N", "\\", "a\\", "a\\\"b", "\\n", "'", "'a'", "# a", "--",
    "a\"b\"c", "\"a\"", "\",\"", "\"\r\n\"", String(repeating: "long \"text\",\n", count: 6000),
  ]

  private func write(
    _ rows: [[Value]], _ name: String = "rows.csv", dialect: CSVDialect = CSVDialect()
  ) throws -> String {
    try CSVSink(output: OutputOptions(folder.path(name)), dialect: dialect).write(rows)
    return folder.path(name)
  }

  /// Rows of such texts, and what is read back.
  private static func rows(of texts: [String]) -> ([[Value]], [[String?]]) {
    let rows = texts.enumerated().map { ["\($0)", $1, "end"] }
    return (rows.map { $0.map { .string($0) } }, rows)
  }

  @Test("every text is read back as it was written", arguments: CSVClient.allCases)
  func texts(client: CSVClient) throws {
    let (rows, texts) = Self.rows(of: Self.texts)
    #expect(try client.rows(write(rows), columns: 3) == texts)
  }

  @Test(
    "so it is from gzip and zstd files", arguments: CSVClient.allCases.filter(\.decompresses), Compression.allCases)
  func compressed(client: CSVClient, compression: Compression) throws {
    let (rows, texts) = Self.rows(of: Self.texts)
    #expect(try client.rows(write(rows, "rows.csv.\(compression.fileExtension)"), columns: 3) == texts)
  }

  @Test("so it is with another delimiter, another line end and a byte order mark", arguments: CSVClient.allCases)
  func dialects(client: CSVClient) throws {
    let (rows, texts) = Self.rows(of: Self.texts)
    var dialect = CSVDialect(delimiter: UInt8(ascii: ";"), lineEnd: .lf, hasByteOrderMark: true)
    #expect(try client.rows(write(rows, dialect: dialect), columns: 3, delimiter: ";") == texts)
    dialect = CSVDialect(delimiter: UInt8(ascii: "\t"))
    #expect(try client.rows(write(rows, dialect: dialect), columns: 3, delimiter: "\t") == texts)
  }

  @Test(
    "null is no text for DuckDB; Python's csv, pandas and SQLite read it as the empty text",
    arguments: CSVClient.allCases)
  func null(client: CSVClient) throws {
    let rows: [[Value]] = [[.int(1), .null, .string("")], [.null, .string(""), .int(2)]]
    let null = client.tellsNull ? nil : ""
    #expect(try client.rows(write(rows), columns: 3) == [["1", null, ""], [null, "", "2"]])
  }

  @Test("a column that is all there is has a row for each null and each empty text", arguments: CSVClient.allCases)
  func singleColumn(client: CSVClient) throws {
    let rows: [[Value]] = [[.string("a")], [.null], [.string("")], [.string("b")]]
    #expect(try client.rows(write(rows), columns: 1) == [["a"], [""], [""], ["b"]])
  }

  @Test(
    "a NUL is a character as any other, except for SQLite, whose import ends the text there",
    arguments: CSVClient.allCases)
  func nul(client: CSVClient) throws {
    let (rows, texts) = Self.rows(of: ["a\0b", "\0", "c"])
    let read = try client.rows(write(rows), columns: 3)
    #expect(read == (client == .sqlite ? [["0", "a", "end"], ["1", "", "end"], ["2", "c", "end"]] : texts))
  }

  @Test("numbers and booleans are what they were", arguments: CSVClient.allCases)
  func numbers(client: CSVClient) throws {
    let values: [Value] = [
      .int(0), .int(-7), .int(.max), .int(.min), .double(0.1), .double(-1e300), .double(.leastNonzeroMagnitude),
      .double(1e21),
      .double(123_456_789.123_456_7), .double(-0.0),
    ]
    let read = try client.rows(write(values.map { [$0, .bool(true), .bool(false)] }), columns: 3)
    #expect(read.count == values.count)
    for (value, row) in zip(values, read) {
      let text = try #require(row[0])
      switch value {
      case .int(let number): #expect(Int(text) == number)
      case .double(let number): #expect(Double(text)?.bitPattern == number.bitPattern)
      default: break
      }
      #expect(row[1...] == ["true", "false"])
    }
  }

  @Test("lists and objects are JSON, or a list is joined as the spec says", arguments: CSVClient.allCases)
  func lists(client: CSVClient) throws {
    let list = Value.list([.string("a,\"b\""), .string("c\nd"), .int(3), .null])
    let object = Value.json(#"{"a":[1,"x, \"y\""],"b":null}"#)
    let row = try #require(client.rows(write([[list, object, .list([])]]), columns: 3).first)
    let read = try row.map { try JSONValue(parsing: $0 ?? "") }
    #expect(
      try read == [
        JSONValue(parsing: #"["a,\"b\"","c\nd",3,null]"#), JSONValue(parsing: #"{"a":[1,"x, \"y\""],"b":null}"#),
        JSONValue(parsing: "[]"),
      ])
    let joined = try client.rows(write([[list, object]], dialect: CSVDialect(listJoin: " | ")), columns: 2)
    #expect(joined == [["a,\"b\" | c\nd | 3 | ", #"{"a":[1,"x, \"y\""],"b":null}"#]])
  }

  @Test(
    "with escape_formulas a text that a spreadsheet would run begins with an apostrophe, and no other does",
    arguments: CSVClient.allCases)
  func formulas(client: CSVClient) throws {
    let (rows, texts) = Self.rows(of: Self.texts)
    let expected = texts.map { row in
      row.map { text in text.map { Self.isRun(by: $0) ? "'" + $0 : $0 } }
    }
    #expect(expected != texts)
    #expect(try client.rows(write(rows, dialect: CSVDialect(escapesFormulas: true)), columns: 3) == expected)
  }

  /// Whether a spreadsheet would run a text (OWASP): it begins with a sign of a formula, spaces aside, or with a tab or a
  /// line break.
  private static func isRun(by text: String) -> Bool {
    let sign = text.unicodeScalars.first { !$0.properties.isWhitespace || "\t\r\n".unicodeScalars.contains($0) }
    return sign.map { "=+-@＝＋－＠\t\r\n".unicodeScalars.contains($0) } ?? false
  }

  @Test(
    "a file of many members is read to its end", arguments: CSVClient.allCases.filter(\.decompresses),
    Compression.allCases)
  func manyMembers(client: CSVClient, compression: Compression) throws {
    let count = 4000
    let rows: [[Value]] = (0..<count).map { number in
      [.int(number), .string(String(repeating: "text \(number), ", count: 80))]
    }
    let name = "rows.csv.\(compression.fileExtension)"
    let path = try write(rows, name)
    #expect(try InputDecoding.content(of: folder.bytes(name)).count > 3 * MemberBuffer.size)
    let read = try client.rows(path, columns: 2)
    #expect(read.count == count)
    #expect(read.enumerated().allSatisfy { $1[0] == "\($0)" && $1[1]?.hasPrefix("text \($0), ") == true })
  }
}
