internal import CLinux

/// What is said when the process ends by a fault of its own: one line on standard error, and then the end that the
/// signal has anyway, so that the exit status stays true. Standard output carries data alone: what Swift says of a crash
/// goes to standard error as well.
///
/// What was written stays valid, since outputs get whole rows alone, and compressed ones whole members.
enum CrashReport {
  /// From here on. Threads of a run have a stack of their own for it (`pipe_cover_thread`), so that an overflow of theirs
  /// is told as well.
  ///
  /// - Parameter writesRows: Whether the words are those for a run.
  static func install(writesRows: Bool) { pipe_report_crashes(writesRows ? 1 : 0) }
}
