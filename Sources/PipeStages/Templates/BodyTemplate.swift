import PipeEngine
import PipeSpec
import PipeStorage
import PipeText
import PipeWeb

/// The content of each request: a text, JSON or a form with columns in them, or a file.
struct BodyTemplate: Sendable {
  enum Content: Sendable {
    case text(FilledText)
    case file(Located<String>)
  }

  private var content: Content
  /// The Content-Type that goes with it; `nil` if nothing says.
  let contentType: String?
  let holes: [TemplateText.Hole]
  /// What a plan says of it, but for the content of a file.
  private let summary: String

  var isJSON: Bool { contentType == Self.jsonType }
  private static let jsonType = "application/json"

  /// The file that it is, until it is read.
  var file: Located<String>? { if case .file(let path) = content { path } else { nil } }

  mutating func open(_ bytes: [UInt8]) {
    var text = FilledText()
    text.append(bytes)
    content = .text(text)
  }

  func bytes(of columns: [ExactText: Value]) throws(RowFault) -> [UInt8] {
    switch content {
    case .text(let text): try text.bytes(of: columns)
    case .file: []
    }
  }

  /// What a plan says of it.
  func summary(in folder: SourceFolder) -> String {
    guard let file, case .success(let bytes) = FileContents.readRegular(folder.resolve(file.value)) else {
      return summary
    }
    return "\(summary) (\(Self.sum(bytes)))"
  }

  static let shape = Shape<BodyTemplate>(.oneOf([.template] + forms.map(\.shape.description))) { node, context in
    guard case .mapping(let entries) = node.content else { return text(node, &context) }
    let written = entries.compactMap { entry in
      forms.first { $0.keys[0].name == entry.key.text }.map { (form: $0, entry: entry) }
    }
    guard let form = written.first?.form else {
      if TemplateText.isUnquoted(node) { return text(node, &context) }
      guard var map = MapNode(node, main: nil, &context) else { return nil }
      let names = forms.flatMap(\.keys).map(\.name)
      if entries.isEmpty {
        context.report(.missingKey, on: node, "\(context.place) needs one of json, form and file")
      } else if let name = entries[0].key.text, nearestName(to: name, among: names) == nil {
        context.report(
          .unknownKey, on: entries[0].key, "unknown key '\(excerpt(name))' in \(context.place)",
          hint: "say what it is: json: {\(excerpt(name)): …}, or form: {\(excerpt(name)): …}")
      } else {
        map.reportUnknown(known: forms.flatMap(\.keys), &context)
      }
      return nil
    }
    if written.count > 1 {
      context.report(
        .conflict, at: written[1].entry.key.span,
        "\(context.place) has \(form.keys[0].name) already: a request has one content",
        hint: "remove one of them")
      return nil
    }
    return form.shape.decode(node, &context)
  }

  /// What a map in its place may hold: one of these keys.
  private static let forms = [
    MapShape(
      Key(
        "json", Shape<BodyTemplate>(.tree) { json($0, &$1) },
        "JSON as YAML writes it, sent as application/json. Columns stand in its texts, \"{city}\", and are escaped there; "
          + "\"{+count}\" alone is the column as JSON: a number, true, a list.",
        example: "{q: \"{city}\", limit: 10}"),
      make: { $0 }),
    MapShape(
      Key(
        "form", Shape<BodyTemplate>(NamedTexts.shape.description) { form($0, &$1) },
        "Names and values of a form, sent as application/x-www-form-urlencoded.", example: "{q: \"{city}\"}"),
      make: { $0 }),
    MapShape(
      Key(
        "file", Shape.path.located,
        "A file whose bytes are sent as they are; a relative path starts at the spec's folder.", example: "query.xml"),
      make: { BodyTemplate(file: $0) }),
  ]

  private init(_ text: FilledText, _ contentType: String?, holes: [TemplateText.Hole], summary: String) {
    (content, self.contentType, self.holes, self.summary) = (.text(text), contentType, holes, summary)
  }

  private init(file: Located<String>) {
    (content, contentType, holes, summary) = (.file(file), nil, [], "the file \(file.value)")
  }

  /// A text as a plan tells it: the whole of it, or its beginning and what tells it from others.
  private static func told(_ text: String) -> String {
    let short = excerpt(text)
    if short == text { return text }
    return "\(short) (\(sum(Array(text.utf8))))"
  }

