package import PipeEngine
internal import PipeSpec
internal import PipeWeb

/// Who waits for whom, when nothing moves.
package enum StallReport {
  /// Hosts that are named.
  private static let mostHosts = 5

  /// Lines for a person.
  ///
  /// - Parameter stalled: How long nothing has moved; `nil` if somebody asks.
  package static func lines(_ progress: RunProgress, of plan: Plan, stalled: Duration? = nil) -> [String] {
    let head = stalled.map { "nothing has moved for \($0.brief)" } ?? "as it stands"
    var lines = ["pipe: \(head): \(progress.inFlight.grouped) in flight, \(progress.waiting.grouped) waiting"]
    let waits = progress.waits(upTo: mostHosts + 1)
    let flights = progress.flights(upTo: mostHosts + 1).filter { flight in !waits.contains { $0.host == flight.host } }
    lines += flights.prefix(mostHosts).map {
      "  host       \(TerminalCell.shown(plan.mask.value($0.host))): \($0.count.grouped) in flight, nothing waits"
    }
    lines += waits.prefix(mostHosts).map {
      "  host       \(TerminalCell.shown(plan.mask.value($0.host))): \($0.waiting.grouped) wait, \($0.words)"
    }
    if waits.count > mostHosts || flights.count > mostHosts { lines.append("  host       and others") }
    for (edge, count, most) in progress.fills where count > 0 && edge != .frontier {
      let fill = count >= most ? "full" : "\(count * 100 / max(1, most))% full"
      lines.append("  edge       \(words(on: edge, of: plan)): \(count.grouped) of \(most.grouped), \(fill)")
    }
    for (index, sink) in plan.sinks.enumerated() {
      let rows = progress.count(of: .sink(index)).sent
      lines.append("  sink       \(TerminalCell.shown(sink.shown)): \(rows.grouped) row\(rows == 1 ? "" : "s") written")
    }
    return lines
  }

  private static func words(on edge: PlanLayout.EdgeID, of plan: Plan) -> String {
    switch edge {
    case .requests: "requests that were read, for admit"
    case .frontier: "requests, for fetch"
    case .pages: "pages that were fetched, for extract"
    case .records: "records, for route"
    case .rows(let index): "rows, for \(TerminalCell.shown(plan.sinks[index].shown))"
    }
  }
}

/// Tells when nothing has moved for a while.
package struct StallWatch: Hashable, Sendable {
  /// Seconds.
  private static let patience = 15.0
  private static let again = 60.0

  private var mark: [Int] = []
  private var since = 0.0
  private var next: Double?

  package init() {}

  /// - Parameters:
  ///   - mark: Numbers of which one changes when anything moves.
  ///   - isBusy: Whether something should move.
  /// - Returns: Seconds for which nothing has, if that is to be told now.
  package mutating func note(_ mark: [Int], isBusy: Bool, at now: Double) -> Double? {
    if mark != self.mark || !isBusy {
      self.mark = mark
      since = now
      next = nil
      return nil
    }
    guard now - since >= next ?? Self.patience else { return nil }
    next = (next ?? Self.patience) + Self.again
    return now - since
  }
}
