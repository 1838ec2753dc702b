/// What a database said, in its own words.
package struct DatabaseError: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// Another connection has a lock; the same may work later.
    case busy
    /// The data of one row: a constraint, a type, a size. Others may be taken.
    case row
    /// There is no connection, or none any more: another one may work.
    case connection
    /// What ends the run: no such table, a full disk, a file that is no database.
    case other
  }

  package let kind: Kind
  /// The code as programs know it: SQLite's name of the number (`SQLITE_CONSTRAINT_NOTNULL`), or an SQLSTATE.
  package let code: String
  package let message: String
  /// The column that it is about, if the database names it.
  package var column: String?

  package init(_ kind: Kind, code: String, _ message: String) {
    self.kind = kind
    self.code = code
    self.message = message
  }
}
