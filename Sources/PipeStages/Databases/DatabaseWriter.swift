import PipeDatabase
import PipeEngine
import PipeSpec

/// The open table of a database sink: gathers rows and gives them to its store a batch at a time.
///
///     write … ─▶ announce ─▶ commit
///                │           the transaction is committed
///                the transaction is done, but for that
final class DatabaseWriter: SinkWriter {
  private let store: SQLiteStore
  private let options: TableOptions
  private let columns: [Column]
  private let kinds: [SQLDialect.Kind]
  private let environment: SinkEnvironment
  private var rejects: RejectsFile?
  private var values = ColumnValues()
  /// Rows that no batch has yet.
  private var waiting: [Record] = []
  private var waitingBytes = 0
  /// When the first of them came.
  private var waitsSince = ContinuousClock.now
  private var position: DatabasePosition
  private var firstRejected: RejectedRow?
  /// What the commit leads to, if it is announced.
  private var announced: (position: DatabasePosition, leftOut: RowsLeftOut)?
  private(set) var rowsWritten = 0
  private(set) var rowsLeftOut = RowsLeftOut()

  /// Beyond it, a batch is not waited with.
  private static let batchBytes = 4 << 20
  private static let batchTime = Duration.seconds(1)

  init(
    _ store: SQLiteStore, _ options: TableOptions, _ columns: [Column], at start: DatabasePosition?,
    in environment: SinkEnvironment
  ) throws(RunError) {
    (self.store, self.options, self.columns, self.environment) = (store, options, columns, environment)
    kinds = TableOptions.columns(of: columns).map(\.kind)
    rejects = try options.rejects.map { path throws(RunError) in
      try RejectsFile(path.value, columns, at: start?.rejectBytes, in: environment)
    }
    position = start ?? DatabasePosition(run: store.run, batch: 0, rows: 0, rejectBytes: rejects?.bytes ?? 0)
  }

  func write(_ records: [Record]) async throws(RunError) {
    if waiting.isEmpty { waitsSince = .now }
    waiting += records
    waitingBytes += records.reduce(0) { $0 + $1.cost }
  }

  var wantsCommit: Bool {
    !waiting.isEmpty && (waitingBytes >= Self.batchBytes || .now - waitsSince >= Self.batchTime)
  }

  func announce() async throws(RunError) -> SinkPosition? {
    if announced == nil, !waiting.isEmpty { announced = try prepare() }
    return environment.pipeline == nil ? nil : announced?.position.sinkPosition
  }

  func commit() async throws(RunError) -> SinkCommit {
    if announced == nil, !waiting.isEmpty { announced = try prepare() }
    if let announced {
      try store.commit()
      rowsWritten += waiting.count
      rowsLeftOut = announced.leftOut
      position = announced.position
      waiting = []
      waitingBytes = 0
      self.announced = nil
    }
    return SinkCommit(rows: rowsWritten, position: environment.pipeline == nil ? nil : position.sinkPosition)
  }

  @discardableResult
  func finish() async throws(RunError) -> SinkCommit {
    let commit = try await commit()
    try store.checkPlace()
    let replaced = values.replacedCount
    if replaced > 0 {
      environment.tell(
        "\(replaced) text\(replaced == 1 ? "" : "s") for the table \(options.table.value) held U+0000, which became U+FFFD"
      )
    }
    if let first = firstRejected {
      let count = rowsLeftOut.rejected
      environment.tell(
        "the table \(options.table.value) has refused \(count) row\(count == 1 ? "" : "s")"
          + (count == 1 ? ": " : ", the first one so: ") + (first.column.map { "\($0): " } ?? "") + first.reason)
    }
    try store.swap(isTrial: true)
    return commit
  }

  func publish() async throws(RunError) { try store.swap(isTrial: false) }

