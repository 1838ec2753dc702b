import ArgumentParser
import PipeEngine
import PipeSpec
import PipeStages

/// `pipe explain`: the reference in the terminal.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a key, a component or an option of specs, conditions, errors or the exit status.",
    discussion: """
      For example: pipe explain, pipe explain fetch.per_host, pipe explain csv, pipe explain sinks.csv.delimiter, \
      pipe explain expressions, pipe explain error.timeout, pipe explain exit-codes
      """)

  @Argument(
    help: ArgumentHelp("What to explain; without it, the whole pipeline.", valueName: "path"),
    completion: .custom { _, _, prefix in Reference.standard.paths(from: prefix) })
  var path = ""

  func run() throws {
    let text: String
    do throws(Reference.UnknownPath) {
      text = try Reference.standard.explanation(of: path)
    } catch {
      StandardError.say("pipe: \(error.message): \(error.hint)")
      throw ExitStatus.wrongUsage
    }
    try StandardOutput.write(text)
  }
}

extension Reference {
  /// What this version has to say.
  static var standard: Reference {
    Reference(
      Language(.standard).keys,
      topics: [.expressions, .expectations, .errorCodes, .exitCodes, .templates, .requestRows])
  }
}

/// `pipe reference`: writes the pages under docs/reference.
struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference", abstract: "Write the reference as Markdown pages.", shouldDisplay: false)

  @Option(name: .customLong("out"), help: ArgumentHelp("The folder.", valueName: "folder"), completion: .directory)
  var folder: String

  func run() throws {
    for page in Reference.standard.pages {
      try TextFile.write(page.text, to: folder + "/" + page.name, replacing: true)
    }
  }
}
