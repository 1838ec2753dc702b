import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `format: jsonl`: an object a line, whose members are columns. With `requests: true`, `method`, `headers` and `body` are the
/// request's own.
///
/// A line that is not such an object is a request that fails, so that it is not lost among the others. Its text is not
/// repeated: it may hold credentials.
struct JSONLineRows: RowReader {
  /// Bytes of the longest line.
  static let limit = 16 << 20

  private let name: String
  /// The member that holds the URL; `nil` if the rows have none.
  private let field: String?
  private let takesRequests: Bool
  /// Members that could be meant as the request's own, and are columns.
  private var unused: Set<String>
  private var notices: [String] = []
  private var cutter = LineCutter(limit: limit)
  private var isFirst = true

  /// - Parameters:
  ///   - takesRequests: Whether rows say the method, the headers and the body of their requests.
  ///   - place: Behind the first row; `nil` for the start.
  init(name: String, field: String?, takesRequests: Bool = false, at place: RowPlace? = nil) {
    self.name = name
    self.field = field
    self.takesRequests = takesRequests
    unused = takesRequests ? [] : ["method", "headers", "body"]
    if let place {
      cutter = LineCutter(limit: Self.limit, at: place)
      isFirst = false
    }
  }

  /// Nothing is said of members that are read as columns.
  mutating func expect(_ columns: [String]) { unused.subtract(columns) }

  mutating func takeNotices() -> [String] {
    defer { notices = [] }
    return notices
  }

  var place: RowPlace { cutter.place }
  var openBytes: Int? { cutter.openBytes }

  mutating func rows(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow] {
    var rows: [InputRow] = []
    var lines = LineCutter()
    swap(&lines, &cutter)
    defer { swap(&lines, &cutter) }
    try lines.cut(chunk) { line, number throws(RunError) in try append(line, number, to: &rows) }
    return rows
  }

  mutating func finish() throws(RunError) -> [InputRow] {
    var rows: [InputRow] = []
    var lines = LineCutter()
    swap(&lines, &cutter)
    defer { swap(&lines, &cutter) }
    try lines.finish { line, number throws(RunError) in try append(line, number, to: &rows) }
    return rows
  }

  private mutating func append(
    _ line: ArraySlice<UInt8>?, _ number: Int, to rows: inout [InputRow]
  ) throws(RunError) {
    guard let line else {
      isFirst = false
      rows.append(InputRow(line: number, fault: "the row is longer than 16 MiB"))
      return
    }
    if line.isEmpty { return }
    let row = row(line, number)
    if isFirst, row.fault != nil { try Self.checkShape(line, name) }
    isFirst = false
    rows.append(row)
  }

  /// A whole document is not JSON lines, and each of its lines would be a faulty row.
  private static func checkShape(_ line: ArraySlice<UInt8>, _ name: String) throws(RunError) {
    if line.first == UInt8(ascii: "[") {
      throw RunError(name, "is a JSON array, not JSON lines", hint: "jq -c '.[]' writes its elements as lines")
    }
    if line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "{") || line.last == UInt8(ascii: ",") {
      throw RunError(
        name, "has a JSON object over several lines, which is not JSON lines", hint: "jq -c . writes one a line")
    }
  }

  private mutating func row(_ line: ArraySlice<UInt8>, _ number: Int) -> InputRow {
    var row = InputRow(line: number)
    if line.contains(where: { $0 >= 0x80 }), String(validating: line, as: UTF8.self) == nil {
      row.fault = "not valid UTF-8 (RFC 8259, 8.1)"
      return row
    }
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONValue(parsing: line.span)
    } catch {
      row.fault = "not JSON: \(error.message)"
      return row
    }
    guard case .object(let object) = value else {
      row.fault = "not a JSON object"
      return row
    }
    if let field {
      if case .string(let url)? = object[field] {
        let written = WrittenURL(url)
        row.url = written.text
        row.fault = written.fault.map { "the member '\(field)': \($0)" }
      } else {
        row.fault = "no member '\(field)' with a URL"
      }
    }
    for member in object.members {
      row.columns[ExactText(member.name)] = Value(member.value)
      if let field, member.name.isExactly(field) { continue }
      if takesRequests, let fault = row.take(member.name, member.value) { row.fault = row.fault ?? fault }
    }
    if !unused.isEmpty { tellUnused(in: object) }
    return row
  }

  /// Tells once of members that a request of its own would have.
  private mutating func tellUnused(in object: JSONObject) {
    let found = object.members.map(\.name).filter(unused.contains).map { "'\($0)'" }
    if found.isEmpty { return }
    unused = []
    let verb = found.count == 1 ? "is a column" : "are columns"
    notices.append(
      "\(name) has rows with \(found.joined(separator: " and ")), which \(verb) and not sent; requests: true on the source "
        + "makes method, headers and body those of the row's request")
  }
}

extension InputRow {
  /// Takes a member of a row's object.
  ///
  /// - Returns: Why it is not what its name says.
  fileprivate mutating func take(_ name: String, _ value: JSONValue) -> String? {
    switch (name, value) {
    // As if it were not there.
    case (_, .null): break
    case ("method", .string(let name)):
      guard let method = Method(rawValue: name.uppercased()) else { return "the method '\(name)' is not known" }
      self.method = method
    case ("headers", .object(let fields)):
      for field in fields.members {
        if let fault = takeHeader(field.name, field.value) { return fault }
      }
    case ("body", .string(let text)): body = Array(text.utf8)
    // An object or a list is sent as the JSON that it is.
    case ("body", let value): body = Array(value.serialized.utf8)
    case ("method", let value): return "the member 'method' must be a string, not \(value.kindName)"
    case ("headers", let value): return "the member 'headers' must be an object of header fields, not \(value.kindName)"
    default: break
    }
    return nil
  }

  /// Takes a header field. A number or a truth value is sent as it is written, as in a spec.
  ///
  /// - Returns: Why it cannot be sent.
  private mutating func takeHeader(_ name: String, _ value: JSONValue) -> String? {
    let text: String
    switch value {
    case .string(let string): text = string
    case .number, .bool: text = value.serialized
    case .null: return "the header '\(name)' is null: leave it out, or write \"\" to send it without a value"
    case .array, .object: return "the header '\(name)' must be a string, not \(value.kindName)"
    }
    guard HTTPFields.isName(name) else { return "the header '\(name)' is not a header field" }
    guard HTTPFields.isValue(text) else {
      return "the header '\(name)' holds a line break or a NUL, which no header field can"
    }
    if let refusal = HTTPFields.Field(name: name, value: text).refusal { return "the header '\(name)' \(refusal)" }
    if let other = headers.first(where: { $0.name.lowercased() == name.lowercased() })?.name {
      return "the headers '\(other)' and '\(name)' are the same: case makes no difference in a header's name"
    }
    headers.append(HTTPFields.Field(name: name, value: text))
    return nil
  }
}

extension JSONValue {
  /// What it is, for a message.
  fileprivate var kindName: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .bool: "a truth value"
    case .null: "null"
    }
  }
}
