import Glibc
import PipeReport
import PipeSpec
import Synchronization

/// How a line of the log is written.
enum LogStyle: String, CaseIterable, Sendable {
  case text, json
}

/// Writes lines of the log to standard error, and never blocks whoever else has something to say there.
///
/// If there is no room it waits, so that the run's events pile up and the oldest are lost, and not these lines alone. Behind
/// the end of the run it does not wait for long.
final class LogOutput: Sendable {
  private let style: LogStyle
  private let dropped = Atomic(0)
  /// When the run ended.
  private let end = Mutex<ContinuousClock.Instant?>(nil)
  /// Whether nobody reads any more.
  private let isAbandoned = Atomic(false)

  /// For a reader who has stopped reading, and for one who is slow, behind the end of the run.
  private static let patience = (standstill: Duration.seconds(1), whole: Duration.seconds(10))
  private static let step = Duration.milliseconds(50)

  init(_ style: LogStyle) { self.style = style }

  /// Lines that nobody has read.
  var droppedCount: Int { dropped.load(ordering: .relaxed) }

  /// The run has ended.
  func runEnded() { end.withLock { $0 = .now } }

  func write(_ line: LogLine) {
    let text = (style == .json ? line.json.text : line.text) + "\n"
    let start = ContinuousClock.now
    while isAbandoned.load(ordering: .relaxed) || !LiveTerminal.offer(text) {
      if isAbandoned.load(ordering: .relaxed) || isTooLate(since: start) {
        isAbandoned.store(true, ordering: .relaxed)
        dropped.add(1, ordering: .relaxed)
        return
      }
      poll(nil, 0, Int32(Self.step.components.attoseconds / 1_000_000_000_000_000))
    }
  }

  /// Whether a line has waited for as long as it may.
  private func isTooLate(since start: ContinuousClock.Instant) -> Bool {
    guard let end = end.withLock({ $0 }) else { return false }
    let now = ContinuousClock.now
    return now - max(start, end) >= Self.patience.standstill || now - end >= Self.patience.whole
  }
}
