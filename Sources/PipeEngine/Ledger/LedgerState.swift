internal import DequeModule

/// Where every request of a run is, from admission until its rows are written, without threads.
///
/// A request is open from its admission until its records are extracted: until then more requests can come of it. Then
/// it has so many pieces on their way: records that route has not seen, rows that a sink has not written. It is done when
/// none is left. Requests that an interrupted run does not get to are left undone.
///
/// Rows are counted as they are routed, written and durable. A ledger that awaits durability counts a row as a piece until
/// then, so that a request that is done is done whatever happens: what a checkpoint needs. Without commits it would wait
/// for every row of the run, so a row is done then when it is written.
///
/// The ordinals of a source follow each other, so its requests are a window over them: four bytes for each request from
/// the oldest that is not done to the newest.
struct LedgerState: Hashable, Sendable {
  struct Account: Hashable, Sendable {
    /// Every request below is done.
    var first = 0
    /// From `first` on: the pieces of a request that are on their way, or `open`.
    var pieces: Deque<Int32> = []
  }

  static let open: Int32 = -1

  let awaitsDurability: Bool
  var accounts: [Account]
  var admittedCount = 0
  /// Requests that more requests can come of.
  var openCount = 0
  /// Requests of the run itself that nothing has come of yet.
  var ownCount = 0
  var undoneCount = 0
  var doneCount = 0
  /// Whether no source will yield another request.
  var areSourcesDry = false
  /// Requests that were told of in a state in which they cannot be: a fault of the run's own.
  var strayCount = 0
  /// Rows that were sent to sinks, that these have written, and that are durable.
  var routedRows = 0
  var writtenRows = 0
  var durableRows = 0

  init(sources: Int, awaitsDurability: Bool = false) {
    accounts = Array(repeating: Account(), count: sources)
    self.awaitsDurability = awaitsDurability
  }

  /// Whether nothing will be fetched any more: the end of the run is counted, never guessed.
  var isOver: Bool { areSourcesDry && openCount == 0 && ownCount == 0 }

  /// Requests that are neither done nor left undone.
  var unsettledCount: Int { admittedCount - doneCount - undoneCount }

  /// Every request of a source below it is done.
  func firstUndone(of source: Int) -> Int { accounts[source].first }

  /// The requests that the window of a source holds.
  func windowLength(of source: Int) -> Int { accounts[source].pieces.count }

  /// New requests, those of each source in their order.
  mutating func admitted(_ ids: some Sequence<RequestID>) {
    for id in ids {
      guard accounts.indices.contains(id.source) else {
        strayCount += 1
        continue
      }
      // Ordinals that are passed over were never admitted: nothing waits for them.
      let next = accounts[id.source].first + accounts[id.source].pieces.count
      if id.ordinal < next {
        strayCount += 1
        continue
      }
      if accounts[id.source].pieces.isEmpty {
        accounts[id.source].first = id.ordinal
      } else {
        for _ in next..<id.ordinal { accounts[id.source].pieces.append(0) }
      }
      accounts[id.source].pieces.append(Self.open)
      admittedCount += 1
      openCount += 1
    }
  }

  /// No source will yield another request.
  mutating func sourcesEnded() { areSourcesDry = true }

  /// So many open requests are never gone on with, because the run stops.
  mutating func leftUndone(_ count: Int) {
    openCount -= count
    undoneCount += count
  }

  /// So many records go no further, because the run stops.
  mutating func leftUndone(extracted count: Int) { undoneCount += count }

  /// The run makes a request for itself: until something has come of it, more requests can.
  mutating func ownBegan() { ownCount += 1 }

  /// Something has come of a request of the run itself, or nothing will.
  mutating func ownEnded() { ownCount -= 1 }

  /// A request's page has become so many records.
  mutating func extracted(_ id: RequestID, records: Int) {
    guard let place = place(of: id), accounts[id.source].pieces[place] == Self.open else { return strayCount += 1 }
    openCount -= 1
    accounts[id.source].pieces[place] = Int32(clamping: records)
    if records == 0 { finished(id.source) }
  }

  /// A record goes to so many sinks.
  mutating func routed(_ id: RequestID, sinks: Int) {
    routedRows += sinks
    // Most often there is one, and the record's piece becomes its row's.
    if sinks != 1 { add(sinks - 1, to: id) }
  }

  /// A sink has written a row.
  mutating func written(_ id: RequestID) {
    writtenRows += 1
    if !awaitsDurability { add(-1, to: id) }
  }

  /// A row is durable.
  mutating func durable(_ id: RequestID) {
    durableRows += 1
    if awaitsDurability { add(-1, to: id) }
  }

  /// So many rows are durable; of which requests, only a ledger that awaits it needs to know.
  mutating func durable(rows: Int) {
    durableRows += rows
    if awaitsDurability { strayCount += rows }
  }

  /// What is wrong with the rows of a finished run: each that was sent to a sink is written, and durable.
  var rowDiscrepancy: String? {
    if routedRows == writtenRows, writtenRows == durableRows { return nil }
    return "\(routedRows.grouped) rows sent to sinks, \(writtenRows.grouped) written, \(durableRows.grouped) durable"
  }

  private mutating func add(_ count: Int, to id: RequestID) {
    guard let place = place(of: id), case let pieces = accounts[id.source].pieces[place], pieces > 0 else {
      return strayCount += 1
    }
    accounts[id.source].pieces[place] = Int32(clamping: Int(pieces) + count)
    if Int(pieces) + count == 0 { finished(id.source) }
  }

  private func place(of id: RequestID) -> Int? {
    guard accounts.indices.contains(id.source), case let place = id.ordinal - accounts[id.source].first,
      accounts[id.source].pieces.indices.contains(place)
    else { return nil }
    return place
  }

  /// A request of a source is done: the window begins at the next one that is not.
  private mutating func finished(_ source: Int) {
    doneCount += 1
    while accounts[source].pieces.first == 0 {
      accounts[source].pieces.removeFirst()
      accounts[source].first += 1
    }
  }
}
