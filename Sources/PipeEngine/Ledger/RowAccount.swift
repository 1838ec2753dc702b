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

  /// - Parameter sink: The sink's place in the plan.
  init(of sink: Int = 0, counter: StageCounter, ledger: Ledger) {
    self.sink = sink
    self.counter = counter
    self.ledger = ledger
  }

  mutating func add(_ rows: [Record]) { waiting.append(contentsOf: rows.lazy.map(\.id)) }

  /// The sink has written so many rows in all.
  mutating func settle(upTo count: Int) {
    let new = min(count - writtenCount, waiting.count)
    if new <= 0 { return }
    ledger.written(waiting.prefix(new))
    if ledger.awaitsDurability { written.append(contentsOf: waiting.prefix(new)) }
    waiting.removeFirst(new)
    writtenCount += new
    counter.add(out: new)
  }

  /// So many rows in all are durable, up to a position; they are written, too.
  mutating func commit(upTo count: Int, at position: SinkPosition?) {
    let new = max(0, min(count, writtenCount) - durableCount)
    durableCount += new
    if ledger.awaitsDurability {
      ledger.committed(sink: sink, written.prefix(new), at: position)
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
