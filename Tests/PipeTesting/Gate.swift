import Dispatch

/// Holds threads back until it is opened; for servers, whose scripts may block.
package final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  package init() {}

  package func wait() {
    semaphore.wait()
    semaphore.signal()
  }

  package func open() { semaphore.signal() }
}
