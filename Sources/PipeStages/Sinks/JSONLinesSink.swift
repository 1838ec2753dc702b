import PipeEngine
import PipeSpec

/// `jsonl`: a JSON object a line.
struct JSONLinesSink: Sink {
  let output: OutputOptions

  static let component = Component<any Sink>(
    .sink, "jsonl", "A JSON object a line, its members in the order of the fields.",
    options: MapShape(
      main: "path", OutputOptions.path, OutputOptions.mode,
      make: { JSONLinesSink(output: OutputOptions(target: $0, mode: $1)) }),
    endings: ["jsonl", "ndjson"], examples: ["jsonl: out/pages.jsonl", "jsonl: \"-\""],
    make: { $0 })

  var summary: String { output.summary }
  var target: Located<SinkTarget> { output.target }

  func prospect() -> OutputProspect { output.prospect() }

  func open(_ columns: [Column], besides files: FilesInUse) throws(RunError) -> any SinkWriter {
    JSONLinesWriter(try output.open(.lines, besides: files), columns: columns)
  }
}

private final class JSONLinesWriter: SinkWriter {
  private var file: OutputFile
  /// What stands before each value: `{"url":`, `,"title":`.
  private let members: [(prefix: [UInt8], index: Int)]
  private var rows = 0

  init(_ file: consuming OutputFile, columns: [Column]) {
    self.file = file
    members = columns.enumerated().map { place, column in
      var prefix: [UInt8] = [place == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")]
      Value.string(column.name).appendJSON(to: &prefix)
      prefix.append(UInt8(ascii: ":"))
      return (prefix, column.index)
    }
  }

  func write(_ records: [Record]) throws(RunError) {
    for record in records {
      for (prefix, index) in members {
        file.buffer += prefix
        record.values[index].appendJSON(to: &file.buffer)
      }
      file.buffer += "}\n".utf8
      try file.endRow()
    }
    rows += records.count
  }

  var rowsWritten: Int { file.rowsWritten }

  func flush() throws(RunError) -> SinkPosition {
    try file.flush()
    return SinkPosition(bytes: file.position, rows: rows)
  }

  func rest() throws(RunError) { try file.rest() }

  func close() throws(RunError) { try file.finish() }
}
