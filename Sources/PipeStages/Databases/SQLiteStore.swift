import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeStorage
import PipeText
import PipeWeb

/// The table of one sink in an SQLite file: rows, and beside them how far the run is, in one transaction.
///
///     begin ─▶ insert … ─▶ note ─▶ commit        a batch
final class SQLiteStore: DatabaseStore {
  private let path: String
  var name: String { path }
  private let options: TableOptions
  private let environment: SinkEnvironment
  private let connection: SQLiteConnection
  private var transaction: SQLiteTransaction?
  private var insertion: SQLiteStatement?
  let columns: [SQLDialect.Column]
  let run: String
  private var checkpoints: CheckpointTable
  /// Whether the table has taken its place.
  private var isPublished = false

  /// The file that was opened, by device and inode.
  private var file: FileStatus?

  /// Told once that it waits.
  private var hasToldOfWaiting = false

  /// How long a lock of somebody else is waited for.
  static let patience = Duration.seconds(60)

  /// Opens the file, which may be made, and in it the table of a run.
  ///
  /// - Parameter position: Where the run goes on; `nil` for one that begins.
  init(
    _ path: String, _ options: TableOptions, _ columns: [Column], at position: DatabasePosition?,
    in environment: SinkEnvironment
  ) throws(RunError) {
    (self.path, self.options, self.environment) = (path, options, environment)
    self.columns = TableOptions.columns(of: columns)
    run = position?.run ?? DatabasePosition.newRun()
    checkpoints = CheckpointTable(.sqlite, of: path, options.table.value, run: run, pipeline: environment.pipeline)
    if position == nil { try OutputOpening.makeFolders(of: path, in: environment.storage) }
    do throws(DatabaseError) {
      connection = try SQLiteConnection(path, .write(creates: position == nil))
    } catch {
      throw .database(path, error)
    }
    try beginUnfenced()
    try telling { () throws(DatabaseError) in
      if environment.pipeline != nil { try connection.execute(checkpoints.definition) }
    }
    file = try? environment.storage.status(of: path, followingLinks: true)
    try checkpoints.takeOver(at: position, reading)
    if position == nil { try prepareTable() }
    try commit()
    try telling { () throws(DatabaseError) in
      insertion = try SQLiteStatement(
        SQLDialect.sqlite.insertion(
          into: TableName(target), self.columns.map(\.name), key: options.key.map(\.value),
          on: options.mode == .upsert ? options.conflict.inSQL : nil), on: connection)
    }
  }

  /// Opens what a run has finished, and left to be published.
  init(
    _ path: String, _ options: TableOptions, finishing position: DatabasePosition, in environment: SinkEnvironment
  ) throws(RunError) {
    (self.path, self.options, self.environment) = (path, options, environment)
    columns = []
    run = position.run
    checkpoints = CheckpointTable(.sqlite, of: path, options.table.value, run: run, pipeline: environment.pipeline)
    do throws(DatabaseError) {
      connection = try SQLiteConnection(path, .write(creates: false))
    } catch {
      throw .database(path, error)
    }
    isPublished = try checkpoints.find(reading)
  }

  // MARK: A batch

  /// Begins a transaction, waiting for others who write, and looks whether the table is still this run's.
  func begin() throws(RunError) {
    try beginUnfenced()
    try checkPlace()
    do throws(RunError) { try checkpoints.checkFence(reading) } catch {
      rollBack()
      throw error
    }
  }

  private func beginUnfenced() throws(RunError) {
    try waiting { () throws(DatabaseError) in transaction = try SQLiteTransaction(on: connection) }
  }

  /// Looks whether the file still has its name: SQLite would go on to write to one that is gone.
  func checkPlace() throws(RunError) {
    let there = try? environment.storage.status(of: path, followingLinks: true)
    if let file, let there, there.device == file.device, there.inode == file.inode { return }
    if file == nil { return }
    rollBack()
    throw RunError(
      path, "was removed or replaced while it was being written, so rows of the run are lost",
      hint: "begin anew with --restart")
  }

