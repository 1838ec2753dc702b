internal import CLinux
internal import Glibc

/// A thread of the system's, for work that blocks or that must not wait for the cooperative pool.
package struct SystemThread: Sendable {
  /// The system starts no more threads.
  package struct Refusal: Error, Hashable, Sendable {
    /// The system's words for why.
    package let reason: String
  }

  private final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let handle: UInt

  /// Starts a thread that runs `body` and ends with it. It is to be joined or detached, once.
  ///
  /// A crash on it is reported, an overflow of its stack too (`pipe_cover_thread`).
  package init(_ body: @escaping @Sendable () -> Void) throws(Refusal) {
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start(body))
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        pipe_cover_thread()
        Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw Refusal(reason: String(cString: strerror(code)))
    }
    handle = thread
  }

  /// Waits until the thread has ended.
  package func join() { pthread_join(handle, nil) }

  /// Leaves the thread to itself.
  package func detach() { pthread_detach(handle) }
}
