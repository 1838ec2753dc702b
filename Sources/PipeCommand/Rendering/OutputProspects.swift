import PipeEngine
import PipeSpec

/// What would become of the outputs that are there, if a run of the plan began now.
enum OutputProspects {
  static func render(_ plan: Plan) -> String {
    let outline = PlanOutline(plan)
    let lines = zip(outline.outputs, plan.sinks).flatMap { output, sink in
      text(sink.sink.prospect(), of: output).wrapped(
        indent: "             ", first: "  " + output.component.padded(to: 9) + "  ")
    }
    return (["outputs"] + lines).joined(separator: "\n")
  }

  private static func text(_ prospect: OutputProspect, of output: PlanOutline.Output) -> String {
    let name = output.target
    let part = output.partText
    return switch (prospect, output.publication) {
    case (.refused(let error), _):
      "\(name) \(error.reason), so the run would not begin" + (error.hint.map { " (\($0))" } ?? "")
    case (.new, .whole): "\(name) would be there when the run is complete; until then its rows would be in \(part)"
    case (.new, _): "\(name) would be written while the run goes on"
    case (.replaced, .whole):
      "\(name) is there already, and would be replaced when the run is complete; until then its rows would be in \(part)"
    case (.replaced, _): "\(name) is there already, and would be emptied and written while the run goes on"
    case (.addedTo, _): "\(name) is there already, and rows would be added to it while the run goes on"
    }
  }
}