  private static func sum(_ bytes: [UInt8]) -> String {
    "\(bytes.count) byte\(bytes.count == 1 ? "" : "s"), CRC-32 \(String(CRC32().adding(bytes[...]).value, radix: 16))"
  }

  private static func text(_ node: Node, _ context: inout DecodingContext) -> BodyTemplate? {
    TemplateText.shape.decode(node, &context).map { text in
      var filled = FilledText()
      filled.append(text, as: .asIs)
      return BodyTemplate(filled, nil, holes: text.holes, summary: "text \(Self.told(text.shown))")
    }
  }

  private static func form(_ node: Node, _ context: inout DecodingContext) -> BodyTemplate? {
    NamedTexts.decode(node, &context).map { names in
      let filled = names.joined(as: .form) { URLText.append(form: $0, to: &$1) }
      return BodyTemplate(
        filled, "application/x-www-form-urlencoded", holes: names.holes, summary: "form \(Self.told(names.shown))")
    }
  }

  private static func json(_ node: Node, _ context: inout DecodingContext) -> BodyTemplate? {
    var writer = JSONTemplateWriter()
    writer.append(node, &context)
    if writer.isFaulty { return nil }
    return BodyTemplate(
      writer.text, jsonType, holes: writer.holes, summary: "json \(Self.told(writer.shown))")
  }
}

/// Writes JSON with holes in it, of YAML.
private struct JSONTemplateWriter {
  private(set) var text = FilledText()
  private(set) var holes: [TemplateText.Hole] = []
  private(set) var isFaulty = false
  /// As it may be shown.
  private(set) var shown = ""

  mutating func append(_ node: Node, _ context: inout DecodingContext) {
    switch node.content {
    case .scalar: appendScalar(node, &context)
    case .sequence(let items):
      append("[")
      for (index, item) in items.enumerated() {
        if index > 0 { append(",") }
        append(item, &context)
      }
      append("]")
    case .mapping(let members):
      if TemplateText.isUnquoted(node), let name = members[0].key.text {
        context.report(
          .noEffect, on: node, "{\(excerpt(name))} without quotes is a map, with '\(excerpt(name))' as null",
          hint: "put quotes around it: \"{\(excerpt(name))}\"")
      }
      append("{")
      for (index, member) in members.enumerated() {
        guard let name = member.key.text else {
          context.report(.wrongType, on: member.key, "the name of a member must be a text, not \(member.key.kindName)")
          isFaulty = true
          continue
        }
        append((index > 0 ? "," : "") + Self.string(name) + ":")
        context.within(name) { append(member.value, &$0) }
      }
      append("}")
    }
  }

  private mutating func append(_ json: String) {
    text.append(Array(json.utf8))
    shown += json
  }

  private static func string(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.append(jsonText: text)
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func appendScalar(_ node: Node, _ context: inout DecodingContext) {
    guard let scalar = context.text(of: node, expected: ShapeDescription.template.name) else {
      isFaulty = true
      return
    }
    switch scalar.value {
    case .null: append("null")
    case .bool(let isTrue): append(isTrue ? "true" : "false")
    case .int(let number): append((try? JSONValue(parsing: scalar.text)) == nil ? String(number) : scalar.text)
    case .float(let number):
      guard number.isFinite else {
        context.report(.badValue, on: node, "\(context.place) is \(scalar.text), which JSON does not have")
        isFaulty = true
        return
      }
      append((try? JSONValue(parsing: scalar.text)) == nil ? "\(number)" : scalar.text)
    case .string:
      // Faults are reported by the shape.
      guard let template = TemplateText.shape.decode(node, &context) else {
        isFaulty = true
        return
      }
      append(template, of: node, &context)
    }
  }

  private mutating func append(_ template: TemplateText, of node: Node, _ context: inout DecodingContext) {
    holes += template.holes
    if let raw = template.holes.first(where: \.isRaw) {
      guard template.pieces.count == 1 else {
        context.report(
          .badValue, at: raw.span, "\(context.place) has \(raw.shown) within a text: a JSON value stands alone",
          hint: "write {\(excerpt(raw.column.text))}, which is escaped")
        isFaulty = true
        return
      }
      text.append(raw.column, as: .json)
      shown += raw.shown
      return
    }
    text.append([UInt8(ascii: "\"")])
    text.append(template, as: .jsonString)
    text.append([UInt8(ascii: "\"")])
    shown += Self.string(template.shown)
  }
}
