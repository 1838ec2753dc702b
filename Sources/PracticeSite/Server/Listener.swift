import NIOCore
import NIOHTTP1
import NIOPosix

/// Binds the addresses of a site, and gives each connection its handlers.
struct Listener {
  /// How often another free port is tried when the one that the first address got is taken on another address.
  private static let mostAttempts = 20

  private let bootstrap: ServerBootstrap

  init(site: Site, group: MultiThreadedEventLoopGroup) {
    bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 4096)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline()
          try pipeline.addHandler(ConnectionHandler(site: site))
        }
      }
  }

  /// Binds all hosts to one port, which it returns.
  func bind(_ hosts: [LoopbackAddress], port: Int) async throws -> Int {
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
}
