import PipeDatabase
import PipeEngine
import PipeSpec

/// How a second table takes the place of the first. One RENAME of both does it at once; but it commits by itself, so that nothing
/// can be noted with it. What was done tells itself:
///
///     new      old
///     there    –       the rows are loaded
///     there    there   the same: what is old is of an attempt before
///     –        there   renamed
///     –        –       published, or removed by somebody
extension MySQLStore {
  /// The table that rows go to.
  var target: TableName { options.mode == .replace ? second : table }

  private var second: TableName { TableName(TableOptions.secondTable(of: table.name, .mysql), in: table.schema) }

  /// Where the first table goes; it says that it has gone there as long as nothing else does.
  private var former: TableName { TableName("pipe_old_" + second.name.dropFirst("pipe_new_".count), in: table.schema) }

  var unpublished: UnpublishedRows? {
    options.mode == .replace && !isPublished ? UnpublishedRows(path: "\(name) (\(target))") : nil
  }

  /// Makes the table that will take the place of the one that is there, with the same definition.
  func prepareSecondTable() throws(RunError) {
    let dialect = SQLDialect.mysql
    for name in [second, former] { _ = try asking("DROP TABLE IF EXISTS \(dialect.quoted(name))", []) }
    guard let there = try read(table) else {
      _ = try asking(dialect.definition(of: second, columns, key: options.key.map(\.value)), [])
      return
    }
    _ = try asking("CREATE TABLE \(dialect.quoted(second)) LIKE \(dialect.quoted(there.name))", [])
    guard options.schema == .add else { return }
    for column in columns where there.column(column.name) == nil {
      _ = try asking(dialect.addition(of: column, to: second), [])
    }
  }

  func swap(isTrial: Bool) throws(RunError) {
    guard options.mode == .replace else { return }
    try patiently { () throws(RunError) in
      try withLock { () throws(RunError) in
        if isPublished { return try removeFormer() }
        try checkpoints.checkFence(asking)
        try isTrial ? tryRenaming() : rename()
      }
    }
  }

  /// Renames the second table, and back: whoever may do that may do the other.
  private func tryRenaming() throws(RunError) {
    let dialect = SQLDialect.mysql
    let faults = try read(table)?.replacementFaults ?? []
    if !faults.isEmpty { throw TableCheck.error(name, options.table.value, faults) }
    _ = try asking("DROP TABLE IF EXISTS \(dialect.quoted(former))", [])
    let (new, old) = (dialect.quoted(second), dialect.quoted(former))
    _ = try asking("RENAME TABLE \(new) TO \(old), \(old) TO \(new)", [])
  }

  private func rename() throws(RunError) {
    let dialect = SQLDialect.mysql
    let (new, old, place) = (dialect.quoted(second), dialect.quoted(former), dialect.quoted(table))
    let (hasNew, hasOld) = (try read(second) != nil, try read(former) != nil)
    if hasNew {
      if hasOld { _ = try asking("DROP TABLE \(old)", []) }
      if try read(table) != nil {
        _ = try asking("RENAME TABLE \(place) TO \(old), \(new) TO \(place)", [])
      } else {
        _ = try asking("CREATE TABLE \(old) LIKE \(new)", [])
        _ = try asking("RENAME TABLE \(new) TO \(place)", [])
      }
    } else if !hasOld {
      throw RunError(
        name, "has no table \(second) any more, which the run has loaded its rows into",
        hint: "begin anew with --restart")
    }
    try checkpoints.notePublished(asking)
    isPublished = true
    try removeFormer()
  }

  private func removeFormer() throws(RunError) {
    _ = try asking("DROP TABLE IF EXISTS \(SQLDialect.mysql.quoted(former))", [])
  }

  private func read(_ name: TableName) throws(RunError) -> MySQLTable? {
    try telling { () throws(DatabaseError) in try MySQLTable.read(name, on: connection) }
  }

  /// Does something that no other run of the pipeline does at the same time with this table. The server's lock goes with the
  /// connection, and no statement gives it up before.
  func withLock(_ body: () throws(RunError) -> Void) throws(RunError) {
    guard let pipeline = environment.pipeline else { return try body() }
    let lock: [SQLValue] = [.text(checkpoints.sink), .text(pipeline)]
    let name = "CONCAT('pipe_', MD5(CONCAT_WS('/', DATABASE(), ?, ?)))"
    let got = try asking("SELECT GET_LOCK(\(name), 10)", lock)
    guard got.first?.first?.int == 1 else {
      throw failed(DatabaseError(.busy, code: "HY000/1205", "another run of \(pipeline) is just taking it over"))
    }
    defer { _ = try? asking("SELECT RELEASE_LOCK(\(name))", lock) }
    try body()
  }
}

extension MySQLTable {
  /// What keeps another table from taking its place without loss.
  var replacementFaults: [String] {
    var faults: [String] = []
    if !triggers.isEmpty {
      faults.append(
        "it has triggers (\(triggers.joined(separator: ", "))), which a table that takes its place would not have")
    }
    if !foreignKeys.isEmpty {
      faults.append(
        "it has foreign keys, or is one's target (\(foreignKeys.joined(separator: ", "))), which stay with the former table"
      )
    }
    if isVersioned { faults.append("it keeps its former rows (WITH SYSTEM VERSIONING), which would be lost") }
    return faults
  }
}
