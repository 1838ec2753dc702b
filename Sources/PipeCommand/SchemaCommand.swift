import ArgumentParser
import PipeEngine
import PipeReport
import PipeSpec
import PipeStages

/// `pipe schema`: the JSON Schema of specs.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of specs, or of what a run tells programs (draft 2020-12).",
    discussion: """
      Editors complete and explain a spec whose first line is

        # yaml-language-server: $schema=pipeline.schema.json
      """)

  /// What there are schemas of.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case pipeline, summary, progress
  }

  @Argument(help: "Of what: pipeline (specs), summary (run --summary) or progress (run --progress json).")
  var kind = Kind.pipeline

  func run() throws {
    switch kind {
    case .pipeline: try StandardOutput.write(PipelineSchema.text)
    case .summary: try StandardOutput.write(ReportSchemas.summary.indented)
    case .progress: try StandardOutput.write(ReportSchemas.progress.indented)
    }
  }
}

/// The schema of the standard catalogue.
enum PipelineSchema {
  static let fileName = "pipeline.schema.json"

  static var text: String {
    JSONSchema.document(Language(.standard).keys, id: fileName, title: "A pipeline of pipe").indented
  }
}
