import PipeDatabase
import PipeEngine
import PipeSpec

/// The table of one sink in a PostgreSQL database: rows, and beside them how far the run is, in one transaction.
///
///     begin ─▶ insert ─▶ note ─▶ commit        a batch
///
/// Nothing that it needs outlives a transaction of the server, so that a pooler may stand between (PgBouncer).
final class PostgresStore: DatabaseStore {
  let url: ServerURL
  let options: TableOptions
  let environment: SinkEnvironment
  var name: String { url.shown }
  let columns: [SQLDialect.Column]
  let run: String
  private(set) var connection: PostgresConnection
  private var transaction: PostgresTransaction?
  private var patience: ServerPatience
  private var checkpoints: CheckpointTable
  private var loading: PostgresLoading?
  /// The table of the sink, with its schema.
  private let table: TableName
  /// The one that rows go to, as it was when it was opened.
  private var targetID: Int64?
  /// Whether the table has taken its place.
  private var isPublished = false
  /// Whether the batch is to be done again on the same connection: the server has chosen it to fail for another one's sake.
  private var hasConflict = false
  /// Of a run without a journal: what the server calls the transaction that is open.
  private var transactionID: String?

  /// Connects, and opens the table of a run.
  ///
  /// - Parameter position: Where the run goes on; `nil` for one that begins.
  init(
    _ url: ServerURL, _ options: TableOptions, _ columns: [Column], at position: DatabasePosition?,
    in environment: SinkEnvironment
  ) throws(RunError) {
    (self.url, self.options, self.environment) = (url, options, environment)
    self.columns = TableOptions.columns(of: columns)
    run = position?.run ?? DatabasePosition.newRun()
    patience = ServerPatience(url.shown, environment)
    let connection = try Self.connect(url, environment, &patience)
    self.connection = connection
    let written = TableName(written: options.table.value, .postgres)
    transaction = try Self.asking(url) { () throws(DatabaseError) in
      try PostgresTransaction(on: connection, Self.beginning(connection))
    }
    (table, checkpoints) = try Self.place(written, of: url, run, on: connection, in: environment)
    if environment.pipeline != nil { try makeCheckpoints() }
    try checkpoints.takeOver(at: position, reading)
    if position == nil { try prepareTable() }
    try lookAtTarget()
    try commit()
  }

  /// Opens what a run has finished, and left to be published.
  init(
    _ url: ServerURL, _ options: TableOptions, finishing position: DatabasePosition, in environment: SinkEnvironment
  ) throws(RunError) {
    (self.url, self.options, self.environment) = (url, options, environment)
    columns = []
    run = position.run
    patience = ServerPatience(url.shown, environment)
    let connection = try Self.connect(url, environment, &patience)
    self.connection = connection
    let written = TableName(written: options.table.value, .postgres)
    transaction = try Self.asking(url) { () throws(DatabaseError) in
      try PostgresTransaction(on: connection, Self.beginning(connection))
    }
    (table, checkpoints) = try Self.place(written, of: url, run, on: connection, in: environment)
    guard try exists(checkpoints.name) else { throw checkpoints.isNotTheRuns }
    isPublished = try checkpoints.find(reading)
    rollBack()
  }

  private static func connect(
    _ url: ServerURL, _ environment: SinkEnvironment, _ patience: inout ServerPatience
  ) throws(RunError) -> PostgresConnection {
    var known: DatabaseError?
    return try patience.trying({ PostgresServer.failure(url, known ?? $0) }) { () throws(DatabaseError) in
      do throws(DatabaseError) {
        return try PostgresServer.connect(url, mayWait: environment.mayWait) {
          environment.tell("\(url.shown) has not answered for 5 s: waiting for it")
        }
      } catch {
        // A server that is not there at the beginning is told at once; one that starts is waited for.
        if error.kind != .connection { throw error }
        known = error
        throw DatabaseError(.other, code: error.code, error.message)
      }
    }
  }

