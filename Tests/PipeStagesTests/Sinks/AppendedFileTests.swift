import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

/// Files that rows are added to: the rows that are there stay rows, and so do the new ones.
struct AppendedFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func append(
    to content: String, _ dialect: CSVDialect = CSVDialect(), columns: [String] = ["a", "b"]
  ) throws -> String {
    try folder.write("x.csv", Array(content.utf8))
    let sink = CSVSink(output: OutputOptions(folder.path("x.csv"), mode: .append), dialect: dialect)
    try sink.write([columns.map { .string($0.uppercased()) }], columns: columns)
    return try folder.text("x.csv")
  }

  private func fault(of content: String, _ dialect: CSVDialect = CSVDialect(), columns: [String] = ["a", "b"]) throws
    -> RunError?
  {
    let error = #expect(throws: RunError.self) { try append(to: content, dialect, columns: columns) }
    #expect(try folder.text("x.csv") == content, "nothing is written")
    return error
  }

  @Test(arguments: [
    ("a,b\r\n1,2\r\n", "a,b\r\n1,2\r\n"), ("a,b\r\n1,2", "a,b\r\n1,2\r\n"), ("a,b\n1,2", "a,b\n1,2\n"),
    ("a,b\r\n1,2\r", "a,b\r\n1,2\r\n"), ("a,b\r1,2\r", "a,b\r1,2\r"), ("a,b\r1,2", "a,b\r1,2\r"), ("a,b", "a,b\r\n"),
    ("a,b\r\n1,\"x\ny\"", "a,b\r\n1,\"x\ny\"\r\n"), ("a,b\r\nhttp://x/TORN,20", "a,b\r\nhttp://x/TORN,20\r\n"),
    ("a,b\r\nTORN", "a,b\r\nTORN\r\n"), ("\"a\",\"b\"\n1,\"\"", "\"a\",\"b\"\n1,\"\"\n"),
    ("\u{FEFF}a,b\n1,2", "\u{FEFF}a,b\n1,2\n"), ("\u{FEFF}\"a\",b\n1,2", "\u{FEFF}\"a\",b\n1,2\n"),
    ("a,b\n1,5\" wide", "a,b\n1,5\" wide\n"), ("\r\na,b\r\n1,2", "\r\na,b\r\n1,2\r\n"),
  ])
  func `A last line without an end gets the file's own`(content: String, before: String) throws {
    #expect(try append(to: content) == before + "A,B\r\n")
  }

  @Test func `A file that holds nothing gets a header`() throws {
    #expect(try append(to: "") == "a,b\r\nA,B\r\n")
  }

  @Test(arguments: ["a,b\r\n1,\"torn", "a,b\r\n1,\"torn\n", "a,b\r\n1,\"torn \"\" quote", "\"a"])
  func `A file that ends inside a quoted field is refused`(content: String) throws {
    #expect(try fault(of: content)?.reason.hasPrefix("ends inside a quoted field") == true)
  }

  @Test(arguments: [
    ("a,c\r\n1,2\r\n", "a, c"), ("a\r\n1\r\n", "a"), ("a,b,c\r\n", "a, b, c"), ("b,a\r\n", "b, a"), ("A,b\r\n", "A, b"),
    ("a;b\r\n1;2\r\n", "a;b"), ("a,", "a, ''"), ("\"a,b\"\r\n", "'a,b'"),
  ])
  func `Other columns are refused, and both lists are told`(content: String, shown: String) throws {
    #expect(
      try fault(of: content)?.reason == "has the columns \(shown), and the rows to be added have a, b")
  }

  @Test func `Without a header the number of columns counts`() throws {
    let dialect = CSVDialect(hasHeader: false, lineEnd: .lf)
    #expect(try append(to: "1,2", dialect) == "1,2\nA,B\n")
    #expect(try fault(of: "1,2,3\n", dialect)?.reason == "has 3 columns, and the rows to be added have 2: a, b")
  }

  @Test func `A header whose formulas are escaped is the sink's own`() throws {
    let dialect = CSVDialect(lineEnd: .lf, escapesFormulas: true)
    #expect(try append(to: "'=a,b\n", dialect, columns: ["=a", "b"]) == "'=a,b\n'=A,B\n")
  }

  @Test func `Another delimiter is the file's too`() throws {
    let dialect = CSVDialect(delimiter: UInt8(ascii: ";"))
    #expect(try append(to: "a;b\n1;2", dialect) == "a;b\n1;2\nA;B\r\n")
    #expect(try fault(of: "a,b\n", dialect)?.reason.contains("has the columns 'a,b'") == true)
  }

  @Test(arguments: [
    ("{\"a\":1}", "{\"a\":1}\n{\"a\":2}\n"), ("{\"a\":1}\n", "{\"a\":1}\n{\"a\":2}\n"),
    ("{\"a\":1}\r\n", "{\"a\":1}\r\n{\"a\":2}\n"), ("{\"url\":\"http://x/TO", "{\"url\":\"http://x/TO\n{\"a\":2}\n"),
    ("", "{\"a\":2}\n"), ("\n", "\n{\"a\":2}\n"),
  ])
  func `A JSON line without an end is ended`(content: String, expected: String) throws {
    try folder.write("x.jsonl", Array(content.utf8))
    try JSONLinesSink(output: OutputOptions(folder.path("x.jsonl"), mode: .append)).write([[.int(2)]])
    #expect(try folder.text("x.jsonl") == expected)
  }

  @Test(arguments: [
    ("[{\"a\":1}]\n", "is a JSON array"), (" \n[\n", "is a JSON array"), ("a,b\r\n1,2\r\n", "does not begin with"),
    ("{\n  \"a\": 1\n}\n", "has a first line that is not a whole JSON object"),
    ("{\"a\":1}{\"a\":2}\n", "has a first line that is not a whole JSON object"),
    ("\u{FF}\u{FE}{\u{0}", "does not begin with"), ("{\u{0}\"\u{0}", "is in UTF-16 or UTF-32"),
  ])
  func `A file that is not JSON lines is refused`(content: String, reason: String) throws {
    try folder.write("x.jsonl", Array(content.utf8))
    let sink = JSONLinesSink(output: OutputOptions(folder.path("x.jsonl"), mode: .append))
    let error = #expect(throws: RunError.self) { try sink.write([[.int(2)]]) }
    #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "")")
    #expect(try folder.text("x.jsonl") == content)
  }

  @Test(
    arguments: [
      [0xFF, 0xFE, 0x61, 0, 0x2C, 0], [0xFE, 0xFF, 0, 0x61, 0, 0x2C], [0x61, 0, 0x2C, 0], [0, 0x61, 0, 0x2C],
      [0, 0, 0, 0x61],
    ] as [[UInt8]])
  func `A file in two or four bytes a character is refused`(content: [UInt8]) throws {
    let sinks: [any FileSink] = [
      CSVSink(output: OutputOptions(folder.path("x"), mode: .append), dialect: CSVDialect(hasHeader: false)),
      JSONLinesSink(output: OutputOptions(folder.path("x"), mode: .append)),
    ]
    for sink in sinks {
      try folder.write("x", content)
      let error = #expect(throws: RunError.self) { try sink.write([[.int(2)]]) }
      #expect(error?.reason == "is in UTF-16 or UTF-32, so rows that are added to it could not be read")
      #expect(try folder.bytes("x") == content)
    }
  }

  @Test(arguments: Compression.allCases)
  func `The content of a compressed file counts as well`(compression: Compression) throws {
    func compressed(_ text: String) throws -> [UInt8] {
      var bytes: [UInt8] = []
      try compression.makeCompressor().compress(Array(text.utf8), ends: true, into: &bytes)
      return bytes
    }
    let name = "x.csv.\(compression.fileExtension)"
    let sink = CSVSink(output: OutputOptions(folder.path(name), mode: .append), dialect: CSVDialect())
    try folder.write(name, compressed("a,b\n1,2"))
    try sink.write([[.int(3), .int(4)]])
    #expect(
      String(decoding: try InputDecoding.content(of: folder.bytes(name)), as: UTF8.self) == "a,b\n1,2\n3,4\r\n")
    try folder.write(name, compressed("a,c\n1,2\n"))
    #expect(throws: RunError.self) { try sink.write([[.int(3), .int(4)]]) }
    #expect(try folder.bytes(name) == compressed("a,c\n1,2\n"))
    // Rows as they are would be what nobody expects in a compressed file that is not called so.
    try folder.write("y.csv", compressed("a,b\n1,2\n"))
    let plain = CSVSink(output: OutputOptions(folder.path("y.csv"), mode: .append), dialect: CSVDialect())
    let error = #expect(throws: RunError.self) { try plain.write([[.int(3), .int(4)]]) }
    #expect(error?.reason == "is compressed, and its name says that it is not, so nothing can be added to it")
  }

  @Test(arguments: [
    ("", 0, 0), ("a,b", 0, 0), ("a,b\r", 0, 0), ("a,b\r\n", 1, 5), ("a\n\"x\ny\"\n", 2, 8), ("a\n\"x\ny", 1, 2),
    ("a\n\"x\"\"\ny\"\nb", 2, 10),
  ])
  func `Whole rows of CSV are told from torn ones`(text: String, count: Int, end: Int) {
    let whole = RowFormat.csv(CSVDialect(), columns: []).wholeRows(in: Array(text.utf8)[...])
    #expect(whole.count == count)
    #expect(whole.end == end)
  }

  @Test(arguments: [("{\"a\":\"\\\"\"}\n{\"a", 1, 11), ("{}\n{}\n", 2, 6), ("{", 0, 0)])
  func `Whole JSON lines are told from torn ones`(text: String, count: Int, end: Int) {
    let whole = RowFormat.lines.wholeRows(in: Array(text.utf8)[...])
    #expect(whole.count == count)
    #expect(whole.end == end)
  }

  @Test func `Rows are counted as written when the system has them`() throws {
    var writer = try CSVSink(output: OutputOptions(folder.path("x.csv")), dialect: CSVDialect())
      .open([Column(name: "a", index: 0)])
    let record = Record(id: RequestID(source: 0, ordinal: 0), values: [.int(1)])
    try writer.write([record, record])
    #expect(writer.rowsWritten == 0)
    _ = try writer.flush()
    #expect(writer.rowsWritten == 2)
    var full = try CSVSink(output: OutputOptions("/dev/full"), dialect: CSVDialect())
      .open([Column(name: "a", index: 0)])
    try full.write([record])
    #expect(throws: RunError.self) { _ = try full.flush() }
    #expect(full.rowsWritten == 0)
  }
}
