import PipeEngine
import PipeSpec

/// `jsonl`: a JSON object a line.
struct JSONLinesSink: FileSink {
  let output: OutputOptions

  static let component = Component<any Sink>(
    .sink, "jsonl", "A JSON object a line, its members in the order of the fields.",
    options: MapShape(
      main: "path", OutputOptions.path, OutputOptions.mode, OutputOptions.publish,
      make: { (path: $0, mode: $1, publish: $2) }
    ).checked { options, map, context in
      OutputOptions.check(options.path, options.mode, options.publish, map, &context).map { JSONLinesSink(output: $0) }
    },
    endings: ["jsonl", "ndjson"], examples: ["jsonl: out/pages.jsonl", "jsonl: \"-\""],
    make: { $0 })

  var summary: String { output.summary }
  var target: Located<SinkTarget> { output.target }

  var delivery: Delivery { output.delivery }

  func prospect() -> OutputProspect { output.prospect() }
  func prospectOfGoingOn() -> OutputProspect { output.prospect(goesOn: true) }
  func publication() -> Publication { output.publication() }
  var awaitsExpectations: Bool { output.awaitsExpectations }

  func wouldReplace(_ position: SinkPosition) -> Bool { output.wouldReplace(position) }

  func completePublishing(at position: SinkPosition, in environment: SinkEnvironment) throws(RunError) {
    try output.completePublishing(at: position, in: environment)
  }

  func openFile(
    _ columns: [Column], _ start: FileStart, in environment: SinkEnvironment
  ) throws(RunError) -> any FileWriter {
    try RowWriter(output, JSONLineEncoder(columns), start, in: environment)
  }
}

private struct JSONLineEncoder: RowEncoder {
  /// What stands before each value: `{"url":`, `,"title":`.
  private let members: [(prefix: [UInt8], index: Int)]

  init(_ columns: [Column]) {
    members = columns.enumerated().map { place, column in
      var prefix: [UInt8] = [place == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")]
      Value.string(column.name).appendJSON(to: &prefix)
      prefix.append(UInt8(ascii: ":"))
      return (prefix, column.index)
    }
  }

  var format: RowFormat { .lines }
  var beginning: (mark: [UInt8], header: [UInt8]?) { ([], nil) }

  func append(_ record: Record, to file: inout OutputFile) throws(RunError) {
    for (prefix, index) in members {
      file.buffer += prefix
      record.values[index].appendJSON(to: &file.buffer)
      try file.valueEnded()
    }
    file.buffer += "}\n".utf8
  }
}
