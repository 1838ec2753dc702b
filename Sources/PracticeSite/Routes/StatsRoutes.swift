import NIOCore
import Synchronization

/// What the site has served, for tests that prove a bound.
enum StatsRoutes {
  static let all: [Route] = [
    Route(
      "/stats", "requests served, and the most in flight at once, in all, by `?group=` and by host", isCounted: false,
      stats),
    Route(
      "/stats/requests", "each request with the times of its begin and its end, as lines of JSON",
      query: "host=&path=", isCounted: false, requests),
    Route(
      "/stats/reset", "forgets all of these, and what /flaky, /limited, /touchy and /login remember", isTame: false,
      isCounted: false, reset),
  ]

  private static func stats(_ request: SiteRequest, _ site: Site) -> Answer {
    .json(.object(site.statistics.withLock { $0.members } + [("doors", site.doors.json)]))
  }

  private static func requests(_ request: SiteRequest, _ site: Site) -> Answer {
    let host = request.parameter("host")
    let path = request.parameter("path") ?? ""
    let log = site.statistics.withLock { $0.log }
    let lines = log.lines { $0.target.hasPrefix(path) && (host == nil || $0.host == host) }
    return .text(lines.map { $0 + "\n" }.joined(), type: "application/x-ndjson")
  }

  private static func reset(_ request: SiteRequest, _ site: Site) -> Answer {
    site.statistics.withLock { $0.reset(at: .now()) }
    site.trouble.withLock { $0.reset() }
    site.membership.withLock { $0.reset() }
    site.doors.reset()
    return stats(request, site)
  }
}
