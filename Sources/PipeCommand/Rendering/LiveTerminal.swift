import Glibc
import PipeEngine
import PipeReport
import Synchronization

/// The block on standard error that is drawn again and again, and all else that is said there.
///
/// Whatever is said while a block is on the screen goes above it: the block is taken away, the message written, and the block
/// drawn again, with one write.
enum LiveTerminal {
  private static let screen = Mutex(LiveScreen())

  /// Draws lines in the place of those drawn before. Nothing is written if they are the same.
  static func draw(_ lines: [String]) {
    screen.withLock { screen in
      if let text = screen.draw(lines, width: StandardError.width) { StandardError.write(raw: text) }
    }
  }

  /// Takes the block away.
  static func erase() {
    screen.withLock { screen in
      let text = screen.erase(width: StandardError.width)
      if !text.isEmpty { StandardError.write(raw: text) }
    }
  }

  /// Somebody else has written to the terminal since: what is there is left to scroll away.
  static func forget() { screen.withLock { $0.forget() } }

  /// Writes lines of a log, unless whoever reads them is behind: then there is room left for what else is to be said.
  ///
  /// - Returns: Whether they were written.
  static func offer(_ text: String) -> Bool {
    screen.withLock { screen in
      guard StandardError.hasRoomForLog else { return false }
      StandardError.write(raw: screen.isEmpty ? text : screen.message(text, width: StandardError.width))
      return true
    }
  }

  /// Writes a text that ends its line.
  static func say(_ text: String) {
    screen.withLock { screen in
      StandardError.write(raw: screen.isEmpty ? text : screen.message(text, width: StandardError.width))
    }
  }
}

/// Signals about what is shown: the job is stopped (Ctrl-Z), or somebody asks how it stands (SIGUSR1).
///
/// The handlers only wake a thread.
enum ViewSignals {
  private static let stops = Atomic(0)
  private static let questions = Atomic(0)
  private static let arrived = POSIXSemaphore()

  /// Answers them from now on. A process does so once.
  ///
  /// - Parameters:
  ///   - isLive: Whether a block is drawn, which is taken away before the job is stopped.
  ///   - answer: What is said to who asks.
  /// - Throws: `RunError` if the machine has no thread for it.
  static func start(isLive: Bool, answer: @escaping @Sendable () -> String) throws(RunError) {
    // Made here: a handler must not be the first to use it.
    _ = (stops.load(ordering: .relaxed), questions.load(ordering: .relaxed), handle)
    try RunThread.start("that watches for questions") { watch(answer) }
    signal(SIGUSR1, handle)
    guard isLive else { return }
    // A shell without job control leaves it ignored.
    let earlier = signal(SIGTSTP, handle)
    if earlier.map({ unsafeBitCast($0, to: Int.self) }) == 1 { signal(SIGTSTP, SIG_IGN) }
  }

  /// Runs in the handler: only what is safe there (signal-safety(7)).
  private static let handle: @convention(c) (Int32) -> Void = { signal in
    let error = errno
    if signal == SIGUSR1 { questions.add(1, ordering: .releasing) } else { stops.add(1, ordering: .releasing) }
    arrived.signal()
    errno = error
  }

  private static func watch(_ answer: () -> String) {
    while true {
      arrived.wait()
      if questions.exchange(0, ordering: .acquiring) > 0 { StandardError.say(answer()) }
      if stops.exchange(0, ordering: .acquiring) > 0 {
        LiveTerminal.erase()
        // The whole process, as the terminal would have done it.
        kill(getpid(), SIGSTOP)
      }
    }
  }
}
