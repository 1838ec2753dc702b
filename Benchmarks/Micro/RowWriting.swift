import PipeEngine
import PipeSpec
import PipeStages

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
    let plain = try formats.map { try benchmark($0, title: $1, records) }
    let folder = try TemporaryFolder()
    let varied = (0..<10 * rowCount).map(varied)
    let compressed = try [("gz", "rows to gzipped CSV"), ("zst", "rows to CSV by zstd")].map { ending, title in
      try benchmark(ending, title: title, varied, in: folder)
    }
    return plain + compressed
  }

  /// A record whose title is unlike the others', so that it does not compress to nothing.
  private static func varied(_ number: Int) -> Record {
    let words = """
      lantern brass oil small old harbour glass wick blue ship chain hook candle storm deck rope anchor bell iron \
      copper north light keeper tower signal red green port sail mast
      """.split(separator: " ")
    var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
    let title = (0..<6).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return words[Int(state >> 33) % words.count]
    }
    return Record(
      id: RequestID(source: 0, ordinal: number),
      values: [
        .string("https://shop.example.com/\(title[0])/\(title[1])-\(number).html"), .int(200),
        .int(500 + Int(state >> 45)), .string(title.joined(separator: " ")), .null,
      ])
  }

  private static func benchmark(
    _ ending: String, title: String, _ records: [Record], in folder: TemporaryFolder
  ) throws -> MicroBenchmark {
    func sink(_ name: String) throws -> SinkPlan {
      let plan = try Plan.compiled(
        """
        version: 1
        sources: [urls: http://a.example/]
        extract: [url, status, length, title, error]
        sinks: [{csv: \(folder.path)/\(name)}]
        """)
      guard let sink = plan.sinks.first else { throw MicroBenchmarkFailure("no sink") }
      return sink
    }
    let compressed = try sink("rows.csv.\(ending)")
    let bytes = try write(records, to: sink("rows.csv"))
    let ratio = Double(bytes) / Double(try write(records, to: compressed))
    return MicroBenchmark(
      name: "write.csv.\(ending)", title: title, unit: "row", operations: records.count, bytes: bytes,
      note: "five fields, \((ratio * 10).rounded() / 10) times smaller; bytes before they are compressed"
    ) {
      defer { withExtendedLifetime(folder) {} }
      return try write(records, to: compressed)
    }
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
  @discardableResult
  static func write(_ records: [Record], to sink: SinkPlan) throws -> Int {
    guard let file = sink.sink as? any FileSink else { throw MicroBenchmarkFailure("not a file") }
    var writer = try file.openFile(sink.columns, .at(nil), in: SinkEnvironment())
    for start in stride(from: 0, to: records.count, by: 64) {
      try writer.write(Array(records[start..<min(start + 64, records.count)]))
    }
    let position = try writer.flush()
    try writer.close()
    guard let bytes = position.bytes, bytes > 0 else { throw MicroBenchmarkFailure("nothing was written") }
    return bytes
  }
}
