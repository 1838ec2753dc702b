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

  /// Reads standard input to its end.
  func watchStandardInput() {
    let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO)
    watch(source) {
      var bytes: [UInt8] = Array(repeating: 0, count: 4096)
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      return count == 0 || count < 0 && errno != EINTR && errno != EAGAIN
    }
  }

  /// Returns when the program should end.
  func ended() async {
    for await _ in reasons { return }
  }

  private func watch(_ source: any DispatchSourceProtocol, hasEnded: @escaping @Sendable () -> Bool) {
    source.setEventHandler { [end] in
      if hasEnded() { end.yield() }
    }
    source.resume()
    sources.append(source)
  }
}
