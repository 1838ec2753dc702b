internal import Synchronization

/// The one account of where every request is, as the stages share it: the rules of `LedgerState` behind a lock.
package final class Ledger: Sendable {
  private struct Storage: Sendable {
    var state: LedgerState
    var onOver: (@Sendable () -> Void)?
  }

  private let storage: Mutex<Storage>

  /// Whether a request is done only once its rows are durable.
  let awaitsDurability: Bool

  /// - Parameters:
  ///   - sinks: How many sinks tell how far they are.
  ///   - checkpoint: Where the run goes on.
  init(sources: Int, awaitsDurability: Bool = false, sinks: Int = 0, goingOnFrom checkpoint: Checkpoint? = nil) {
    self.awaitsDurability = awaitsDurability
    var state = LedgerState(sources: sources, awaitsDurability: awaitsDurability, sinks: sinks)
    if let checkpoint { state.goOn(from: checkpoint) }
    storage = Mutex(Storage(state: state))
  }

  /// The state as it is now, as a checkpoint holds it.
  var state: LedgerState { storage.withLock { $0.state } }

  /// Calls a function once, when nothing will be fetched any more.
  func onOver(_ call: @escaping @Sendable () -> Void) { change { $0.onOver = call } }

  func admitted(_ ids: some Sequence<RequestID>) { storage.withLock { $0.state.admitted(ids) } }

  func sourcesEnded() { change { $0.state.sourcesEnded() } }

  func leftUndone(_ count: Int) { if count > 0 { change { $0.state.leftUndone(count) } } }

  /// Requests whose records are made and go no further, because the run stops.
  func leftUndone(extracted count: Int) { if count > 0 { change { $0.state.leftUndone(extracted: count) } } }

  /// Rows that were to go to so many sinks each and go no further, because the run stops.
  func leftUndone(routed sinks: some Sequence<Int>) {
    storage.withLock { for count in sinks { $0.state.leftUndone(routed: count) } }
  }

  func ownBegan() { storage.withLock { $0.state.ownBegan() } }

  func ownEnded() { change { $0.state.ownEnded() } }

  func extracted(_ batch: [Extracted]) { extracting(batch)?() }

  /// The same, for who holds a lock: what is returned is called without it.
  func extracting(_ batch: [Extracted]) -> (@Sendable () -> Void)? {
    changing { storage in
      for one in batch { storage.state.extracted(one.record.id, records: one.count, hasFailed: one.hasFailed) }
    }
  }

  /// A request whose answer is all that comes of it.
  func checked(_ id: RequestID) { change { $0.state.extracted(id, records: 0) } }

  /// Records that go to so many sinks each.
  func routed(_ records: some Sequence<(RequestID, Int)>) {
    storage.withLock { for (id, sinks) in records { $0.state.routed(id, sinks: sinks) } }
  }

  /// Rows of links, which go to so many sinks each. Nothing comes of them but rows.
  func listed(_ rows: some Sequence<(RequestID, Int)>) {
    storage.withLock { storage in
      for (id, sinks) in rows {
        storage.state.admitted(CollectionOfOne(id))
        storage.state.extracted(id, records: 1)
        storage.state.routed(id, sinks: sinks)
      }
    }
  }

  func written(_ ids: some Sequence<RequestID>) {
    storage.withLock { for id in ids { $0.state.written(id) } }
  }

  /// Rows of a sink that survive whatever happens now, and the position behind them.
  ///
  /// - Parameter leftOut: Those of this session that have not become rows, in all.
  func committed(sink: Int, _ ids: some Collection<RequestID>, at position: SinkPosition?, leftOut: Int = 0) {
    storage.withLock { $0.state.committed(sink: sink, ids, at: position, leftOut: leftOut) }
  }

  /// A sink is about to commit rows: they become durable all together, or none does.
  func announced(sink: Int, _ ids: some Collection<RequestID>, at position: SinkPosition) {
    storage.withLock { $0.state.announced(sink: sink, ids, at: position) }
  }

  /// Rows that a sink has written and taken back, because the run stops.
  func withdrawn(_ ids: some Collection<RequestID>) { storage.withLock { $0.state.withdrawn(ids) } }

  /// What a checkpoint tells.
  func cut() -> LedgerCut { storage.withLock { $0.state.cut() } }

  /// So many more rows are durable, of a ledger that does not wait for that.
  func durable(rows: Int) { storage.withLock { $0.state.durable(rows: rows) } }

  /// What a finished run cannot account for; empty if every request is done or was left undone.
  package var discrepancies: [String] {
    storage.withLock { storage in
      let state = storage.state
      var found: [String] = []
      if state.unsettledCount != 0 {
        found.append(
          "ledger: \(state.unsettledCount.grouped) of \(state.admittedCount.grouped) requests came to nothing")
      }
      if state.ownCount != 0 {
        found.append("ledger: \(state.ownCount.grouped) requests of the run itself came to nothing")
      }
      if state.strayCount != 0 {
        let told = state.strays.map { "\($0.step) \($0.id.ordinal) of source \($0.id.source)" }
        found.append(
          "ledger: \(state.strayCount.grouped) steps of requests that were not at that step: "
            + told.joined(separator: ", "))
      }
      if let rows = state.rowDiscrepancy { found.append("ledger: " + rows) }
      return found
    }
  }

  private func change(_ body: (inout Storage) -> Void) { changing(body)?() }

  /// - Returns: What is to be called if the run is over with that.
  private func changing(_ body: (inout Storage) -> Void) -> (@Sendable () -> Void)? {
    storage.withLock { storage in
      body(&storage)
      guard storage.state.isOver else { return nil }
      defer { storage.onOver = nil }
      return storage.onOver
    }
  }
}
