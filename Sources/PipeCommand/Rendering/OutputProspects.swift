import PipeEngine
import PipeSpec

/// What would become of the outputs that are there, if a run of the plan began now.
enum OutputProspects {
  static func render(_ plan: Plan) -> String {
    let outline = PlanOutline(plan)
    let lines = zip(outline.outputs, plan.sinks).flatMap { output, sink in
      "\(output.target) \(text(sink.sink.prospect()))".wrapped(
        indent: "             ", first: "  " + output.component.padded(to: 9) + "  ")
    }
    return (["outputs"] + lines).joined(separator: "\n")
  }

  private static func text(_ prospect: OutputProspect) -> String {
    switch prospect {
    case .new: "would be written"
    case .replaced: "is there already, and would be written anew"
    case .addedTo: "is there already, and rows would be added to it"
    case .refused(let error):
      "\(error.reason), so the run would not begin" + (error.hint.map { " (\($0))" } ?? "")
    }
  }
}
