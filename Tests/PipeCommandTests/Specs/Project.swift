import FoundationEssentials
import PipeTesting

/// The project's own files, and the programs that these tests run.
enum Project {
  static let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)")), as: UTF8.self)
  }

  /// The files of a folder with an extension, sorted, as absolute paths.
  static func files(_ folder: String, _ ending: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").filter { $0.hasSuffix(ending) }.sorted()
      .map { "\(root)/\(folder)/\($0)" }
  }
}

/// Runs `pipe` to its end.
func pipe(
  _ arguments: String..., folder: String = "/", environment: [String: String] = [:], input: String = ""
) async throws -> RunningCommand.Outcome {
  try await pipe(arguments, folder: folder, environment: environment, input: input)
}

func pipe(
  _ arguments: [String], folder: String = "/", environment: [String: String] = [:], input: String = ""
) async throws -> RunningCommand.Outcome {
  await
    (try RunningCommand(
      BuiltBinary.path(), arguments, folder: folder, environment: environment, input: Array(input.utf8))).outcome()
}
