import ArgumentParser
import PipeEngine
import PipeSpec

/// `pipe`: runs declarative fetch-and-extract pipelines.
struct Pipe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipe",
    abstract: "Fetch pages, extract fields and write rows, as one YAML file describes.",
    discussion: """
      A pipeline declares its sources, how to fetch, what to extract and where the rows go. Standard output carries \
      data alone; everything said to you goes to standard error.

      Exit status: \(Topic.exitRows.map { "\($0.name) \($0.short)" }.joined(separator: "; ")) (pipe explain \
      exit-codes).
      """,
    version: "pipe \(PipeVersion.text)",
    subcommands: [
      RunCommand.self, ValidateCommand.self, PlanCommand.self, ExplainCommand.self, SchemaCommand.self,
      InitCommand.self, TryCommand.self, RunsCommand.self, WhyCommand.self, ReportCommand.self, ReferenceCommand.self,
    ])
}

/// The exit codes of DESIGN §5.
enum ExitStatus {
  static let failed = ExitCode(1)
  static let invalidSpec = ExitCode(2)
  static let limitReached = ExitCode(3)
  static let unfinished = ExitCode(4)
  static let unexpected = ExitCode(5)
  static let wrongUsage = ExitCode(64)
}
