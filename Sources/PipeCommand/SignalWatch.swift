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
  private static let requests = StopRequests()
  private static let first = Atomic<Int32>(0)
  private static let arrived = POSIXSemaphore()

  /// Tells of the signals that come from now on. A process does so once.
  ///
  /// - Throws: `RunError` if the machine has no thread for it.
  static func start(_ tell: @escaping @Sendable (StopStep, StopCause) -> Void) throws(RunError) {
    // Made here: a handler must not be the first to use it.
    _ = requests.step
    try RunThread.start("that watches for signals") { watch(tell) }
    for (number, always) in trapped {
      let earlier = signal(number, handle)
      if !always, earlier.map({ unsafeBitCast($0, to: Int.self) }) == 1 { signal(number, SIG_IGN) }
    }
  }

  /// Runs in the handler: only what is safe there (signal-safety(7)).
  private static let handle: @convention(c) (Int32) -> Void = { signal in
    let error = errno
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let step = requests.ask(at: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    if step == .leave { _exit(128 + signal) }
    if step == .drain { first.store(signal, ordering: .releasing) }
    if step != nil { arrived.signal() }
    errno = error
  }

  private static func watch(_ tell: (StopStep, StopCause) -> Void) {
    var told = 0
    while true {
      arrived.wait()
      guard let step = requests.step else { continue }
      let cause = StopCause(signal: first.load(ordering: .acquiring))
      if told < StopStep.drain.rawValue {
        StandardError.say("pipe: stopping: requests in flight have 10s to finish; press Ctrl-C again to end now")
        tell(.drain, cause)
      }
      if told < StopStep.end.rawValue, step.rawValue >= StopStep.end.rawValue {
        StandardError.say("pipe: ending now, with every row that there is")
        tell(.end, cause)
      }
      told = step.rawValue
    }
  }
}

extension StopCause {
  fileprivate init(signal: Int32) {
    switch signal {
    case SIGHUP: self = .hungUp
    case SIGTERM: self = .terminated
    default: self = .interrupted
    }
  }

  /// `nil` if no signal asked for it.
  fileprivate var signal: Int32? {
    switch self {
    case .limit: nil
    case .hungUp: SIGHUP
    case .interrupted: SIGINT
    case .terminated: SIGTERM
    }
  }
}

extension ExitCode {
  /// What a shell says of a program that a signal has ended, or that a limit has stopped the run.
  init(_ cause: StopCause) {
    self = cause.signal.map { ExitCode(128 + $0) } ?? ExitStatus.limitReached
  }
}
