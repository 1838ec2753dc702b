internal import DequeModule

/// The rows that one sink was given, in their order: those that are not written, and those that are not durable.
struct RowAccount {
  private let counter: StageCounter
  private let ledger: Ledger
  private let sink: Int
  private var waiting: Deque<RequestID> = []
  /// Rows that are written and not durable, where the ledger waits for that.
  private var written: Deque<RequestID> = []
  private var writtenCount = 0
  private var durableCount = 0
  private var leftOut = RowsLeftOut()

  /// - Parameter sink: The sink's place in the plan.
  init(of sink: Int = 0, counter: StageCounter, ledger: Ledger) {
    self.sink = sink
    self.counter = counter
    self.ledger = ledger
  }

  mutating func add(_ rows: [Record]) { waiting.append(contentsOf: rows.lazy.map(\.id)) }

  /// Everything that it was given and has not written becomes durable with its next commit, or not at all.
  ///
  /// - Parameter position: Where the sink is then.
  func announce(_ position: SinkPosition) { ledger.announced(sink: sink, waiting, at: position) }

  /// The sink has written so many rows in all.
  ///
  /// - Parameter leftOut: Those that have come to nothing there, in all.
  /// - Returns: How many more of them the sink has refused.
  @discardableResult
  mutating func settle(upTo count: Int, leftOut: RowsLeftOut = RowsLeftOut()) -> Int {
    let new = min(count - writtenCount, waiting.count)
    if new <= 0 { return 0 }
    let rejected = leftOut.rejected - self.leftOut.rejected
    let deduplicated = leftOut.deduplicated - self.leftOut.deduplicated
    self.leftOut = leftOut
    ledger.written(waiting.prefix(new))
    if ledger.awaitsDurability { written.append(contentsOf: waiting.prefix(new)) }
    waiting.removeFirst(new)
    writtenCount += new
    counter.add(out: new - rejected - deduplicated, deduplicated: deduplicated, rejected: rejected)
    return rejected
  }

  /// So many rows in all are durable, up to a position; they are written, too.
  mutating func commit(upTo count: Int, at position: SinkPosition?) {
    let new = max(0, min(count, writtenCount) - durableCount)
    durableCount += new
    if ledger.awaitsDurability {
      ledger.committed(sink: sink, written.prefix(new), at: position, leftOut: leftOut.count)
      written.removeFirst(new)
    } else {
      ledger.durable(rows: new)
    }
  }

  /// The sink has taken back what is not durable.
  mutating func withdraw() {
    if written.isEmpty { return }
    ledger.withdrawn(written)
    written = []
  }
}
