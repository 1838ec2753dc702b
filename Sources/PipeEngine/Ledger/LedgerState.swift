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
/// The ordinals of a source follow each other, so its requests are a window over them: a byte for each request from the
/// oldest that is not done to the newest.
///
/// A ledger that awaits durability also knows how far each sink is, and what is done since it was asked for the last time:
/// both change together, so that a checkpoint can take them at any moment (`cut`).
struct LedgerState: Hashable, Sendable {
  struct Account: Hashable, Sendable {
    /// Every request below is done.
    var first = 0
    /// From `first` on: the pieces of a request that are on their way, or `open`.
    var pieces = PieceWindow()
    /// What is done since the last cut: in no order, and some of it perhaps twice.
    var news: [Range<Int>] = []

    /// Requests that it has yielded, those that were passed over among them.
    var yielded: Int { first + pieces.count }

    fileprivate mutating func note(_ ordinals: Range<Int>) {
      if let last = news.last, last.upperBound == ordinals.lowerBound {
        news[news.count - 1] = last.lowerBound..<ordinals.upperBound
      } else if !ordinals.isEmpty {
        news.append(ordinals)
      }
    }
  }

  /// How far a sink is.
  struct Stand: Hashable, Sendable {
    /// Where it is opened again; `nil` if it is begun anew.
    var position: SinkPosition?
    /// Rows before the position, in all sessions of the run.
    var rows = 0
    /// Of each source, requests whose row it has before the position. Only with other sinks, which may not have theirs, and of
    /// rows that a store had and the journal did not know to be there.
    var held: [DoneSet]
    /// The commit that it is about to make.
    var announced: AnnouncedBatch?
    /// Rows of this session that have not become rows of its output.
    var leftOut = 0
  }

  /// A step that a request was told to take, and was not at.
  struct Stray: Hashable, Sendable {
    let step: String
    let id: RequestID
  }

  static let open: Int8 = -1
  /// Strays that are told one by one.
  private static let mostStrays = 3

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
  private(set) var strays: [Stray] = []
  /// Rows that were sent to sinks, that these have written, and that are durable.
  var routedRows = 0
  var writtenRows = 0
  var durableRows = 0
  /// Of a ledger that awaits durability, by the place in the plan.
  var stands: [Stand] = []
  /// Of a ledger that awaits durability: requests that are not done and whose records have an error.
  private var failed: Set<RequestID> = []
  /// Where the rows of such requests stand that have become durable since the last cut.
  private var failures: [FailedRow] = []
  /// Requests of rows that their sinks have taken back.
  private var withdrawn: Set<RequestID> = []

  init(sources: Int, awaitsDurability: Bool = false, sinks: Int = 0) {
    accounts = Array(repeating: Account(), count: sources)
    self.awaitsDurability = awaitsDurability
    stands = Array(repeating: Stand(held: Array(repeating: DoneSet(), count: sources)), count: sinks)
  }

  /// The ledger of a run that goes on.
  mutating func goOn(from checkpoint: Checkpoint) {
    for (index, source) in checkpoint.sources.enumerated() where accounts.indices.contains(index) {
      accounts[index].first = source.done.firstMissing
    }
    for (index, sink) in checkpoint.sinks.enumerated() where stands.indices.contains(index) {
      stands[index].position = sink.position
      stands[index].rows = sink.rows
      for (source, ahead) in sink.ahead.enumerated() where accounts.indices.contains(source) {
        stands[index].held[source] = ahead
      }
    }
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
        note(stray: "admitted", id)
        continue
      }
      // Ordinals that are passed over were never admitted: nothing waits for them.
      let next = accounts[id.source].first + accounts[id.source].pieces.count
      if id.ordinal < next {
        note(stray: "admitted", id)
        continue
      }
      if awaitsDurability { accounts[id.source].note(next..<id.ordinal) }
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

  /// A row that was to go to so many sinks goes no further, because the run stops.
  mutating func leftUndone(routed sinks: Int) {
    undoneCount += 1
    routedRows -= sinks
  }

  /// The run makes a request for itself: until something has come of it, more requests can.
  mutating func ownBegan() { ownCount += 1 }

  /// Something has come of a request of the run itself, or nothing will.
  mutating func ownEnded() { ownCount -= 1 }

  /// A request's page has become so many records.
  ///
  /// - Parameter hasFailed: Whether they have an error.
  mutating func extracted(_ id: RequestID, records: Int, hasFailed: Bool = false) {
    guard let place = place(of: id), accounts[id.source].pieces[place] == Int32(Self.open) else {
      return note(stray: "extracted", id)
    }
    openCount -= 1
    if hasFailed, awaitsDurability, records > 0 { failed.insert(id) }
    accounts[id.source].pieces[place] = Int32(clamping: records)
    if records == 0 { finished(id) }
  }

  /// A record goes to so many sinks.
  mutating func routed(_ id: RequestID, sinks: Int) {
    routedRows += sinks
    // Most often there is one, and the record's piece becomes its row's.
    if sinks != 1 { add(sinks - 1, to: id, "routed") }
  }

  /// A sink has written a row.
  mutating func written(_ id: RequestID) {
    writtenRows += 1
    if !awaitsDurability { add(-1, to: id, "written") }
  }

  /// A row is durable.
  mutating func durable(_ id: RequestID) {
    durableRows += 1
    if awaitsDurability { add(-1, to: id, "durable") }
  }

