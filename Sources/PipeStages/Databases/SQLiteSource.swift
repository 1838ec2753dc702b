import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `sqlite`: requests made of the rows of a query.
struct SQLiteSource: QuerySource {
  let path: Located<String>
  let query: RowQuery

  static let component = Component<any Source>(
    .source, "sqlite",
    "Requests made of the rows of a query on an SQLite database file, which is only read. They are kept in the journal: a "
      + "resumed run asks again only if it had not read all rows, and adds those that are new.",
    options: MapShape(
      Key(
        "path", Shape.path.located, "The database file; a relative path starts at the spec's folder.",
        example: "pages.db"),
      make: { (path: Located<String>) in path }
    ).joined(
      RowQuery.map(
        "One SELECT. Its rows are as they were at one moment, whatever is written meanwhile, but with key at one for each page.",
        key: ". Without it, a copy of the rows is made on disk first, so that a long run keeps nobody from writing.")
    ).checked { both, _, context -> SQLiteSource? in
      SQLiteSink.checked(both.0, &context).map { SQLiteSource(path: $0, query: both.1) }
    },
    examples: [
      "sqlite: {path: pages.db, query: \"SELECT url FROM pages\"}",
      "sqlite: {path: shop.db, query: \"SELECT id, sku FROM products\", key: id, url: \"https://example.com/p/{sku}\"}",
    ],
    make: { $0 })

  var shownDatabase: String { path.value }

  func isAtHand(in folder: SourceFolder) -> Bool { access(folder.resolve(path.value), R_OK) == 0 }

  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] {
    [FileUse(.file(folder.resolve(path.value)), .source, at: path.span, database: .query)]
      + query.template.inputs(in: folder)
  }

  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    query.template.check(in: folder, report)
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
          try SQLiteStatement(query.written, on: connection).columnNames
        })
    else { return .unknown }
    return .named(names)
  }

  func open(in folder: SourceFolder, isClosed: @escaping @Sendable () -> Bool) throws -> SQLiteRows {
    try SQLiteRows(self, at: folder.resolve(path.value), isClosed: isClosed)
  }
}

extension SQLiteRows: QueryRows {
  func value(of cell: SQLValue, at place: Int) -> Value { Value(cell) }

  func url(of cell: SQLValue) -> Result<String, ValueFault> { cell.asURL }
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
