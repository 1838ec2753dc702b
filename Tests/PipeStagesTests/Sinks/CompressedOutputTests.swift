import Glibc
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

@Suite("OutputFile, compressed")
struct CompressedOutputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sink(_ name: String, mode: OutputMode = .replace, publish: PublishMode? = nil) -> CSVSink {
    CSVSink(output: OutputOptions(folder.path(name), mode: mode, publish: publish), dialect: CSVDialect(lineEnd: .lf))
  }

  private func content(_ name: String) throws -> String {
    String(decoding: try InputDecoding.content(of: folder.bytes(name)), as: UTF8.self)
  }

  /// Rows that do not compress to nothing: `count` of them, of about 1 kB.
  private static func records(_ count: Int, seed: UInt64 = 1) -> [Record] {
    var random = RepeatableRandom(seed: seed)
    return (0..<count).map { number in
      let noise = String(random.next(), radix: 36)
      return Record(
        id: RequestID(source: 0, ordinal: number), values: [.int(number), .string(String(repeating: noise, count: 80))])
    }
  }

  private static let columns = [Column(name: "n", index: 0), Column(name: "noise", index: 1)]

  /// The first rows of a file, as `open` and `write` make them.
  private static func text(of records: some Collection<Record>) -> String {
    var bytes = Array("n,noise\n".utf8)
    for record in records { CSVDialect(lineEnd: .lf).append(record.values, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("gzip and zstd themselves read the rows back", arguments: Compression.allCases)
  func programs(compression: Compression) throws {
    let name = "out/rows.csv.\(compression.fileExtension)"
    try sink(name).write([[.int(1), .string("é, ü")], [.null, .string("")]])
    #expect(try compression.decodedByProgram(folder.path(name)) == Array("a,b\n1,\"é, ü\"\n,\"\"\n".utf8))
    let lines = folder.path("rows.jsonl.\(compression.fileExtension)")
    try JSONLinesSink(output: OutputOptions(lines)).write([[.int(1)], [.null]])
    #expect(try compression.decodedByProgram(lines) == Array("{\"a\":1}\n{\"a\":null}\n".utf8))
  }

  @Test("whenever the process ends, there are whole rows in whole members", arguments: Compression.allCases)
  func wholeMembers(compression: Compression) throws {
    let name = "x.csv.\(compression.fileExtension)"
    let records = Self.records(5000)
    var writer = try sink(name, publish: .live).open(Self.columns)
    var sizes: Set<Int> = []
    var count = 0
    while count < records.count {
      try writer.write(Array(records[count..<count + 500]))
      count += 500
      let content = try content(name)
      sizes.insert(content.utf8.count)
      #expect(content.isEmpty || content.last == "\n")
      #expect(Self.text(of: records[..<count]).hasPrefix(content))
      #expect(content.utf8.count > count * 900 - (MemberBuffer.size + (512 << 10)), "no more than a member is held")
    }
    // Members of 1 MiB and some.
    #expect(sizes.count == 5)
    try writer.close()
    #expect(try content(name) == Self.text(of: records))
  }

  @Test("cut back to the position of a flush, a file holds the rows before it", arguments: Compression.allCases)
  func positions(compression: Compression) throws {
    let name = "x.csv.\(compression.fileExtension)"
    let records = Self.records(3000)
    var writer = try sink(name).open(Self.columns)
    var positions: [FileExtent] = []
    for (start, count) in [(0, 0), (0, 1), (1, 0), (1, 499), (500, 2500)] {
      try writer.write(Array(records[start..<start + count]))
      positions.append(try writer.flush())
    }
    try writer.close()
    let whole = try folder.bytes(name)
    #expect(positions.map(\.rows) == [0, 1, 1, 500, 3000])
    #expect(positions.last?.bytes == whole.count)
    #expect(positions[1] == positions[2], "a flush of nothing makes no member")
    for position in positions {
      let content = try InputDecoding.content(of: Array(whole.prefix(try #require(position.bytes))))
      #expect(String(decoding: content, as: UTF8.self) == Self.text(of: records[..<position.rows]))
    }
  }

  @Test(
    "the first rows are written at once; then few rows wait for others, and a good many do not",
    arguments: Compression.allCases)
  func rests(compression: Compression) throws {
    let name = "x.csv.\(compression.fileExtension)"
    let records = Self.records(1000)
    var writer = try sink(name, publish: .live).open(Self.columns)
    for rest in 1...61 {
      try writer.write([records[rest]])
      try writer.idle()
      // Four times a second, so every 5 s.
      #expect(try content(name).split(separator: "\n").count == 1 + 1 + (rest - 1) / 20 * 20)
    }
    let size = try folder.bytes(name).count
    for _ in 0..<100 { try writer.idle() }
    #expect(try folder.bytes(name).count == size, "without rows there is nothing to write")
    try writer.write(Array(records[100..<400]))
    try writer.idle()
    #expect(try content(name).split(separator: "\n").count == 362)
  }

  @Test("append adds members; the header is at the start alone", arguments: Compression.allCases)
  func append(compression: Compression) throws {
    let name = "x.csv.\(compression.fileExtension)"
    try sink(name, mode: .append).write([[.int(1)]])
    let before = try folder.bytes(name)
    try sink(name, mode: .append).write([[.int(2)]])
    #expect(try folder.bytes(name).starts(with: before))
    #expect(try content(name) == "a\n1\n2\n")
    try sink(name, mode: .append).write([])
    #expect(try content(name) == "a\n1\n2\n")
    try sink(name).write([[.int(3)]])
    #expect(try content(name) == "a\n3\n", "replace writes it anew")
  }

  @Test("appended to, the position is that of the whole file", arguments: Compression.allCases)
  func positionAfterAppending(compression: Compression) throws {
    let name = "x.csv.\(compression.fileExtension)"
    try sink(name).write([[.int(1)]])
    let size = try folder.bytes(name).count
    var writer = try sink(name, mode: .append).open([Column(name: "a", index: 0)])
    #expect(try writer.flush() == FileExtent(bytes: size, rows: 0))
    try writer.write([Record(id: RequestID(source: 0, ordinal: 0), values: [.int(2)])])
    let position = try writer.flush()
    #expect(position == FileExtent(bytes: try folder.bytes(name).count, rows: 1))
  }

  @Test("a file without rows is valid, and gets its header when rows come", arguments: Compression.allCases)
  func noRows(compression: Compression) throws {
    let lines = folder.path("x.jsonl.\(compression.fileExtension)")
    let sink = JSONLinesSink(output: OutputOptions(lines, mode: .append))
    try sink.write([])
    #expect(try compression.decodedByProgram(lines) == [])
    let size = try folder.bytes("x.jsonl.\(compression.fileExtension)").count
    try sink.write([])
    #expect(try folder.bytes("x.jsonl.\(compression.fileExtension)").count == size)
    try CSVSink(output: OutputOptions(lines, mode: .append), dialect: CSVDialect(lineEnd: .lf)).write([[.int(1)]])
    #expect(try compression.decodedByProgram(lines) == Array("a\n1\n".utf8))
  }

  @Test("a file that is cut off is not added to, and the way to mend it is told", arguments: Compression.allCases)
  func appendToTorn(compression: Compression) throws {
    let name = "x.csv.\(compression.fileExtension)"
    try sink(name).write([[.int(1)]])
    let first = try folder.bytes(name).count
    try sink(name, mode: .append).write([[.int(2)]])
    let torn = try Array(folder.bytes(name).dropLast(3))
    try folder.write(name, torn)
    let error = #expect(throws: RunError.self) { try sink(name, mode: .append).write([[.int(3)]]) }
    #expect(
      error
        == RunError(
          folder.path(name), "is cut off in the middle of a \(compression.memberName), so nothing can be added to it",
          hint: "its first \(first) bytes are whole: truncate -s \(first) leaves them"))
    #expect(try folder.bytes(name) == torn)
    #expect(truncate(folder.path(name), first) == 0)
    try sink(name, mode: .append).write([[.int(3)]])
    #expect(try content(name) == "a\n1\n3\n")
  }

  @Test("a file of another kind than its name says is not added to")
  func appendToOther() throws {
    for (name, bytes) in [
      ("x.csv.gz", Array("a\n1\n".utf8)), ("x.csv.gz", try Compression.zstd.members("a\n1\n")),
      ("x.csv.zst", try Compression.gzip.members("a\n1\n")),
    ] {
      try folder.write(name, bytes)
      let error = #expect(throws: RunError.self) { try sink(name, mode: .append).write([[.int(3)]]) }
      #expect(error?.reason.hasPrefix("is not a \(name.hasSuffix("gz") ? "gzip" : "zstd") file") == true)
      #expect(try folder.bytes(name) == bytes)
    }
  }

  @Test("fail does not touch a file that is there")
  func fail() throws {
    try sink("x.csv.gz", mode: .fail).write([[.int(1)]])
    let error = #expect(throws: RunError.self) { try sink("x.csv.gz", mode: .fail).write([[.int(2)]]) }
    #expect(error?.reason == "is there already, and mode is fail")
    #expect(try content("x.csv.gz") == "a\n1\n")
  }

  @Test(
    "a full disk ends the run, with the file, the reason and what to do", arguments: ["full.csv.gz", "full.csv.zst"])
  func fullDisk(name: String) throws {
    #expect(symlink("/dev/full", folder.path(name)) == 0)
    let error = #expect(throws: RunError.self) { try sink(name).write([[.int(1)]]) }
    #expect(
      error
        == RunError(
          folder.path(name), "cannot be written: No space left on device",
          hint: "make room on the disk and run it again")
    )
    var writer = try sink(name).open(Self.columns)
    #expect(throws: RunError.self) { try writer.write(Self.records(1200)) }
  }

  @Test("a pipe whose reader has gone ends the run instead of the process", arguments: ["pipe.gz", "pipe.zst"])
  func brokenPipe(name: String) throws {
    signal(SIGPIPE, SIG_IGN)
    #expect(mkfifo(folder.path(name), 0o600) == 0)
    let reader = Glibc.open(folder.path(name), O_RDONLY | O_NONBLOCK)
    var writer = try sink(name).open(Self.columns)
    try writer.write(Self.records(1))
    #expect(try writer.flush() == FileExtent(bytes: nil, rows: 1))
    close(reader)
    try writer.write(Self.records(1))
    let error = #expect(throws: RunError.self) { _ = try writer.flush() }
    #expect(error?.reason == "cannot be written: Broken pipe")
  }

  @Test(
    "a name that promises what is not written is a fault of the spec",
    arguments: ["out/x.csv.bz2", "x.jsonl.XZ", "x.zip", "x.csv.zstd", "x.csv.gzip"])
  func otherNames(path: String) {
    let pipeline = Pipeline(spec: "sinks: [csv: '\(path)']")
    #expect(pipeline.plan == nil)
    #expect(pipeline.diagnostics.map(\.code) == [.badValue])
    #expect(pipeline.diagnostics.first?.hint == "gzip files end in .gz, zstd files in .zst")
  }
}