  func insert(_ rows: [[SQLValue]]) throws(RunError) -> [RowFate] {
    var fates: [RowFate] = []
    fates.reserveCapacity(rows.count)
    for row in rows {
      do throws(DatabaseError) {
        fates.append(try insert(row) ? .there : .otherStays)
      } catch {
        guard error.kind == .row else { throw .database(path, error) }
        guard connection.isInTransaction else {
          throw RunError(
            path, "a trigger has ended the transaction: \(error.message)",
            hint: "RAISE(ABORT, …) refuses a row; RAISE(ROLLBACK, …) refuses all of them")
        }
        fates.append(.refused(code: error.code, column: column(in: error.message), reason: error.message))
      }
    }
    return fates
  }

  /// Inserts a row; one that is refused leaves the transaction as it was before.
  ///
  /// - Returns: Whether it is there now, and not another one with its key.
  private func insert(_ values: [SQLValue]) throws(DatabaseError) -> Bool {
    guard let insertion else { return false }
    try insertion.bind(values)
    try insertion.run()
    return options.mode != .upsert || connection.changes > 0
  }

  /// The column that SQLite names: `NOT NULL constraint failed: pages.title`.
  private func column(in message: String) -> String? {
    columns.map(\.name).filter { message.hasSuffix("." + $0) }.max { $0.utf8.count < $1.utf8.count }
  }

  /// Notes in the transaction how far the run is with it.
  func note(_ position: DatabasePosition) throws(RunError) {
    try checkpoints.note(position, reading)
  }

  /// Commits, waiting for others who read.
  func commit() throws(RunError) {
    try waiting { () throws(DatabaseError) in try transaction?.commit() }
    transaction = nil
  }

  func rollBack() { transaction = nil }

  // MARK: The beginning

  /// Makes the table, or what it lacks.
  private func prepareTable() throws(RunError) {
    let name = options.table.value
    let there: SQLiteTable?
    do throws(DatabaseError) {
      there = try SQLiteTable.read(name, on: connection)
    } catch {
      throw .database(path, error)
    }
    var statements: [String] = []
    if let there {
      var lacking: [SQLDialect.Column] = []
      let mismatches = TableCheck.mismatches(of: columns, with: there.description, options) { lacking.append($0) }
      if !mismatches.isEmpty { throw TableCheck.error(path, name, mismatches) }
      statements += lacking.map { SQLDialect.sqlite.addition(of: $0, to: TableName(name)) }
    } else if options.schema == .frozen {
      throw RunError(path, "has no table \(name)", hint: "make it, or write schema: create")
    } else {
      statements.append(SQLDialect.sqlite.definition(of: TableName(name), columns, key: options.key.map(\.value)))
    }
    if options.mode == .replace { return try prepareSecondTable(like: there) }
    for statement in statements { _ = try reading(statement) }
  }

  /// The table that rows go to.
  private var target: String {
    options.mode == .replace ? TableOptions.secondTable(of: options.table.value, .sqlite) : options.table.value
  }

  var unpublished: UnpublishedRows? {
    options.mode == .replace && !isPublished ? UnpublishedRows(path: "\(path) (\(target))") : nil
  }

  /// Makes the table that will take the place of the one that is there, with the same definition.
  private func prepareSecondTable(like there: SQLiteTable?) throws(RunError) {
    _ = try reading("DROP TABLE IF EXISTS \(SQLDialect.sqlite.quoted(target))")
    let definition =
      there?.definition(as: target)
      ?? SQLDialect.sqlite.definition(of: TableName(target), columns, key: options.key.map(\.value))
    _ = try reading(definition)
  }

  // MARK: The end

  func outcome(of position: DatabasePosition) throws(RunError) -> AnnouncedOutcome {
    try Self.outcome(of: position, in: path, options.table.value)
  }

