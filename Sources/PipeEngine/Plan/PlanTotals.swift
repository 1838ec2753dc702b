internal import PipeSpec
internal import PipeWeb

/// What a plan can tell of a run as a whole before it begins.
package struct PlanTotals: Sendable {
  /// One source's requests.
  package struct SourceTotal: Sendable {
    package let count: RequestCount
    /// How many hosts they go to, where that is known.
    package let hosts: Int?

    package var text: String {
      var text =
        switch count {
        case .exactly(let count): "\(count) request\(count == 1 ? "" : "s")"
        case .unknown: "as many requests as it gives"
        case .unread(let reason): "as many requests as it gives; not read: \(reason)"
        }
      if let hosts { text += " to \(hosts) host\(hosts == 1 ? "" : "s")" }
      return text
    }
  }

  package let sources: [SourceTotal]
  /// The requests that are known of: exact where every source's are.
  package let requests: Int
  package let areRequestsExact: Bool
  /// The hosts that are known of: exact where every source's are.
  package let hosts: Int
  package let areHostsExact: Bool
  /// What the delays and rates imply for the known requests; zero where they imply nothing.
  package let leastDuration: Duration
  /// The bytes that edges, transfers and trees hold at the most.
  package let memory: Memory
  package let sockets: Int

  package struct Memory: Sendable {
    /// Requests, pages and records that wait on edges and in the frontier, or for those before them.
    package let edges: Int
    /// Bodies that are being received.
    package let transfers: Int

    /// Trees and values of JSON.
    package let trees: Int
    /// URLs that a crawl has seen; more of them are on disk.
    package let seen: Int

    package var total: Int { edges + transfers + trees + seen }
  }

  init(_ plan: Plan) {
    sources = plan.sources.map { source in
      SourceTotal(
        count: source.source.count(in: plan.folder), hosts: source.source.requestsByHost.map(\.count))
    }
    var known = 0
    var byHost: [String: Int] = [:]
    for (source, total) in zip(plan.sources, sources) {
      if case .exactly(let count) = total.count { known = known.adding(count) }
      for (host, count) in source.source.requestsByHost ?? [:] {
        byHost[host, default: 0] = byHost[host, default: 0].adding(count)
      }
    }
    let isLimited = plan.limit.map { $0 < known } ?? false
    requests = min(known, plan.limit ?? .max)
    areRequestsExact =
      plan.crawl == nil && (isLimited || !plan.followsPages) && (isLimited || sources.allSatisfy(\.count.isKnown))
    hosts = byHost.count
    areHostsExact = plan.crawl == nil && !plan.followsPages && !isLimited && sources.allSatisfy { $0.hosts != nil }
    // Of a run that ends early it is not known which host's requests are left out.
    let most = isLimited ? 0 : byHost.values.max() ?? 0
    leastDuration = plan.fetch.perHost.interval.times(max(0, most - 1))
    memory = Memory(
      edges: plan.layout.bytes + (plan.isOrdered || plan.crawl != nil && plan.tellsPlaces ? plan.bounds.orderBytes : 0),
      transfers: plan.needs.content == .nothing
        ? 0 : min(plan.bounds.bodyBytes + plan.fetch.maxBody.bytes, plan.fetch.concurrency * plan.fetch.maxBody.bytes),
      trees: plan.bounds.treeBytes, seen: plan.bounds.seenBytes)
    // A connection may be tried over IPv6 and IPv4 at once (RFC 8305); idle ones are kept for the next request.
    sockets = max(16, plan.fetch.concurrency) + plan.fetch.concurrency
  }
}

extension Int {
  /// The sum, or the most that can be counted.
  fileprivate func adding(_ other: Int) -> Int {
    let (sum, isFar) = addingReportingOverflow(other)
    return isFar ? .max : sum
  }
}
