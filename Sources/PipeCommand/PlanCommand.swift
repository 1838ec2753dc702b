import ArgumentParser
import PipeEngine

/// `pipe plan`: what a run would do.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a spec would do, without doing it.",
    discussion: "Touches no network and writes no file; local lists of URLs are read to count them, pipes are not.")

  @Argument(
    help: ArgumentHelp("The spec; - is standard input.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Option(help: "How the plan is written: text, json, mermaid or dot.")
  var format = PlanFormat.text

  @Flag(help: "Also look into the databases of its sinks, and say in what their tables do not fit.")
  var connect = false

  @OptionGroup var options: SpecOptions

  func run() throws {
    let loaded = options.loader(reading: .regularFiles).loadWhole(spec)
    loaded.pipeline.show()
    guard let plan = loaded.pipeline.plan else { throw ExitStatus.invalidSpec }
    let outline = PlanOutline(plan)
    switch format {
    case .text:
      let prospects = connect ? "\n\n" + OutputProspects(plan, .begins).text : ""
      try StandardOutput.write(PlanText.render(outline, loaded.options) + prospects)
    case .json: try StandardOutput.write(PlanJSON.render(outline, loaded.options))
    case .mermaid: try StandardOutput.write(PlanDiagram.mermaid(outline))
    case .dot: try StandardOutput.write(PlanDiagram.dot(outline))
    }
    if !connect { return }
    let refusals = plan.sinks.compactMap { sink in
      if case .refused(let error) = sink.sink.prospect(of: sink.columns, goesOn: false) { error } else { nil }
    }
    for error in refusals { StandardError.say("pipe: \(error.text(in: plan))") }
    if !refusals.isEmpty { throw ExitStatus.failed }
  }
}

/// How a plan is written.
enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, mermaid, dot
}
