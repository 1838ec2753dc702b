import Glibc
import PipeEngine

/// Looks whether the machine has the threads and the memory that every run takes.
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
    let count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) + otherThreads
    let gate = POSIXSemaphore()
    var threads: [pthread_t] = []
    var code: Int32 = 0
    while threads.count < count, code == 0 {
      var thread = pthread_t()
      let context = Unmanaged.passUnretained(gate).toOpaque()
      code = pthread_create(
        &thread, nil,
        { context in
          if let context { Unmanaged<POSIXSemaphore>.fromOpaque(context).takeUnretainedValue().wait() }
          return nil
        }, context)
      if code == 0 { threads.append(thread) }
    }
    let room = mmap(nil, memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let hasRoom = room != MAP_FAILED
    if hasRoom { munmap(room, memory) }
    for _ in threads { gate.signal() }
    for thread in threads { pthread_join(thread, nil) }
    if code != 0 {
      try fail(
        "cannot start \(count) threads: \(String(cString: strerror(code)))",
        "ulimit -u, ulimit -v, or the container's limits on processes and memory")
    }
    if !hasRoom {
      try fail("has not \(memory >> 20) MiB of address space left", "ulimit -v, or the container's limit on memory")
    }
  }

  private static func fail(_ reason: String, _ limits: String) throws {
    StandardError.say("pipe: the machine: \(reason) (allow the process more: \(limits))")
    throw ExitStatus.failed
  }
}
