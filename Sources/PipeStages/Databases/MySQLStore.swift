import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec

/// The table of one sink on a MySQL or MariaDB server: rows, and beside them how far the run is, in one transaction.
///
/// A statement that defines something commits what is open, so that none stands in a batch. What must not happen at once with a
/// run that takes over, because it is more than one transaction, is done with a lock of the server's (GET_LOCK).
final class MySQLStore: DatabaseStore {
  let server: MySQLServer
  var name: String { server.shown }
  let options: TableOptions
  let environment: SinkEnvironment
  let table: TableName
  var connection: MySQLConnection
  private var transaction: MySQLTransaction?
  private var insertion: MySQLInsertion?
  private var forms: [MySQLColumnForm] = []
  let columns: [SQLDialect.Column]
  let run: String
  var checkpoints: CheckpointTable
  /// Whether the table has taken its place.
  var isPublished = false
  /// The last failure, if something may come of doing it all again: a lost connection, a lock.
  private var trouble: DatabaseError.Kind?
  private var hasToldOfWaiting = false

  static let patience = Duration.seconds(60)
  /// Bytes of a statement: several make a batch, whose rows are in memory as well.
  private static let statementBytes = 1 << 20

  /// Connects, and makes the table of a run, if it is to be made.
  ///
  /// - Parameter position: Where the run goes on; `nil` for one that begins.
  init(
    _ server: MySQLServer, _ options: TableOptions, _ columns: [Column], at position: DatabasePosition?,
    in environment: SinkEnvironment
  ) throws(RunError) {
    (self.server, self.options, self.environment) = (server, options, environment)
    self.columns = TableOptions.columns(of: columns)
    let table = TableName(written: options.table.value, .mysql)
    self.table = table
    let run = position?.run ?? DatabasePosition.newRun()
    self.run = run
    checkpoints = Self.checkpoints(server, table, run: run, pipeline: environment.pipeline)
    do throws(DatabaseError) {
      connection = try MySQLConnection.forWriting(server.address) { !environment.mayWait() }
    } catch {
      throw server.failure(error)
    }
    try patiently { () throws(RunError) in
      try withLock { () throws(RunError) in
        if position == nil { try prepareTable() }
        try makeCheckpoints()
        try takeOver(at: position)
        if position == nil, options.mode == .replace { try prepareSecondTable() }
      }
    }
    try lookAtTarget(isNew: position == nil)
  }

  /// Opens what a run has finished, and left to be published.
  init(
    _ server: MySQLServer, _ options: TableOptions, finishing position: DatabasePosition,
    in environment: SinkEnvironment
  ) throws(RunError) {
    (self.server, self.options, self.environment) = (server, options, environment)
    columns = []
    run = position.run
    table = TableName(written: options.table.value, .mysql)
    checkpoints = Self.checkpoints(server, table, run: run, pipeline: environment.pipeline)
    do throws(DatabaseError) {
      connection = try MySQLConnection.forWriting(server.address) { !environment.mayWait() }
    } catch {
      throw server.failure(error)
    }
    isPublished = try checkpoints.find(asking)
  }

  static func checkpoints(
    _ server: MySQLServer, _ table: TableName, run: String, pipeline: String?
  ) -> CheckpointTable {
    CheckpointTable(.mysql, in: table.schema, of: server.shown, table.name, run: run, pipeline: pipeline)
  }

  // MARK: A batch

  var isConnected: Bool { trouble == nil }

  func begin() throws(RunError) {
    try patiently { () throws(RunError) in
      transaction = nil
      try telling { () throws(DatabaseError) in transaction = try MySQLTransaction(on: connection) }
      do throws(RunError) { try checkpoints.checkFence(asking) } catch {
        rollBack()
        throw error
      }
    }
  }

