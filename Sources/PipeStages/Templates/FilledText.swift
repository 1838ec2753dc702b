import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// A text that is made of a row: what is the same in all of them, and values of columns, each encoded for its place.
struct FilledText: Sendable {
  /// What a value is written as.
  enum Encoding: Sendable {
    /// A value of a query.
    case parameter
    /// A value of a form.
    case form
    /// A part of a JSON string.
    case jsonString
    /// A JSON value.
    case json
    /// A part of a header field's value.
    case field
    /// What it is.
    case asIs
  }

  private enum Part: Sendable {
    case text([UInt8])
    case column(ExactText, Encoding)
  }

  private var parts: [Part] = []

  /// Appends what is the same in all rows.
  mutating func append(_ bytes: [UInt8]) {
    if case .text(let text)? = parts.last {
      parts[parts.count - 1] = .text(text + bytes)
    } else {
      parts.append(.text(bytes))
    }
  }

  mutating func append(_ column: ExactText, as encoding: Encoding) { parts.append(.column(column, encoding)) }

  /// Appends a template, its own text too as its place asks for.
  mutating func append(_ text: TemplateText, as encoding: Encoding) {
    for piece in text.pieces {
      switch piece {
      case .text(let text):
        var bytes: [UInt8] = []
        encoding.append(text, to: &bytes)
        append(bytes)
      case .hole(let hole): append(hole.column, as: encoding)
      }
    }
  }

  /// The bytes, if they are the same in all rows.
  var constant: [UInt8]? {
    switch (parts.count, parts.first) {
    case (0, _): []
    case (1, .text(let text)): text
    default: nil
    }
  }

  /// The bytes with the values of a row.
  func bytes(of columns: [ExactText: Value]) throws(RowFault) -> [UInt8] {
    if case .text(let text)? = parts.first, parts.count == 1 { return text }
    var bytes: [UInt8] = []
    for part in parts {
      switch part {
      case .text(let text): bytes += text
      case .column(let column, .json): bytes += try columns.json(of: column).utf8
      case .column(let column, let encoding):
        let text = try columns.text(of: column)
        if case .field = encoding, !HTTPFields.isValue(text) {
          throw RowFault(column, "holds a line break or a NUL, which no header field can")
        }
        encoding.append(text, to: &bytes)
      }
    }
    return bytes
  }
}

extension FilledText.Encoding {
  fileprivate func append(_ text: String, to bytes: inout [UInt8]) {
    switch self {
    case .parameter: URLText.append(text, to: &bytes)
    case .form: URLText.append(form: text, to: &bytes)
    case .jsonString:
      var string: [UInt8] = []
      string.append(jsonText: text)
      bytes += string.dropFirst().dropLast()
    case .json, .field, .asIs: bytes += text.utf8
    }
  }
}

extension [ExactText: Value] {
  /// A column as JSON: what a row of JSON lines has, or the text of a cell, which must be JSON.
  fileprivate func json(of column: ExactText) throws(RowFault) -> String {
    switch self[column] {
    case .null?: return "null"
    case .json(let text)?: return text
    case .string(let text)?:
      if (try? JSONValue(parsing: text)) == nil {
        let name = excerpt(column.text)
        throw RowFault(
          column, text.isEmpty ? "is empty, which is not JSON" : "is not JSON; a text is written {\(name)}")
      }
      return text
    default: return try text(of: column)
    }
  }
}
