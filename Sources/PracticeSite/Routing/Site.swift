import NIOCore
import Synchronization

/// What the routes share: the pages, the counters, and the memory of the routes that answer otherwise next time.
final class Site: Sendable {
  let pages: PageStore
  let statistics = Mutex(Statistics(at: .now()))
  let trouble = Mutex(Trouble())
  let membership = Mutex(Membership())
  let ports: Ports
  let doors: DoorCounts

  private let table = RouteTable()

  init(pages: Int, ports: Ports, doors: DoorCounts) {
    self.pages = PageStore(pages: pages)
    self.ports = ports
    self.doors = doors
  }

  /// The route of a request, and the request with what the route's pattern found in its path.
  func route(_ request: SiteRequest) -> (route: Route, request: SiteRequest)? {
    guard let (route, captures) = table.match(request.path) else { return nil }
    var request = request
    request.captures = captures
    return (route, request)
  }
}
