import ArgumentParser
import Glibc
import PipeEngine
import Synchronization
import UnixSignals

/// Turns signals into what a run understands: drain, end now, leave.
final class SignalWatch: Sendable {
  private let control: RunControl
  private let first = Mutex<UnixSignal?>(nil)

  init(_ control: RunControl) { self.control = control }

  /// The exit code of the signal that ended the run, if one did.
  var caught: ExitCode? {
    first.withLock { $0 }.map { $0 == .sigterm ? ExitStatus.terminated : ExitStatus.interrupted }
  }

  func watch() async -> RunCommand.Outcome {
    var count = 0
    for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
      count += 1
      first.withLock { $0 = $0 ?? signal }
      switch count {
      case 1:
        StandardError.say("pipe: stopping: what is in flight has 10s to finish; once more to end it now")
        control.stop(by: .now + .seconds(10))
      case 2:
        StandardError.say("pipe: ending now, with every row that there is")
        control.stop(by: .now)
      default:
        _exit(signal == .sigterm ? 143 : 130)
      }
    }
    return .watched
  }
}
