import Glibc
import PipeEngine
import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeStages

/// Files in memory whose operations fail, one after the other: whatever fails, what is left is whole and counted.
struct StorageFaultTests {
  /// A format, and how many rows its bytes hold; `nil` if they do not end with a whole one.
  struct Format: Sendable, CustomTestStringConvertible {
    let ending: String
    var testDescription: String { ending }

    static let all = ["csv", "jsonl", "csv.gz", "csv.zst", "jsonl.gz", "jsonl.zst"].map { Format(ending: $0) }

    var isCSV: Bool { ending.hasPrefix("csv") }

    func sink(_ path: String, mode: OutputMode, _ publish: PublishMode?) -> any FileSink {
      let output = OutputOptions(path, mode: mode, publish: publish)
      return isCSV ? CSVSink(output: output, dialect: CSVDialect()) : JSONLinesSink(output: output)
    }

    func rows(_ bytes: [UInt8]) -> Int? {
      guard let content = try? InputDecoding.content(of: bytes) else { return nil }
      let format: RowFormat = isCSV ? .csv(CSVDialect(), columns: StorageFaultTests.columns.map(\.name)) : .lines
      let whole = format.wholeRows(in: content[...])
      guard whole.end == content.endIndex else { return nil }
      return max(0, whole.count - (isCSV ? 1 : 0))
    }
  }

  private static let columns = [Column(name: "n", index: 0), Column(name: "text", index: 1)]
  private static let old = "n,text\r\n0,old\r\n"

  private static func records(_ count: Int) -> [Record] {
    (0..<count).map { number in
      let text = String(repeating: "a \"line\"\r\n", count: number % 5)
      return Record(id: RequestID(source: 0, ordinal: number), values: [.int(number), .string(text)])
    }
  }

  /// Writes rows as a run does, and ends it as a run does.
  private func run(_ sink: any FileSink, in storage: MemoryStorage) -> (
    rows: Int, error: RunError?, left: UnpublishedRows?
  ) {
    let environment = SinkEnvironment(storage: storage)
    var writer: any FileWriter
    do throws(RunError) { writer = try sink.open(Self.columns, in: environment) } catch { return (0, error, nil) }
    do throws(RunError) {
      for _ in 0..<4 {
        try writer.write(Self.records(10))
        _ = try writer.flush()
      }
      try writer.finish()
      try writer.publish()
      return (writer.rowsWritten, nil, nil)
    } catch {
      let left = writer.abandon()
      return (writer.rowsWritten, error, left)
    }
  }

  private func attempts(_ sink: any FileSink) -> Int {
    let storage = MemoryStorage()
    #expect(run(sink, in: storage).error == nil)
    return storage.attempts
  }

  @Test(arguments: Format.all, [(ENOSPC, 0), (ENOSPC, 7), (EIO, 40), (EFBIG, 200)])
  func `Whichever change fails, the old file is whole, and the part holds the rows that are counted`(
    format: Format, fault: (code: Int32, taken: Int)
  ) {
    let path = "/out/x.\(format.ending)"
    let sink = format.sink(path, mode: .replace, nil)
    let old = Array(Self.old.utf8)
    for number in 0..<attempts(sink) {
      let storage = MemoryStorage(
        failing: .init(code: fault.code, taken: fault.taken) { attempt, _ in attempt == number })
      storage.put(path, old)
      let (rows, error, left) = run(sink, in: storage)
      #expect(error != nil, "operation \(number)")
      guard storage.bytes(path) == old else {
        // The rename was made, and its folder could not be synced.
        #expect(storage.bytes(path).flatMap(format.rows) == 40)
        #expect(error?.reason.hasPrefix("cannot be made durable") == true)
        continue
      }
      #expect(left?.path == (rows > 0 ? path + ".part" : nil))
      #expect(storage.bytes(path + ".part").flatMap(format.rows) == (rows > 0 ? rows : nil), "operation \(number)")
    }
  }

  @Test(arguments: Format.all, [0, 3, 100])
  func `A disk that stays full leaves whole rows in a live file, and they are counted`(format: Format, taken: Int) {
    let path = "/out/x.\(format.ending)"
    let sink = format.sink(path, mode: .replace, .live)
    for number in 0..<attempts(sink) {
      let storage = MemoryStorage(
        failing: .init(taken: taken) { attempt, operation in
          if case .write = operation { attempt >= number } else { false }
        })
      let (rows, error, left) = run(sink, in: storage)
      guard error != nil else { continue }
      #expect(left == nil)
      #expect(storage.bytes(path).flatMap { $0.isEmpty ? 0 : format.rows($0) } == rows, "from operation \(number) on")
    }
  }

