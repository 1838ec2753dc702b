import ArgumentParser
import PipeEngine
import PipeSpec
import PipeStages

/// `pipe init`: a spec to begin with.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a spec to begin with.",
    discussion: """
      Writes the schema beside it as well, unless it is there: with it, editors complete and check the spec.

      The templates:
      \(Template.all.map { "  " + $0.name.padded(to: 9) + " " + $0.summary }.joined(separator: "\n"))
      """)

  @Argument(
    help: ArgumentHelp("What kind of pipeline.", valueName: "template"),
    completion: .list(Template.all.map(\.name)))
  var template = "list"

  @Option(help: ArgumentHelp("The pipeline's name; its file is NAME.pipe.yaml.", valueName: "name"))
  var name: String?

  @Flag(help: "Write over files that are there already.")
  var force = false

  mutating func validate() throws {
    if Template.all.contains(where: { $0.name == template }) == false {
      let names = Template.all.map(\.name)
      let near = nearestName(to: template, among: names).map { "did you mean '\($0)'?" }
      throw ValidationError(
        "No template is called '\(template)': \(near ?? "there are \(names.joined(separator: ", "))")")
    }
    // The name goes into the spec as it is.
    if let name, name.isEmpty || !name.allSatisfy({ $0.isLetter || $0.isNumber || "-_".contains($0) }) {
      throw ValidationError("--name takes letters, digits, '-' and '_', not '\(name)'.")
    }
  }

  func run() throws {
    guard let template = Template.all.first(where: { $0.name == template }) else { return }
    let name = name ?? template.name
    let path = name + ".pipe.yaml"
    try TextFile.write(template.text(name: name, schema: PipelineSchema.fileName), to: path, replacing: force)
    var files = path
    if force || !TextFile.isThere(PipelineSchema.fileName) {
      try TextFile.write(PipelineSchema.text + "\n", to: PipelineSchema.fileName, replacing: force)
      files += " and, for editors, \(PipelineSchema.fileName)"
    }
    StandardError.say("pipe: wrote \(files)\npipe: edit \(template.edit), then 'pipe run \(path)'")
  }
}
