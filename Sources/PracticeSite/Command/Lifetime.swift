import Dispatch
import Glibc

/// Decides when the program ends: on a signal and, where asked for, with its parent or its standard input.
final class Lifetime {
  private let reasons: AsyncStream<Void>
  private let end: AsyncStream<Void>.Continuation
  /// A source acts for as long as it is held.
  private var sources: [any DispatchSourceProtocol] = []

  /// SIGTERM and SIGINT end the program in order from now on.
  init() {
    (reasons, end) = AsyncStream.makeStream(of: Void.self)
    for number in [SIGTERM, SIGINT] {
      // The source sees the signal only if its default action does not come first.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      watch(source) { true }
    }
  }

  /// Looks at the parent's id five times a second: it changes when the parent has ended. `PR_SET_PDEATHSIG` would tell
  /// at once, but also when a mere thread of the parent ends that had started this program.
  func watchParent() {
    let parent = getppid()
    let source = DispatchSource.makeTimerSource()
    source.schedule(deadline: .now(), repeating: .milliseconds(200))
    watch(source) { getppid() != parent }
  }

  /// Reads standard input to its end, on a thread that waits: a file or /dev/null cannot be polled.
  func watchStandardInput() {
    DispatchQueue.global().async { [end] in
      var bytes: [UInt8] = Array(repeating: 0, count: 4096)
      while true {
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        if count == 0 || count < 0 && errno != EINTR { break }
      }
      end.yield()
    }
  }

  /// Returns when the program should end.
  func ended() async {
    for await _ in reasons { break }
    for source in sources { source.cancel() }
  }

  private func watch(_ source: any DispatchSourceProtocol, hasEnded: @escaping @Sendable () -> Bool) {
    source.setEventHandler { [end] in
      if hasEnded() { end.yield() }
    }
    source.resume()
    sources.append(source)
  }
}
