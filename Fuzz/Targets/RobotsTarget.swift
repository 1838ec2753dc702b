internal import PipeTesting
internal import PipeWeb

extension FuzzTarget {
  /// A path is on the first line, the file behind it.
  static let robots = FuzzTarget(name: "robots", summary: "a path, and a robots.txt file") { input in
    let input = TwoParts(input)
    guard let token = ProductToken("pipe"), let url = WebURL("http://h/" + input.line.prefix(200)) else { return }
    let rules = RobotsRules(parsing: input.rest.span, for: token, at: url)
    let path = Array((url.pathname + url.search).utf8)
    // An empty query has a `?`, too, which `search` does not tell.
    guard url.hrefWithoutFragment.utf8.count == url.origin.utf8.count + path.count, url.origin == "http://h" else {
      return
    }
    require(
      RobotsPolicy(status: 200) { rules }.decision(for: url) == rules.decision(for: url), "a file that is had counts")
    let expected = ObviousRobots(input.rest).decision(path, token: Array("pipe".utf8))
    let decision: RobotsDecision =
      expected.map { $0.isAllow ? .allowed(line: $0.line) : .disallowed(line: $0.line) } ?? .allowed(line: nil)
    require(rules.decision(for: url) == decision, "a file is read as by the plainest reader there is")
  }
}
