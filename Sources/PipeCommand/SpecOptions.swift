import ArgumentParser
import PipeEngine

/// What the commands that read specs have in common.
struct SpecOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), help: ArgumentHelp("Give a variable of vars another value.", valueName: "name=value"))
  var settings: [String] = []

  mutating func validate() throws {
    for setting in settings where !setting.contains("=") || setting.hasPrefix("=") {
      throw ValidationError("--set takes NAME=VALUE, not '\(setting)'.")
    }
  }

  /// What reads specs, one after the other.
  func loader(reading files: SpecLoader.Files) -> SpecLoader {
    var overrides: [String: String] = [:]
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      overrides[String(parts[0])] = String(parts[1])
    }
    return SpecLoader(overrides: overrides, reading: files)
  }
}