  func abandon() async -> UnpublishedRows? {
    // Rows that the journal does not know of must not be there when the run goes on.
    if environment.pipeline == nil, announced != nil || !waiting.isEmpty {
      _ = try? await commit()
    }
    announced = nil
    store.rollBack()
    // Another run may go on with it at once.
    rejects = nil
    guard options.mode == .replace else { return nil }
    return UnpublishedRows(path: "\(store.path) (\(SQLiteStore.secondTable(of: options.table.value)))")
  }

  /// Does a batch but for its commit.
  private func prepare() throws(RunError) -> (position: DatabasePosition, leftOut: RowsLeftOut) {
    var refused: [RejectedRow] = []
    var leftOut = rowsLeftOut
    try store.begin()
    do throws(RunError) {
      for record in lastOfEachKey(&leftOut.deduplicated) {
        switch try insert(record) {
        case .there: break
        case .other: leftOut.deduplicated += 1
        case .refused(let row): refused.append(row)
        }
      }
      leftOut.rejected += refused.count
      firstRejected = firstRejected ?? refused.first
      if !refused.isEmpty { try rejects?.add(refused) }
      let rows = waiting.count - (leftOut.count - rowsLeftOut.count)
      let next = DatabasePosition(
        run: position.run, batch: position.batch + 1, rows: position.rows + rows,
        rejectBytes: rejects?.bytes ?? position.rejectBytes)
      try store.note(next)
      return (next, leftOut)
    } catch {
      store.rollBack()
      throw error
    }
  }

  private enum Insertion {
    case there, other
    case refused(RejectedRow)
  }

  private func insert(_ record: Record) throws(RunError) -> Insertion {
    var row: [SQLValue] = []
    row.reserveCapacity(columns.count)
    for (column, kind) in zip(columns, kinds) {
      do throws(ValueFault) {
        row.append(try values.value(record.values[column.index], kind))
      } catch {
        return .refused(RejectedRow(record: record, code: "value", column: column.name, reason: error.reason))
      }
    }
    for field in options.key {
      if let place = place(of: field.value), row[place] == .null {
        return .refused(
          RejectedRow(record: record, code: "key", column: columns[place].name, reason: "a key that is null"))
      }
    }
    do throws(DatabaseError) {
      return try store.insert(row) ? .there : .other
    } catch {
      guard error.kind == .row, store.isInTransaction else {
        if error.kind == .row {
          throw RunError(
            store.path, "a trigger has ended the transaction: \(error.message)",
            hint: "RAISE(ABORT, …) refuses a row; RAISE(ROLLBACK, …) refuses all of them")
        }
        throw .database(store.path, error)
      }
      return .refused(
        RejectedRow(record: record, code: error.code, column: column(in: error.message), reason: error.message))
    }
  }

  /// The place of a key's field among the columns.
  private func place(of key: String) -> Int? {
    let name = SQLDialect.sqlite.compared(key)
    return columns.firstIndex { SQLDialect.sqlite.compared($0.name) == name }
  }

  /// The column that SQLite names: `NOT NULL constraint failed: pages.title`.
  private func column(in message: String) -> String? {
    columns.map(\.name).filter { message.hasSuffix("." + $0) }.max { $0.utf8.count < $1.utf8.count }
  }

  /// Rows of the batch without those whose key a later one has.
  private func lastOfEachKey(_ count: inout Int) -> [Record] {
    guard options.mode == .upsert, options.conflict == .update else { return waiting }
    let places = options.key.compactMap { place(of: $0.value) }.map { columns[$0].index }
    var last: [[Value]: Int] = [:]
    for (index, record) in waiting.enumerated() { last[places.map { record.values[$0] }] = index }
    if last.count == waiting.count { return waiting }
    // Rows without a key are refused one by one.
    let kept = waiting.indices.filter { index in
      let key = places.map { waiting[index].values[$0] }
      return last[key] == index || key.contains(.null)
    }
    count += waiting.count - kept.count
    return kept.map { waiting[$0] }
  }
}
