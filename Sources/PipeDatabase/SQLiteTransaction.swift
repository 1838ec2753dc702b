/// An open transaction: committed, or rolled back with its owner.
package struct SQLiteTransaction: ~Copyable {
  private let connection: SQLiteConnection
  private var isOpen = true

  /// Takes the lock for writing at once, so that nothing that was read in it is old by the time it writes.
  package init(on connection: SQLiteConnection) throws(DatabaseError) {
    try connection.execute("BEGIN IMMEDIATE")
    self.connection = connection
  }

  /// A commit that was refused because somebody reads (`busy`) leaves the transaction open: the same may work later.
  package mutating func commit() throws(DatabaseError) {
    try connection.execute("COMMIT")
    isOpen = false
  }

  // One that failed may have been rolled back already, which is then an error that says nothing.
  deinit { if isOpen { try? connection.execute("ROLLBACK") } }
}
