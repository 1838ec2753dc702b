import ArgumentParser
import PipeEngine
import PipeSpec

/// `pipe validate`: everything wrong with a spec, before it runs.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check specs and report everything wrong with them.",
    discussion: """
      A folder stands for every *.pipe.yaml in it and below, and for every other YAML file with version and sources; \
      hidden folders and links to folders are left out.

      Touches no network and writes no file. Exits with 2 if a spec has an error, cannot be read, or a folder has none. \
      Findings as text go to standard error, those for programs to standard output.
      """)

  @Argument(
    help: ArgumentHelp("Specs, or folders of them; - is standard input.", valueName: "path"),
    completion: .file())
  var paths: [String]

  @Option(help: "How findings are written: text, json, sarif or github.")
  var format = DiagnosticFormat.text

  @OptionGroup var options: SpecOptions

  mutating func validate() throws {
    if paths.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read only once.") }
  }

  func run() throws {
    let loader = options.loader(reading: .regularFiles)
    var finder = SpecFinder()
    var reports: [DiagnosticReport] = []
    var isSound = true
    for found in paths.lazy.flatMap({ finder.specs(at: $0) }) {
      switch found {
      case .specs(let specs):
        for spec in specs {
          let pipeline = loader.load(spec)
          if pipeline.plan == nil { isSound = false }
          tell(DiagnosticReport(pipeline.file, pipeline.diagnostics), isSound: pipeline.plan != nil, &reports)
        }
      case .fault(let report):
        isSound = false
        tell(report, isSound: false, &reports)
      }
    }
    if let renderer = format.renderer { try StandardOutput.write(renderer.render(reports), terminator: "") }
    if !isSound { throw ExitStatus.invalidSpec }
  }

  /// Says what was found to the person, or keeps it for a program.
  private func tell(_ report: DiagnosticReport, isSound: Bool, _ reports: inout [DiagnosticReport]) {
    if format != .text {
      reports.append(report)
      return
    }
    report.show()
    if isSound { StandardError.say("\(report.file.name): ok") }
  }
}

/// How the findings about specs are written.
enum DiagnosticFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, sarif, github

  /// What writes them for a program; text is for the person.
  fileprivate var renderer: (any DiagnosticRenderer)? {
    switch self {
    case .text: nil
    case .json: JSONDiagnosticRenderer()
    case .sarif: SARIFDiagnosticRenderer(version: PipeVersion.text)
    case .github: GitHubDiagnosticRenderer()
    }
  }
}

extension Pipeline {
  /// Says to the person what is wrong.
  func show() { DiagnosticReport(file, diagnostics).show() }
}

extension DiagnosticReport {
  /// Says to the person what is wrong.
  func show() {
    if diagnostics.isEmpty { return }
    var stream = StandardError()
    stream.write(TextDiagnosticRenderer(colour: StandardError.takesColor).render([self]))
  }
}
