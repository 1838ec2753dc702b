import PipeEngine
import PipeSpec

/// What a row costs the sinks: whether writing needs a task of its own.
enum RowWriting {
  private static let rowCount = 2_000

  static func all() throws -> [MicroBenchmark] {
    let records = (0..<rowCount).map { number in
      Record(
        id: RequestID(source: 0, ordinal: number),
        values: [
          .string("https://shop.example.com/catalogue/item/\(number).html"), .int(200), .int(14_000 + number),
          // One in four needs quotes.
          .string(number.isMultiple(of: 4) ? "Lanterns, \"small\" – page \(number)" : "Lanterns – page \(number)"),
          .null,
        ])
    }
    let formats = [("csv", "rows to CSV"), ("jsonl", "rows to JSON lines")]
    return try formats.map { try benchmark($0, title: $1, records) }
  }

  private static func benchmark(_ format: String, title: String, _ records: [Record]) throws -> MicroBenchmark {
    let plan = try Plan.compiled(
      """
      version: 1
      sources: [urls: http://a.example/]
      extract: [url, status, length, title, error]
      sinks: [{\(format): /dev/null}]
      """)
    guard let sink = plan.sinks.first else { throw MicroBenchmarkFailure("no sink") }
    return MicroBenchmark(
      name: "write.\(format)", title: title, unit: "row", operations: records.count,
      bytes: try write(records, to: sink),
      note: "five fields, to /dev/null"
    ) { try write(records, to: sink) }
  }

  /// Opens a sink, writes all records and closes it.
  ///
  /// - Returns: The bytes written.
  private static func write(_ records: [Record], to sink: SinkPlan) throws -> Int {
    var writer = try sink.sink.open(sink.columns)
    for start in stride(from: 0, to: records.count, by: 64) {
      try writer.write(Array(records[start..<min(start + 64, records.count)]))
    }
    let position = try writer.flush()
    try writer.close()
    guard let bytes = position.bytes, bytes > 0 else { throw MicroBenchmarkFailure("nothing was written") }
    return bytes
  }
}
