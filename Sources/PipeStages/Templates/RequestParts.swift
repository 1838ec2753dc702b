import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// What may be said of a source's requests whatever their URLs are.
struct RequestParts: Sendable {
  private let method: Method?
  private let parameters: NamedTexts?
  private let headers: [HeaderTemplate]
  var body: BodyTemplate?
  /// The parameters as a query.
  private let query: FilledText?
  /// All fields with that of the content, if no column is in them.
  private let constantFields: [HTTPFields.Field]?

  static let map = MapShape(
    Key(
      optional: "method", Method.shape,
      "The method of its requests. Without it, that of fetch, and POST of requests with a body."),
    Key(
      optional: "params", NamedTexts.shape,
      "Parameters that are added to the query of each URL: names, and values with columns in braces.",
      example: "{page: \"{n}\", lang: en}"),
    Key(
      "headers", HeaderTemplate.list, default: [], shown: "{}",
      "Header fields of its requests, with columns in braces. They win over those of fetch.",
      example: "{X-Request-Id: \"{id}\"}"),
    Key(
      optional: "body", BodyTemplate.shape,
      "The content of its requests: a text with columns in braces as they are, {json: …}, {form: …} or {file: PATH}.",
      example: "{json: {q: \"{city}\"}}"),
    make: RequestParts.init)

  private init(_ method: Method?, _ parameters: NamedTexts?, _ headers: [HeaderTemplate], _ body: BodyTemplate?) {
    (self.method, self.parameters, self.headers, self.body) = (method, parameters, headers, body)
    query = parameters?.joined(as: .parameter) { URLText.append($0, to: &$1) }
    let fields = headers.compactMap(\.constant)
    constantFields = fields.count == headers.count ? Self.adding(body?.contentType, to: fields) : nil
  }

  /// Whether it says nothing.
  var isEmpty: Bool { method == nil && parameters == nil && headers.isEmpty && body == nil }

  var holes: [TemplateText.Hole] {
    (parameters?.holes ?? []) + headers.flatMap(\.text.holes) + (body?.holes ?? [])
  }

  func notes(in folder: SourceFolder) -> [String] {
    var notes: [String] = []
    if let method { notes.append("by \(method.rawValue)") }
    if let parameters { notes.append("with the parameters \(parameters.shown)") }
    if !headers.isEmpty { notes.append("with the headers \(headers.map(\.shown).joined(separator: ", "))") }
    if let body { notes.append("with the body \(body.summary(in: folder))") }
    return notes
  }

  /// Adds to a row what it does not say itself.
  func fill(_ row: inout InputRow) throws(RowFault) {
    if let query {
      row.url = Self.add(String(decoding: try query.bytes(of: row.columns), as: UTF8.self), to: row.url)
    }
    row.method = row.method ?? method
    var contentType: String?
    if row.body == nil, let body {
      row.body = try body.bytes(of: row.columns)
      contentType = body.contentType
    }
    if row.headers.isEmpty, let constantFields, contentType != nil || body?.contentType == nil {
      row.headers = constantFields
      return
    }
    for header in headers where !row.headers.contains(where: { $0.name.isExactlyInAnyCase(header.name) }) {
      row.headers.append(try header.field(of: row.columns))
    }
    row.headers = Self.adding(contentType, to: row.headers)
  }

  private static func adding(_ contentType: String?, to fields: [HTTPFields.Field]) -> [HTTPFields.Field] {
    guard let contentType, !fields.contains(where: { $0.name.isExactlyInAnyCase("Content-Type") }) else {
      return fields
    }
    return fields + [HTTPFields.Field(name: "Content-Type", value: contentType)]
  }

  /// Adds parameters to the query of a URL, before its fragment.
  private static func add(_ query: String, to url: String) -> String {
    let fragment = url.utf8.firstIndex(of: UInt8(ascii: "#")) ?? url.endIndex
    let head = url[..<fragment]
    let joint =
      switch (head.utf8.contains(UInt8(ascii: "?")), head.utf8.last) {
      case (false, _): "?"
      case (true, UInt8(ascii: "?")), (true, UInt8(ascii: "&")): ""
      case (true, _): "&"
      }
    return head + joint + query + url[fragment...]
  }
}

/// A header field with columns in its value.
struct HeaderTemplate: Sendable {
  let name: String
  let text: TemplateText
  private let value: FilledText

  static let list = HeaderList.shape(of: .template) { field, value, node, context in
    HeaderTemplate(field, value, node, &context)
  }

  /// - Returns: `nil` once a fault is reported.
  private init?(
    _ field: HTTPFields.Field, _ value: ResolvedText, _ node: Node, _ context: inout DecodingContext
  ) {
    guard let text = context.within(field.name, { TemplateText.shape.decode(node, &$0) }) else { return nil }
    if text.holes.isEmpty, field.isCredential { context.within(field.name) { $0.protect(value) } }
    name = field.name
    self.text = text
    var filled = FilledText()
    filled.append(text, as: .field)
    self.value = filled
  }

  /// The field, if it is the same in all rows.
  var constant: HTTPFields.Field? { text.constant.map { HTTPFields.Field(name: name, value: $0) } }

  /// What a plan may show.
  var shown: String {
    let isCredential = HTTPFields.Field(name: name, value: "").isCredential
    return "\(name): \(isCredential ? Secrets.mask : excerpt(text.shown))"
  }

  func field(of columns: [ExactText: Value]) throws(RowFault) -> HTTPFields.Field {
    let field = HTTPFields.Field(
      name: name, value: String(decoding: try value.bytes(of: columns), as: UTF8.self))
    if let refusal = field.refusal { throw RowFault(header: name, refusal) }
    return field
  }
}
