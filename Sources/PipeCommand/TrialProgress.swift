import PipeEngine
import PipeWeb

/// Says why a page that is tried takes its time: attempts that came to nothing.
enum TrialProgress {
  static func tell(_ listener: RunListener) async {
    var last = "no answer"
    for await event in listener.events {
      switch event {
      case .landed(_, _, let status, let error, _):
        last = error?.rawValue ?? status.map { "status \($0)" } ?? last
      case .retried(_, let attempt, let wait):
        StandardError.say(
          "pipe: attempt \(attempt - 1): \(last); the next one in \(wait.short)")
      default: break
      }
    }
  }
}
