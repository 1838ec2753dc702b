import ArgumentParser
import PipeEngine
import PipeSpec
import PipeStages

/// `pipe schema`: the JSON Schema of specs.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of specs (draft 2020-12).",
    discussion: """
      Editors complete and explain a spec whose first line is

        # yaml-language-server: $schema=pipeline.schema.json
      """)

  func run() throws {
    try StandardOutput.write(PipelineSchema.text)
  }
}

/// The schema of the standard catalogue.
enum PipelineSchema {
  static var text: String {
    JSONSchema.document(Language(.standard).keys, id: "pipeline.schema.json", title: "A pipeline of pipe").indented
  }
}
