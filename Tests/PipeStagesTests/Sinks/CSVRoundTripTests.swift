import PipeEngine
import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeStages

@Suite("CSV, written and read back")
struct CSVRoundTripTests {
  private static func parse(
    _ bytes: [UInt8], delimiter: UInt8 = UInt8(ascii: ","), chunk: Int = .max
  ) throws -> [[String]] {
    var parser = CSVParser(name: "x.csv", CSVForm(delimiter: delimiter))
    var records: [[String]] = []
    for start in stride(from: 0, to: bytes.count, by: min(chunk, max(1, bytes.count))) {
      var rest = bytes[start..<min(bytes.count, start + min(chunk, bytes.count))]
      while let record = try parser.next(&rest) { records.append(record.cells) }
    }
    if let record = try parser.finish() { records.append(record.cells) }
    return records
  }

  /// The corpus' copy of this one has lost the carriage returns that its JSON has.
  private static let excluded: Set = ["newlines_crlf.csv"]

  @Test(
    "csv-spectrum: what the JSON says is read, wherever the chunks end",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func spectrum() throws {
    let files = try Corpus.list("csv-spectrum/csvs")
    #expect(files.count >= 11)
    for file in files {
      let bytes = try Corpus.bytes("csv-spectrum/csvs/" + file)
      let expected = try Corpus.json(
        "csv-spectrum/json/" + file.split(separator: ".")[0] + ".json", as: [[String: String]].self)
      for chunk in [1, 2, 3, 7, Int.max] {
        let records = try Self.parse(bytes, chunk: chunk)
        let header = try #require(records.first)
        let rows = records.dropFirst().map { Dictionary(zip(header, $0)) { first, _ in first } }
        #expect((Array(rows) == expected) == !Self.excluded.contains(file), "\(file), chunks of \(chunk)")
      }
      // What was read is written and read again.
      let records = try Self.parse(bytes)
      var written: [UInt8] = []
      for record in records { CSVDialect().append(record.map { Value.string($0) }, to: &written) }
      #expect(try Self.parse(written) == records, "\(file)")
    }
  }

  @Test(
    "the parser is as lenient as the common readers",
    arguments: [
      ("", []), ("\n\n", []), ("a", [["a"]]), ("a,", [["a", ""]]), (",", [["", ""]]), ("\"\"", [[""]]),
      ("a\rb", [["a"], ["b"]]), ("a\r\n\r\nb\n\n", [["a"], ["b"]]), ("a\"b,c", [["a\"b", "c"]]),
      ("\"a\"b,c", [["ab", "c"]]), ("\"a\" ,b", [["a", "b"]]), (" \"a\"", [[" \"a\""]]),
      ("\"a\nb\r\nc\",d", [["a\nb\r\nc", "d"]]),
      ("\"\"\"\"", [["\""]]),
    ])
  func leniency(text: String, records: [[String]]) throws {
    for chunk in 1...max(1, text.utf8.count) { #expect(try Self.parse(Array(text.utf8), chunk: chunk) == records) }
  }

  @Test("a quote that is never closed is a fault", arguments: ["\"open", "\"a\"\"", "a,\"", "a\n\"b\nc\n"])
  func openQuotes(text: String) {
    for chunk in 1...text.utf8.count {
      #expect(throws: RunError.self) { try Self.parse(Array(text.utf8), chunk: chunk) }
    }
  }

  /// Rows of texts that are hard on CSV.
  private static func hardRows(_ random: inout RepeatableRandom, columns: Int, count: Int) -> [[Value]] {
    let pieces = [
      "a", "\"", ",", ";", "\t", "\n", "\r", "\r\n", " ", "é", "ʤ", "😀", "'", "=", "|", "\\", "", "null", "1",
    ]
    return (0..<count).map { _ in
      (0..<columns).map { _ in
        if random.oneIn(8) { return .null }
        return .string(
          (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined())
      }
    }
  }

  private static func texts(_ rows: [[Value]]) -> [[String]] {
    rows.map { $0.map { if case .string(let text) = $0 { text } else { "" } } }
  }

  @Test("every dialect is read back as it was written", arguments: 0..<40 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let delimiters = Array(",;\t| '".utf8)
    let dialect = CSVDialect(
      delimiter: delimiters[Int(seed) % delimiters.count], lineEnd: random.oneIn(2) ? .crlf : .lf)
    let rows = Self.hardRows(&random, columns: Int.random(in: 1...5, using: &random), count: 50)
    var bytes: [UInt8] = []
    for row in rows { dialect.append(row, to: &bytes) }
    #expect(
      try Self.parse(bytes, delimiter: dialect.delimiter, chunk: Int.random(in: 1...50, using: &random))
        == Self.texts(rows)
    )
  }

  @Test("Python's csv module reads the same", arguments: [(",", false), (";", true), ("\t", false)])
  func python(delimiter: String, hasMark: Bool) throws {
    let folder = try TemporaryFolder()
    var random = RepeatableRandom(seed: 7)
    let rows = Self.hardRows(&random, columns: 4, count: 300) + Self.hardRows(&random, columns: 1, count: 0)
    let dialect = CSVDialect(
      delimiter: delimiter.utf8.first ?? 0, lineEnd: hasMark ? .lf : .crlf, hasByteOrderMark: hasMark)
    try CSVSink(output: OutputOptions(folder.path("rows.csv")), dialect: dialect).write(rows)
    let script = """
      import csv, json, sys
      with open(sys.argv[1], newline='', encoding='utf-8-sig') as file:
          json.dump(list(csv.reader(file, delimiter=sys.argv[2], strict=True)), sys.stdout)
      """
    let output = try Program.output(["python3", "-c", script, folder.path("rows.csv"), delimiter])
    let read = try JSONValue(parsing: String(decoding: output, as: UTF8.self))
    let expected = ([["a", "b", "c", "d"]] + Self.texts(rows)).map { JSONValue.array($0.map { .string($0) }) }
    #expect(read == .array(expected))
  }
}
