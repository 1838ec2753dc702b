import ArgumentParser
import PipeEngine
import PipeSpec

/// What somebody means whose first argument is not a command.
struct CommandGuess {
  /// What is wrong, and what to type.
  let message: String

  /// - Parameter arguments: Those of the command line.
  /// - Returns: `nil` if they begin with a command or an option.
  init?(_ arguments: [String]) {
    guard let first = arguments.first, first == "-" || !first.hasPrefix("-"), !first.isEmpty else { return nil }
    let commands = Pipe.configuration.subcommands.map { $0.configuration }
    if first == "help" || commands.contains(where: { $0.commandName == first }) { return nil }
    let shown = TerminalCell.shown(first)
    if let command = Self.command(taking: first) {
      message = "'\(shown)' is not a command: did you mean 'pipe \(command) \(shown)'?"
      return
    }
    let names = commands.filter { $0.shouldDisplay }.compactMap { $0.commandName }
    let hint = nearestName(to: first, among: names).map { "did you mean 'pipe \($0)'?" }
    message = "'\(shown)' is not a command: \(hint ?? "there are \(names.joined(separator: ", "))")"
  }

  /// The command that takes such an argument.
  private static func command(taking argument: String) -> String? {
    if ["http://", "https://"].contains(where: { argument.lowercased().hasPrefix($0) }) { return "try" }
    if FileContents.isFolder(argument) { return "validate" }
    let isSpec = [".yaml", ".yml"].contains { argument.lowercased().hasSuffix($0) }
    return isSpec || argument == "-" ? "run" : nil
  }
}
