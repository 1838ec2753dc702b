import ArgumentParser
import PipeEngine

/// `pipe plan`: what a run would do.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a spec would do, without doing it.",
    discussion: "Touches no network and writes no file.")

  @Argument(
    help: ArgumentHelp("The spec; - is standard input.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @OptionGroup var options: SpecOptions

  func run() throws {
    let pipeline = options.load(spec)
    pipeline.show()
    guard let plan = pipeline.plan else { throw ExitStatus.invalidSpec }
    print(PlanText.render(plan))
  }
}
