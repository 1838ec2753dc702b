internal import CLibcurl
internal import CLinux
internal import Glibc
internal import PipeSystem
internal import Synchronization

/// libcurl's multi interface on a thread of its own: one queue in, one queue out.
///
/// Only that thread touches libcurl. It asks the exchange for requests whenever it has a free place, and
/// hands results over in batches of what one round of events brought.
package final class TransferLoop: Sendable {
  private let settings: TransferSettings
  private let wakeup: Wakeup

  /// The descriptors that it cannot do without: an epoll instance, an eventfd and libcurl's pair of sockets; a connection,
  /// and beside it the three that a name is looked up with, or the one that libcurl has not closed yet.
  package static let descriptors = 8

  /// - Throws: `TransferLoopError` where the system gives no descriptors.
  package init(_ settings: TransferSettings) throws(TransferLoopError) {
    self.settings = settings
    wakeup = try Wakeup()
    _ = Self.globalInitialization
  }

  /// Tells the loop to ask the exchange again; may be called from any thread, at any time.
  package func wake() { wakeup.signal() }

  /// Performs transfers until the exchange says that it is finished.
  package func run(_ exchange: some TransferExchange) async throws {
    let settings = settings
    let wakeup = wakeup
    var thread: SystemThread?
    // The thread has nothing left to do by then but to end. The process may end as soon as the run has, and what TLS
    // keeps for a thread would be pulled away under it.
    defer { thread?.join() }
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      do throws(SystemThread.Refusal) {
        thread = try SystemThread {
          // Connections and handles are gone when the outcome is told.
          let outcome = Result { () throws(TransferLoopError) in
            let exchange = settings.screened(exchange, onAnswer: { wakeup.signal() })
            var rounds = try TransferRounds(settings: settings, wakeup: wakeup, exchange: exchange)
            try rounds.run()
          }
          continuation.resume(with: outcome)
        }
      } catch {
        continuation.resume(throwing: TransferLoopError(message: "no thread: \(error.reason)"))
      }
    }
  }

  /// libcurl wants to be set up once in a process, before any thread uses it.
  private static let globalInitialization: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

/// The machine refused what the loop needs.
package struct TransferLoopError: Error, Hashable, Sendable {
  package let message: String
}

/// Wakes a thread that sleeps in epoll: an eventfd, written at most once between two looks.
final class Wakeup: Sendable {
  let descriptor: Int32
  private let isSignalled = Atomic(false)

  init() throws(TransferLoopError) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    if descriptor < 0 { throw TransferLoopError(message: "no eventfd: \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  func signal() {
    if isSignalled.exchange(true, ordering: .acquiringAndReleasing) { return }
    var one: UInt64 = 1
    write(descriptor, &one, 8)
  }

  /// Called before the look that a signal asks for; returns whether there was one.
  func clear() -> Bool {
    guard isSignalled.exchange(false, ordering: .acquiringAndReleasing) else { return false }
    var count: UInt64 = 0
    read(descriptor, &count, 8)
    return true
  }
}
