import ArgumentParser
import PipeEngine
import PipeSpec

/// `pipe validate`: everything wrong with a spec, before it runs.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check specs and report everything wrong with them.",
    discussion: "Touches no network and writes no file. Exits with 2 where a spec has an error.")

  @Argument(
    help: ArgumentHelp("The specs; - is standard input.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var specs: [String]

  @OptionGroup var options: SpecOptions

  func run() throws {
    var errors = 0
    for spec in specs {
      let pipeline = options.load(spec)
      pipeline.show()
      if pipeline.plan == nil { errors += 1 } else { StandardError.say("\(pipeline.file.name): ok") }
    }
    if errors > 0 { throw ExitStatus.invalidSpec }
  }
}

extension Pipeline {
  /// Says to the person what is wrong.
  func show() {
    if diagnostics.isEmpty { return }
    let report = DiagnosticReport(file, diagnostics)
    var stream = StandardError()
    stream.write(TextDiagnosticRenderer(colour: StandardError.takesColor).render([report]))
  }
}
