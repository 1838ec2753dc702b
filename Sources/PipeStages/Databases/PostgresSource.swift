import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `postgres`: requests made of the rows of a query.
struct PostgresSource: QuerySource {
  let server: Located<ServerURL>
  let query: RowQuery

  static let component = Component<any Source>(
    .source, "postgres",
    "Requests made of the rows of a query on a PostgreSQL database, which is only read. They are kept in the journal: a resumed run "
      + "asks again only if it had not read all rows, and adds those that are new.",
    options: PostgresServer.map("database").joined(
      RowQuery.map(
        RowQuery.readOnly,
        key:
          ", and a lost connection is made anew. Without it, one transaction is open for as long as the run takes to read "
          + "all rows.")
    ).checked { both, _, _ in PostgresSource(server: both.0, query: both.1) },
    examples: [
      "postgres: {database: postgres://localhost/shop, query: \"SELECT url FROM pages\"}",
      "postgres: {database: postgres://me@db.example/shop, query: \"SELECT id, sku FROM products\", key: id, url: "
        + "\"https://example.com/p/{sku}\"}",
    ],
    make: { $0 })

  var shownDatabase: String { server.value.shown }

  func open(in folder: SourceFolder, isClosed: @escaping @Sendable () -> Bool) throws -> PostgresRows {
    try PostgresRows(self, isClosed: isClosed)
  }
}

extension PostgresRows: QueryRows {
  var names: [String] { columns.map(\.name) }

  func value(of cell: String?, at place: Int) -> Value { Value(cell, ofType: columns[place].type) }

  func url(of cell: String?) -> Result<String, ValueFault> { cell.map { .success($0) } ?? .failure(.null) }
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
