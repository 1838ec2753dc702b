/// The name of a table, in a schema if the database has them.
package struct TableName: Hashable, Sendable {
  /// `nil` for wherever the connection looks first.
  package let schema: String?
  package let name: String

  package init(_ name: String, in schema: String? = nil) {
    self.schema = schema
    self.name = name
  }

  /// Reads a name as a person writes it: `pages`, or `archive.pages` where there are schemas.
  package init(written text: String, _ dialect: SQLDialect) {
    guard dialect.hasSchemas, let dot = text.firstIndex(of: "."), dot != text.startIndex,
      text.index(after: dot) != text.endIndex
    else {
      self.init(text)
      return
    }
    self.init(String(text[text.index(after: dot)...]), in: String(text[..<dot]))
  }
}

extension TableName: CustomStringConvertible {
  package var description: String { (schema.map { $0 + "." } ?? "") + name }
}
