import ArgumentParser
import Glibc
import PipeEngine
import Synchronization

/// Turns signals into what a run understands: drain, end now, leave.
///
/// The handler counts and wakes a thread; the third signal ends the process in the handler itself. So neither waits for
/// the cooperative pool, whatever the stages of the run do there.
enum SignalWatch {
  /// Hang-up and interrupt stay ignored if the process was started so (nohup, jobs in the background of a script).
  private static let trapped = [(SIGHUP, false), (SIGINT, false), (SIGTERM, true)]
  private static let count = Atomic<Int>(0)
  private static let first = Atomic<Int32>(0)
  private static let arrived = POSIXSemaphore()

  /// The exit code of the signal that ended the run, if one did.
  static var caught: ExitCode? {
    let signal = first.load(ordering: .acquiring)
    return signal == 0 ? nil : ExitCode(128 + signal)
  }

  /// Stops a run at the signals that come from now on. A process does so once.
  ///
  /// - Throws: `RunError` if the machine has no thread for it.
  static func start(_ control: RunControl) throws(RunError) {
    try RunThread.start("that watches for signals") { [arrived] in watch(arrived, control) }
    for (number, always) in trapped {
      let earlier = signal(number, handle)
      if !always, earlier.map({ unsafeBitCast($0, to: Int.self) }) == 1 { signal(number, SIG_IGN) }
    }
  }

  /// Runs in the handler: only what is safe there (signal-safety(7)).
  private static let handle: @convention(c) (Int32) -> Void = { signal in
    let count = count.add(1, ordering: .acquiringAndReleasing).newValue
    if count == 1 { first.store(signal, ordering: .releasing) }
    if count >= 3 { _exit(128 + signal) }
    let error = errno
    arrived.signal()
    errno = error
  }

  private static func watch(_ arrived: POSIXSemaphore, _ control: RunControl) {
    var told = 0
    while true {
      arrived.wait()
      let count = count.load(ordering: .acquiring)
      if told < 1, count >= 1 {
        StandardError.say("pipe: stopping: requests in flight have 10s to finish; press Ctrl-C again to end now")
        control.stop(by: .now + .seconds(10))
      }
      if told < 2, count >= 2 {
        StandardError.say("pipe: ending now, with every row that there is")
        control.stop(by: .now)
      }
      told = count
    }
  }
}
