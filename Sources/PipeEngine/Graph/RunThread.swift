internal import PipeSystem

/// A thread of a run's own.
package enum RunThread {
  /// Starts a thread that runs `body` and ends with it; nobody joins it.
  ///
  /// - Parameter purpose: Completes "cannot start a thread …": `for a sink`.
  /// - Throws: `RunError` if the system starts no more threads.
  package static func start(_ purpose: String, _ body: @escaping @Sendable () -> Void) throws(RunError) {
    do throws(SystemThread.Refusal) {
      try SystemThread(body).detach()
    } catch {
      throw RunError(
        "the machine", "cannot start a thread \(purpose): \(error.reason)",
        hint: "allow the process more threads (ulimit -u, or the container's limit on processes)")
    }
  }
}
