/// How far the requests of a run are that was broken off, in all of its sessions.
package struct RunStanding: Hashable, Sendable {
  /// Every row of theirs is durable.
  package let done: Int
  /// They were read, or found on a page, and are not done.
  package let waiting: Int
  /// What the sources have behind them; `nil` if nobody knows.
  package let unread: Int?

  package init(done: Int, waiting: Int, unread: Int?) {
    self.done = done
    self.waiting = waiting
    self.unread = unread
  }

  /// - Parameter checkpoint: The last one of the run.
  package init(of plan: Plan, at checkpoint: Checkpoint) {
    // The last source of a crawl's ledger has the rows of links.
    let sources = checkpoint.sources.prefix(plan.sources.count + (plan.crawl == nil ? 0 : 1))
    done = sources.reduce(0) { $0 + $1.done.count }
    waiting = sources.reduce(0) { $0 + max(0, $1.yielded - $1.done.count) }
    var unread: Int? = 0
    for (source, progress) in zip(plan.sources, sources) where !progress.isDry {
      // Files are not read for it.
      if source.source.rereading(in: plan.folder) == .fromStart,
        case .exactly(let count) = source.source.count(in: plan.folder)
      {
        unread = unread.map { $0 + max(0, count - progress.yielded) }
      } else {
        unread = nil
      }
    }
    let read = sources.prefix(plan.sources.count).reduce(0) { $0 + $1.yielded }
    self.unread = plan.limit.map { min(unread ?? .max, max(0, $0 - read)) } ?? unread
  }

  /// `120 requests done, 14 waiting, 66 not read yet`.
  package var text: String {
    let rest =
      unread.map { $0 > 0 ? ["\($0.grouped) not read yet"] : [] } ?? ["and the sources not read to their end"]
    return (["\(done.grouped) request\(done == 1 ? "" : "s") done", "\(waiting.grouped) waiting"] + rest)
      .joined(separator: ", ")
  }
}
