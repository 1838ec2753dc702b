import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `postgres`: requests made of the rows of a query.
struct PostgresSource: Source {
  let server: Located<ServerURL>
  let query: Located<String>
  /// The column that holds the URL, if no template makes it.
  let column: Located<String>?
  /// The column by which rows are read in pages.
  let key: Located<String>?
  let template: RequestTemplate

  private typealias Options = (query: Located<String>, column: Located<String>?, key: Located<String>?)

  private static let options = MapShape<Options>(
    Key(
      "query", Shape.name("a query").located,
      "One SELECT, which is run in a transaction that can only read. Without key, its rows are as they were at one moment.",
      example: "\"SELECT url FROM pages WHERE status >= 500\""),
    Key(
      optional: "column", Shape.name("the name of a column").located,
      "The column that holds the URL; without it, url.", example: "link"),
    Key(
      optional: "key", Shape.name("the name of a column").located,
      "A column of the query that tells its rows apart: they are read in pages by it, in its order, and a lost connection is made "
        + "anew. Without it, one transaction is open for as long as the run takes to read all rows.", example: "id"),
    make: { (query: $0, column: $1, key: $2) })

  static let component = Component<any Source>(
    .source, "postgres",
    "Requests made of the rows of a query on a PostgreSQL database, which is only read. They are kept in the journal: a resumed run "
      + "asks again only if it had not read all rows, and adds those that are new.",
    options: PostgresServer.map("database").joined(options).joined(RequestTemplate.map).checked {
      both, map, context -> PostgresSource? in
      let ((server, source), template) = both
      if let column = source.column, template.url != nil {
        context.report(
          .conflict, at: column.span, "column names the URL of each row, and url makes it", hint: "remove one of them")
        return nil
      }
      return PostgresSource(
        server: server, query: source.query, column: source.column, key: source.key, template: template)
    },
    examples: [
      "postgres: {database: postgres://localhost/shop, query: \"SELECT url FROM pages\"}",
      "postgres: {database: postgres://me@db.example/shop, query: \"SELECT id, sku FROM products\", key: id, url: "
        + "\"https://example.com/p/{sku}\"}",
    ],
    make: { $0 })

  var summary: String {
    "\(server.value.shown) (\(excerpt(query.value.split(whereSeparator: \.isWhitespace).joined(separator: " "))))"
  }

  func notes(in folder: SourceFolder) -> [String] { template.notes(in: folder) }

  var origins: Set<WebURL.OriginKey>? { template.url?.origin.map { [$0] } }

  func rereading(in folder: SourceFolder) -> SourceRereading { .changing }

  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] { template.inputs(in: folder) }

  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    template.check(in: folder, report)
  }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let template = try template.opened(in: environment.folder)
    // A query may take long, and blocks.
    let thread = try SinkThread("for a database")
    try await withTaskExecutorPreference(thread) {
      let rows = try PostgresRows(self, isClosed: output.isClosed)
      output.note(columns: rows.columns.map(\.name))
      var number = 0
      while let page = try rows.next() {
        for values in page {
          number += 1
          try await output.yield(row(values, rows, number), template, of: server.value.shown)
        }
      }
    }
  }

  /// The request of a row, as far as its columns tell it.
  private func row(_ values: [String?], _ rows: PostgresRows, _ number: Int) -> InputRow {
    var columns: [ExactText: Value] = [:]
    for (column, value) in zip(rows.columns, values) {
      columns[ExactText(column.name)] = Value(value, ofType: column.type)
    }
    var row = InputRow(columns, line: number)
    guard let place = rows.urlPlace else { return row }
    if let url = values[place] {
      row.url = url
    } else {
      row.fault = "the column \(rows.columns[place].name) is NULL"
    }
    return row
  }
}

extension Value {
  /// A value as PostgreSQL writes it: nothing of it is lost. Bytes are hexadecimal digits, and dates RFC 3339.
  init(_ text: String?, ofType type: UInt32) {
    guard let text else {
      self = .null
      return
    }
    switch type {
    case PostgresType.bool: self = .bool(text == "t")
    case PostgresType.bytea: self = .string(String(text.dropFirst(text.hasPrefix("\\x") ? 2 : 0)))
    case PostgresType.timestampWithZone where text.hasSuffix("+00"):
      self = .string(text.dropLast(3).replacing(" ", with: "T", maxReplacements: 1) + "Z")
    case PostgresType.timestamp: self = .string(text.replacing(" ", with: "T", maxReplacements: 1))
    case PostgresType.numeric:
      self = Int(text).map { .int($0) } ?? (DecimalNumber(text) == nil ? .string(text) : .json(text))
    case _ where PostgresType.integers.contains(type): self = Int(text).map { .int($0) } ?? .string(text)
    case _ where PostgresType.floats.contains(type):
      if let number = Double(text), number.isFinite { self = .double(number) } else { self = .string(text) }
    case _ where PostgresType.json.contains(type): self = .json(text)
    default: self = .string(text)
    }
  }
}
