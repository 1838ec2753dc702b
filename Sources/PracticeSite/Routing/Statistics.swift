/// How many requests came, by route, and how many were in flight at once, in all and by group.
///
/// A request is in flight from when all of it is read until just before its last byte is written or its connection
/// is lost: a client that waits for one answer before it sends the next request never counts twice.
struct Statistics {
  /// A request that is in flight.
  struct Visit {
    fileprivate let group: String?
    /// The reset before which it came: a visit from before a reset is not taken off the counts after it.
    fileprivate let period: Int
  }

  struct Count {
    private(set) var served = 0
    private(set) var inFlight = 0
    private(set) var peak = 0

    mutating func begin() {
      served += 1
      inFlight += 1
      peak = max(peak, inFlight)
    }

    mutating func end() {
      inFlight -= 1
    }

    var json: JSON {
      .object([("served", .number(served)), ("in_flight", .number(inFlight)), ("peak", .number(peak))])
    }
  }

  /// Names of groups that are remembered at most; requests of further groups count in the whole alone.
  private static let mostGroups = 1000

  private var all = Count()
  private var groups: [String: Count] = [:]
  private var routes: [String: Int] = [:]
  private var connections = Count()
  private var period = 0

  /// Counts a request of the route with this pattern, from now until `end`.
  mutating func begin(route: String, group: String?) -> Visit {
    all.begin()
    routes[route, default: 0] += 1
    guard let group, groups[group] != nil || groups.count < Self.mostGroups else {
      return Visit(group: nil, period: period)
    }
    groups[group, default: Count()].begin()
    return Visit(group: group, period: period)
  }

  mutating func end(_ visit: Visit) {
    guard visit.period == period else { return }
    all.end()
    if let group = visit.group { groups[group]?.end() }
  }

  mutating func connectionOpened() { connections.begin() }
  mutating func connectionClosed() { connections.end() }

  /// Forgets all counts but that of open connections. Requests in flight finish uncounted.
  mutating func reset() {
    all = Count()
    groups = [:]
    routes = [:]
    period += 1
  }

  var json: JSON {
    .object([
      ("all", all.json),
      ("groups", .object(groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })),
      ("routes", .object(routes.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
      ("connections", connections.json),
    ])
  }
}
