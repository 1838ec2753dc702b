import ArgumentParser
import FoundationEssentials
import Glibc

/// `practice-site`
@main
struct PracticeSiteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "practice-site",
    abstract: "Serve a small site on this machine, for tests and first runs.",
    discussion: "It ends on SIGTERM and SIGINT. See docs/practice-site.md for what it serves.")

  @Option(help: "The port; 0 for any that is free.")
  var port = 0

  @Option(help: "A loopback address to listen on. May be given again; the first one is that of the base URL.")
  var host = ["127.0.0.1", "127.0.0.2"]

  @Option(help: "How many numbered pages there are.")
  var pages = 300

  @Option(help: ArgumentHelp("Write the base URL into this file when ready.", valueName: "path"))
  var readyFile: String?

  @Option(help: ArgumentHelp("Write every URL of the quickstart into this file, one a line.", valueName: "path"))
  var urlsFile: String?

  @Flag(help: "End when the process that started this one has ended.")
  var exitWithParent = false

  @Flag(help: "End when standard input is at its end.")
  var exitOnEof = false

  func validate() throws {
    guard 0...65_535 ~= port else { throw ValidationError("A port is a number from 0 to 65535.") }
    guard PracticeServer.possiblePages ~= pages else {
      throw ValidationError("A site has 1 to \(PracticeServer.possiblePages.upperBound) pages.")
    }
    do {
      for host in host { _ = try LoopbackAddress(host) }
    } catch {
      throw ValidationError(error.description)
    }
  }

  func run() async throws {
    let lifetime = Lifetime()
    let server = try await PracticeServer.start(.init(hosts: host, port: port, pages: pages))
    if exitWithParent { lifetime.watchParent() }
    if exitOnEof { lifetime.watchStandardInput() }
    if let urlsFile {
      try Data((server.urls.joined(separator: "\n") + "\n").utf8).write(
        to: URL(fileURLWithPath: urlsFile), options: .atomic)
    }
    if let readyFile {
      // Atomic: whoever finds the file can use what it says.
      try Data((server.baseURL + "/\n").utf8).write(to: URL(fileURLWithPath: readyFile), options: .atomic)
    }
    print("practice site ready on \(server.baseURL)/")
    fflush(nil)  // a pipe is buffered, and whoever reads it waits for this line
    await lifetime.ended()
    try await server.stop()
  }
}
