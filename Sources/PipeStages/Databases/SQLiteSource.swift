import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `sqlite`: requests made of the rows of a query.
struct SQLiteSource: Source {
  let path: Located<String>
  let query: Located<String>
  /// The column that holds the URL, if no template makes it.
  let column: Located<String>?
  /// The column by which rows are read in pages.
  let key: Located<String>?
  let template: RequestTemplate

  static let component = Component<any Source>(
    .source, "sqlite",
    "Requests made of the rows of a query on an SQLite database file, which is only read. They are kept in the journal: a "
      + "resumed run asks again only if it had not read all rows, and adds those that are new.",
    options: MapShape(
      Key(
        "path", Shape.path.located, "The database file; a relative path starts at the spec's folder.",
        example: "pages.db"),
      Key(
        "query", Shape.name("a query").located,
        "One SELECT. Its rows are as they were at one moment, whatever is written meanwhile, but with key at one for each page.",
        example: "\"SELECT url FROM pages WHERE status >= 500\""),
      Key(
        optional: "column", Shape.name("the name of a column").located,
        "The column that holds the URL; without it, url.",
        example: "link"),
      Key(
        optional: "key", Shape.name("the name of a column").located,
        "A column of the query that tells its rows apart: they are read in pages by it, in its order. Without it, a copy of the "
          + "rows is made on disk first, so that a long run keeps nobody from writing.", example: "id"),
      make: { (path: $0, query: $1, column: $2, key: $3) }
    ).joined(RequestTemplate.map).checked { both, map, context -> SQLiteSource? in
      let (source, template) = both
      if let column = source.column, template.url != nil {
        context.report(
          .conflict, at: column.span, "column names the URL of each row, and url makes it", hint: "remove one of them")
        return nil
      }
      guard let path = SQLiteSink.checked(source.path, &context) else { return nil }
      return SQLiteSource(path: path, query: source.query, column: source.column, key: source.key, template: template)
    },
    examples: [
      "sqlite: {path: pages.db, query: \"SELECT url FROM pages\"}",
      "sqlite: {path: shop.db, query: \"SELECT id, sku FROM products\", key: id, url: \"https://example.com/p/{sku}\"}",
    ],
    make: { $0 })

  var summary: String {
    "\(path.value) (\(excerpt(query.value.split(whereSeparator: \.isWhitespace).joined(separator: " "))))"
  }

  func notes(in folder: SourceFolder) -> [String] { template.notes(in: folder) }

  var origins: Set<WebURL.OriginKey>? { template.url?.origin.map { [$0] } }

  func rereading(in folder: SourceFolder) -> SourceRereading { .changing }

  func isAtHand(in folder: SourceFolder) -> Bool { access(folder.resolve(path.value), R_OK) == 0 }

  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] {
    [FileUse(.file(folder.resolve(path.value)), .source, at: path.span, database: .query)] + template.inputs(in: folder)
  }

  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    template.check(in: folder, report)
    var status = stat()
    let file = folder.resolve(path.value)
    if file.withPath({ stat($0, &status) }) != 0 || file.withPath({ access($0, R_OK) }) != 0 {
      report(.unreadable(path, in: folder, SystemError.current))
    } else if status.st_mode & S_IFMT != S_IFREG {
      report(.unreadable(path, in: folder, status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a file"))
    }
  }

  func columns(in folder: SourceFolder) -> SourceColumns {
    guard isAtHand(in: folder),
      let names = try? SQLiteConnection.looking(
        at: folder.resolve(path.value),
        { connection throws(DatabaseError) in
          try SQLiteStatement(query.value, on: connection).columnNames
        })
    else { return .unknown }
    return .named(names)
  }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let template = try template.opened(in: environment.folder)
    let path = environment.folder.resolve(path.value)
    // A query may take long, and blocks.
    let thread = try SinkThread("for a database")
    try await withTaskExecutorPreference(thread) {
      let rows = try SQLiteRows(self, at: path, isClosed: output.isClosed)
      output.note(columns: rows.names)
      var number = 0
      while let page = try rows.next() {
        for values in page {
          number += 1
          try await output.yield(row(values, rows, number), template, of: self.path.value)
        }
      }
    }
  }

  /// The request of a row, as far as its columns tell it.
  private func row(_ values: [SQLValue], _ rows: SQLiteRows, _ number: Int) -> InputRow {
    var columns: [ExactText: Value] = [:]
    for (name, value) in zip(rows.names, values) { columns[ExactText(name)] = Value(value) }
    var row = InputRow(columns, line: number)
    guard let place = rows.urlPlace else { return row }
    switch values[place] {
    case .text(let url): row.url = url
    case .int(let number): row.url = "\(number)"
    case .double(let number): row.url = "\(number)"
    case .null: row.fault = "the column \(rows.names[place]) is NULL"
    case .blob: row.fault = "the column \(rows.names[place]) holds bytes, not a text"
    }
    return row
  }
}

extension Value {
  /// A value of a database: nothing of it is lost, and bytes are hexadecimal digits.
  fileprivate init(_ value: SQLValue) {
    switch value {
    case .null: self = .null
    case .int(let number): self = .int(Int(number))
    case .double(let number): self = number.isFinite ? .double(number) : .string("\(number)")
    case .text(let text): self = .string(text)
    case .blob(let bytes):
      let digits = Array("0123456789abcdef".utf8)
      self = .string(
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self))
    }
  }
}
