import PipeTesting

extension CrawlRules {
  /// A spec with these rules, whose first sink gets the pages and its second one the links.
  func spec(robots: String = "obey") -> String {
    """
    extract: [url, depth, referrer, status]
    crawl:
      depth: \(depth)
      scope: \(scope.rawValue)
      check: \(checksExternal ? "external" : "none")
      fragments: \(checksFragments)
    fetch: {robots: \(robots), retry: {attempts: \(attempts), base: 1ms}}
    sinks: [{sink0: {fields: [url, depth, referrer, status]}}, {sink1: {rows: links}}]
    """
  }
}