  @Test(arguments: Format.all, [0, 3, 100])
  func `What was there before rows were added stays, whatever fails`(format: Format, taken: Int) throws {
    let path = "/out/x.\(format.ending)"
    let sink = format.sink(path, mode: .append, nil)
    let first = MemoryStorage()
    #expect(run(sink, in: first).error == nil)
    let old = try #require(first.bytes(path))
    for number in 0..<attempts(sink) {
      let storage = MemoryStorage(failing: .init(taken: taken) { attempt, _ in attempt == number })
      storage.put(path, old)
      let (rows, _, _) = run(sink, in: storage)
      #expect(storage.bytes(path)?.starts(with: old) == true)
      #expect(storage.bytes(path).flatMap(format.rows) == 40 + rows, "operation \(number)")
    }
  }

  @Test(arguments: Format.all)
  func `A complete run syncs its rows, renames them, and syncs the folder`(format: Format) throws {
    let path = "/out/x.\(format.ending)"
    let storage = MemoryStorage()
    storage.put(path, Array(Self.old.utf8), permissions: 0o640)
    #expect(run(format.sink(path, mode: .replace, nil), in: storage).rows == 40)
    let last = storage.operations.suffix(4)
    // The name of the part, too, is durable before it is renamed.
    guard case .sync? = last.first else {
      Issue.record("\(last)")
      return
    }
    #expect(
      Array(last.dropFirst()) == [
        .syncFolder(path: "/out"), .rename(path: path + ".part", to: path), .syncFolder(path: "/out"),
      ])
    #expect(storage.names == [path])
    #expect(storage.bytes(path).flatMap(format.rows) == 40)
    #expect(storage.permissions(path) == 0o640)
  }

  @Test func `Bytes that somebody else added are not cut with a torn row`() throws {
    let path = "/out/x.csv"
    let sink = Format(ending: "csv").sink(path, mode: .append, nil)
    let storage = MemoryStorage(
      failing: .init(taken: 5) { attempt, operation in
        if case .write = operation { attempt > 1 } else { false }
      })
    var writer = try sink.open(Self.columns, in: SinkEnvironment(storage: storage))
    try writer.write(Self.records(2))
    _ = try writer.flush()
    let before = try #require(storage.bytes(path))
    try writer.write(Self.records(2))
    storage.add(to: path, Array("another's\r\n".utf8))
    #expect(throws: RunError.self) { _ = try writer.flush() }
    #expect(storage.bytes(path)?.starts(with: before + Array("another's\r\n".utf8)) == true)
    #expect(writer.rowsWritten == 2)
  }

  @Test(arguments: Format.all, [OutputMode.replace, .append, .fail])
  func `Two runs on one output are told apart, and the first one's rows are safe`(format: Format, mode: OutputMode)
    throws
  {
    let path = "/out/x.\(format.ending)"
    let storage = MemoryStorage()
    let sink = format.sink(path, mode: mode, nil)
    var writer = try sink.open(Self.columns, in: SinkEnvironment(storage: storage))
    try writer.write(Self.records(10))
    _ = try writer.flush()
    let error = #expect(throws: RunError.self) {
      _ = try sink.open(Self.columns, in: SinkEnvironment(storage: storage))
    }
    #expect(error?.reason == "is being written by another run, so this one does not begin")
    try writer.finish()
    try writer.publish()
    #expect(storage.bytes(path).flatMap(format.rows) == 10)
  }

  @Test func `A part that a dead run left is replaced`() throws {
    let path = "/out/x.csv"
    let storage = MemoryStorage()
    storage.put(path + ".part", Array("half a r".utf8))
    #expect(run(Format(ending: "csv").sink(path, mode: .replace, nil), in: storage).rows == 40)
    #expect(storage.names == [path])
  }

  @Test(arguments: [PublishMode.whole, .live], [true, false])
  func `An output that was removed or replaced fails the run`(publish: PublishMode, isReplaced: Bool) throws {
    let path = "/out/x.csv"
    let storage = MemoryStorage()
    var writer = try Format(ending: "csv").sink(path, mode: .replace, publish)
      .open(Self.columns, in: SinkEnvironment(storage: storage))
    try writer.write(Self.records(10))
    let written = publish == .whole ? path + ".part" : path
    if isReplaced { storage.put(written, []) } else { storage.take(written) }
    let error = #expect(throws: RunError.self) { try writer.finish() }
    #expect(
      error?.reason
        == "was \(isReplaced ? "replaced by another file" : "removed") while it was written, so its rows are lost")
    #expect(writer.abandon() == UnpublishedRows(path: path, isLost: true))
    #expect(storage.bytes(written) == (isReplaced ? [] : nil), "another's file is left alone")
  }
}
