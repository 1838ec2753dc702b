import PipeDatabase
import PipeEngine
import PipeSpec

/// The open output of a database sink: gathers rows and gives them to its store a batch at a time.
///
///     write … ─▶ announce ─▶ commit
///                │           the transaction is committed
///                the transaction is done, but for that
final class DatabaseWriter: SinkWriter {
  private let store: any DatabaseStore
  private let rules: BatchRules
  private let columns: [Column]
  private let environment: SinkEnvironment
  private var rejects: RejectsFile?
  private var values: ColumnValues
  /// As they were behind the last batch that was committed.
  private var committedValues: ColumnValues
  /// Rows that no batch has yet.
  private var waiting: [Record] = []
  private var waitingBytes = 0
  /// When the first of them came.
  private var waitsSince = ContinuousClock.now
  private var position: DatabasePosition
  private var firstRejected: RejectedRow?
  /// What the commit leads to, if it is announced.
  private var announced: Batch?
  /// How often the connection was lost with the batch at hand.
  private var losses = 0
  private(set) var rowsWritten = 0
  private(set) var rowsLeftOut = RowsLeftOut()

  /// Beyond it, a batch is not waited with.
  private static let batchBytes = 4 << 20
  private static let batchTime = Duration.seconds(1)
  /// A batch that brings the server down each time is not tried for ever.
  private static let mostLosses = 8

  init(
    _ store: any DatabaseStore, _ rules: BatchRules, _ columns: [Column], at start: DatabasePosition?,
    in environment: SinkEnvironment
  ) throws(RunError) {
    (self.store, self.rules, self.columns, self.environment) = (store, rules, columns, environment)
    values = ColumnValues(for: rules.dialect)
    committedValues = values
    rejects = try rules.rejects.map { path throws(RunError) in
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
    if var batch = announced {
      try commit(&batch)
      rowsWritten += waiting.count
      rowsLeftOut = batch.leftOut
      committedValues = values
      losses = 0
      position = batch.position
      waiting = []
      waitingBytes = 0
      announced = nil
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
        "\(replaced) text\(replaced == 1 ? "" : "s") for \(rules.target) held U+0000, which became U+FFFD")
    }
    if let first = firstRejected {
      let count = rowsLeftOut.rejected
      environment.tell(
        "\(rules.target) has refused \(count) row\(count == 1 ? "" : "s")"
          + (count == 1 ? ": " : ", the first one so: ") + (first.fault.column.map { "\($0): " } ?? "")
          + first.fault.reason)
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
    return store.unpublished
  }

  // MARK: A batch

  /// Rows that are in the transaction.
  private struct Batch {
    /// Where it leads.
    let position: DatabasePosition
    /// All that were left out, those of this batch among them.
    let leftOut: RowsLeftOut
  }

  /// Does a batch but for its commit, and again if the connection was lost meanwhile.
  private func prepare() throws(RunError) -> Batch {
    while true {
      do throws(RunError) {
        return try prepareOnce()
      } catch {
        store.rollBack()
        try reconnect(after: error)
        try rejects?.cut(to: position.rejectBytes)
      }
    }
  }

  /// Commits a batch, and does it again if it was lost with the connection.
  private func commit(_ batch: inout Batch) throws(RunError) {
    while true {
      do throws(RunError) {
        return try store.commit()
      } catch {
        try reconnect(after: error)
        if try store.outcome(of: batch.position) == .committed { return }
        try rejects?.cut(to: position.rejectBytes)
        batch = try prepare()
      }
    }
  }

  private func reconnect(after error: RunError) throws(RunError) {
    losses += 1
    if store.isConnected || losses > Self.mostLosses { throw error }
    try store.reconnect(after: error)
  }

  private func prepareOnce() throws(RunError) -> Batch {
    var refused: [RejectedRow] = []
    var leftOut = rowsLeftOut
    var records: [Record] = []
    var rows: [[SQLValue]] = []
    values = committedValues
    try store.begin()
    for record in lastOfEachKey(&leftOut.deduplicated) {
      switch row(of: record) {
      case .success(let row):
        records.append(record)
        rows.append(row)
      case .failure(let fault): refused.append(RejectedRow(record: record, fault))
      }
    }
    for (record, fate) in zip(records, try store.insert(rows)) {
      switch fate {
      case .there: break
      case .otherStays: leftOut.deduplicated += 1
      case .refused(let code, let column, let reason):
        refused.append(RejectedRow(record: record, ValueFault(code: code, column: column, reason: reason)))
      }
    }
    leftOut.rejected += refused.count
    firstRejected = firstRejected ?? refused.first
    if !refused.isEmpty { try rejects?.add(refused) }
    let written = waiting.count - (leftOut.count - rowsLeftOut.count)
    let next = DatabasePosition(
      run: position.run, batch: position.batch + 1, rows: position.rows + written,
      rejectBytes: rejects?.bytes ?? position.rejectBytes)
    try store.note(next)
    return Batch(position: next, leftOut: leftOut)
  }

  private func row(of record: Record) -> Result<[SQLValue], ValueFault> {
    var row: [SQLValue] = []
    row.reserveCapacity(columns.count)
    for (column, kind) in zip(columns, store.columns.map(\.kind)) {
      do throws(ValueFault) {
        row.append(try values.value(record.values[column.index], kind))
      } catch {
        return .failure(ValueFault(code: error.code, column: column.name, reason: error.reason))
      }
    }
    if let place = rules.key.first(where: { row[$0] == .null }) {
      return .failure(ValueFault(code: "key", column: columns[place].name, reason: "a key that is null"))
    }
    return .success(row)
  }

  /// Rows of the batch without those whose key a later one has.
  private func lastOfEachKey(_ count: inout Int) -> [Record] {
    guard rules.lastWins else { return waiting }
    let places = rules.key.map { columns[$0].index }
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
