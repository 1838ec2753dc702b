import Synchronization

/// What the site has served, for tests that prove a bound.
enum StatsRoutes {
  static let all: [Route] = [
    Route(
      "/stats", "requests served, and the most in flight at once, in all and by `?group=`", isCounted: false, stats),
    Route(
      "/stats/reset", "forgets these counts, and what /flaky and /limited remember", isTame: false, isCounted: false,
      reset),
  ]

  private static func stats(_ request: SiteRequest, _ site: Site) -> Answer {
    .json(site.statistics.withLock { $0.json })
  }

  private static func reset(_ request: SiteRequest, _ site: Site) -> Answer {
    site.statistics.withLock { $0.reset() }
    site.trouble.withLock { $0.reset() }
    return stats(request, site)
  }
}
