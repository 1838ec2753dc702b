import PipeEngine
import PipeSpec
import PipeWeb

/// `format: jsonl`: an object a line; `method`, `headers` and `body` are the request's own.
///
/// A line that is no such object is a request that fails, so that it is not lost among the others.
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
    func faulty(_ fault: String) -> InputRow {
      InputRow(url: String(decoding: line.prefix(200), as: UTF8.self), fault: "line \(number): \(fault)")
    }
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONValue(parsing: line.span)
    } catch {
      return faulty("no JSON: \(error.message)")
    }
    guard case .object(let object) = value else { return faulty("no JSON object") }
    guard case .string(let url)? = object[field] else { return faulty("no member '\(field)' with a URL") }
    var row = InputRow(url: url)
    for member in object.members where member.name != field {
      switch (member.name, member.value) {
      case ("method", .string(let name)):
        guard let method = Method(rawValue: name.uppercased()) else {
          return faulty("the method '\(name)' is not known")
        }
        row.method = method
      case ("headers", .object(let fields)):
        for field in fields.members {
          guard case .string(let text) = field.value, HTTPFields.isName(field.name), HTTPFields.isValue(text) else {
            return faulty("the header '\(field.name)' is no header field")
          }
          if let refusal = HTTPFields.Field(name: field.name, value: text).refusal {
            return faulty("the header '\(field.name)' \(refusal)")
          }
          row.headers.append((field.name, text))
        }
      case ("body", .string(let text)): row.body = Array(text.utf8)
      // An object or a list is sent as the JSON that it is.
      case ("body", let body) where body != .null: row.body = Array(body.serialized.utf8)
      default: row.columns[member.name] = Value(member.value)
      }
    }
    return row
  }
}