  /// Where the table is, or would be made, and the checkpoints beside it.
  private static func place(
    _ written: TableName, of url: ServerURL, _ run: String, on connection: PostgresConnection,
    in environment: SinkEnvironment
  ) throws(RunError) -> (TableName, CheckpointTable) {
    let found = try asking(url) { () throws(DatabaseError) in
      try connection.query(
        """
        SELECT coalesce((SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE c.oid = pg_catalog.to_regclass($1::text)), $2::text, pg_catalog.current_schema()::text)
        """, [SQLDialect.postgres.quoted(written), written.schema])
    }
    guard let schema = found.rows.first?[0] else {
      throw RunError(
        url.shown, "has no schema in which the table \(written) could be",
        hint: "write table: schema.table, or set search_path")
    }
    return (
      TableName(written.name, in: schema),
      CheckpointTable(
        .postgres, in: schema, of: url.shown, written.name, run: run, pipeline: environment.pipeline)
    )
  }

  // MARK: A batch

  /// What every transaction begins with. Waits for locks are bounded, a commit that has returned outlives a crash, and constraints
  /// that could wait for the commit refuse their row.
  private static func beginning(_ connection: PostgresConnection) -> String {
    var sql = """
      BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0;
      SET LOCAL idle_in_transaction_session_timeout = '5min'; SET CONSTRAINTS ALL IMMEDIATE;
      SELECT pg_catalog.set_config('synchronous_commit', 'on', true)
        WHERE pg_catalog.current_setting('synchronous_commit') = 'off'
      """
    // A server that waits for a lock hears of a client that has died.
    if connection.serverVersion >= 14_00_00 { sql += "; SET LOCAL client_connection_check_interval = '2s'" }
    return sql
  }

  func begin() throws(RunError) {
    try telling { () throws(DatabaseError) in
      transaction = try PostgresTransaction(on: connection, Self.beginning(connection))
    }
    do throws(RunError) {
      try checkpoints.checkFence(reading)
      try checkTarget()
    } catch {
      rollBack()
      throw error
    }
  }

  func insert(_ rows: [[SQLValue]]) throws(RunError) -> [RowFate] {
    guard let loading else { return [] }
    return try telling { () throws(DatabaseError) in try loading.load(rows, on: connection) }
  }

  func note(_ position: DatabasePosition) throws(RunError) {
    try checkpoints.note(position, reading)
    if environment.pipeline == nil { transactionID = try reading("SELECT txid_current()::text")[0][0].text }
  }

  func commit() throws(RunError) {
    guard transaction != nil else { return }
    // The commit of a transaction that has failed would undo it, and say nothing.
    guard connection.isInTransaction || !connection.isAlive else {
      rollBack()
      throw RunError(url.shown, "has ended the transaction before its commit")
    }
    try telling { () throws(DatabaseError) in try transaction?.commit() }
    transaction = nil
  }

  func rollBack() { transaction = nil }

  var isConnected: Bool { connection.isAlive && !hasConflict }

  func reconnect(after failure: RunError) throws(RunError) {
    transaction = nil
    guard environment.mayWait() else { throw failure }
    if connection.isAlive, hasConflict {
      hasConflict = false
      return
    }
    hasConflict = false
    connection.close()
    let (url, environment) = (url, environment)
    connection = try patience.trying({ PostgresServer.failure(url, $0) }) { () throws(DatabaseError) in
      try PostgresServer.connect(url, mayWait: environment.mayWait) {
        environment.tell("\(url.shown) has not answered for 5 s: waiting for it")
      }
    }
  }

