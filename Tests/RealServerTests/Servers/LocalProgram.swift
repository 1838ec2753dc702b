import Glibc
import PipeTesting
import Synchronization

/// A server of the system's, run for the time of a test: started with a configuration of its own, in a folder of its
/// own, at an address of 127.0.0.0/8 that nobody else uses, and ended by its process id.
final class LocalProgram: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let folder: TemporaryFolder
  let address: String
  private let running: RunningCommand

  /// Starts a program and waits until it listens.
  ///
  /// - Parameters:
  ///   - port: Where it listens.
  ///   - arguments: Its command line.
  init(
    _ name: String, at address: String, port: Int, in folder: TemporaryFolder, environment: [String: String] = [:],
    _ arguments: [String]
  ) throws {
    guard let path = Program.path(name), let timeout = Program.path("timeout") else {
      throw Failure(description: "there is no \(name): run Scripts/install-packages test and Tests/install-tools")
    }
    self.folder = folder
    self.address = address
    // timeout(1) ends it even where nobody is left to do that.
    running = try RunningCommand(
      timeout, ["--kill-after=1", "120", path] + arguments, folder: folder.path, environment: environment,
      keepsInputOpen: true, limit: .seconds(130))
    if !Loopback.waitForListener(address, port: port, atMost: .seconds(20)) {
      running.send(SIGTERM)
      throw Failure(description: "\(name) does not listen at \(address):\(port); see \(folder.path)")
    }
  }

  /// Ends it, and waits until it has ended.
  @discardableResult
  func stop() async -> RunningCommand.Outcome {
    running.send(SIGTERM)
    return await running.outcome()
  }

  deinit { running.send(SIGTERM) }
}

extension Loopback {
  private static let lastAddress = Atomic(0)

  /// An address of 127.0.0.0/8 for one server; each call, and each process that runs tests, has others.
  static func freshAddress() -> String {
    let number = lastAddress.add(1, ordering: .relaxed).newValue
    let process = Int(getpid())
    return "127.\(16 + process / 256 % 200).\(process % 256).\(1 + number % 250)"
  }

  /// A port at an address where nobody listens.
  static func freePort(_ address: String) throws -> Int {
    let (descriptor, port) = try listen(address, backlog: 1)
    close(descriptor)
    return port
  }
}
