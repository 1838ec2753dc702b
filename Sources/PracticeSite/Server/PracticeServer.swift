import NIOCore
import NIOPosix

/// A running practice site.
///
/// All connections share one event loop, so what the routes do happens in one order and one core is all it takes.
package final class PracticeServer: Sendable {
  package struct Configuration: Sendable {
    /// Loopback addresses; all are served on the same port, and the first one is that of `baseURL`.
    package var hosts: [String]
    /// 0 for any port that is free on all the hosts.
    package var port: Int
    /// How many numbered pages there are.
    package var pages: Int

    package init(hosts: [String] = ["127.0.0.1", "127.0.0.2"], port: Int = 0, pages: Int = 300) {
      self.hosts = hosts
      self.port = port
      self.pages = pages
    }
  }

  /// The numbers of pages that a site can have.
  package static let possiblePages = 1...100_000

  /// `http://127.0.0.1:8080`, without a slash at the end.
  package let baseURL: String
  package let port: Int
  /// A port on which connections are refused while the site runs.
  package var refusedPort: Int { refused.port }
  /// A port on which connections never stand while the site runs.
  package var blackHolePort: Int { blackHole.port }
  /// The ports beside these that go wrong, by their names in `/ports`.
  package let doorPorts: [String: Int]

  /// Every URL of the quickstart, as `/urls.txt` has them.
  package let urls: [String]

  private let refused: LoopbackSocket
  private let blackHole: BlackHole
  private let group: MultiThreadedEventLoopGroup

  private init(
    origin: Origin, site: Site, refused: consuming LoopbackSocket, blackHole: consuming BlackHole,
    group: MultiThreadedEventLoopGroup
  ) {
    urls = QuickstartRoutes.all(site, origin)
    baseURL = origin.description
    port = origin.port
    doorPorts = Dictionary(uniqueKeysWithValues: site.ports.doors.map { ($0.key.rawValue, $0.value) })
    self.refused = refused
    self.blackHole = blackHole
    self.group = group
  }

  /// Binds every host and begins to serve.
  ///
  /// - Throws: `ServerError` for a host that is not a loopback address or a number of pages that is out of range, and
  ///   the system's error where an address is taken.
  package static func start(_ configuration: Configuration = Configuration()) async throws -> PracticeServer {
    guard possiblePages ~= configuration.pages else {
      throw ServerError("a practice site has \(possiblePages.lowerBound) to \(possiblePages.upperBound) pages")
    }
    var hosts: [LoopbackAddress] = []
    for host in configuration.hosts { hosts.append(try LoopbackAddress(host)) }
    guard let first = hosts.first else { throw ServerError("a practice site needs a host") }

    let refused = try LoopbackSocket()
    let blackHole = try BlackHole()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      let listener = Listener(group: group)
      let counts = DoorCounts()
      var doors: [Door: Int] = [:]
      for door in Door.allCases { doors[door] = try await listener.bind(door, counts: counts) }
      let ports = Ports(refused: refused.port, blackHole: blackHole.port, doors: doors)
      let site = Site(pages: configuration.pages, ports: ports, doors: counts)
      let port = try await listener.bind(hosts, port: configuration.port, site: site)
      return PracticeServer(
        origin: Origin(host: first.text, port: port), site: site, refused: refused, blackHole: blackHole, group: group)
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
  }

  /// Closes every connection and frees the port.
  package func stop() async throws {
    try await group.shutdownGracefully()
  }
}
