import NIOCore

/// How many requests came, by route, and how many were in flight at once, in all, by group and by host; and which came
/// when. Pure: the time is passed in.
///
/// A request is in flight from when all of it is read until just before its last byte is written or its connection
/// is lost: a client that waits for one answer before it sends the next request never counts twice.
struct Statistics {
  /// A request that is in flight.
  struct Visit {
    fileprivate let group: String?
    fileprivate let host: String?
    /// Its place in the log.
    fileprivate let entry: Int?
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

  /// Counts by a name that clients choose: further names than these count in the whole alone.
  private struct Names {
    private static let most = 1000
    private var counts: [String: Count] = [:]

    /// - Returns: The name, where it is counted.
    mutating func begin(_ name: String?) -> String? {
      guard let name, counts[name] != nil || counts.count < Self.most else { return nil }
      counts[name, default: Count()].begin()
      return name
    }

    mutating func end(_ name: String?) {
      if let name { counts[name]?.end() }
    }

    var json: JSON { .object(counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }) }
  }

  private(set) var log: RequestLog
  private var all = Count()
  private var groups = Names()
  private var hosts = Names()
  private var routes: [String: Int] = [:]
  private var connections = Count()
  private var period = 0

  init(at now: NIODeadline) {
    log = RequestLog(start: now)
  }

  /// Counts a request of the route with this pattern, from now until `end`.
  ///
  /// - Parameter host: The address that it came to.
  mutating func begin(
    route: String, target: String, host: String, group: String?, at now: NIODeadline
  ) -> Visit {
    all.begin()
    routes[route, default: 0] += 1
    return Visit(
      group: groups.begin(group), host: hosts.begin(host), entry: log.begin(target: target, host: host, at: now),
      period: period)
  }

  mutating func end(_ visit: Visit, at now: NIODeadline) {
    guard visit.period == period else { return }
    all.end()
    groups.end(visit.group)
    hosts.end(visit.host)
    if let entry = visit.entry { log.end(entry, at: now) }
  }

  mutating func connectionOpened() { connections.begin() }
  mutating func connectionClosed() { connections.end() }

  /// Forgets all counts but that of open connections. Requests in flight finish uncounted.
  mutating func reset(at now: NIODeadline) {
    log = RequestLog(start: now)
    all = Count()
    groups = Names()
    hosts = Names()
    routes = [:]
    period += 1
  }

  /// As `/stats` shows them.
  var members: [(String, JSON)] {
    [
      ("all", all.json),
      ("groups", groups.json),
      ("hosts", hosts.json),
      ("routes", .object(routes.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
      ("connections", connections.json),
    ]
  }
}
