internal import CLinux
internal import Glibc

/// A thread of a run's own, for work that blocks or that must not wait for the cooperative pool.
package enum RunThread {
  private final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread that runs `body` and ends with it; nobody joins it.
  ///
  /// - Parameter purpose: Completes "cannot start a thread …": `for a sink`.
  /// - Throws: `RunError` if the system starts no more threads.
  package static func start(_ purpose: String, _ body: @escaping @Sendable () -> Void) throws(RunError) {
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
      throw RunError(
        "the machine", "cannot start a thread \(purpose): \(String(cString: strerror(code)))",
        hint: "allow the process more threads (ulimit -u, or the container's limit on processes)")
    }
    pthread_detach(thread)
  }
}
