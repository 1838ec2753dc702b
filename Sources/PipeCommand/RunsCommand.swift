import ArgumentParser
import PipeEngine
import PipeSpec
import PipeStorage

/// `pipe runs`: the last runs.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the last runs, of all pipelines or of one.",
    discussion: """
      Reads the folders under .pipe in the working folder, and changes nothing. Runs that are not finished are listed as \
      well; pipe run SPEC --resume goes on with them.
      """)

  @Argument(help: ArgumentHelp("The pipeline; without it, all of them.", valueName: "name"))
  var name: String?

  @OptionGroup var journals: JournalOptions

  @Option(help: "How they are written: text or json.")
  var format = TextFormat.text

  mutating func validate() throws {
    if let name, name.isEmpty || name.contains("/") || name.hasPrefix(".") {
      throw ValidationError("'\(name)' is not the name of a pipeline; 'pipe runs' alone lists all of them.")
    }
  }

  func run() throws {
    let list = RunList(of: name, in: journals.folder, SystemStorage())
    for fault in list.faults { StandardError.say("pipe: warning: \(fault.path): \(fault.words)") }
    switch format {
    case .json: try StandardOutput.write(RunTable.json(list.runs).indented)
    case .text where list.runs.isEmpty:
      if list.faults.isEmpty {
        StandardError.say("pipe: no runs\(name.map { " of \($0)" } ?? "") in \(journals.folder)")
      }
    case .text: try StandardOutput.write(RunTable.text(list.runs))
    }
  }
}

/// Where journals are.
struct JournalOptions: ParsableArguments {
  @Option(
    name: .customLong("journals"),
    help: ArgumentHelp("The folder of the journals, as the key journal of a spec names it.", valueName: "folder"),
    completion: .directory)
  var folder = ".pipe"
}

/// How an answer is written.
enum TextFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}
