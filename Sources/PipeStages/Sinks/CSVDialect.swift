import PipeEngine
import PipeSpec
import PipeWeb

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
    endRow(&bytes)
  }

  func endRow(_ bytes: inout [UInt8]) {
    if lineEnd == .crlf { bytes.append(UInt8(ascii: "\r")) }
    bytes.append(UInt8(ascii: "\n"))
  }

  func append(_ value: Value, to bytes: inout [UInt8]) {
    let start = bytes.count
    switch value {
    case .null: break
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .int(let value): bytes.append(decimal: value)
    case .double(let value): if value.isFinite { bytes += value.description.utf8 }
    case .string(let text):
      bytes += text.utf8
      finishText(from: start, in: &bytes)
    case .json(let text):
      if let listJoin, let elements = Self.elements(of: text) {
        append(elements, joinedBy: Array(listJoin.utf8), to: &bytes)
        finishText(from: start, in: &bytes)
      } else {
        bytes += text.utf8
        // What begins with a minus sign here is a number, and no formula.
        finishText(from: start, in: &bytes, mayBeFormula: false)
      }
    case .list(let values):
      if let listJoin {
        append(values, joinedBy: Array(listJoin.utf8), to: &bytes)
      } else if values.packedTexts?.appendQuotedJSON(to: &bytes) == true {
        return
      } else {
        value.appendJSON(to: &bytes)
      }
      finishText(from: start, in: &bytes)
    }
  }

  /// The elements of a JSON array; `nil` for any other JSON.
  private static func elements(of text: String) -> ValueList? {
    guard text.utf8.first == UInt8(ascii: "["), case .array(let elements)? = try? JSONValue(parsing: text) else {
      return nil
    }
    return ValueList(elements.map { Value($0) })
  }

  private func append(_ values: ValueList, joinedBy separator: [UInt8], to bytes: inout [UInt8]) {
    if let texts = values.packedTexts { return texts.append(joinedBy: separator, to: &bytes) }
    for (index, value) in values.enumerated() {
      if index > 0 { bytes += separator }
      switch value {
      case .null: break
      case .string(let text), .json(let text): bytes += text.utf8
      default: value.appendJSON(to: &bytes)
      }
    }
  }

  /// A name as the header has it.
  func escapingFormula(_ name: String) -> String {
    escapesFormulas && FormulaStart.begins(Array(name.utf8)[...]) ? "'" + name : name
  }

  /// Makes a field of the text that was appended from `start` on: quotes it where it takes quotes.
  private func finishText(from start: Int, in bytes: inout [UInt8], mayBeFormula: Bool = true) {
    if escapesFormulas, mayBeFormula, FormulaStart.begins(bytes[start...]) {
      bytes.insert(UInt8(ascii: "'"), at: start)
    }
    guard bytes.count == start || isByteOrderMark(bytes, at: start) || takesQuotes(bytes, from: start) else { return }
    let text = Array(bytes[start...])
    bytes.removeLast(text.count)
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Whether a text begins with what would be a byte order mark at the start of a file.
  private func isByteOrderMark(_ bytes: [UInt8], at start: Int) -> Bool {
    bytes.count >= start + 3 && bytes[start] == 0xEF && bytes[start + 1] == 0xBB && bytes[start + 2] == 0xBF
  }

  /// Whether a text holds what would end its field. No byte ends the search, so that many are looked at in a step.
  private func takesQuotes(_ bytes: [UInt8], from start: Int) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      var found: UInt8 = 0
      for byte in UnsafeBufferPointer(rebasing: bytes[start...]) {
        found |= (byte == delimiter ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0)
        found |= (byte == UInt8(ascii: "\n") ? 1 : 0) | (byte == UInt8(ascii: "\r") ? 1 : 0)
      }
      return found != 0
    }
  }
}

extension CSVDialect {
  static let delimiterShape = Shape.scalar(.text(name: "one ASCII character", examples: ["\";\"", "\"\\t\""])) {
    text throws(ScalarFault) -> UInt8 in
    guard text.text.utf8.count == 1, let byte = text.text.utf8.first, byte < 0x80 else {
      throw ScalarFault(.badValue, "must be one ASCII character, not \(text.shown)", hint: "for a tab write \"\\t\"")
    }
    // What numbers and words are made of would tear them.
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
      || ".+-".utf8.contains(byte) || Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
    {
      throw ScalarFault(.badValue, "cannot be a quote, a line break, a letter, a digit or a sign of a number")
    }
    return byte
  }
}
