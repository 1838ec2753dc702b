import PipeDatabase
import PipeEngine
import PipeText
import PipeWeb

/// The key in which one sink of a pipeline notes how far it is: a hash.
struct RedisCheckpoint: Sendable {
  let pipeline: String
  let sink: String
  private let key: [UInt8]

  /// What stands in it.
  struct State: Hashable, Sendable {
    let run: String
    let epoch: Int
    let batch: Int
  }

  init(pipeline: String, sink: String) {
    (self.pipeline, self.sink) = (pipeline, sink)
    // So that the end of one name and the start of the other cannot be taken for each other.
    let escaped = pipeline.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%25")
      .split(separator: ":", omittingEmptySubsequences: false).joined(separator: "%3A")
    key = RedisRows.ownPrefix + Array("\(escaped):\(sink)".utf8)
  }

  /// The key of a run, whose name tells its pipeline.
  init?(run: String, sink: String) {
    guard let slash = run.firstIndex(of: "/") else { return nil }
    self.init(pipeline: String(run[run.index(after: slash)...]), sink: sink)
  }

  /// A name that no other run has, with that of its pipeline behind it: whoever asks for the outcome of a batch knows the run
  /// alone.
  static func newRun(of pipeline: String) -> String { DatabasePosition.newRun() + "/" + pipeline }

  /// Watches it from now on, and reads it.
  func watch(on server: RedisServer) throws(RunError) -> State? {
    var commands = RedisCommands()
    commands.add([Array("WATCH".utf8), key])
    return try read(commands, on: server)
  }

  func read(on server: RedisServer) throws(RunError) -> State? { try read(RedisCommands(), on: server) }

  private func read(_ before: RedisCommands, on server: RedisServer) throws(RunError) -> State? {
    var commands = before
    commands.add([Array("HMGET".utf8), key] + ["run", "epoch", "batch", "format"].map { Array($0.utf8) })
    let replies = try server.answers(commands)
    guard let values = replies.last?.elements?.map(\.text), values.count == 4, let run = values[0] else { return nil }
    guard values[3] == "1" else {
      throw RunError(server.name, "has a key \(name) that a newer pipe has written", hint: "update pipe")
    }
    guard let epoch = values[1].flatMap({ Int($0) }), let batch = values[2].flatMap({ Int($0) }) else {
      throw RunError(
        server.name, "has a key \(name) that is not as pipe writes it", hint: "delete it, and begin anew with --restart"
      )
    }
    return State(run: run, epoch: epoch, batch: batch)
  }

  private var name: String { String(decoding: key, as: UTF8.self).withoutControls }

  /// Adds the command that writes it.
  func set(run: String, epoch: Int, batch: Int, rows: Int, in commands: inout RedisCommands) {
    let fields = [
      "run", run, "epoch", String(epoch), "batch", String(batch), "rows", String(rows), "format", "1", "updated_at",
      Timestamp.now.description,
    ]
    commands.add([Array("HSET".utf8), key] + fields.map { Array($0.utf8) })
  }

  /// What came of a batch that was announced.
  func outcome(of position: DatabasePosition, on server: RedisServer) throws(RunError) -> AnnouncedOutcome {
    guard let found = try read(on: server), found.run == position.run else { throw isNotOfRun(on: server.name) }
    switch found.batch {
    case position.batch: return .committed
    case position.batch - 1: return .lost
    default: throw hasLost(on: server.name, found.batch, of: position.batch)
    }
  }

  // MARK: What is wrong with it

  func isNotOfRun(on server: String) -> RunError {
    RunError(
      server, "does not know the run: its key \(name) is missing, or is that of another run",
      hint: "if the server has lost its data, or another run has written since, begin anew with --restart")
  }

  func isGone(on server: String) -> RunError {
    RunError(
      server, "has lost the key \(name), and perhaps rows of the run with it",
      hint: "it was emptied, or restarted without what it had not saved; begin anew with --restart")
  }

  func hasLost(on server: String, _ found: Int, of known: Int) -> RunError {
    RunError(
      server,
      "is not as the run has left it: it has \(found) batch\(found == 1 ? "" : "es") of the run, and it had confirmed"
        + " \(known)",
      hint:
        "a server that is restarted loses what it had not saved (appendonly, appendfsync); begin anew with --restart")
  }
}
