/// Everything that the site answers. The home page and the check of docs/practice-site.md read this table.
struct RouteTable: Sendable {
  struct Group: Sendable {
    let title: String
    let routes: [Route]
  }

  static let groups: [Group] = [
    Group(title: "Pages", routes: PageRoutes.all),
    Group(title: "The quickstart's list", routes: QuickstartRoutes.all),
    Group(title: "Statuses and redirects", routes: StatusRoutes.all + RedirectRoutes.all),
    Group(title: "Slow and large answers", routes: SlowRoutes.all),
    Group(title: "JSON", routes: ItemRoutes.all),
    Group(title: "A shop", routes: ItemRoutes.shop),
    Group(title: "Content codings", routes: CodingRoutes.all),
    Group(title: "What the client sent", routes: EchoRoutes.all + AuthenticationRoutes.all + CookieRoutes.all),
    Group(title: "For members", routes: MemberRoutes.all),
    Group(title: "For crawlers", routes: RobotsRoutes.all + SitemapRoutes.all + FeedRoutes.all),
    Group(title: "A large site", routes: CrawlRoutes.all),
    Group(title: "Trouble that passes", routes: TroubleRoutes.all),
    Group(title: "No answer", routes: BrokenRoutes.all + PortRoutes.all),
    Group(title: "Broken heads", routes: BrokenHeadRoutes.all),
    Group(title: "Broken bodies", routes: BrokenBodyRoutes.all + BrokenFramingRoutes.all),
    Group(title: "Broken codings", routes: BrokenCodingRoutes.all),
    Group(title: "Broken redirects", routes: BrokenRedirectRoutes.all),
    Group(title: "Counters", routes: StatsRoutes.all),
  ]

  /// The routes by the first segment of their pattern.
  private let sections: [String: [Route]]

  init() {
    sections = Dictionary(grouping: Self.groups.flatMap(\.routes), by: \.section)
  }

  /// The route of a path, and what its pattern's names stand for.
  func match(_ path: [String]) -> (route: Route, captures: [String])? {
    for route in sections[path.first ?? ""] ?? [] {
      if let captures = route.captures(in: path) { return (route, captures) }
    }
    return nil
  }
}