  /// Lets the second table take the place of the first, which keeps its indexes and triggers.
  ///
  /// - Parameter isTrial: Whether that is undone at once: it is known then that it can be done.
  func swap(isTrial: Bool) throws(RunError) {
    guard options.mode == .replace, !isPublished else { return }
    // Names in views, triggers and foreign keys stay what they are.
    try telling { () throws(DatabaseError) in
      insertion = nil
      try connection.execute("PRAGMA legacy_alter_table = ON")
    }
    try begin()
    defer { rollBack() }
    let there: SQLiteTable?
    do throws(DatabaseError) { there = try SQLiteTable.read(options.table.value, on: connection) } catch {
      throw .database(path, error)
    }
    let name = there?.name ?? options.table.value
    let parts = try reading(
      """
      SELECT sql FROM sqlite_schema
      WHERE tbl_name = ?1 COLLATE NOCASE AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid
      """, [.text(name)])
    _ = try reading("DROP TABLE IF EXISTS \(SQLDialect.sqlite.quoted(name))")
    _ = try reading("ALTER TABLE \(SQLDialect.sqlite.quoted(target)) RENAME TO \(SQLDialect.sqlite.quoted(name))")
    for part in parts { _ = try reading(part[0].text ?? "") }
    if isTrial { return }
    isPublished = true
    try checkpoints.notePublished(reading)
    try commit()
  }

  // MARK: Asking

  private func reading(_ sql: String, _ values: [SQLValue] = []) throws(RunError) -> [[SQLValue]] {
    do throws(DatabaseError) {
      return try connection.rows(sql, values)
    } catch {
      throw .database(path, error)
    }
  }

  private func telling(_ body: () throws(DatabaseError) -> Void) throws(RunError) {
    do throws(DatabaseError) { try body() } catch { throw .database(path, error) }
  }

  /// Does something again and again while somebody else has a lock.
  private func waiting(_ body: () throws(DatabaseError) -> Void) throws(RunError) {
    let start = ContinuousClock.now
    while true {
      do throws(DatabaseError) { return try body() } catch {
        let waited = ContinuousClock.now - start
        guard error.kind == .busy, waited < Self.patience, environment.mayWait() else {
          throw .database(
            path, error, hint: error.kind == .busy ? "end whatever holds it, and go on with --resume" : nil)
        }
        if waited > .seconds(2), !hasToldOfWaiting {
          hasToldOfWaiting = true
          environment.tell("\(path) is locked by another program: waiting for it")
        }
        // Some locks are refused at once.
        usleep(20_000)
      }
    }
  }
}

extension SQLiteStore {
  /// What came of a batch that a run has announced.
  static func outcome(
    of announced: DatabasePosition, in path: String, _ table: String
  ) throws(RunError) -> AnnouncedOutcome {
    let checkpoints = CheckpointTable(.sqlite, of: path, table, run: announced.run, pipeline: nil)
    let connection: SQLiteConnection
    let isThere: Bool
    do throws(DatabaseError) {
      // Whatever a crash has left half done is undone by the first look, for which SQLite writes.
      connection = try SQLiteConnection(path, .write(creates: false))
      isThere = try !connection.rows(
        "SELECT 1 FROM sqlite_schema WHERE name = ?1", [.text(CheckpointTable.name)]
      ).isEmpty
    } catch {
      throw .database(path, error)
    }
    guard isThere else { throw checkpoints.isNotTheRuns }
    return try checkpoints.outcome(of: announced) { sql, values throws(RunError) in
      do throws(DatabaseError) { return try connection.rows(sql, values) } catch { throw .database(path, error) }
    }
  }
}

extension RunError {
  /// What a database has said.
  static func database(_ path: String, _ error: DatabaseError, hint: String? = nil) -> RunError {
    let words: (String, String?) =
      switch error.code {
      case "SQLITE_NOTADB": ("is not an SQLite database", "name another file")
      case "SQLITE_READONLY": ("can only be read: \(error.message)", nil)
      case "SQLITE_FULL": ("cannot be written: the disk is full, or the file is as large as it may be", "make room")
      case "SQLITE_CANTOPEN": ("cannot be opened: \(error.message)", nil)
      case "SQLITE_BUSY", "SQLITE_LOCKED": ("is locked by another program", nil)
      default: ("\(error.message) (\(error.code))", nil)
      }
    return RunError(path, words.0, hint: hint ?? words.1)
  }
}
