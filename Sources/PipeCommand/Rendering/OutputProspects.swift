import PipeEngine
import PipeSpec

/// What would become of the outputs that are there, if a run of the plan began now.
struct OutputProspects {
  let text: String
  /// Whether the run would not begin because of one.
  let isRefused: Bool

  init(_ plan: Plan, _ run: RunSession.Prospect) {
    let isNew = if case .begins = run { true } else { false }
    let prospects = plan.sinks.map { $0.sink.prospect(of: $0.columns, goesOn: !isNew) }
    isRefused = prospects.contains { if case .refused = $0 { true } else { false } }
    let lines = zip(PlanOutline(plan).outputs, prospects).flatMap { output, prospect in
      Self.text(prospect, of: output, run).wrapped(
        indent: "             ", first: "  " + output.component.padded(to: 9) + "  ")
    }
    text = (["outputs"] + lines).joined(separator: "\n")
  }

  private static func text(
    _ prospect: OutputProspect, of output: PlanOutline.Output, _ run: RunSession.Prospect
  ) -> String {
    let name = output.target
    let part = output.partText
    switch (prospect, run) {
    case (.refused(let error), _):
      return "\(name) \(error.reason), so the run would not begin" + (error.hint.map { " (\($0))" } ?? "")
    case (_, .goesOn(let work)):
      return "\(name) would keep the rows of the unfinished run (\(work)), and get the others"
    case (_, .retries): return "\(name) would get new rows in the place of those of requests that failed"
    case (_, .ends): return "\(name) would get no more rows"
    case (_, .begins): break
    }
    return switch (prospect, output.publication) {
    case (.new, .swapped):
      "\(name) would be there when the run is complete; until then its rows would be in a second table"
    case (.replaced, .swapped):
      "\(name) is there already, and would be replaced when the run is complete; until then its rows would be in a second"
        + " table"
    case (.addedTo, .merged):
      "\(name) is there already, and its rows would be added to and changed while the run goes on"
    case (.new, .whole): "\(name) would be there when the run is complete; until then its rows would be in \(part)"
    case (.new, _), (.refused, _): "\(name) would be written while the run goes on"
    case (.replaced, .whole):
      "\(name) is there already, and would be replaced when the run is complete; until then its rows would be in \(part)"
    case (.replaced, _): "\(name) is there already, and would be emptied and written while the run goes on"
    case (.addedTo, _): "\(name) is there already, and rows would be added to it while the run goes on"
    }
  }
}
