/// An open transaction: committed, or rolled back with its owner.
package struct MySQLTransaction: ~Copyable {
  private let connection: MySQLConnection
  private var isOpen = true

  package init(on connection: MySQLConnection) throws(DatabaseError) {
    try connection.execute("START TRANSACTION")
    self.connection = connection
  }

  package mutating func commit() throws(DatabaseError) {
    // Whatever comes of it, there is nothing left to roll back.
    isOpen = false
    try connection.execute("COMMIT")
  }

  // One that failed may have been rolled back already, or its connection is gone, and the transaction with it.
  deinit { if isOpen { _ = try? connection.execute("ROLLBACK") } }
}
