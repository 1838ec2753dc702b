/// What a statement of PostgreSQL has given: all rows of it.
package struct PostgresResult: Sendable {
  package struct Column: Hashable, Sendable {
    package let name: String
    /// The number of its type (`pg_type.oid`).
    package let type: UInt32
  }

  package let columns: [Column]
  /// The values as the server writes them; `nil` for NULL.
  package let rows: [[String?]]
  /// Rows that the statement has changed.
  package let changes: Int

  /// The rows with numbers and booleans that are such.
  package var values: [[SQLValue]] {
    rows.map { row in zip(row, columns).map { SQLValue($0, ofType: $1.type) } }
  }
}

/// The numbers of the types that are told apart (postgresql.org, src/include/catalog/pg_type.dat).
package enum PostgresType {
  package static let bool: UInt32 = 16
  package static let bytea: UInt32 = 17
  package static let integers: Set<UInt32> = [20, 21, 23, 26]
  package static let floats: Set<UInt32> = [700, 701]
  package static let numeric: UInt32 = 1700
  package static let timestamp: UInt32 = 1114
  package static let timestampWithZone: UInt32 = 1184
  package static let json: Set<UInt32> = [114, 3802]
}

extension SQLValue {
  /// A value as the server writes it. What is neither a whole number, nor a boolean, nor bytes stays the text that it is.
  package init(_ text: String?, ofType type: UInt32) {
    guard let text else {
      self = .null
      return
    }
    if PostgresType.integers.contains(type), let number = Int64(text) {
      self = .int(number)
    } else if type == PostgresType.bool {
      self = .int(text == "t" ? 1 : 0)
    } else if PostgresType.floats.contains(type), let number = Double(text) {
      self = .double(number)
    } else {
      self = .text(text)
    }
  }
}