  /// What came of a commit: by the checkpoints, or without a journal by the number of the transaction.
  func outcome(of position: DatabasePosition) throws(RunError) -> AnnouncedOutcome {
    if environment.pipeline != nil {
      transaction = try asking { () throws(DatabaseError) in
        try PostgresTransaction(on: connection, Self.beginning(connection))
      }
      defer { rollBack() }
      // Behind the lock of the transaction that may still be under way.
      return try checkpoints.outcome(of: position, reading)
    }
    guard let id = transactionID else { return .lost }
    var words: String?
    try patience.trying({ PostgresServer.failure(url, $0) }) { () throws(DatabaseError) in
      do throws(DatabaseError) {
        words = try connection.query("SELECT txid_status($1::bigint)", [id]).rows.first?[0]
      } catch {
        // Of a transaction that wrote nothing before its server crashed, the number is forgotten.
        if error.code == "22023" { words = "aborted" } else { throw error }
      }
      if words == "in progress" { throw DatabaseError(.busy, code: "55P03", "the last batch is still being committed") }
    }
    switch words {
    case "committed": return .committed
    case "aborted": return .lost
    default:
      throw RunError(
        url.shown, "does not know any more whether the last batch was committed",
        hint: "look into the table; a run with a name and a journal does not need to ask")
    }
  }

  func checkPlace() throws(RunError) { try checkTarget() }

  /// Looks whether the table is still the one that was opened.
  private func checkTarget() throws(RunError) {
    guard let targetID else { return }
    let found = try reading(
      "SELECT pg_catalog.to_regclass($1::text)::oid::bigint", [.text(SQLDialect.postgres.quoted(target))])
    if found.first?[0] == .int(targetID) { return }
    throw RunError(
      url.shown, "has another table \(target) than the one that was being written, so rows of the run are lost",
      hint: "begin anew with --restart")
  }

  // MARK: The beginning

  /// The table that rows go to.
  var target: TableName {
    options.mode == .replace
      ? TableName(TableOptions.secondTable(of: table.name, .postgres), in: table.schema) : table
  }

  private func exists(_ name: TableName) throws(RunError) -> Bool {
    try reading(
      "SELECT pg_catalog.to_regclass($1::text) IS NOT NULL", [.text(SQLDialect.postgres.quoted(name))]
    ) == [[.int(1)]]
  }

  private func makeCheckpoints() throws(RunError) {
    if try exists(checkpoints.name) { return }
    // Two runs that begin at once would both make it, and one of them fail.
    _ = try reading("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('pipe_checkpoints'))::text")
    _ = try reading(checkpoints.definition)
  }

  /// Makes the table, or what it lacks.
  private func prepareTable() throws(RunError) {
    let there = try asking { () throws(DatabaseError) in try PostgresTable.read(table, on: connection) }
    var statements: [String] = []
    if let there {
      let (mismatches, lacking) = try mismatches(with: there)
      if !mismatches.isEmpty { throw TableCheck.error(url.shown, "\(table)", mismatches) }
      if there.isUnlogged {
        environment.tell("the table \(table) is UNLOGGED: it is empty after a crash of the server")
      }
      statements += lacking.map { SQLDialect.postgres.addition(of: $0, to: table) }
    } else if options.schema == .frozen {
      throw RunError(url.shown, "has no table \(table)", hint: "make it, or write schema: create")
    } else if options.mode != .replace {
      statements.append(definition(of: table))
    }
    if options.mode == .replace {
      let second = SQLDialect.postgres.quoted(target)
      statements.append("DROP TABLE IF EXISTS \(second)")
      statements.append(
        there == nil
          ? definition(of: target)
          : "CREATE TABLE \(second) (LIKE \(SQLDialect.postgres.quoted(table)) INCLUDING ALL)")
    }
    for statement in statements { _ = try reading(statement) }
  }

  private func definition(of table: TableName) -> String {
    SQLDialect.postgres.definition(of: table, columns, key: options.key.map(\.value))
  }

  /// In what a table does not fit, and the columns that it lacks and the run may add.
  private func mismatches(with there: PostgresTable) throws(RunError) -> ([String], [SQLDialect.Column]) {
    try asking { () throws(DatabaseError) in
      try Self.mismatches(of: columns, with: there, options, on: connection)
    }
  }

