import FoundationEssentials
import Glibc
import Synchronization

/// A Redis server of a test's own, in a temporary folder, which listens at a Unix socket there, and at a port if that is asked for.
package final class RedisProgram: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package let folder: TemporaryFolder
  private let options: [String]
  private let running: Mutex<RunningCommand?>

  /// - Parameter options: Behind those that every one has: `["--appendonly", "yes"]`.
  package init(_ options: [String] = []) throws {
    folder = try TemporaryFolder()
    self.options = options
    running = Mutex(nil)
    try start()
  }

  package var socket: String { folder.path("r.sock") }
  package var url: String { "redis+unix://\(socket)" }

  /// Starts it, and waits until it answers.
  package func start() throws {
    guard let path = Program.path("redis-server"), let timeout = Program.path("timeout") else {
      throw Failure(description: "there is no redis-server: run Scripts/install-packages test")
    }
    let command = try RunningCommand(
      timeout,
      [
        "--foreground", "--signal=KILL", "900", path, "--port", "0", "--unixsocket", socket, "--dir", folder.path,
        "--pidfile", folder.path("pid"), "--save", "", "--daemonize", "no",
      ] + options, folder: folder.path, keepsInputOpen: true, limit: .seconds(910))
    running.withLock { $0 = command }
    for _ in 0..<1000 {
      if let answer = try? cli("PING"), answer.hasPrefix("PONG") || answer.hasPrefix("NOAUTH") { return }
      usleep(20_000)
    }
    throw Failure(description: "redis-server does not answer; see \(folder.path)")
  }

  private var process: pid_t? {
    (try? folder.text("pid")).flatMap { pid_t($0.filter(\.isNumber)) }
  }

  /// Sends it a signal.
  package func send(_ signal: Int32) { if let process { Glibc.kill(process, signal) } }

  /// Kills it as a loss of power would, and waits until it has ended.
  package func kill() async {
    send(SIGKILL)
    let command = running.withLock { $0 }
    _ = await command?.outcome()
    try? FileManager.default.removeItem(atPath: folder.path("pid"))
  }

  /// What redis-cli says to a command.
  package func cli(_ words: String..., options: [String] = []) throws -> String {
    let output = try Program.output(["redis-cli", "-s", socket] + options + words)
    return String(decoding: output, as: UTF8.self).trimmingSuffix("\n")
  }

  deinit { send(SIGKILL) }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
