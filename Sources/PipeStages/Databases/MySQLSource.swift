import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `mysql`: requests made of the rows of a query.
struct MySQLSource: QuerySource {
  let server: MySQLServer
  let query: RowQuery

  static let component = Component<any Source>(
    .source, "mysql",
    "Requests made of the rows of a query on a MySQL or MariaDB database, which is only read. They are kept in the journal: a "
      + "resumed run asks again only if it had not read all rows, and adds those that are new.",
    options: MySQLServer.map("database").joined(
      RowQuery.map(
        RowQuery.readOnly,
        key:
          ", and a lost connection is made anew. Without it, all rows are read at once into a temporary file, since a server "
          + "does not wait for a slow reader.")
    ).checked { both, _, _ in MySQLSource(server: both.0, query: both.1) },
    examples: [
      "mysql: {database: mysql://localhost/shop, query: \"SELECT url FROM pages\"}",
      "mysql: {database: mysql://me@localhost/shop, query: \"SELECT id, sku FROM products\", key: id, url: "
        + "\"https://example.com/p/{sku}\"}",
    ],
    make: { $0 })

  var shownDatabase: String { server.shown }

  func open(in folder: SourceFolder, isClosed: @escaping @Sendable () -> Bool) throws -> MySQLPages {
    try MySQLPages(self, isClosed: isClosed)
  }
}

extension MySQLPages: QueryRows {
  var names: [String] { columns.map(\.name) }

  func value(of cell: SQLValue, at place: Int) -> Value { Value(cell, of: columns[place].kind) }

  func url(of cell: SQLValue) -> Result<String, ValueFault> {
    // A text whose collation is binary comes as bytes.
    if case .blob(let bytes) = cell, let url = String(validating: bytes, as: UTF8.self) { return .success(url) }
    return cell.asURL
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
