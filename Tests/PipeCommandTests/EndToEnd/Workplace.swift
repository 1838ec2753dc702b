import FoundationEssentials
import PipeEngine
import PipeTesting
import PracticeSite

/// A fresh folder in which `pipe` is run against a practice site of its own.
struct Workplace: ~Copyable {
  let folder: TemporaryFolder
  let site: PracticeServer
  private let binary: String

  /// Starts a site for the time of `body`.
  static func use(pages: Int = 40, _ body: (borrowing Workplace) async throws -> Void) async throws {
    let binary = try BuiltBinary.path()
    let folder = try TemporaryFolder()
    let site = try await PracticeServer.start(.init(pages: pages))
    do {
      try await body(Workplace(folder: folder, site: site, binary: binary))
      try await site.stop()
    } catch {
      try? await site.stop()
      throw error
    }
  }

  /// A pipeline of the project, by its name.
  func pipeline(_ name: String) -> String {
    // Tests/PipeCommandTests/EndToEnd/Workplace.swift: four levels below the project's root.
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/pipelines/\(name).yaml"
  }

  /// Writes a spec into the folder: `SITE` stands for the site's base URL, and 127.0.0.1 may be fetched from.
  ///
  /// - Returns: The spec's name, relative to the folder.
  func spec(_ text: String, named name: String = "spec.yaml") throws -> String {
    let whole =
      "version: 1\n"
      + text.split(separator: "SITE", omittingEmptySubsequences: false)
      .joined(separator: site.baseURL)
    try folder.write(name, whole.utf8)
    return name
  }

  /// Starts `pipe` in the folder.
  func start(
    _ arguments: [String], environment: [String: String] = [:], input: String = "", keepsInputOpen: Bool = false,
    hangUpAfter lines: Int? = nil, limit: Duration = .seconds(60)
  ) throws -> RunningCommand {
    try RunningCommand(
      binary, arguments, folder: folder.path, environment: environment, input: Array(input.utf8),
      keepsInputOpen: keepsInputOpen, hangUpAfter: lines, limit: limit)
  }

  /// Runs `pipe` to its end.
  func pipe(
    _ arguments: String..., environment: [String: String] = [:], input: String = "", hangUpAfter lines: Int? = nil
  ) async throws -> RunningCommand.Outcome {
    await (try start(arguments, environment: environment, input: input, hangUpAfter: lines)).outcome()
  }

  /// A CSV file that a run has written.
  func table(_ name: String) throws -> CSVTable { try CSVTable(folder.text(name)) }
}

extension RunningCommand {
  /// Sends a signal once something was said, and so long after it that it is not taken for a double of the one before.
  ///
  /// - Returns: Whether that was said before the program ended.
  func send(_ signal: Int32, after words: String) async throws -> Bool {
    guard await waitUntil({ _, errors in errors.contains(words) }) else { return false }
    try await Task.sleep(for: .nanoseconds(StopRequests.doubleTime + 100_000_000))
    send(signal)
    return true
  }
}

/// A record that a `jsonl` sink has written: the fields that these tests ask for.
struct RecordLine: Decodable, Equatable {
  var url: String?
  var status: Int?
  var title: String?
  var length: Int?
  var error: String?
  var truncated: Bool?
  var finalURL: String?

  private enum CodingKeys: String, CodingKey {
    case url, status, title, length, error, truncated
    case finalURL = "final_url"
  }

  /// The code of the error, which stands before the colon.
  var errorCode: String? { error.map { String($0.prefix { $0 != ":" }) } }

  static func all(_ text: String) throws -> [RecordLine] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(RecordLine.self, from: Data($0.utf8)) }
  }
}