  static func mismatches(
    of columns: [SQLDialect.Column], with there: PostgresTable, _ options: TableOptions,
    on connection: PostgresConnection
  ) throws(DatabaseError) -> ([String], [SQLDialect.Column]) {
    var lacking: [SQLDialect.Column] = []
    var found = TableCheck.mismatches(of: columns, with: there.description, options) { lacking.append($0) }
    if options.mode == .replace { found += try there.obstacles(on: connection) }
    return (found, lacking)
  }

  /// Reads the types of the table that rows go to, and inserts none: what the user may not do, or what the table cannot take, is
  /// told before anything is fetched.
  private func lookAtTarget() throws(RunError) {
    let there = try asking { () throws(DatabaseError) in try PostgresTable.read(target, on: connection) }
    guard let there else {
      throw RunError(
        url.shown, "has no table \(target) any more", hint: "put it back, or begin anew with --restart")
    }
    let loading = PostgresLoading(columns, into: there, options)
    _ = try asking { () throws(DatabaseError) in try loading.load([], on: connection) }
    targetID = there.oid
    self.loading = loading
  }

  // MARK: The end

  var unpublished: UnpublishedRows? {
    options.mode == .replace && !isPublished ? UnpublishedRows(path: "\(url.shown) (\(target))") : nil
  }

  func swap(isTrial: Bool) throws(RunError) {
    guard options.mode == .replace, !isPublished else { return }
    try begin()
    defer { rollBack() }
    try asking { () throws(DatabaseError) in try PostgresSwap(table, by: target, on: connection).perform() }
    if isTrial { return }
    try checkpoints.notePublished(reading)
    try commit()
    isPublished = true
  }

  // MARK: Asking

  private func reading(_ sql: String, _ values: [SQLValue] = []) throws(RunError) -> [[SQLValue]] {
    try telling { () throws(DatabaseError) in
      try connection.query(
        sql,
        values.map { value in
          switch value {
          case .null, .blob: nil
          case .int(let number): "\(number)"
          case .double(let number): "\(number)"
          case .text(let text): text
          }
        }
      ).values
    }
  }

  private func asking<Answer: ~Copyable>(_ body: () throws(DatabaseError) -> Answer) throws(RunError) -> Answer {
    try Self.asking(url, body)
  }

  /// Asks within a batch, which may be done again.
  private func telling<Answer: ~Copyable>(_ body: () throws(DatabaseError) -> Answer) throws(RunError) -> Answer {
    do throws(DatabaseError) { return try body() } catch {
      if error.code.hasPrefix("40") { hasConflict = true }
      throw PostgresServer.failure(url, error)
    }
  }

  private static func asking<Answer: ~Copyable>(
    _ url: ServerURL, _ body: () throws(DatabaseError) -> Answer
  ) throws(RunError) -> Answer {
    do throws(DatabaseError) { return try body() } catch { throw PostgresServer.failure(url, error) }
  }
}

extension PostgresStore {
  /// What came of a batch that a run has announced.
  static func outcome(
    of announced: DatabasePosition, at url: ServerURL, _ options: TableOptions
  ) throws(RunError) -> AnnouncedOutcome {
    let environment = SinkEnvironment()
    var patience = ServerPatience(url.shown, environment)
    let connection = try connect(url, environment, &patience)
    var transaction = try asking(url) { () throws(DatabaseError) in
      try PostgresTransaction(on: connection, beginning(connection))
    }
    let written = TableName(written: options.table.value, .postgres)
    let (_, checkpoints) = try place(written, of: url, announced.run, on: connection, in: environment)
    let isThere = try asking(url) { () throws(DatabaseError) in
      try connection.query(
        "SELECT pg_catalog.to_regclass($1::text) IS NOT NULL", [SQLDialect.postgres.quoted(checkpoints.name)])
    }
    guard isThere.rows.first?[0] == "t" else { throw checkpoints.isNotTheRuns }
    let outcome = try checkpoints.outcome(of: announced) { sql, values throws(RunError) in
      try asking(url) { () throws(DatabaseError) in try connection.query(sql, values.map(\.text)).values }
    }
    transaction.rollBack()
    return outcome
  }
}
