import ArgumentParser
import PipeEngine
import PipeSpec
import PipeStages

/// `pipe init`: a spec to begin with.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a spec to begin with.",
    discussion: "The templates:\n"
      + Template.offered.map { "  " + $0.name.padded(to: 9) + " " + $0.summary }.joined(separator: "\n"))

  @Argument(
    help: ArgumentHelp("What kind of pipeline.", valueName: "template"),
    completion: .list(Template.offered.map(\.name)))
  var template = "list"

  @Option(help: ArgumentHelp("The pipeline's name; its file is NAME.yaml.", valueName: "name"))
  var name: String?

  @Flag(help: "Write over a file that is there already.")
  var force = false

  mutating func validate() throws {
    if Template.offered.contains(where: { $0.name == template }) == false {
      let names = Template.offered.map(\.name)
      let near = nearestName(to: template, among: names).map { "did you mean '\($0)'?" }
      throw ValidationError(
        "No template is called '\(template)': \(near ?? "there are \(names.joined(separator: ", "))")")
    }
    if let name, name.isEmpty || name.contains("/") || name.hasPrefix(".") || name.hasPrefix("-") {
      throw ValidationError("--name takes a file's name without folders, not '\(name)'.")
    }
  }

  func run() throws {
    guard let template = Template.offered.first(where: { $0.name == template }) else { return }
    let name = name ?? template.name
    let path = name + ".yaml"
    try TextFile.write(template.text(name: name), to: path, replacing: force)
    StandardError.say("pipe: wrote \(path): edit \(template.edit), then 'pipe run \(path)'")
  }
}
