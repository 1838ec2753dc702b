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

/// A record that waits for those before it, and the sinks that it goes to then.
struct Routed: Sendable {
  let record: Record
  /// Their places among the sinks.
  let sinks: [Int]
}

/// Sends each record to the sinks that want it: at once, or where a sink wants the order of the input in its turn.
///
/// - Parameters:
///   - order: Where a sink wants it.
///   - book: Of a run that can be gone on with. Stopped, it leaves the rows behind a request that is left undone, so that
///     whoever goes on writes them where they belong; other runs write what they have.
func routeStage(
  _ input: Inlet<Extracted>, routes: [Route], where filter: Expression?, order: OrderWindow<Routed>?, tally: Tally,
  counter: StageCounter, ledger: Ledger, limits: LimitWatch? = nil, events: RunEvents? = nil, book: EventBook? = nil
) async throws {
  let ordered = routes.indices.filter { routes[$0].order == .input }
  var batches = input.batches()
  while let batch = try await batches.next() {
    let passes = filter.map { filter in batch.map { filter.evaluate($0.record.values) } }
    let wanted = routes.map { route in
      batch.indices.filter { passes?[$0] ?? true && route.wants(batch[$0].record) }
    }
    // Before a row of them can be written.
    book?.routed(wanted, of: batch)
    for (sink, route) in routes.enumerated() where !route.ahead.isEmpty {
      book?.routed(batch.lazy.map(\.record.id).filter { route.has($0) }, to: sink)
    }
    ledger.routed(zip(batch.lazy.map(\.record.id), counts(wanted, of: batch.count)))
    for (route, indices) in zip(routes, wanted) where route.order == .completion {
      try await send(indices.map { batch[$0].record }, to: route)
    }
    let count = passes?.count { $0 } ?? batch.count
    counter.add(out: count, filtered: batch.count - count)
    tally.add(batch)
    limits?.note(batch)
    events?.post(batch.lazy.map { .recorded($0.record.id, error: $0.error) })
    guard let order else { continue }
    var sinks: [[Int]] = Array(repeating: [], count: batch.count)
    for route in ordered { for index in wanted[route] { sinks[index].append(route) } }
    order.settle(
      zip(batch, sinks).map { one, sinks in
        let record = one.record
        return (record.id, sinks.isEmpty ? nil : Routed(record: record, sinks: sinks), sinks.isEmpty ? 0 : record.cost)
      })
    try await release(order, to: routes)
  }
  guard let order else { return }
  // Where the run was stopped, there are rows behind requests that were left undone.
  order.giveUp()
  if book == nil { return try await release(order, to: routes) }
  while case let rest = try order.release(upTo: 64), !rest.isEmpty {
    ledger.leftUndone(routed: rest.lazy.map(\.sinks.count))
  }
}

/// Makes rows of a crawl's links and sends each to the sinks that want it, once every page has come.
func routeLinks(of crawl: Crawl, routes: [Route], counter: StageCounter, ledger: Ledger) async throws {
  let wanting = routes.filter { $0.rows == .links }
  while let batch = try crawl.nextLinkRows() {
    counter.add(generated: batch.count, out: batch.count)
    let wanted = wanting.map { route in batch.filter { route.wants($0, .links) } }
    var sinks: [RequestID: Int] = [:]
    for rows in wanted { for row in rows { sinks[row.id, default: 0] += 1 } }
    // Before a row of them can be written.
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
      try await send(released.filter { $0.sinks.contains(index) }.map(\.record), to: route)
    }
  }
}

private func send(_ records: [Record], to route: Route) async throws {
  try await route.outlet.send(records, bytes: records.reduce(0) { $0 + $1.cost })
}
