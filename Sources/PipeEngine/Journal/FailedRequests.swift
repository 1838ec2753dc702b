internal import PipeSpec
internal import PipeStorage

/// What failed in a run that has finished, as its journal tells it: the requests whose record has an error, and where their rows
/// are.
///
/// What was fetched again before (`Journal.Kind.retry`) took all that had failed by then with it, so that it is told by what
/// stands behind alone; but for the rows of each request, of which the last event tells.
struct FailedRequests {
  /// Of each source, requests whose record has an error, or of which a sink has such a row from before a crash.
  private(set) var requests: [DoneSet]
  /// Of each sink, the numbers of the rows with an error.
  private var rows: [DoneSet]
  /// Of each sink and source: the requests of these rows.
  private var owners: [[DoneSet]]
  /// The same: failed requests of which the sink has a row without an error, from before a crash. It keeps that.
  private var kept: [[DoneSet]]
  /// The same, of sinks whose rows are in the order of the requests: requests that have a row.
  private var placed: [[DoneSet]?]
  /// What these requests have added to the totals.
  private var totals = RunTotals()
  /// Whether the journal tells of the rows at all.
  private var tellsRows = false

  /// - Parameter sinks: Those of the plan.
  init(of past: PastRun, sinks: [SinkPlan], in folder: JournalFolder) throws(LogFault) {
    let none = past.checkpoint.sources.map { _ in DoneSet() }
    requests = none
    rows = sinks.map { _ in DoneSet() }
    owners = sinks.map { _ in none }
    kept = owners
    placed = sinks.map { $0.order == .input && $0.rows == .pages ? none : nil }
    var frames = past.frames([.events, .failures, .retry], in: folder)
    while let (kind, payload) = try frames.next() {
      switch kind {
      case .failures:
        guard let found = FailedRow.decode(payload) else { throw LogFault(folder.path, .broken(at: 0)) }
        tellsRows = true
        for row in found where rows.indices.contains(row.sink) && none.indices.contains(row.id.source) {
          rows[row.sink].insert(row.row)
          owners[row.sink][row.id.source].insert(row.id.ordinal)
        }
      case .retry:
        requests = none
        rows = sinks.map { _ in DoneSet() }
        owners = sinks.map { _ in none }
        kept = owners
        totals = RunTotals()
      default:
        guard let events = RequestEventCodec.decode(payload) else { throw LogFault(folder.path, .broken(at: 0)) }
        for event in events where none.indices.contains(event.id.source) { add(event) }
      }
    }
  }

  private mutating func add(_ event: RequestEvent) {
    let (source, ordinal) = (event.id.source, event.id.ordinal)
    func hasRow(_ sink: Int) -> Bool { event.rows.indices.contains(sink) && event.rows[sink] > 0 }
    for sink in placed.indices where placed[sink] != nil {
      if hasRow(sink) { placed[sink]?[source].insert(ordinal) } else { placed[sink]?[source].remove(ordinal) }
    }
    // A check has no record.
    if event.isCheck { return }
    guard event.error != nil || owners.contains(where: { $0[source].contains(ordinal) }) else { return }
    requests[source].insert(ordinal)
    totals.add(event)
    for sink in owners.indices where hasRow(sink) && !owners[sink][source].contains(ordinal) {
      kept[sink][source].insert(ordinal)
    }
  }

  var isEmpty: Bool { requests.allSatisfy(\.isEmpty) }

  /// Where a run goes on that fetches them again, behind the last checkpoint of the run that has finished.
  func checkpoint(behind last: Checkpoint, of plan: Plan, at moment: Int) throws(RunError) -> Checkpoint {
    if !tellsRows {
      throw RunError(
        "the journal", "does not tell which rows failed: an older pipe has begun it", hint: "begin anew with --restart")
    }
    var next = last
    next.phase = .running
    next.retry = Checkpoint.Retry(
      number: (last.retry?.number ?? 0) + 1, began: moment, worked: last.worked, requests: requests)
    next.totals.subtract(totals)
    next.expected = ExpectCodec.forgettingFailed(next.expected)
    for (index, failed) in requests.enumerated() where !failed.isEmpty {
      next.sources[index].done.subtract(failed)
      next.sources[index].bookmark = next.sources[index].bookmark.flatMap { $0.fromStart }
    }
    // Rows of links are made once more of all that the crawl has found.
    let linkRows = plan.sources.count + 1
    if plan.crawl != nil, next.sources.indices.contains(linkRows) { next.sources[linkRows] = SourceProgress() }
    for (index, sink) in plan.sinks.enumerated() where next.sinks.indices.contains(index) {
      next.sinks[index] = try progress(next.sinks[index], of: sink, at: index, in: plan)
    }
    return next
  }

  private func progress(_ last: SinkProgress, of sink: SinkPlan, at index: Int, in plan: Plan) throws(RunError)
    -> SinkProgress
  {
    guard let position = last.position else {
      // A pipe, or standard output, gets the new rows.
      if sink.sink.delivery != .exactlyOnce || last.rows == 0 { return SinkProgress() }
      throw RunError(
        sink.sink.summary, "cannot be made anew, since it could not be read", hint: "begin anew with --restart")
    }
    if case .database = sink.sink.target.value { return try progress(last, at: position, ofDatabase: sink, at: index) }
    var leftOut = sink.rows == .links ? DoneSet(0..<last.rows) : rows[index]
    let order = placed[index]
    if order != nil, plan.each != nil || plan.followsPages {
      throw RunError(
        sink.sink.summary,
        "has the rows of \(plan.each != nil ? "each page's items" : "next pages (follow)") in the order of the input, and"
          + " cannot be made anew so",
        hint: "begin anew with --restart; without order: input, what failed can be fetched again")
    }
    if let order {
      let base = SinkBase(position: position, rows: .max, leftOut: DoneSet(), order: order)
      leftOut = DoneSet()
      for (source, failed) in owners[index].enumerated() {
        for ordinal in failed.ranges.joined() where order[source].contains(ordinal) {
          leftOut.insert(base.place(of: RequestID(source: source, ordinal: ordinal)))
        }
      }
    }
    if leftOut.end > last.rows || order.map({ $0.reduce(0) { $0 + $1.count } != last.rows }) ?? false {
      throw RunError(
        "the journal", "does not tell which rows of \(sink.sink.summary) failed", hint: "begin anew with --restart")
    }
    let base = SinkBase(position: position, rows: last.rows, leftOut: leftOut, order: order)
    return SinkProgress(rows: base.keptCount, ahead: kept[index], base: base)
  }
}

extension FailedRequests {
  /// A table goes on where it is. Rows that come again must not be there, or take the place of those that are.
  private func progress(
    _ last: SinkProgress, at position: SinkPosition, ofDatabase sink: SinkPlan, at index: Int
  ) throws(RunError) -> SinkProgress {
    let ahead = SinkProgress(position: position, rows: last.rows, ahead: kept[index])
    if sink.sink.replacesRows { return ahead }
    if sink.sink.publication().isWhole || sink.rows == .links || !rows[index].isEmpty {
      throw RunError(
        sink.sink.summary, "has rows that would be there twice",
        hint: "mode: upsert lets rows that are fetched again take their places; or begin anew with --restart")
    }
    return ahead
  }
}

extension SourceBookmark {
  /// The start of the input, with what the source said of all that was read; `nil` if its bytes are not those of a bookmark.
  fileprivate var fromStart: SourceBookmark? { SourceMarks.bookmark(self, at: 0, place: []) }
}
