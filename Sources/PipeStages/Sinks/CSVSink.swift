import PipeEngine
import PipeSpec

/// `csv`: rows by RFC 4180 in UTF-8.
struct CSVSink: FileSink {
  let output: OutputOptions
  let dialect: CSVDialect

  static let component = Component<any Sink>(
    .sink, "csv", "Rows by RFC 4180, in UTF-8.",
    options: MapShape(
      main: "path", OutputOptions.path, OutputOptions.mode, OutputOptions.publish,
      Key(
        "delimiter", CSVDialect.delimiterShape,
        unless: Implication(by: "path") { InputFormat.hasEnding("tsv", $0) ? #""\t""# : nil }, shown: "\",\"",
        "The character between two fields; in .tsv files a tab.", example: "\";\""),
      Key("header", .bool, default: true, shown: "true", "Whether the first row holds the column names."),
      Key(
        "line_end", .choice { $0 == .crlf ? "as RFC 4180 has it" : "as Unix has it" }, default: CSVDialect.LineEnd.crlf,
        shown: "crlf", "The line ending of each row."),
      Key("bom", .bool, default: false, shown: "false", "Whether the file starts with a byte order mark, for Excel."),
      Key(
        "escape_formulas", .bool, default: false, shown: "false",
        "Whether text that a spreadsheet would read as a formula gets a leading '."),
      Key(
        optional: "list_join", .string,
        "The separator between the elements of a list; without it, a list is written as JSON.",
        example: "\" | \""),
      make: { path, mode, publish, delimiter, header, lineEnd, mark, escapes, join in
        (
          path: path, mode: mode, publish: publish,
          dialect: CSVDialect(
            delimiter: delimiter ?? path.value.impliedDelimiter, hasHeader: header, lineEnd: lineEnd,
            hasByteOrderMark: mark, escapesFormulas: escapes,
            listJoin: join)
        )
      }
    ).checked { options, map, context in
      OutputOptions.check(options.path, options.mode, options.publish, map, &context)
        .map { CSVSink(output: $0, dialect: options.dialect) }
    },
    endings: ["csv", "tsv"],
    examples: ["csv: out/pages.csv", "{csv: out/pages.csv, delimiter: \";\", line_end: lf, publish: live}"],
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
    try RowWriter(output, CSVRowEncoder(columns: columns, dialect: dialect), start, in: environment)
  }
}

extension SinkTarget {
  /// What stands between the fields of a CSV file if the spec does not say.
  fileprivate var impliedDelimiter: UInt8 {
    if case .file(let path) = self, InputFormat.hasEnding("tsv", path) { UInt8(ascii: "\t") } else { UInt8(ascii: ",") }
  }
}

private struct CSVRowEncoder: RowEncoder {
  let columns: [Column]
  let dialect: CSVDialect

  var format: RowFormat { .csv(dialect, columns: columns.map(\.name)) }

  var beginning: (mark: [UInt8], header: [UInt8]?) {
    var header: [UInt8] = []
    dialect.append(columns.map { .string($0.name) }, to: &header)
    return (dialect.hasByteOrderMark ? [0xEF, 0xBB, 0xBF] : [], dialect.hasHeader ? header : nil)
  }

  func append(_ record: Record, to file: inout OutputFile) throws(RunError) {
    // A row of one empty field alone is not empty.
    if columns.count == 1 { return dialect.append(columns.lazy.map { record.values[$0.index] }, to: &file.buffer) }
    for (place, column) in columns.enumerated() {
      if place > 0 { file.buffer.append(dialect.delimiter) }
      dialect.append(record.values[column.index], to: &file.buffer)
      try file.valueEnded()
    }
    dialect.endRow(&file.buffer)
  }
}
