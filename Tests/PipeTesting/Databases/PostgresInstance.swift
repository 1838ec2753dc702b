import FoundationEssentials
import Glibc
import Synchronization

/// A PostgreSQL server of the tests' own, on a Unix socket in a folder that is gone with it. Where the tests run as root, it runs
/// as `postgres`, since it refuses root.
package final class PostgresInstance: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// One for all tests of the process, which leave it running.
  package static let shared: Result<PostgresInstance, any Error> = {
    atexit { if case .success(let instance) = PostgresInstance.shared { instance.remove() } }
    return Result { try PostgresInstance() }
  }()

  /// The folder of its socket.
  package let folder: String
  private let programs: String
  private let count = Mutex(0)

  package init() throws {
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    guard let version = versions.compactMap({ Int($0) }).max() else {
      throw Failure(description: "PostgreSQL is missing: run Scripts/install-packages test")
    }
    programs = "/usr/lib/postgresql/\(version)/bin"
    // The path of a socket has at most 107 bytes.
    folder = "/tmp/pipe-pg-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    if getuid() == 0 {
      guard let user = getpwnam("postgres") else { throw Failure(description: "there is no user postgres") }
      chown(folder, user.pointee.pw_uid, user.pointee.pw_gid)
    }
    _ = try run(
      "initdb",
      [
        "-D", folder + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync",
        "--locale=C.UTF-8",
      ])
    let settings = """
      listen_addresses = ''
      unix_socket_directories = '\(folder)'
      fsync = off
      shared_buffers = 32MB
      max_connections = 200
      autovacuum = off
      """
    try Data(settings.utf8).write(to: URL(fileURLWithPath: folder + "/pipe.conf"))
    chmod(folder + "/pipe.conf", 0o644)
    _ = try Program.output([
      "/bin/sh", "-c", "echo \"include '\(folder)/pipe.conf'\" >> \(folder)/data/postgresql.conf",
    ])
    try start()
  }

  deinit { remove() }

  package func start() throws {
    _ = try run("pg_ctl", ["-D", folder + "/data", "-l", folder + "/log", "-w", "-t", "300", "start"])
  }

  /// Ends it as a crash does: nothing is finished, and the next start recovers.
  package func crash() throws {
    _ = try run("pg_ctl", ["-D", folder + "/data", "-m", "immediate", "-w", "-t", "300", "stop"])
  }

  package func remove() {
    if FileManager.default.fileExists(atPath: folder + "/data/postmaster.pid") { try? crash() }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Makes an empty database.
  ///
  /// - Returns: Its name.
  package func newDatabase() throws -> String {
    let name = count.withLock { count in
      count += 1
      return "test\(count)"
    }
    _ = try Program.output(
      [
        programs + "/psql", "-X", "-q", "-h", folder, "-U", "postgres", "-d", "postgres", "-c",
        "CREATE DATABASE \(name)",
      ])
    return name
  }

  package var socket: String { folder + "/.s.PGSQL.5432" }

  /// - Parameter place: `host` and what else comes behind `?`; without it, its socket.
  package func url(_ database: String) -> String { "postgres://postgres@/\(database)?host=\(folder)" }

  private func run(_ program: String, _ arguments: [String]) throws -> [UInt8] {
    var command = [programs + "/" + program] + arguments
    if getuid() == 0 {
      command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] + command
    }
    // A server that goes on must not have sockets of other tests open.
    let closing =
      "cd /; for f in /proc/self/fd/*; do n=${f##*/}; [ $n -gt 2 ] && eval \"exec $n>&-\"; done; exec \"$@\""
    return try Program.output(["bash", "-c", closing, "bash"] + command)
  }
}
