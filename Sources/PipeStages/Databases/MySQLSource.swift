import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `mysql`: requests made of the rows of a query.
struct MySQLSource: Source {
  let server: MySQLServer
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
        + "anew. Without it, all rows are read at once into a temporary file, since a server does not wait for a slow reader.",
      example: "id"),
    make: { (query: $0, column: $1, key: $2) })

  static let component = Component<any Source>(
    .source, "mysql",
    "Requests made of the rows of a query on a MySQL or MariaDB database, which is only read. They are kept in the journal: a "
      + "resumed run asks again only if it had not read all rows, and adds those that are new.",
    options: MySQLServer.map("database").joined(options).joined(RequestTemplate.map).checked {
      both, map, context -> MySQLSource? in
      let ((server, source), template) = both
      if let column = source.column, template.url != nil {
        context.report(
          .conflict, at: column.span, "column names the URL of each row, and url makes it", hint: "remove one of them")
        return nil
      }
      return MySQLSource(
        server: server, query: source.query, column: source.column, key: source.key, template: template)
    },
    examples: [
      "mysql: {database: mysql://localhost/shop, query: \"SELECT url FROM pages\"}",
      "mysql: {database: mysql://me@localhost/shop, query: \"SELECT id, sku FROM products\", key: id, url: "
        + "\"https://example.com/p/{sku}\"}",
    ],
    make: { $0 })

  var summary: String {
    "\(server.shown) (\(excerpt(query.value.split(whereSeparator: \.isWhitespace).joined(separator: " "))))"
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
      let rows = try MySQLPages(self, isClosed: output.isClosed)
      output.note(columns: rows.columns.map(\.name))
      var number = 0
      while let page = try rows.next() {
        for values in page {
          number += 1
          try await output.yield(row(values, rows, number), template, of: server.shown)
        }
      }
    }
  }

  /// The request of a row, as far as its columns tell it.
  private func row(_ values: [SQLValue], _ rows: MySQLPages, _ number: Int) -> InputRow {
    var columns: [ExactText: Value] = [:]
    for (column, value) in zip(rows.columns, values) { columns[ExactText(column.name)] = Value(value, of: column.kind) }
    var row = InputRow(columns, line: number)
    guard let place = rows.urlPlace else { return row }
    switch values[place] {
    case .text(let url): row.url = url
    case .int(let number): row.url = "\(number)"
    case .double(let number): row.url = "\(number)"
    case .null: row.fault = "the column \(rows.columns[place].name) is NULL"
    case .blob(let bytes):
      if let url = String(validating: bytes, as: UTF8.self) {
        row.url = url
      } else {
        row.fault = "the column \(rows.columns[place].name) holds bytes, not a text"
      }
    }
    return row
  }
}

extension Value {
  /// A value as the server tells it: nothing of it is lost. Bytes are hexadecimal digits, and moments RFC 3339, of which
  /// DATETIME has no zone.
  init(_ value: SQLValue, of kind: MySQLColumn.Kind) {
    switch value {
    case .null: self = .null
    case .int(let number): self = .int(Int(number))
    case .double(let number): self = number.isFinite ? .double(number) : .string("\(number)")
    case .text(let text):
      switch kind {
      case .decimal: self = Int(text).map { .int($0) } ?? (DecimalNumber(text) == nil ? .string(text) : .json(text))
      case .json: self = .json(text)
      case .datetime: self = .string(text.replacing(" ", with: "T", maxReplacements: 1))
      case .timestamp: self = .string(text.replacing(" ", with: "T", maxReplacements: 1) + "Z")
      default: self = .string(text)
      }
    case .blob(let bytes):
      let digits = Array("0123456789abcdef".utf8)
      self = .string(
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self))
    }
  }
}
