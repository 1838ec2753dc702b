import PipeEngine
import PipeSpec
import PipeWeb

/// `format: jsonl`: an object a line; `method`, `headers` and `body` are the request's own.
struct JSONLineRows: RowReader {
  private let field: String
  private var cutter: LineCutter

  init(name: String, field: String) {
    self.field = field
    cutter = LineCutter(name: name)
  }

  mutating func rows(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow] {
    var rows: [InputRow] = []
    try cutter.cut(chunk) { [field] line, number in if !line.isEmpty { rows.append(Self.row(line, number, field)) } }
    return rows
  }

  mutating func finish() throws(RunError) -> [InputRow] {
    var rows: [InputRow] = []
    cutter.finish { [field] line, number in if !line.isEmpty { rows.append(Self.row(line, number, field)) } }
    return rows
  }

  private static func row(_ line: ArraySlice<UInt8>, _ number: Int, _ field: String) -> InputRow {
    InputRow(url: String(decoding: line, as: UTF8.self))
  }
}
