import ArgumentParser
import PipeEngine
import PipeSpec

/// `pipe validate`: everything wrong with a spec, before it runs.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check specs and report everything wrong with them.",
    discussion: """
      Touches no network and writes no file. Exits with 2 where a spec has an error. Findings as text go to standard \
      error, those for programs to standard output.
      """)

  @Argument(
    help: ArgumentHelp("The specs; - is standard input.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var specs: [String]

  @Option(help: "How findings are written: text, json, sarif or github.")
  var format = DiagnosticFormat.text

  @OptionGroup var options: SpecOptions

  mutating func validate() throws {
    if specs.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read only once.") }
  }

  func run() throws {
    let loader = options.loader(reading: .regularFiles)
    var reports: [DiagnosticReport] = []
    var isSound = true
    for spec in specs {
      let pipeline = loader.load(spec)
      if pipeline.plan == nil { isSound = false }
      if format == .text {
        pipeline.show()
        if pipeline.plan != nil { StandardError.say("\(pipeline.file.name): ok") }
      } else {
        reports.append(DiagnosticReport(pipeline.file, pipeline.diagnostics))
      }
    }
    if let renderer = format.renderer { try StandardOutput.write(renderer.render(reports), terminator: "") }
    if !isSound { throw ExitStatus.invalidSpec }
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
  func show() {
    if !diagnostics.isEmpty { DiagnosticReport(file, diagnostics).show() }
  }
}

extension DiagnosticReport {
  /// Says to the person what is wrong.
  func show() {
    var stream = StandardError()
    stream.write(TextDiagnosticRenderer(colour: StandardError.takesColor).render([self]))
  }
}
