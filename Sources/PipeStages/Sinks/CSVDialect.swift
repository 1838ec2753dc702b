import PipeSpec

/// How rows of CSV are written.
struct CSVDialect: Sendable {
  enum LineEnd: String, CaseIterable, Sendable {
    case crlf, lf
  }

  var delimiter = UInt8(ascii: ",")
  var hasHeader = true
  var lineEnd = LineEnd.crlf
  var hasByteOrderMark = false
  var escapesFormulas = false
  var listJoin: String?

  /// Appends a row: null is an empty field, the empty text is `""`.
  func append(_ values: some Collection<Value>, to bytes: inout [UInt8]) {
    let start = bytes.count
    var isFirst = true
    for value in values {
      if !isFirst { bytes.append(delimiter) }
      isFirst = false
      append(value, to: &bytes)
    }
    // A row that is nothing at all would be a blank line, which readers pass over.
    if bytes.count == start { bytes += "\"\"".utf8 }
    if lineEnd == .crlf { bytes.append(UInt8(ascii: "\r")) }
    bytes.append(UInt8(ascii: "\n"))
  }

  private func append(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .null: break
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .int(let value): bytes.append(decimal: value)
    case .double(let value): if value.isFinite { bytes += value.description.utf8 }
    case .string(let text): append(text, to: &bytes)
    case .json(let text): append(text, to: &bytes)
    case .list(let values):
      if let listJoin {
        append(values.map { plain($0) }.joined(separator: listJoin), to: &bytes)
      } else {
        var json: [UInt8] = []
        value.appendJSON(to: &json)
        append(String(decoding: json, as: UTF8.self), to: &bytes)
      }
    }
  }

  private func append(_ text: String, to bytes: inout [UInt8]) {
    var text = text
    if escapesFormulas, let first = text.utf8.first, "=+-@\t\r".utf8.contains(first) { text = "'" + text }
    text.withUTF8 { utf8 in
      let quotes =
        utf8.isEmpty
        // At the start of a file it would be a byte order mark.
        || utf8.first == 0xEF && utf8.starts(with: [0xEF, 0xBB, 0xBF])
        || utf8.contains { byte in
          byte == delimiter || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        }
      if !quotes {
        bytes.append(contentsOf: utf8)
        return
      }
      bytes.append(UInt8(ascii: "\""))
      for byte in utf8 {
        if byte == UInt8(ascii: "\"") { bytes.append(byte) }
        bytes.append(byte)
      }
      bytes.append(UInt8(ascii: "\""))
    }
  }

  /// An element of a joined list.
  private func plain(_ value: Value) -> String {
    switch value {
    case .null: return ""
    case .string(let text), .json(let text): return text
    default:
      var json: [UInt8] = []
      value.appendJSON(to: &json)
      return String(decoding: json, as: UTF8.self)
    }
  }
}
