internal import PipeText

/// A JSON value to be written (RFC 8259); objects keep the order of their keys.
package enum JSONText: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  /// A number as it is written.
  case number(String)
  case string(String)
  case array([JSONText])
  case object([(key: String, value: JSONText)])

  /// On one line, with a space after each comma and colon.
  package var text: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .int(let value): bytes += String(value).utf8
    case .number(let text): bytes += text.utf8
    case .string(let value): bytes.append(jsonText: value)
    case .array(let items):
      bytes += "[".utf8
      for (index, item) in items.enumerated() {
        if index > 0 { bytes += ", ".utf8 }
        item.write(to: &bytes)
      }
      bytes += "]".utf8
    case .object(let entries):
      bytes += "{".utf8
      for (index, entry) in entries.enumerated() {
        if index > 0 { bytes += ", ".utf8 }
        bytes.append(jsonText: entry.key)
        bytes += ": ".utf8
        entry.value.write(to: &bytes)
      }
      bytes += "}".utf8
    }
  }
}

extension JSONText: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .int(value) }
  package init(arrayLiteral elements: JSONText...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONText)...) {
    self = .object(elements.map { (key: $0.0, value: $0.1) })
  }
}
