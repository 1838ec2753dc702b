import Glibc
import PipeEngine
import PipeHTTP

/// The most files that the process may have open.
enum FileDescriptorLimit {
  /// Raises the limit to what the system allows: most shells give 1,024, which a few hundred hosts use up.
  static func raise() {
    guard var limit = current, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Whether the limit leaves too few for a run of one connection at a time.
  ///
  /// With fewer a run would not fail but stall: libdispatch ends the process where it gets no descriptors for its timers,
  /// and a transfer waits for those of the one before it.
  ///
  /// - Parameter files: How many files the run has open at once, its sources and its sinks; `nil` where the spec is not
  ///   read yet.
  /// - Returns: The reason; `nil` where the limit suffices.
  static func shortage(files: Int?) -> String? {
    guard let current else { return nil }
    let limit = Int(clamping: current.rlim_cur)
    // Where there are plenty, nobody counts.
    if limit >= plenty + (files ?? 0) { return nil }
    let needed = openAtStart + runtime + TransferLoop.descriptors + temporaryFile + (files ?? 0)
    if needed <= limit { return nil }
    let subject = files == nil ? "a run needs at least" : "this run needs"
    return "\(subject) \(needed) open files, and the process may have \(limit)"
  }

  /// Descriptors that libdispatch keeps: an epoll instance, an eventfd and two timers.
  private static let runtime = 4
  /// What waits may go to a temporary file.
  private static let temporaryFile = 1
  private static let plenty = 1024

  /// What the process was started with, its standard streams included. Asked for before anything is opened.
  private static let openAtStart = (0..<Int32(plenty)).count { fcntl($0, F_GETFD) >= 0 }

  private static var current: rlimit? {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? limit : nil
  }
}
