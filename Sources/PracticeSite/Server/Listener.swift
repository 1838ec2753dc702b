import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Binds the addresses of a site and its doors, and gives each connection its handlers.
struct Listener {
  /// How often another free port is tried when the one that the first address got is taken on another address.
  private static let mostAttempts = 20

  private let group: MultiThreadedEventLoopGroup

  init(group: MultiThreadedEventLoopGroup) {
    self.group = group
  }

  /// Binds all hosts to one port, which it returns.
  func bind(_ hosts: [LoopbackAddress], port: Int, site: Site) async throws -> Int {
    let bootstrap = bootstrap { channel in
      let pipeline = channel.pipeline.syncOperations
      try pipeline.configureHTTPServerPipeline()
      try pipeline.addHandler(ConnectionHandler(site: site))
    }
    var attempts = port == 0 ? Self.mostAttempts : 1
    while true {
      attempts -= 1
      var bound: [any Channel] = []
      var chosen = port
      do {
        for host in hosts {
          let channel = try await bootstrap.bind(to: host.socketAddress(port: chosen)).get()
          bound.append(channel)
          chosen = channel.localAddress?.port ?? chosen
        }
        return chosen
      } catch {
        for channel in bound { try await channel.close().get() }
        if attempts == 0 { throw error }
      }
    }
  }

  /// Binds a door to a free port, which it returns.
  func bind(_ door: Door, counts: DoorCounts) async throws -> Int {
    let bootstrap = bootstrap { channel in
      try channel.pipeline.syncOperations.addHandler(DoorHandler(door, counts: counts))
    }
    let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
    return channel.localAddress?.port ?? 0
  }

  private func bootstrap(_ prepare: @escaping @Sendable (any Channel) throws -> Void) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 4096)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try prepare(channel) }
      }
  }
}

extension Channel {
  /// With no time to linger, closing sends a reset (socket(7), SO_LINGER).
  func resetOnClose() {
    if let socket = self as? any SocketOptionProvider {
      _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
  }
}
