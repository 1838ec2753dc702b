internal import DequeModule

/// The rows that one sink was given and has not written, in their order.
struct RowAccount {
  private let counter: StageCounter
  private let ledger: Ledger
  private var waiting: Deque<RequestID> = []
  private var writtenCount = 0

  init(counter: StageCounter, ledger: Ledger) {
    self.counter = counter
    self.ledger = ledger
  }

  mutating func add(_ rows: [Record]) { waiting.append(contentsOf: rows.lazy.map(\.id)) }

  /// The sink has written so many rows in all.
  mutating func settle(upTo count: Int) {
    let new = min(count - writtenCount, waiting.count)
    if new <= 0 { return }
    ledger.written(waiting.prefix(new))
    waiting.removeFirst(new)
    writtenCount += new
    counter.add(out: new)
  }
}
