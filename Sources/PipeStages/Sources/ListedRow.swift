import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// An element of `urls`: a URL, or a map of columns.
struct ListedRow: Sendable {
  var url = ""
  var columns: [ExactText: Value] = [:]
  let span: SourceSpan
  /// Where the URL of a map is.
  var urlNode: Node?

  static let shape = Shape<ListedRow>(.oneOf([URLsSource.url.description, .dictionary(of: .any, minimum: 1)])) {
    node, context in
    guard case .mapping(let entries) = node.content else {
      return URLsSource.url.decode(node, &context).map { ListedRow(url: $0, span: node.span) }
    }
    if entries.isEmpty {
      context.report(.outOfRange, on: node, "\(context.place) needs at least 1 column")
      return nil
    }
    var row = ListedRow(span: node.span)
    for entry in entries {
      guard let name = entry.key.text else {
        context.report(.wrongType, on: entry.key, "the name of a column must be a text, not \(entry.key.kindName)")
        continue
      }
      guard let text = context.within(name, { $0.text(of: entry.value, expected: "a text, a number, true or false") })
      else { continue }
      row.columns[ExactText(name)] = Value(text)
      if name == "url" {
        row.url = text.text
        row.urlNode = entry.value
      }
    }
    return row.columns.count == entries.count ? row : nil
  }

  /// Checks that a request can be made of it.
  func check(for template: RequestTemplate, _ context: inout DecodingContext) -> Bool {
    // A URL that stands alone is checked, and is the column of its name.
    let names = columns.isEmpty ? ["url"] : columns.keys.map(\.text).sorted()
    let list = names.prefix(16).map { excerpt($0) }.joined(separator: ", ")
    var missing: [ExactText] = []
    for hole in template.holes where !names.contains(where: { $0.isExactly(hole.column.text) }) {
      if missing.contains(hole.column) { continue }
      missing.append(hole.column)
      let near = nearestName(to: hole.column.text, among: names)
      context.report(
        .unknownField, at: span, "the row has no column '\(excerpt(hole.column.text))'",
        hint: near.map { "did you mean '\(excerpt($0))'?" } ?? "its columns are \(list)")
    }
    if !missing.isEmpty || template.url != nil || columns.isEmpty { return missing.isEmpty }
    if let urlNode { return URLsSource.url.decode(urlNode, &context) != nil }
    let near = nearestName(to: "url", among: names)
    context.report(
      .missingKey, at: span, "the row has no column 'url'",
      hint: near.map { "did you mean '\(excerpt($0))'?" } ?? "give it one, or say what the URL is by the option url")
    return false
  }

  /// - Parameter place: From 0.
  func row(at place: Int) -> InputRow {
    InputRow(columns.isEmpty ? ["url": .string(url)] : columns, url: url, line: place + 1)
  }
}

extension Value {
  /// A scalar of a spec as the column of a row: numbers keep their digits.
  fileprivate init(_ text: ResolvedText) {
    switch text.value {
    case .null: self = .null
    case .bool(let isTrue): self = .bool(isTrue)
    case .int(let number) where String(number) == text.text: self = .int(number)
    case .int, .float:
      self = (try? JSONValue(parsing: text.text)) == nil ? .string(text.text) : .json(text.text)
    case .string: self = .string(text.text)
    }
  }
}
