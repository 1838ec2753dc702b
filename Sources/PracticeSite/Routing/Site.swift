import Synchronization

/// What the routes share: the pages, the counters, and the memory of the routes that answer otherwise next time.
final class Site: Sendable {
  let pages: PageStore
  let statistics = Mutex(Statistics())
  let trouble = Mutex(Trouble())
  /// A port of the first address that nobody listens on.
  let refusedPort: Int

  private let table = RouteTable()

  init(pages: Int, refusedPort: Int) {
    self.pages = PageStore(pages: pages)
    self.refusedPort = refusedPort
  }

  /// The route of a request, and the request with what the route's pattern found in its path.
  func route(_ request: SiteRequest) -> (route: Route, request: SiteRequest)? {
    guard let (route, captures) = table.match(request.path) else { return nil }
    var request = request
    request.captures = captures
    return (route, request)
  }
}