  func insert(_ rows: [[SQLValue]]) throws(RunError) -> [RowFate] {
    guard let insertion else { return [] }
    var fates = Array(repeating: RowFate.there, count: rows.count)
    var written: [(place: Int, bytes: [UInt8])] = []
    for (place, row) in rows.enumerated() {
      switch adapted(row) {
      case .failure(let fault): fates[place] = .refused(code: fault.code, column: fault.column, reason: fault.reason)
      case .success(let row):
        if let bytes = insertion.row(row) {
          written.append((place, bytes))
        } else {
          fates[place] = .refused(
            code: "value", column: nil, reason: "a row that is larger than a statement may be (max_allowed_packet)")
        }
      }
    }
    let bytes = written.map(\.bytes)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = insertion.room(for: rest, upTo: Self.statementBytes)
      let end = rest.startIndex + count
      try insert(rest[..<end], with: insertion) { place, fate in fates[written[place].place] = fate }
      rest = rest[end...]
    }
    return fates
  }

  /// Inserts rows by one statement, which is undone by the server if it refuses one of them; then by two of half as many.
  private func insert(
    _ rows: ArraySlice<[UInt8]>, with insertion: MySQLInsertion, _ tell: (Int, RowFate) -> Void
  ) throws(RunError) {
    do throws(DatabaseError) {
      let changes = try connection.execute(insertion.statement(rows))
      // Rows whose key is there change nothing. Which of them they are is not told.
      guard options.mode == .upsert, options.conflict == .ignore else { return }
      for place in rows.indices.suffix(max(0, rows.count - changes.rows)) { tell(place, .otherStays) }
    } catch {
      guard error.kind == .row else { throw failed(error) }
      if rows.count == 1 {
        return tell(
          rows.startIndex,
          .refused(code: error.code, column: column(of: error), reason: server.url.value.withoutPassword(error.message))
        )
      }
      let middle = rows.startIndex + rows.count / 2
      try insert(rows[..<middle], with: insertion, tell)
      try insert(rows[middle...], with: insertion, tell)
    }
  }

  private func adapted(_ row: [SQLValue]) -> Result<[SQLValue], ValueFault> {
    var values = row
    for (place, form) in forms.enumerated() {
      do throws(ValueFault) { values[place] = try form.adapted(row[place]) } catch {
        return .failure(ValueFault(code: error.code, column: columns[place].name, reason: error.reason))
      }
    }
    return .success(values)
  }

  /// The field that an error is about: the column that it names, or the one of a constraint of the column's name, which is
  /// what MariaDB calls a CHECK of a column's (``CONSTRAINT `t.v` failed``).
  private func column(of error: DatabaseError) -> String? {
    if let name = error.column {
      return columns.first { SQLDialect.mysql.compared($0.name) == SQLDialect.mysql.compared(name) }?.name
    }
    guard error.number == 4025 else { return nil }
    return columns.first { error.message.hasPrefix("CONSTRAINT `\(target.name).\($0.name)` failed") }?.name
  }

  func note(_ position: DatabasePosition) throws(RunError) { try checkpoints.note(position, asking) }

  func commit() throws(RunError) {
    try telling { () throws(DatabaseError) in try transaction?.commit() }
    transaction = nil
  }

  func rollBack() { transaction = nil }

  // MARK: Trouble

  func reconnect(after failure: RunError) throws(RunError) {
    transaction = nil
    trouble = nil
    if connection.isOpen { return }
    let (server, environment) = (server, environment)
    var patience = ServerPatience(name, environment)
    connection = try patience.trying(for: Self.patience, { server.failure($0) }) { () throws(DatabaseError) in
      try MySQLConnection.forWriting(server.address) { !environment.mayWait() }
    }
  }

  func outcome(of position: DatabasePosition) throws(RunError) -> AnnouncedOutcome {
    if environment.pipeline == nil {
      throw RunError(
        name, "the connection was lost during a COMMIT, and without a journal nothing tells whether it has taken place",
        hint: "look at the table; with a journal the run goes on by itself")
    }
    // The server may not have noticed yet that the connection is gone, and then the batch's transaction holds its locks.
    return try patiently { () throws(RunError) in
      try telling { () throws(DatabaseError) in transaction = try MySQLTransaction(on: connection) }
      defer { rollBack() }
      return try checkpoints.outcome(of: position, asking)
    }
  }

  /// Does something again while it fails for want of a lock, or of the connection.
  func patiently<Result>(_ body: () throws(RunError) -> Result) throws(RunError) -> Result {
    let start = ContinuousClock.now
    var pause: UInt32 = 20_000
    while true {
      do throws(RunError) { return try body() } catch {
        guard let kind = trouble, environment.mayWait(), ContinuousClock.now - start < Self.patience else {
          throw error
        }
        if kind == .busy, !hasToldOfWaiting, ContinuousClock.now - start > .seconds(2) {
          hasToldOfWaiting = true
          environment.tell("\(name) is locked by another program: waiting for it")
        }
        usleep(pause)
        pause = min(pause * 2, 500_000)
        try reconnect(after: error)
      }
    }
  }

  func failed(_ error: DatabaseError) -> RunError {
    trouble = error.kind == .connection || error.kind == .busy || !connection.isOpen ? error.kind : nil
    // A row is not what these are about: a statement of the store's own was refused.
    return server.failure(error)
  }

  func asking(_ sql: String, _ values: [SQLValue]) throws(RunError) -> [[SQLValue]] {
    do throws(DatabaseError) { return try connection.rows(sql, values) } catch { throw failed(error) }
  }

  func telling<Result>(_ body: () throws(DatabaseError) -> Result) throws(RunError) -> Result {
    do throws(DatabaseError) { return try body() } catch { throw failed(error) }
  }

  // MARK: The beginning

  /// Takes a new epoch in a transaction of its own.
  private func takeOver(at position: DatabasePosition?) throws(RunError) {
    guard environment.pipeline != nil else { return }
    try telling { () throws(DatabaseError) in transaction = try MySQLTransaction(on: connection) }
    do throws(RunError) {
      try checkpoints.takeOver(at: position, asking)
      try commit()
    } catch {
      rollBack()
      throw error
    }
  }

  private func makeCheckpoints() throws(RunError) {
    guard environment.pipeline != nil else { return }
    // Who may only write rows is not asked to make a table that is there.
    var there = try telling { () throws(DatabaseError) in try MySQLTable.read(checkpoints.name, on: connection) }
    if there == nil {
      _ = try asking(checkpoints.definition, [])
      there = try telling { () throws(DatabaseError) in try MySQLTable.read(checkpoints.name, on: connection) }
    }
    if let there, !there.isTransactional {
      throw RunError(
        name, "has a table pipe_checkpoints of the engine \(there.engine), which has no transactions",
        hint: "remove it, or make it InnoDB")
    }
  }

  /// Makes the table, or what it lacks.
  private func prepareTable() throws(RunError) {
    let there = try telling { () throws(DatabaseError) in try MySQLTable.read(table, on: connection) }
    var statements: [String] = []
    if let there {
      var lacking: [SQLDialect.Column] = []
      let mismatches = Self.mismatches(of: columns, with: there, options) { lacking.append($0) }
      if !mismatches.isEmpty { throw TableCheck.error(name, options.table.value, mismatches) }
      statements = lacking.map { SQLDialect.mysql.addition(of: $0, to: there.name) }
    } else if options.schema == .frozen {
      throw RunError(name, "has no table \(options.table.value)", hint: "make it, or write schema: create")
    } else if options.mode != .replace {
      statements = [SQLDialect.mysql.definition(of: table, columns, key: options.key.map(\.value))]
    }
    // A second table takes its place with the columns that it lacks.
    if options.mode == .replace, there != nil { return }
    for statement in statements { _ = try asking(statement, []) }
  }

  /// All in which a table does not fit.
  static func mismatches(
    of columns: [SQLDialect.Column], with table: MySQLTable, _ options: TableOptions,
    lacking: (SQLDialect.Column) -> Void = { _ in }
  ) -> [String] {
    var found = TableCheck.mismatches(of: columns, with: table.description, options, lacking: lacking)
    if table.otherForm != nil { return found }
    if !table.isTransactional {
      found.append("its engine is \(table.engine), which has no transactions")
    }
    if options.mode == .upsert {
      for unique in table.otherUniques(than: options.key.map(\.value), meeting: columns.map(\.name)) {
        found.append(
          "it has another unique key \(unique.name) (\(unique.columns.map { $0 ?? "an expression" }.joined(separator: ", "))),"
            + " and a row that meets it would change the row of another key")
      }
    }
    return found + (options.mode == .replace ? table.replacementFaults : [])
  }

  /// Looks at the table that rows go to.
  private func lookAtTarget(isNew: Bool) throws(RunError) {
    let there = try telling { () throws(DatabaseError) in try MySQLTable.read(target, on: connection) }
    guard let there else {
      throw RunError(
        name, "has no table \(target.name) any more, which the run has written",
        hint: "put back the database that belongs to the journal, or begin anew with --restart")
    }
    let keys = Set(options.key.map { SQLDialect.mysql.compared($0.value) })
    forms = columns.map { column in
      there.column(column.name).map {
        MySQLColumnForm($0, isKey: keys.contains(SQLDialect.mysql.compared(column.name)))
      } ?? .asIt
    }
    let loose = there.columns.filter { keys.contains(SQLDialect.mysql.compared($0.name)) && $0.comparesLoosely }
    if isNew, let column = loose.first {
      environment.tell(
        "the key \(column.name) of the table \(options.table.value) has the collation \(column.collation ?? ""), which does not"
          + " tell all texts apart: rows whose keys are alike for it are one row")
    }
    let most = try asking("SELECT @@max_allowed_packet", []).first?.first?.int ?? 1 << 20
    insertion = MySQLInsertion(
      into: target, columns.map(\.name), key: options.key.map(\.value),
      on: options.mode == .upsert ? options.conflict.inSQL : nil, limit: max(0, most - 1024))
  }

  func checkPlace() throws(RunError) {
    if isPublished { return }
    try patiently { () throws(RunError) in
      _ = try asking("SELECT 1 FROM \(SQLDialect.mysql.quoted(target)) LIMIT 0", [])
    }
  }
}
