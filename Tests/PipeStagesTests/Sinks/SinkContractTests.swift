import FoundationEssentials
import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import PipeWeb
import Testing

/// A sink as a spec declares it, and a program that reads what it writes. A new sink belongs into `all`.
struct SinkCase: Sendable, CustomTestStringConvertible {
  enum Format: Sendable { case csv, jsonLines, sqlite }

  let name: String
  let component: String
  let ending: String
  let format: Format
  let options: String

  var testDescription: String { name }

  private init(_ name: String, _ component: String, _ ending: String, _ format: Format, _ options: String = "") {
    (self.name, self.component, self.ending, self.format, self.options) = (name, component, ending, format, options)
  }

  static let all = [
    SinkCase("csv", "csv", "csv", .csv), SinkCase("csv, gzip", "csv", "csv.gz", .csv),
    SinkCase("csv, zstd", "csv", "csv.zst", .csv),
    SinkCase("csv with line feeds", "csv", "csv", .csv, ", line_end: lf"),
    SinkCase("jsonl", "jsonl", "jsonl", .jsonLines),
    SinkCase("jsonl, gzip", "jsonl", "jsonl.gz", .jsonLines), SinkCase("jsonl, zstd", "jsonl", "jsonl.zst", .jsonLines),
    SinkCase("sqlite", "sqlite", "db", .sqlite, ", table: \"a table\""),
  ]

  /// Those whose rows are the bytes of a file.
  static let files = all.filter { $0.format != .sqlite }

  func spec(_ path: String, mode: String) -> String { "\(component): {path: \"\(path)\", mode: \(mode)\(options)}" }

  /// What the reader says of a value.
  func text(of value: Value) -> String {
    switch value {
    case .null: format == .csv ? "" : "null"
    case .bool(let value): "\(value)"
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): format == .jsonLines ? "text " + text : text
    case .json(let text): text
    case .list: #"[1,"x,\"y\"",null]"#
    }
  }

  /// The names of the columns and the rows of a file, by Python's own modules; `nil` names where there is no row.
  func read(_ path: String) throws -> (columns: [String]?, rows: [[String]]) {
    let python = try #require(Program.path("python3"))
    let program =
      switch format {
      case .csv: Self.opening + Self.csv
      case .jsonLines: Self.opening + Self.jsonLines
      case .sqlite: Self.sqlite
      }
    let output = try Program.output([python, "-c", program, path])
    let told = try JSONDecoder().decode([[String]?].self, from: Data(output))
    return (told.first ?? nil, told.dropFirst().compactMap(\.self))
  }

  private static let opening = """
    import csv, gzip, io, json, sys, zstandard
    path = sys.argv[1]
    opens = {'gz': gzip.open, 'zst': zstandard.open}.get(path.rsplit('.', 1)[-1], open)
    file = io.TextIOWrapper(opens(path, 'rb'), encoding='utf-8', errors='strict', newline='')

    """
  private static let sqlite = """
    import json, sqlite3, sys
    found = sqlite3.connect(sys.argv[1]).execute('SELECT * FROM "a table" ORDER BY rowid')
    rows = [['null' if value is None else str(value) for value in row] for row in found]
    json.dump([[column[0] for column in found.description]] + rows, sys.stdout)
    """
  private static let csv = """
    csv.field_size_limit(1 << 30)
    rows = list(csv.reader(file, strict=True))
    json.dump(rows or [None], sys.stdout)
    """
  private static let jsonLines = """
    def text(value):
        if isinstance(value, str): return 'text ' + value
        return json.dumps(value, ensure_ascii=False, separators=(',', ':'))
    rows = [json.loads(line) for line in file.read().split('\\n')[:-1]]
    json.dump([list(rows[0]) if rows else None] + [[text(value) for value in row.values()] for row in rows], sys.stdout)
    """
}

