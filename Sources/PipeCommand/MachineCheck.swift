import Glibc
import PipeEngine
import PipeSystem

/// Looks whether the machine has the threads, the memory and the open files that every run takes.
///
/// The cooperative pool asks for its threads again and again until it gets them, so that a run without them would hang
/// in silence (libdispatch, `_dispatch_root_queue_poke_slow`), and Swift ends the process when an allocation fails.
enum MachineCheck {
  /// Threads besides the pool's, one for each processor: the transfer loop, signals, a sink, timers.
  private static let otherThreads = 4
  /// Address space besides the threads' stacks.
  private static let memory = 256 << 20

  /// Starts as many threads as a run has, all at once, and lets them end.
  ///
  /// - Throws: An exit code once the person is told what is missing.
  static func perform() throws {
    FileDescriptorLimit.raise()
    try checkFiles()
    let count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) + otherThreads
    let gate = POSIXSemaphore()
    var threads: [SystemThread] = []
    var refusal: SystemThread.Refusal?
    while threads.count < count, refusal == nil {
      do throws(SystemThread.Refusal) {
        threads.append(try SystemThread { gate.wait() })
      } catch {
        refusal = error
      }
    }
    let room = mmap(nil, memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let hasRoom = room != MAP_FAILED
    if hasRoom { munmap(room, memory) }
    for _ in threads { gate.signal() }
    for thread in threads { thread.join() }
    if let refusal {
      try fail(
        "cannot start \(count) threads: \(refusal.reason)",
        "ulimit -u, ulimit -v, or the container's limits on processes and memory")
    }
    if !hasRoom {
      try fail("has not \(memory >> 20) MiB of address space left", "ulimit -v, or the container's limit on memory")
    }
  }

  /// Looks whether the process may have as many files open as a run needs.
  ///
  /// - Parameter files: How many its sources and sinks have open; `nil` where the spec is not read yet.
  /// - Throws: An exit code once the person is told.
  static func checkFiles(_ files: Int? = nil) throws {
    if let shortage = FileDescriptorLimit.shortage(files: files) { try fail(shortage, "ulimit -n") }
  }

  private static func fail(_ reason: String, _ limits: String) throws {
    StandardError.say("pipe: the machine: \(reason) (allow the process more: \(limits))")
    throw ExitStatus.failed
  }
}
