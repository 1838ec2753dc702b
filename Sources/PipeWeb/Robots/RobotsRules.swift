/// What a robots.txt file tells one crawler (RFC 9309): the rules of the groups that name it, or else of those for all.
package struct RobotsRules: Sendable {
  /// A rule; its path is a part of `patterns`.
  struct Rule {
    var start: UInt32
    var count: UInt32
    /// By what the longest match is found: the path in the form that is compared, `*` and `$` included.
    var octets: UInt32
    var line: UInt32
    var isAllow: Bool
    /// Whether the path must reach the URL's end.
    var isTied: Bool
  }

  /// Seconds between two requests, which are then made one at a time; not in RFC 9309.
  package struct CrawlDelay: Hashable, Sendable {
    package let duration: Duration
    package let line: Int
  }

  package struct Sitemap: Hashable, Sendable {
    package let url: WebURL
    package let line: Int
  }

  /// Those with the most octets first, Allow before Disallow: the first that matches decides (RFC 9309, 2.2.2).
  let rules: [Rule]
  let patterns: [UInt8]
  /// The largest of the groups' delays.
  package let crawlDelay: CrawlDelay?
  /// Those of the whole file, whoever it is read for; http and https URLs.
  package let sitemaps: [Sitemap]
  /// Whether a group names the crawler; else the rules are those for all.
  package let isNamed: Bool
  /// Whether the file goes on beyond the limit.
  package let isCut: Bool

  /// The bytes of a file that are read (RFC 9309, 2.5): all there is behind them is ignored.
  package static let sizeLimit = 500 << 10

  /// The most sitemaps that are kept.
  package static let sitemapLimit = 10_000

  /// Roughly the bytes of memory that the rules take.
  package var memory: Int {
    MemoryLayout<Self>.size + patterns.count + rules.count * MemoryLayout<Rule>.stride
      + sitemaps.reduce(0) { $0 + $1.url.length + MemoryLayout<Sitemap>.stride }
  }

  /// The same rules without the sitemaps, which nobody needs who judges URLs.
  package var withoutSitemaps: RobotsRules {
    RobotsRules(
      rules: rules, patterns: patterns, crawlDelay: crawlDelay, sitemaps: [], isNamed: isNamed, isCut: isCut)
  }

  /// Whether the crawler may ask for a URL, and which rule says so.
  package func decision(for url: WebURL) -> RobotsDecision {
    var steps = 0
    return decision(for: url, steps: &steps)
  }

  /// - Parameter steps: Grows by the bytes that were looked at.
  func decision(for url: WebURL, steps: inout Int) -> RobotsDecision {
    if rules.isEmpty { return .allowed(line: nil) }
    var path: [UInt8] = []
    let written = url.pathAndQuery.utf8.span
    path.reserveCapacity(written.count + 16)
    RobotsPath.append(written, to: &path)
    return decision(forPath: path.span, steps: &steps)
  }

  private func decision(forPath path: Span<UInt8>, steps: inout Int) -> RobotsDecision {
    if Self.isRobotsFile(path) { return .allowed(line: nil) }
    let patterns = patterns.span
    for rule in rules {
      let pattern = patterns.extracting(Int(rule.start)..<Int(rule.start + rule.count))
      if WildcardSearch.matches(pattern, path, isWhole: rule.isTied, steps: &steps) {
        return rule.isAllow ? .allowed(line: Int(rule.line)) : .disallowed(line: Int(rule.line))
      }
    }
    return .allowed(line: nil)
  }

  /// RFC 9309, 2.2.2: "The /robots.txt URI is implicitly allowed."
  private static func isRobotsFile(_ path: Span<UInt8>) -> Bool {
    guard path.count >= 11, path.extracting(0..<11) == "/robots.txt" else { return false }
    return path.count == 11 || path[11] == UInt8(ascii: "?")
  }
}

/// Whether a URL may be asked for, and the line of robots.txt that says so, if one does.
package enum RobotsDecision: Hashable, Sendable {
  case allowed(line: Int?)
  case disallowed(line: Int)
  /// Nothing may be asked for: robots.txt cannot be had.
  case unreachable

  package var isAllowed: Bool {
    if case .allowed = self { true } else { false }
  }
}

extension WebURL {
  /// The path and, behind its `?`, the query.
  var pathAndQuery: Substring { part(layout.pathStart, layout.fragmentStart) }
}
