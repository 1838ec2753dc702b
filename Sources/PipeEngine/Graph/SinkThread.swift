internal import DequeModule
internal import Synchronization

/// The thread that one sink's stage runs on, and with an order the route stage, which keeps rows on disk. So does whoever
/// else has to wait for a reader or a disk, as a source that reads a database.
///
/// A sink blocks in `open` and `write` for as long as a disk or the reader of a pipe wants. On the cooperative pool two
/// such sinks would stop a machine of two cores, and progress with it.
///
/// The stage prefers it as its task executor: what the stage awaits elsewhere comes back to this thread.
package final class SinkThread: TaskExecutor {
  private let jobs = JobQueue()

  /// - Parameter purpose: Completes "cannot start a thread …".
  package init(_ purpose: String = "for a sink") throws(RunError) {
    try RunThread.start(purpose) { [jobs] in jobs.run() }
  }

  /// The thread ends once what was enqueued is done.
  deinit { jobs.close() }

  package func enqueue(_ job: consuming ExecutorJob) {
    jobs.add(UnownedJob(job), for: asUnownedTaskExecutor())
  }
}

/// Jobs on their way to one thread.
private final class JobQueue: Sendable {
  private struct Storage: Sendable {
    var jobs: Deque<(job: UnownedJob, executor: UnownedTaskExecutor)> = []
    var isClosed = false
  }

  private let storage = Mutex(Storage())
  private let arrived = POSIXSemaphore()

  func add(_ job: UnownedJob, for executor: UnownedTaskExecutor) {
    storage.withLock { $0.jobs.append((job, executor)) }
    arrived.signal()
  }

  func close() {
    storage.withLock { $0.isClosed = true }
    arrived.signal()
  }

  /// Runs jobs until the queue is closed and empty.
  func run() {
    while true {
      arrived.wait()
      let (next, isOver) = storage.withLock { storage in
        (storage.jobs.popFirst(), storage.isClosed && storage.jobs.isEmpty)
      }
      if let next { next.job.runSynchronously(on: next.executor) }
      if isOver { return }
    }
  }
}
