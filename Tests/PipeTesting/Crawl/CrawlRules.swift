/// What a spec says of a crawl, as far as it decides which pages are fetched.
package struct CrawlRules: Sendable {
  package enum Scope: String, CaseIterable, Sendable {
    case page, prefix, host, any
  }

  /// As they are written, in the order of the spec.
  package var sources: [String]
  package var depth: Int
  package var scope: Scope
  /// Patterns as `PlainURL.matches` has them. They are asked for links and for redirects, not for sources.
  package var include: [String] = []
  /// They win over `include`.
  package var exclude: [String] = []
  package var respectsNofollow = true
  package var obeysRobots = true
  /// Whether links out of scope are asked what comes of them.
  package var checksExternal = false
  /// Whether fragments are looked for in the pages.
  package var checksFragments = false
  /// The longest chain of redirects.
  package var redirects = 10
  /// How often a request is sent at the most.
  package var attempts = 3
  /// The statuses that are tried again, beside failures.
  package var retried = Set([408, 429] + Array(500...599))

  package init(_ sources: [String], depth: Int = 3, scope: Scope = .host) {
    self.sources = sources
    self.depth = depth
    self.scope = scope
  }
}
