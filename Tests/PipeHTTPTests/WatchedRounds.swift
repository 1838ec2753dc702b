import PipeTesting
import Testing

@testable import PipeHTTP

/// A loop that is looked into in every round: how much of bodies it holds, and how many transfers are paused.
final class WatchedRounds: Sendable {
  /// Looks whenever the loop says something to its exchange, which it does on its own thread alone: until the loop has
  /// ended, nobody else touches this.
  private final class Watch: TransferExchange, @unchecked Sendable {
    private let exchange: ScriptedExchange
    var sockets: LoopSockets?
    var mostHeld = 0
    var mostPaused = 0

    init(_ exchange: ScriptedExchange) { self.exchange = exchange }

    private func look() {
      mostHeld = max(mostHeld, sockets?.held ?? 0)
      mostPaused = max(mostPaused, sockets?.paused.count ?? 0)
    }

    func take(upTo limit: Int) -> TransferTake {
      look()
      return exchange.take(upTo: limit)
    }

    func complete(_ result: TransferResult) {
      look()
      exchange.complete(result)
    }

    func handOver() {
      look()
      exchange.handOver()
    }

    func hasRoom() -> Bool { exchange.hasRoom() }

    func hasMore(for request: any TransferRequest) -> Bool {
      look()
      return exchange.hasMore(for: request)
    }

    func abandon(_ requests: [any TransferRequest]) { exchange.abandon(requests) }
  }

  private let watch: Watch
  private let settings: TransferSettings

  init(_ exchange: ScriptedExchange, _ settings: TransferSettings) {
    watch = Watch(exchange)
    self.settings = settings
  }

  var mostHeld: Int { watch.mostHeld }
  var mostPaused: Int { watch.mostPaused }

  /// Performs all transfers.
  func run() async throws {
    // Sets libcurl up.
    _ = try TransferLoop(settings)
    let ended = Turnstile()
    try Loopback.startThread { [watch, settings] in
      do throws(TransferLoopError) {
        var rounds = try TransferRounds(settings: settings, wakeup: Wakeup(), exchange: watch)
        watch.sockets = rounds.multi.sockets
        try rounds.run()
      } catch {
        Issue.record(error)
      }
      watch.sockets = nil
      ended.pass()
    }
    await ended.wait()
  }
}
