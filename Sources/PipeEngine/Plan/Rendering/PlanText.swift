internal import PipeSpec
internal import PipeWeb

/// A plan as text, for 80 columns.
package enum PlanText {
  package static func render(_ plan: Plan, _ spec: StatedOptions? = nil) -> String { render(PlanOutline(plan), spec) }

  package static func render(_ outline: PlanOutline, _ spec: StatedOptions? = nil) -> String {
    var lines = [outline.name.map { "plan \($0)" } ?? "plan"]
    if let description = outline.description { lines += description.wrapped() }
    lines.append("")
    for stage in outline.stages where stage.kind != .sink {
      lines += text(of: stage)
      if stage.kind == .source {
        if stage.id != outline.stages.last(where: { $0.kind == .source })?.id { continue }
        if let edge = outline.connections.first(where: { $0.to == "admit" }) { lines += arrow(edge) }
      } else if stage.kind != .route, let edge = outline.connections.first(where: { $0.from == stage.id }) {
        lines += arrow(edge)
      }
    }
    if let edge = outline.connections.last { lines.append("     │       \(capacity(edge)), for each sink") }
    for (index, output) in outline.outputs.enumerated() {
      let isLast = index == outline.outputs.count - 1
      let bar = isLast ? "                  " : "     │            "
      let head = (isLast ? "     └▶ " : "     ├▶ ") + output.component.padded(to: 8) + "  "
      lines += output.target.wrapped(indent: bar, first: head)
      if let condition = output.condition { lines += "when \(condition)".wrapped(indent: bar, first: bar) }
      lines += output.columns.joined(separator: ", ").wrapped(indent: bar, first: bar)
      if let order = output.orderText { lines += order.wrapped(indent: bar, first: bar) }
      lines += output.publicationText.wrapped(indent: bar, first: bar)
      lines += output.deliveryText.wrapped(indent: bar, first: bar)
      lines += output.definition.map { bar + $0 }
    }
    if !outline.expectations.isEmpty {
      lines += ["", "expect"] + outline.expectations.flatMap { $0.wrapped(indent: "    ", first: "  ") }
    }
    return (lines + [""] + bounds(outline) + (spec.map(options) ?? [])).joined(separator: "\n")
  }

  private static func text(of stage: PlanOutline.Stage) -> [String] {
    let indent = "             "
    let head = "  " + stage.kind.rawValue.padded(to: 9) + "  "
    return stage.title.wrapped(indent: indent, first: head)
      + stage.notes.flatMap { $0.wrapped(indent: indent, first: indent) }
  }

  private static func arrow(_ edge: PlanOutline.Connection) -> [String] {
    ["     │       \(capacity(edge))", "     ▼"]
  }

  private static func capacity(_ edge: PlanOutline.Connection) -> String {
    "at most \(edge.elements.grouped) \(edge.carries) or \(ByteCount(edge.bytes).description)"
  }

  /// What the spec says, defaults left out.
  private static func options(_ spec: StatedOptions) -> [String] {
    ["", "options"]
      + spec.options.filter { !$0.isDefault }.flatMap {
        "\($0.key): \($0.value)".withoutControls.wrapped(indent: "    ", first: "  ")
      }
  }

  private static func bounds(_ outline: PlanOutline) -> [String] {
    let totals = outline.totals
    let least = { (isExact: Bool, number: Int) in
      isExact ? number.grouped : number == 0 ? "not known before the run" : "at least \(number.grouped)"
    }
    let duration =
      totals.leastDuration > .zero
      ? "at least \(totals.leastDuration.short), by the limits of each host" : "no delay or rate implies a least one"
    let transfers =
      totals.memory.transfers == 0
      ? "" : ", \(ByteCount(totals.memory.transfers).description) in bodies being received"
    let trees =
      totals.memory.trees == 0 ? "" : ", \(ByteCount(totals.memory.trees).description) in trees and JSON being read"
    let seen = totals.memory.seen == 0 ? "" : ", \(ByteCount(totals.memory.seen).description) of URLs seen"
    var rows: [(String, String)] = [
      ("requests", least(totals.areRequestsExact, totals.requests)),
      ("hosts", least(totals.areHostsExact, totals.hosts)),
      ("duration", duration),
      (
        "memory",
        "at most \(ByteCount(totals.memory.total).description): \(ByteCount(totals.memory.edges).description) on edges"
          + transfers + trees + seen
      ),
      ("sockets", "at most \(totals.sockets.grouped)"),
    ]
    if let journal = outline.journal {
      rows.append(
        (
          "journal",
          "\(journal.folder): a run that goes on (--resume) fetches again at most what came in the last"
            + " \(journal.interval.shown)\(journal.isDurable ? "" : "; a loss of power can cost more")"
        ))
    }
    return ["bounds"] + rows.flatMap { $0.1.wrapped(indent: "             ", first: "  " + $0.0.padded(to: 9) + "  ") }
  }
}
