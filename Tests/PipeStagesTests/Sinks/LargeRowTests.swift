import Glibc
import PipeEngine
import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeStages

/// A row that takes much more than its record is never there as a whole.
struct LargeRowTests {
  private static let columns = ["n", "a", "b", "c"].enumerated().map { Column(name: $1, index: $0) }
  /// JSON writes each of its characters in six bytes.
  private static let text = String(repeating: "\u{1}", count: 200_000)
  /// As long as that is written.
  private static let plain = String(repeating: "x", count: 1_200_000)
  private static let path = "/out/x.jsonl"

  private static func record(_ number: Int, _ long: String = text) -> Record {
    let text = Value.string(number == 1 ? long : "short")
    return Record(id: RequestID(source: 0, ordinal: number), values: [.int(number), text, text, text])
  }

  private func write(
    _ path: String, mode: OutputMode, in storage: MemoryStorage, text: String = text
  ) -> (rows: Int, error: RunError?) {
    let output = OutputOptions(path, mode: mode, publish: .live)
    let sink: any FileSink =
      path.contains("csv") ? CSVSink(output: output, dialect: CSVDialect()) : JSONLinesSink(output: output)
    do throws(RunError) {
      var writer = try sink.open(Self.columns, in: SinkEnvironment(storage: storage))
      do throws(RunError) {
        try writer.write((0..<3).map { Self.record($0, text) })
        try writer.finish()
        try writer.publish()
        return (writer.rowsWritten, nil)
      } catch {
        _ = writer.abandon()
        return (writer.rowsWritten, error)
      }
    } catch {
      return (0, error)
    }
  }

  private func rows(_ bytes: [UInt8]) throws -> Int {
    let content = try InputDecoding.content(of: bytes)
    #expect(content.last == nil || content.last == 0x0A)
    // Most of it is one row: its bytes are not looked at one by one.
    return content.withUnsafeBytes { bytes in
      var (rows, place) = (0, 0)
      while place < bytes.count, let start = bytes.baseAddress.map({ $0 + place }),
        let end = memchr(start, 0x0A, bytes.count - place)
      {
        (rows, place) = (rows + 1, bytes.baseAddress.map { UnsafeRawPointer(end) - $0 + 1 } ?? bytes.count)
      }
      return rows
    }
  }

  @Test(arguments: ["x.jsonl", "x.csv", "x.jsonl.gz", "x.csv.zst"])
  func `It is written in pieces that are each a value and little more`(name: String) throws {
    let storage = MemoryStorage()
    let path = "/out/" + name
    #expect(write(path, mode: .replace, in: storage).rows == 3)
    let content = try InputDecoding.content(of: try #require(storage.bytes(path)))
    var expected: [UInt8] = []
    for number in 0..<3 {
      let values = Self.record(number).values
      if name.contains("csv") {
        if number == 0 { CSVDialect().append(Self.columns.map { .string($0.name) }, to: &expected) }
        CSVDialect().append(values, to: &expected)
      } else {
        for (column, value) in zip(Self.columns, values) {
          expected += ((column.index == 0 ? "{" : ",") + "\"\(column.name)\":").utf8
          value.appendJSON(to: &expected)
        }
        expected += "}\n".utf8
      }
    }
    #expect(content.count == expected.count)
    #expect(content == expected)
    for operation in storage.operations {
      guard case .write(_, _, let bytes) = operation else { continue }
      #expect(bytes.count <= OutputFile.pieceSize + 6 * Self.text.utf8.count)
    }
  }

  @Test(arguments: [0, 5, 1_000_000], [OutputMode.replace, .append])
  func `It is taken back if one of its pieces cannot be written`(taken: Int, mode: OutputMode) throws {
    let whole = MemoryStorage()
    #expect(write(Self.path, mode: mode, in: whole, text: Self.plain).error == nil)
    let old = Array("{\"n\":9}\n".utf8)
    for number in 0..<whole.attempts {
      let storage = MemoryStorage(failing: .init(code: ENOSPC, taken: taken) { attempt, _ in attempt == number })
      if mode == .append { storage.put(Self.path, old) }
      let (count, error) = write(Self.path, mode: mode, in: storage, text: Self.plain)
      guard error != nil, let bytes = storage.bytes(Self.path) else { continue }
      #expect(try rows(bytes) == count + (mode == .append ? 1 : 0), "operation \(number)")
      #expect(mode == .replace || bytes.starts(with: old))
    }
  }

  @Test func `A list counts what its elements hold`() {
    let long = String(repeating: "x", count: 1_000)
    let values: [Value] = [
      .list([.json(long), .json(long)]), .list([.string(long), .int(1)]), .list([.list([.string(long)])]),
    ]
    for (value, least) in zip(values, [2_000, 1_000, 1_000]) {
      let record = Record(id: RequestID(source: 0, ordinal: 0), values: [value])
      #expect(least...least + 300 ~= record.cost)
    }
  }
}
