internal import PipeSpec

/// A sink as the route stage sees it.
struct Route {
  let outlet: Outlet<Record>
  let when: Expression?
  let order: RowOrder
  let rows: RowKind
  /// Of each source, requests whose rows the sink has from before the run went on; empty if it has none of them.
  var ahead: [DoneSet] = []

  /// - Parameter rows: Of which kind the record is.
  func wants(_ record: Record, _ rows: RowKind = .pages) -> Bool {
    rows == self.rows && when?.evaluate(record.values) ?? true && (ahead.isEmpty || !has(record.id))
  }

  /// Whether the sink has the row of a request already.
  func has(_ id: RequestID) -> Bool {
    ahead.indices.contains(id.source) && ahead[id.source].contains(id.ordinal)
  }
}

/// What a request has become, as it waits for those before it: a record, and the sinks that it goes to then.
struct Routed: Sendable {
  let record: Record
  /// Their places among the sinks.
  let sinks: [Int]
  /// The same of the page's items behind the first one that goes to a sink.
  var others: [Routed] = []

  /// How many rows there are.
  var rowCount: Int { others.reduce(sinks.count) { $0 + $1.sinks.count } }

  /// Bytes that it holds, about.
  var cost: Int { others.reduce(record.cost) { $0 + $1.record.cost } }

  /// Adds its records that go to a sink.
  func add(to records: inout [Record], of sink: Int) {
    if sinks.contains(sink) { records.append(record) }
    for other in others { other.add(to: &records, of: sink) }
  }
}

/// Sends each record to the sinks that want it: at once, or where a sink wants the order of the input in its turn.
///
/// - Parameters:
///   - order: Where a sink wants it.
///   - book: Of a run that can be gone on with. Stopped, it leaves the rows behind a request that is left undone, so that
///     whoever goes on writes them where they belong; other runs write what they have.
func routeStage(
  _ input: Inlet<Extracted>, routes: [Route], where filter: Expression?, order: OrderWindow<Routed>?, tally: Tally,
  counter: StageCounter, ledger: Ledger, limits: LimitWatch? = nil, events: RunEvents? = nil, book: EventBook? = nil,
  expect: ExpectBook? = nil
) async throws {
  let ordered = routes.indices.filter { routes[$0].order == .input }
  var batches = input.batches()
  while let pages = try await batches.next() {
    let batch = pages.contains { $0.count != 1 } ? pages.flatMap(\.parted) : pages
    let empty = pages.count { !$0.hasRecord }
    let passes = filter.map { filter in batch.map { filter.evaluate($0.record.values) } }
    let wanted = routes.map { route in
      batch.indices.filter { passes?[$0] ?? true && route.wants(batch[$0].record) }
    }
    // Before a row of them can be written.
    expect?.note(pages)
    book?.routed(wanted, of: batch)
    for (sink, route) in routes.enumerated() where !route.ahead.isEmpty {
      book?.routed(batch.lazy.map(\.record.id).filter { route.has($0) }, to: sink)
    }
    ledger.routed(zip(batch.lazy.map(\.record.id), counts(wanted, of: batch.count)))
    for (route, indices) in zip(routes, wanted) where route.order == .completion {
      try await send(indices.map { batch[$0].record }, to: route)
    }
    let count = passes?.count { $0 } ?? batch.count
    counter.add(
      generated: batch.count - (pages.count - empty), out: count, filtered: batch.count - count, empty: empty)
    tally.add(batch, of: pages)
    limits?.note(batch)
    events?.post(batch.lazy.map { .recorded($0.record.id, error: $0.error) })
    guard let order else { continue }
    var sinks: [[Int]] = Array(repeating: [], count: batch.count)
    for route in ordered { for index in wanted[route] { sinks[index].append(route) } }
    var place = 0
    order.settle(
      pages.map { page in
        let rows = (place..<place + page.count).filter { !sinks[$0].isEmpty }
        place += page.count
        guard let first = rows.first else { return (page.record.id, nil, 0) }
        let routed = Routed(
          record: batch[first].record, sinks: sinks[first],
          others: rows.dropFirst().map { Routed(record: batch[$0].record, sinks: sinks[$0]) })
        return (page.record.id, routed, routed.cost)
      })
    try await release(order, to: routes)
  }
  guard let order else { return }
  // Where the run was stopped, there are rows behind requests that were left undone.
  order.giveUp()
  if book == nil { return try await release(order, to: routes) }
  while case let rest = try order.release(upTo: 64), !rest.isEmpty {
    ledger.leftUndone(routed: rest.lazy.map(\.rowCount))
  }
}

/// Makes rows of a crawl's links and sends each to the sinks that want it, once every page has come.
func routeLinks(
  of crawl: Crawl, routes: [Route], counter: StageCounter, ledger: Ledger, expect: ExpectBook? = nil
) async throws {
  let wanting = routes.filter { $0.rows == .links }
  while let batch = try crawl.nextLinkRows() {
    counter.add(generated: batch.count, out: batch.count)
    let wanted = wanting.map { route in batch.filter { route.wants($0, .links) } }
    var sinks: [RequestID: Int] = [:]
    for rows in wanted { for row in rows { sinks[row.id, default: 0] += 1 } }
    // Before a row of them can be written.
    expect?.note(links: batch)
    ledger.listed(batch.lazy.map { ($0.id, sinks[$0.id] ?? 0) })
    for (route, rows) in zip(wanting, wanted) where !rows.isEmpty { try await send(rows, to: route) }
  }
}

/// How many sinks want each record of a batch.
private func counts(_ wanted: [[Int]], of count: Int) -> [Int] {
  var counts = Array(repeating: 0, count: count)
  for indices in wanted { for index in indices { counts[index] += 1 } }
  return counts
}

/// Sends what waits for nothing any more, from memory or disk; what is not sent yet goes on counting as held.
private func release(_ order: OrderWindow<Routed>, to routes: [Route]) async throws {
  while case let released = try order.release(upTo: 64), !released.isEmpty {
    for (index, route) in routes.enumerated() where route.order == .input {
      var records: [Record] = []
      for routed in released { routed.add(to: &records, of: index) }
      try await send(records, to: route)
    }
  }
}

private func send(_ records: [Record], to route: Route) async throws {
  try await route.outlet.send(records, bytes: records.reduce(0) { $0 + $1.cost })
}
