/// How a run that goes on reads a source again.
package enum SourceRereading: Hashable, Sendable {
  /// From its start: it yields the same requests whenever it runs, and skipping them costs next to nothing.
  case fromStart
  /// From a place that it has marked (`SourceMarks`).
  case fromMark
  /// What was read of it is gone (a pipe): its requests go into the journal. It is read on only if it begins with the same
  /// requests again, and behind them.
  case once
  /// It may list other requests each time (a feed): its requests go into the journal, and those that it lists again are
  /// not yielded again.
  case changing

  /// Whether the journal has to keep its requests.
  var isJournaled: Bool { self == .once || self == .changing }
}
