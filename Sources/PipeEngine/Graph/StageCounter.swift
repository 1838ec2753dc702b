internal import Synchronization

/// What a stage does with what goes through it, besides handing it on. For every stage, at the end of every run:
/// in + generated = out + filtered + empty + deduplicated + rejected + checked + left out + beyond the limit + unfinished.
package final class StageCounter: Sendable {
  private let generated = Atomic(0)
  private let sent = Atomic(0)
  private let filtered = Atomic(0)
  private let empty = Atomic(0)
  private let deduplicated = Atomic(0)
  private let rejected = Atomic(0)
  private let checked = Atomic(0)
  private let leftOut = Atomic(0)
  private let beyondLimit = Atomic(0)
  private let unfinished = Atomic(0)

  package init() {}

  /// - Parameter sent: What is done with at this stage: rows that are written, records that pass.
  func add(
    generated: Int = 0, out sent: Int = 0, filtered: Int = 0, empty: Int = 0, deduplicated: Int = 0, rejected: Int = 0,
    checked: Int = 0, leftOut: Int = 0, beyondLimit: Int = 0, unfinished: Int = 0
  ) {
    if generated != 0 { self.generated.add(generated, ordering: .relaxed) }
    if sent != 0 { self.sent.add(sent, ordering: .relaxed) }
    if empty != 0 { self.empty.add(empty, ordering: .relaxed) }
    if filtered != 0 { self.filtered.add(filtered, ordering: .relaxed) }
    if deduplicated != 0 { self.deduplicated.add(deduplicated, ordering: .relaxed) }
    if rejected != 0 { self.rejected.add(rejected, ordering: .relaxed) }
    if checked != 0 { self.checked.add(checked, ordering: .relaxed) }
    if leftOut != 0 { self.leftOut.add(leftOut, ordering: .relaxed) }
    if beyondLimit != 0 { self.beyondLimit.add(beyondLimit, ordering: .relaxed) }
    if unfinished != 0 { self.unfinished.add(unfinished, ordering: .relaxed) }
  }

  /// - Parameters:
  ///   - received: What the edges brought.
  ///   - sent: What the edges took; `nil` for a stage that counts itself.
  package func count(named name: String = "", received: Int = 0, sent: Int? = nil) -> StageCount {
    StageCount(
      name: name, received: received, generated: generated.load(ordering: .relaxed),
      sent: sent ?? self.sent.load(ordering: .relaxed), filtered: filtered.load(ordering: .relaxed),
      empty: empty.load(ordering: .relaxed),
      deduplicated: deduplicated.load(ordering: .relaxed), rejected: rejected.load(ordering: .relaxed),
      checked: checked.load(ordering: .relaxed),
      leftOut: leftOut.load(ordering: .relaxed), beyondLimit: beyondLimit.load(ordering: .relaxed),
      unfinished: unfinished.load(ordering: .relaxed))
  }
}

/// A stage's count at one moment.
package struct StageCount: Hashable, Sendable {
  package let name: String
  package let received: Int
  package let generated: Int
  package let sent: Int
  package let filtered: Int
  /// Pages without an item, where each item makes a record.
  package let empty: Int
  package let deduplicated: Int
  /// Rows that a sink's store has refused.
  package let rejected: Int
  /// Answers to checks of links, which are kept until rows are made of these.
  package let checked: Int
  /// Requests of a crawl that were not sent, as what they lead to had turned out to be a trap.
  package let leftOut: Int
  /// Requests that were read, and left alone because the run has had as many as it may take.
  package let beyondLimit: Int
  /// Requests that an interrupted run did not get to.
  package let unfinished: Int

  /// Whether everything that came in is accounted for.
  package var isConserved: Bool {
    received + generated
      == sent + filtered + empty + deduplicated + rejected + checked + leftOut + beyondLimit + unfinished
  }
}