/// What every sink keeps to.
@Suite("Every sink", .timeLimit(.minutes(20)))
struct SinkContractTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let columns = ["plain", "two words", "quote\"d", "com,ma", "ü\u{1F600}"]

  private func sink(_ one: SinkCase, mode: String = "replace", path: String? = nil) throws -> any Sink {
    let path = path ?? folder.path("out." + one.ending)
    let pipeline = Pipeline(spec: "sinks:\n  - \(one.spec(path, mode: mode))\n")
    return try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))").sinks[0].sink
  }

  private func path(_ one: SinkCase) -> String { folder.path("out." + one.ending) }

  private func records(_ rows: [[Value]]) -> [Record] {
    rows.enumerated().map { Record(id: RequestID(source: 0, ordinal: $0), values: $1) }
  }

  /// Writes rows in batches, as a run does.
  @discardableResult
  private func write(_ rows: [[Value]], to sink: any Sink, batch: Int = 100) async throws -> SinkCommit {
    var writer = try await open(sink)
    for start in stride(from: 0, to: rows.count, by: batch) {
      try await writer.write(records(Array(rows[start..<min(start + batch, rows.count)])))
      try await writer.idle()
    }
    let commit = try await writer.finish()
    try await writer.publish()
    return commit
  }

  private func open(_ sink: any Sink, at position: SinkPosition? = nil) async throws -> any SinkWriter {
    let columns = Self.columns.enumerated().map { Column(name: $1, index: $0) }
    var environment = SinkEnvironment()
    environment.pipeline = "contract"
    return try await sink.open(columns, at: position, in: environment)
  }

  private static func row(_ number: Int) -> [Value] {
    [.int(number), .string("row \(number)"), .null, .string("say \"\(number)\",\r\n"), .bool(number % 2 == 0)]
  }

  /// Those whose rows are on a server have tests of their own, beside it.
  private static let elsewhere = ["postgres", "mysql", "redis"]

  @Test("is tried here, or it is said where")
  func completeness() {
    let tried = Set(SinkCase.all.map(\.component)).union(Self.elsewhere)
    #expect(Catalogue.standard.sinks.map(\.name).filter { !tried.contains($0) } == [])
  }

  @Test("writes rows that another program reads, each once and in order", arguments: SinkCase.all, [1, 99, 3000])
  func rows(one: SinkCase, count: Int) async throws {
    let rows = (0..<count).map(Self.row)
    let commit = try await write(rows, to: sink(one))
    #expect(commit.rows == count)
    let (columns, read) = try one.read(path(one))
    #expect(columns == Self.columns)
    #expect(read == rows.map { $0.map(one.text) })
  }

  @Test("a sink that gets no rows leaves a valid file", arguments: SinkCase.all)
  func nothing(one: SinkCase) async throws {
    var writer = try await open(sink(one))
    try await writer.close()
    let (columns, rows) = try one.read(path(one))
    #expect(rows == [])
    #expect(columns == (one.format == .jsonLines ? nil : Self.columns))
  }

  @Test("values of each type are read back as they are", arguments: SinkCase.all)
  func types(one: SinkCase) async throws {
    let values: [Value] = [
      .null, .bool(true), .bool(false), .int(0), .int(-1), .int(.max), .int(.min), .json(#"{"a":[1,"é",null],"b":{}}"#),
      .list([.int(1), .string("x,\"y\""), .null]),
    ]
    let rows = values.map { [$0, .string("between"), $0, .string("and"), $0] }
    try await write(rows, to: sink(one))
    #expect(try one.read(path(one)).rows == rows.map { $0.map(one.text) })
  }

  @Test("numbers with a fraction lose nothing", arguments: SinkCase.all)
  func doubles(one: SinkCase) async throws {
    let numbers = [0.1, -0.5, 1, 1e300, -2.2250738585072014e-308, .leastNonzeroMagnitude, 1.0 / 3, 123_456_789.125]
    try await write(numbers.map { [.double($0), .null, .null, .null, .null] }, to: sink(one))
    #expect(try one.read(path(one)).rows.map { Double($0[0]) } == numbers)
  }

  @Test("hostile texts are read back as they are", arguments: SinkCase.all)
  func texts(one: SinkCase) async throws {
    var texts = [
      "", " ", "\"", "\"\"\"", ",", "\n", "\r", "\r\n", "a\r", "\t", "a,b\n\"c\"", "\\", "\\n", "'", "{}", "[", "null",
      "true", "1", "1e5", "\u{1}\u{8}\u{B}\u{C}\u{1B}[31m\u{7F}", "\u{85}\u{2028}\u{2029}", "\u{FEFF}a", "e\u{301}é",
      "\u{1F468}\u{200D}\u{1F469}", "\u{FFFD}\u{FFFE}\u{10FFFF}", "\u{202E}abc", "#", "-- ", "=cmd()", "</script>",
      String(repeating: "long \"text\",\n", count: 20_000),
    ]
    if one.format == .jsonLines { texts.append("\u{0}a\u{0}") }
    let rows = texts.map { [.string($0), .string("between"), .string($0), .string("and"), .string($0)] as [Value] }
    try await write(rows, to: sink(one), batch: 1)
    #expect(try one.read(path(one)).rows == rows.map { $0.map(one.text) })
  }

  @Test("written twice onto one path, the second rows are there alone", arguments: SinkCase.all)
  func twice(one: SinkCase) async throws {
    try await write((0..<500).map(Self.row), to: sink(one))
    try await write((900..<903).map(Self.row), to: sink(one))
    #expect(try one.read(path(one)).rows == (900..<903).map { Self.row($0).map(one.text) })
  }

  @Test("with mode: append they come behind the first ones, under one header", arguments: SinkCase.all)
  func append(one: SinkCase) async throws {
    for part in [0..<5, 5..<5, 5..<9] { try await write(part.map(Self.row), to: sink(one, mode: "append")) }
    let (columns, rows) = try one.read(path(one))
    #expect(columns == Self.columns)
    #expect(rows == (0..<9).map { Self.row($0).map(one.text) })
  }

  @Test("with mode: fail what is there stays", arguments: SinkCase.files)
  func fail(one: SinkCase) async throws {
    try await write((0..<5).map(Self.row), to: sink(one, mode: "fail"))
    let sink = try sink(one, mode: "fail")
    if case .refused = sink.prospect(of: [], goesOn: false) {
    } else {
      Issue.record("\(sink.prospect(of: [], goesOn: false))")
    }
    await #expect(throws: RunError.self) { try await write((5..<9).map(Self.row), to: sink) }
    #expect(try one.read(path(one)).rows.count == 5)
  }

  @Test(
    "a device that is full is an error with the path in it, at the commit at the latest", arguments: SinkCase.files,
    [1, 20_000])
  func full(one: SinkCase, count: Int) async throws {
    // A file without an ending: a device cannot have another name.
    guard !one.ending.contains(".") else { return }
    let sink = try sink(one, path: "/dev/full")
    let error = await #expect(throws: RunError.self) {
      var writer = try await open(sink)
      try await writer.write(records((0..<count).map(Self.row)))
      _ = try await writer.commit()
    }
    #expect(error?.subject == "/dev/full")
    #expect(error?.reason.contains("No space left") == true, "\(error?.reason ?? "")")
  }

  @Test("a path that cannot be written is refused before the run, and nothing is made", arguments: SinkCase.all)
  func refused(one: SinkCase) async throws {
    let path = path(one)
    // Made after the spec was compiled: a folder that is there by then is a finding.
    let sink = try sink(one)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let again = Pipeline(spec: "sinks:\n  - \(one.spec(path, mode: "replace"))\n")
    #expect(again.diagnostics.map(\.code.rawValue) == ["bad-value"])
    if case .refused(let error) = sink.prospect(of: [], goesOn: false) {
      #expect(error.subject == path)
    } else {
      Issue.record("\(sink.prospect(of: [], goesOn: false))")
    }
    await #expect(throws: RunError.self) { _ = try await open(sink) }
  }

  @Test("compiled and asked about, a sink touches nothing", arguments: SinkCase.all)
  func touchesNothing(one: SinkCase) async throws {
    let sink = try sink(one, path: folder.path("new/folder/out." + one.ending))
    if case .new = sink.prospect(of: [], goesOn: false) {
    } else {
      Issue.record("\(sink.prospect(of: [], goesOn: false))")
    }
    #expect(sink.summary.contains("out." + one.ending))
    #expect(!folder.exists("new"))
    try await write([Self.row(1)], to: sink)
    #expect(try one.read(folder.path("new/folder/out." + one.ending)).rows.count == 1)
  }

  /// How a run goes on: so many rows before the commit, so many behind it that are lost.
  private static let breaks: [(committed: Int, lost: Int)] = [(0, 0), (1, 7), (900, 600)]

  @Test("broken off and gone on with, it is as if it had never been broken off", arguments: SinkCase.all, breaks)
  func goneOnWith(one: SinkCase, rows: (committed: Int, lost: Int)) async throws {
    let all = (0..<2000).map(Self.row)
    for mode in ["replace", "append"] {
      let folder = "\(mode)/"
      let sink = try sink(one, mode: mode, path: self.folder.path(folder + "out." + one.ending))
      #expect(sink.delivery == .exactlyOnce)
      let commit = try await breakOff(sink, all, rows)
      let position = try #require(commit.position)
      // What cannot be known of a compressed member that is not whole is not durable.
      #expect(commit.rows == rows.committed || one.ending.hasSuffix("z") || one.ending.hasSuffix("zst"))
      #expect(commit.rows <= rows.committed)
      var writer = try await open(sink, at: position)
      try await writer.write(records(Array(all[commit.rows...])))
      #expect(try await writer.finish().rows == all.count - commit.rows)
      try await writer.publish()
      let (columns, read) = try one.read(self.folder.path(folder + "out." + one.ending))
      #expect(columns == Self.columns)
      #expect(read == all.map { $0.map(one.text) })
    }
  }

  /// Writes rows, commits, writes more, and leaves everything as it is.
  private func breakOff(
    _ sink: any Sink, _ all: [[Value]], _ rows: (committed: Int, lost: Int)
  ) async throws -> SinkCommit {
    var writer = try await open(sink)
    try await writer.write(records(Array(all[..<rows.committed])))
    let commit = try await writer.commit()
    try await writer.write(records(Array(all[rows.committed..<rows.committed + rows.lost])))
    try await writer.idle()
    return commit
  }

  @Test("what is not a position of its own is refused", arguments: SinkCase.all)
  func foreignPosition(one: SinkCase) async throws {
    let sink = try sink(one)
    for bytes in [[], [0], [1], [9, 1, 2, 3], [UInt8](repeating: 1, count: 36)] as [[UInt8]] {
      await #expect(throws: RunError.self) { _ = try await open(sink, at: SinkPosition(bytes)) }
    }
    #expect(!folder.exists("out." + one.ending) && !folder.exists("out.\(one.ending).part"))
  }
}
