internal import PipeSpec
package import PipeWeb

/// Whether robots.txt is obeyed, and as whom.
package struct RobotsSettings: Sendable {
  package var isObeyed = true
  /// `nil` for the name of the user agent.
  package var agent: ProductToken?
  package var maxDelay = Duration.seconds(60)

  package init() {}
}

extension RobotsSettings {
  private static let obey = Shape<Bool>.scalar(
    .oneOf([
      .choice([
        ("obey", "what robots.txt disallows is not fetched, and its Crawl-delay is kept"),
        ("ignore", "robots.txt is not asked for"),
      ]), .boolean,
    ])
  ) { text throws(ScalarFault) in
    if case .bool(let value) = text.value { return value }
    switch text.text {
    case "obey": return true
    case "ignore": return false
    default:
      let near = nearestName(to: text.text, among: ["obey", "ignore"])
      throw ScalarFault(
        .badValue, "cannot be \(text.shown)", hint: near.map { "did you mean '\($0)'?" } ?? "write obey or ignore")
    }
  }

  private static let token = Shape<ProductToken>.scalar(
    .text(name: "a name of letters, digits, - and _", pattern: "^[A-Za-z0-9_-]+([/ ].*)?$", examples: ["my-bot"])
  ) { text throws(ScalarFault) in
    if let token = ProductToken(userAgent: text.text) { return token }
    throw ScalarFault(
      .badValue, "cannot be \(text.shown)",
      hint: "write a name of letters, digits, - and _ that is not a browser's, such as my-bot")
  }

  static let map = MapShape<RobotsSettings>(
    main: "obey",
    Key(
      "obey", obey, default: true, shown: "true",
      "Whether robots.txt is obeyed (RFC 9309): it is fetched before anything else of its scheme, host and port, and asked"
        + " for every request, each hop of a redirect included."),
    Key(
      optional: "agent", token,
      "The name by which robots.txt files call this crawler; without it the first name of user_agent.",
      example: "my-bot"),
    Key(
      "max_delay", Shape<Duration>.duration(to: "24h"), default: RobotsSettings().maxDelay, shown: "60s",
      "The longest Crawl-delay that is kept. Requests to a host that asks for more fail with the error robots.",
      example: "10s"),
    make: { (isObeyed: Bool, agent: ProductToken?, maxDelay: Duration) in
      var settings = RobotsSettings()
      settings.isObeyed = isObeyed
      settings.agent = agent
      settings.maxDelay = maxDelay
      return settings
    })
}

extension FetchSettings {
  /// How robots.txt is obeyed; `nil` if it is ignored.
  ///
  /// - Parameter isDefault: Whether it is obeyed if the spec does not say.
  func robotsPlan(isDefault: Bool) -> RobotsPlan? {
    guard robots?.isObeyed ?? isDefault else { return nil }
    return RobotsPlan(token: robotsToken, maxDelay: robots?.maxDelay ?? RobotsSettings().maxDelay)
  }

  /// The name by which robots.txt files, and fields of answers, call this crawler.
  var robotsToken: ProductToken? { robots?.agent ?? ProductToken(userAgent: userAgent) }

  /// Reports a user agent that no robots.txt can name.
  func checkRobots(isDefault: Bool, _ report: (Diagnostic) -> Void) {
    guard let plan = robotsPlan(isDefault: isDefault), plan.token == nil, let userAgentSpan else { return }
    report(
      Diagnostic(
        .noEffect, at: userAgentSpan,
        "robots.txt files cannot call this user agent by a name, so only their groups for * count",
        hint: "name one, for example robots: {agent: my-bot}"))
  }
}
