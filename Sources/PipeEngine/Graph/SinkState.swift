/// What the stage of a sink does next, without a sink and without threads.
///
///     receive ─▶ open ─▶ receive ─▶ write, idle ─▶ … ─▶ finish ─▶ conclude ─▶ publish or abandon ─▶ end
///
/// A run that is in trouble before its sinks are open may come to no row at all. Then the output is opened with the first
/// rows, and without any it stays as it is.
struct SinkState: Hashable, Sendable {
  enum Step: Hashable, Sendable {
    case open
    /// Wait for what comes from the edge.
    case receive
    /// Write the rows that came.
    case write
    case idle
    case finish
    /// Wait until every stage is done, and learn whether the run is complete.
    case conclude
    case publish, abandon
    case end

    /// Whether the sink works on its output.
    var isWork: Bool { [.write, .idle, .finish, .publish].contains(self) }
  }

  private(set) var step: Step
  private(set) var isOpen = false
  private var hasRows = false

  /// - Parameter waitsForRows: Whether the output is opened with the first rows only.
  init(waitsForRows: Bool) { step = waitsForRows ? .receive : .open }

  /// Rows have come.
  mutating func receivedRows() {
    hasRows = true
    step = isOpen ? .write : .open
  }

  /// Nothing has come for a while.
  mutating func receivedNothing() { step = isOpen ? .idle : .receive }

  /// Everything has come.
  mutating func receivedAll() { step = isOpen ? .finish : .end }

  /// The step, one that does not tell anything, is done.
  mutating func done() {
    switch step {
    case .open:
      isOpen = true
      step = hasRows ? .write : .receive
    case .write:
      hasRows = false
      step = .receive
    case .idle: step = .receive
    case .finish: step = .conclude
    case .publish, .abandon: step = .end
    case .receive, .conclude, .end: break
    }
  }

  /// - Parameter mayPublish: Whether the run is complete, and as expected where the sink waits for that.
  mutating func concluded(mayPublish: Bool) { step = mayPublish ? .publish : .abandon }

  /// The step failed, or the run broke off.
  mutating func failed() {
    switch step {
    // There is nothing to be left, or it is left already.
    case .open, .abandon, .end: step = .end
    case .receive, .write, .idle, .finish, .conclude, .publish: step = isOpen ? .abandon : .end
    }
  }
}