  /// So many rows are durable; of which requests, only a ledger that awaits it needs to know.
  mutating func durable(rows: Int) {
    durableRows += rows
    if awaitsDurability { strayCount += rows }
  }

  /// A sink has made rows durable, up to a position.
  ///
  /// - Parameter ids: The requests of the rows, in their order.
  /// - Parameter leftOut: Those of this session that have not become rows, in all.
  mutating func committed(
    sink: Int, _ ids: some Collection<RequestID>, at position: SinkPosition?, leftOut: Int = 0
  ) {
    if !failed.isEmpty, stands.indices.contains(sink) {
      for (place, id) in ids.enumerated() where failed.contains(id) {
        failures.append(FailedRow(sink: sink, id: id, row: stands[sink].rows + place))
      }
    }
    for id in ids { durable(id) }
    guard stands.indices.contains(sink) else { return }
    stands[sink].position = position
    stands[sink].announced = nil
    stands[sink].rows += ids.count - (leftOut - stands[sink].leftOut)
    stands[sink].leftOut = leftOut
    if stands.count == 1 { return }
    for (source, ordinals) in ids.ordinals {
      stands[sink].held[source].insert(all: ordinals.lazy.map { $0..<$0 + 1 })
    }
  }

  /// A sink is about to commit rows.
  mutating func announced(sink: Int, _ ids: some Collection<RequestID>, at position: SinkPosition) {
    guard stands.indices.contains(sink) else { return }
    // A run that dies behind the commit does not come to tell of them.
    if !failed.isEmpty {
      for (place, id) in ids.enumerated() where failed.contains(id) {
        failures.append(FailedRow(sink: sink, id: id, row: stands[sink].rows + place))
      }
    }
    var requests = stands[sink].held.map { _ in DoneSet() }
    for (source, ordinals) in ids.ordinals where requests.indices.contains(source) {
      requests[source].insert(all: ordinals.lazy.map { $0..<$0 + 1 })
    }
    stands[sink].announced = AnnouncedBatch(position: position, rows: ids.count, requests: requests)
  }

  /// A sink has taken back rows that it had written, because the run stops: the run that goes on gives it these again.
  mutating func withdrawn(_ ids: some Collection<RequestID>) {
    routedRows -= ids.count
    writtenRows -= ids.count
    for id in ids where withdrawn.insert(id).inserted { undoneCount += 1 }
  }

  /// What a checkpoint tells: all of it was so at one moment.
  mutating func cut() -> LedgerCut {
    let cut = LedgerCut(
      sources: accounts.map { LedgerCut.Source(news: $0.news, yielded: $0.yielded) }, sinks: stands,
      failures: failures)
    for index in accounts.indices { accounts[index].news = [] }
    failures = []
    return cut
  }

  /// What is wrong with the rows of a finished run: each that was sent to a sink is written, and durable.
  var rowDiscrepancy: String? {
    if routedRows == writtenRows, writtenRows == durableRows { return nil }
    return "\(routedRows.grouped) rows sent to sinks, \(writtenRows.grouped) written, \(durableRows.grouped) durable"
  }

  private mutating func note(stray step: String, _ id: RequestID) {
    strayCount += 1
    if strays.count < Self.mostStrays { strays.append(Stray(step: step, id: id)) }
  }

  private mutating func add(_ count: Int, to id: RequestID, _ step: String) {
    guard let place = place(of: id), case let pieces = accounts[id.source].pieces[place], pieces > 0 else {
      return note(stray: step, id)
    }
    accounts[id.source].pieces[place] = Int32(clamping: Int(pieces) + count)
    if Int(pieces) + count == 0 { finished(id) }
  }

  private func place(of id: RequestID) -> Int? {
    guard accounts.indices.contains(id.source), case let place = id.ordinal - accounts[id.source].first,
      accounts[id.source].pieces.contains(place)
    else { return nil }
    return place
  }

  /// A request is done: the window of its source begins at the next one that is not.
  private mutating func finished(_ id: RequestID) {
    let source = id.source
    doneCount += 1
    if !failed.isEmpty { failed.remove(id) }
    if awaitsDurability { accounts[source].note(id.ordinal..<id.ordinal + 1) }
    accounts[source].first += accounts[source].pieces.removeDone()
  }
}

/// How far the requests and the sinks of a run are, at one moment.
struct LedgerCut: Sendable {
  struct Source: Sendable {
    /// Requests that are done and were not in the last cut; some perhaps were.
    let news: [Range<Int>]
    let yielded: Int
  }

  let sources: [Source]
  let sinks: [LedgerState.Stand]
  /// Rows that have become durable since the last cut, and whose records have an error.
  let failures: [FailedRow]
}

extension DoneSet {
  /// Inserts ordinals, most of which follow each other.
  mutating func insert(all ranges: some Sequence<Range<Int>>) {
    var last: Range<Int>?
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard let before = last else {
        last = range
        continue
      }
      if range.lowerBound <= before.upperBound {
        last = before.lowerBound..<max(before.upperBound, range.upperBound)
      } else {
        insert(before)
        last = range
      }
    }
    if let last { insert(last) }
  }
}

extension Collection<RequestID> {
  /// The ordinals of each source.
  fileprivate var ordinals: [(source: Int, ordinals: [Int])] {
    var ordinals: [Int: [Int]] = [:]
    for id in self { ordinals[id.source, default: []].append(id.ordinal) }
    return ordinals.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
