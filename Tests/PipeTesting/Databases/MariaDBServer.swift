import Glibc
import Synchronization

/// A MariaDB server of the tests' own, in a folder and on a Unix socket there. It ends with the tests, however they end.
package final class MariaDBServer: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  private struct State {
    var command: RunningCommand?
    var process: pid_t = 0
    var databases = 0
  }

  private let folder: TemporaryFolder
  private let state = Mutex(State())

  package static let user = "pipe"
  /// In a URL it has to be encoded.
  package static let password = "p@ss/w'rd"
  package static let encodedPassword = "p%40ss%2Fw%27rd"

  /// One for all tests of the process: each has a database of its own.
  private static let shared = Task { try await MariaDBServer() }

  package static func running() async throws -> MariaDBServer { try await shared.value }

  package var socket: String { folder.path("socket") }

  package init() async throws {
    folder = try TemporaryFolder()
    let installer = try Self.program("mariadb-install-db")
    let outcome = try await RunningCommand(
      installer,
      [
        "--no-defaults", "--datadir=\(folder.path("data"))", "--auth-root-authentication-method=normal",
        "--skip-test-db", "--innodb-log-file-size=8M",
      ] + Self.root, folder: folder.path, limit: .seconds(600)
    ).outcome()
    guard outcome.status == 0 else { throw Failure(description: outcome.output + outcome.errors) }
    let user = "'\(Self.user)'@'%'"
    let password = Self.password.replacing("'", with: "''")
    try folder.write(
      "users.sql",
      "CREATE OR REPLACE USER \(user) IDENTIFIED BY '\(password)';\nGRANT ALL ON *.* TO \(user) WITH GRANT OPTION;\n"
        .utf8)
    try await start()
  }

  private static var root: [String] { geteuid() == 0 ? ["--user=root"] : [] }

  private static func program(_ name: String) throws -> String {
    guard let path = Program.path(name) else { throw Failure(description: "there is no \(name)") }
    return path
  }

  /// Starts it, and waits until it can be connected to.
  package func start(_ options: [String] = []) async throws {
    // Its input is open for as long as the tests live; what the shell waits for there ends with them, whatever happens.
    let script = """
      exec 3<&0
      "$@" </dev/null 3<&- &
      server=$!
      echo "process $server"
      (cat <&3 >/dev/null; kill -KILL $server; rm -rf "$FOLDER") >/dev/null 2>&1 &
      watcher=$!
      wait $server
      kill $watcher
      """
    let command = try RunningCommand(
      "/bin/sh",
      [
        "-c", script, "server", try Self.program("mariadbd"), "--no-defaults", "--datadir=\(folder.path("data"))",
        "--socket=\(socket)", "--skip-networking", "--skip-log-bin", "--performance-schema=OFF",
        "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=2",
        "--max-connections=300", "--max-allowed-packet=4M", "--init-file=\(folder.path("users.sql"))",
        "--pid-file=\(folder.path("pid"))", "--tmpdir=\(folder.path)",
      ] + Self.root + options, folder: folder.path, environment: ["FOLDER": folder.path], keepsInputOpen: true,
      limit: .seconds(7200))
    state.withLock { $0.command = command }
    guard
      await command.waitUntil({ output, errors in
        output.contains("process ") && errors.contains("ready for connections")
      })
    else { throw Failure(description: await command.outcome().errors) }
    let said = await command.waitUntil { output, _ in output.hasSuffix("\n") }
    guard said else { throw Failure(description: "the shell is gone") }
    let process = try await processNumber(of: command)
    state.withLock { $0.process = process }
  }

  private func processNumber(of command: RunningCommand) async throws -> pid_t {
    let number = Recorder<pid_t>()
    _ = await command.waitUntil { output, _ in
      if let line = output.split(separator: "\n").first, let found = pid_t(line.dropFirst("process ".count)) {
        number.append(found)
      }
      return true
    }
    guard let process = number.all.first else { throw Failure(description: "the shell tells no process") }
    return process
  }

  /// Kills it in the middle of what it does.
  package func kill() async {
    let (command, process) = state.withLock { state -> (RunningCommand?, pid_t) in
      defer { state.command = nil }
      return (state.command, state.process)
    }
    guard let command, process > 0 else { return }
    Glibc.kill(process, SIGKILL)
    _ = await command.outcome()
  }

  /// A new database.
  package func database() throws -> String {
    let number = state.withLock { state in
      state.databases += 1
      return state.databases
    }
    let name = "d\(number)"
    try run("CREATE DATABASE \(name) CHARACTER SET latin1")
    return name
  }

  /// Runs statements, as root.
  @discardableResult
  package func run(_ sql: String, in database: String? = nil) throws -> String {
    let client = try Self.program("mariadb")
    let output = try Program.output(
      [client, "--no-defaults", "--socket=\(socket)", "--user=root", "--batch", "--default-character-set=utf8mb4"]
        + (database.map { ["--database=\($0)"] } ?? []) + ["--execute=\(sql)"])
    return String(decoding: output, as: UTF8.self)
  }

  /// The URL of a database; a password is in it.
  package func url(_ database: String) -> String {
    "mysql://\(Self.user):\(Self.encodedPassword)@localhost/\(database)?socket=\(socket)"
  }
}
