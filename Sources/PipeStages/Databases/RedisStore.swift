import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// The keys of one sink on a Redis server: rows, and beside them how far the run is, in one MULTI … EXEC.
///
///     WATCH, types ─▶ MULTI ─▶ commands of rows ─▶ position ─▶ │ ─▶ EXEC
///     begin           insert                       note            commit
///
/// `pipe:checkpoint:PIPELINE:SINK` is a hash with the run that writes, its epoch and its batches. It is watched from the
/// look at it on, so that EXEC does nothing if another run has taken over since. Redis does not roll back: what one command
/// of a transaction is refused for must be known before, so the types of keys are looked at first.
final class RedisStore: DatabaseStore {
  let name: String
  let run: String
  let columns: [SQLDialect.Column]
  private let server: RedisServer
  private let rows: RedisRows
  private let environment: SinkEnvironment
  private let checkpoint: RedisCheckpoint?
  private var epoch = 0
  /// Batches that are committed.
  private var batch: Int
  /// Commands that wait in the server's transaction; `nil` without one.
  private var queued: Int?
  /// Whether EXEC has done nothing, since a key was changed or the server was not ready.
  private var wasAborted = false
  /// Since when EXEC has done nothing again and again.
  private var abortedSince: ContinuousClock.Instant?

  /// Bytes of commands that are sent together.
  private static let chunk = 256 << 10

  init(
    _ url: RedisURL, _ rows: RedisRows, sink: String, _ columns: [Column], at position: DatabasePosition?,
    in environment: SinkEnvironment
  ) throws(RunError) {
    (self.rows, self.environment) = (rows, environment)
    server = RedisServer(url, mayWait: environment.mayWait, tell: environment.tell)
    name = server.name
    self.columns = columns.map { SQLDialect.Column($0.name, rows.kind) }
    run = position?.run ?? RedisCheckpoint.newRun(of: environment.pipeline ?? "")
    batch = position?.batch ?? 0
    checkpoint = environment.pipeline.map { RedisCheckpoint(pipeline: $0, sink: sink) }
    try server.check(environment.tell)
    try takeOver(at: position)
  }

  var isConnected: Bool { server.isConnected && !wasAborted }
  var unpublished: UnpublishedRows? { nil }
  func swap(isTrial: Bool) throws(RunError) {}

  // MARK: A batch

  func begin() throws(RunError) {
    queued = nil
    wasAborted = false
    guard let checkpoint else { return }
    let found = try checkpoint.watch(on: server)
    try expect(found)
    if found?.batch != batch { throw checkpoint.hasLost(on: name, found?.batch ?? 0, of: batch) }
  }

  /// Whether the output is still this run's.
  private func expect(_ found: RedisCheckpoint.State?) throws(RunError) {
    guard let checkpoint else { return }
    guard let found else { throw checkpoint.isGone(on: name) }
    if found.run == run, found.epoch == epoch { return }
    throw RunError(
      name, "another run of \(checkpoint.pipeline) has taken over the key \(checkpoint.sink), so this one stops",
      hint: "its rows since the last batch were not written")
  }

  func insert(_ rows: [[SQLValue]]) throws(RunError) -> [RowFate] {
    var fates: [RowFate] = []
    var keys: [[UInt8]?] = []
    for row in rows {
      do throws(ValueFault) {
        keys.append(try self.rows.key(of: row))
        fates.append(.there)
      } catch {
        keys.append(nil)
        fates.append(.refused(code: error.code, column: error.column, reason: error.reason))
      }
    }
    let others = try otherTypes(of: Set(keys.compactMap(\.self)))
    for (index, key) in keys.enumerated() {
      guard let key, let type = others[key] else { continue }
      keys[index] = nil
      fates[index] = .refused(
        code: "WRONGTYPE", column: nil,
        reason: "the key \(excerpt(String(decoding: key, as: UTF8.self))) holds a \(type), not a"
          + " \(self.rows.form.rawValue)")
    }
    var commands = RedisCommands("MULTI")
    queued = -1
    for (row, key) in zip(rows, keys) {
      guard let key else { continue }
      self.rows.add(row, key, to: &commands)
      if commands.bytes.count >= Self.chunk {
        try queue(commands)
        commands = RedisCommands()
      }
    }
    try queue(commands)
    return fates
  }

  /// Keys that hold something else than rows of this sink. They are watched, unless others may write to them all the time, as
  /// who takes from a list does.
  private func otherTypes(of keys: Set<[UInt8]>) throws(RunError) -> [[UInt8]: String] {
    var found: [[UInt8]: String] = [:]
    var rest = Array(keys)[...]
    while !rest.isEmpty {
      let some = rest.prefix(1000)
      rest = rest.dropFirst(1000)
      var commands = RedisCommands()
      if rows.form == .hash { commands.add([Array("WATCH".utf8)] + some) }
      for key in some { commands.add([Array("TYPE".utf8), key]) }
      for (key, type) in zip(some, try server.answers(commands).suffix(some.count)) {
        let type = type.text ?? ""
        if type != "none", type != rows.form.rawValue { found[key] = type }
      }
    }
    return found
  }

  /// Puts commands into the server's transaction.
  private func queue(_ commands: RedisCommands) throws(RunError) {
    if commands.isEmpty { return }
    for reply in try server.replies(to: commands) {
      if let words = reply.error {
        if RedisServer.isNotReady(words) { wasAborted = true }
        throw .redis(name, .refused(words))
      }
    }
    queued = (queued ?? 0) + commands.count
  }

  func note(_ position: DatabasePosition) throws(RunError) {
    guard let checkpoint else { return }
    var commands = RedisCommands()
    checkpoint.set(run: run, epoch: epoch, batch: position.batch, rows: position.rows, in: &commands)
    try queue(commands)
  }

  func commit() throws(RunError) {
    guard let count = queued else { return }
    let reply = try server.replies(to: RedisCommands("EXEC"))[0]
    queued = nil
    switch reply {
    case .array(let replies) where replies.count == count:
      batch += 1
      abortedSince = nil
      // The types were looked at: somebody has changed one in the meantime.
      if let words = replies.lazy.compactMap(\.error).first {
        let lost = replies.count { $0.error != nil }
        throw RunError(
          name, "\(lost) command\(lost == 1 ? " was" : "s were") refused within a batch that was written: \(words)",
          hint: "another program has changed the type of a key at that moment; begin anew with --restart")
      }
    case .null:
      wasAborted = true
      throw RunError(
        name, "a key that the run writes was changed by another program again and again, for a minute",
        hint: "end whatever writes to the same keys, and go on with --resume")
    case .error(let words):
      let cause = words.firstRange(of: "because of: ").map { String(words[$0.upperBound...]) } ?? words
      if RedisServer.isNotReady(cause) { wasAborted = true }
      throw .redis(name, .refused(cause))
    default:
      server.disconnect()
      throw .redis(name, .foreign("it answers EXEC with something else"))
    }
  }

  func rollBack() {
    guard server.isConnected else { return }
    _ = try? server.replies(to: RedisCommands(queued == nil ? "UNWATCH" : "DISCARD"))
    queued = nil
  }

  // MARK: A connection that was lost

  func reconnect(after failure: RunError) throws(RunError) {
    if wasAborted, server.isConnected {
      let since = abortedSince ?? .now
      abortedSince = since
      guard ContinuousClock.now - since < RedisServer.patience, server.pause(.milliseconds(20)) else { throw failure }
      return try expect(try checkpoint?.read(on: server))
    }
    queued = nil
    try server.returning(after: failure) { () throws(RunError) in try expect(try checkpoint?.read(on: server)) }
  }

  func outcome(of position: DatabasePosition) throws(RunError) -> AnnouncedOutcome {
    if wasAborted { return .lost }
    guard let checkpoint else {
      throw RunError(
        name, "the connection was lost when a batch was written, and without a journal nothing tells whether it was",
        hint: "begin anew, or write with a journal")
    }
    let outcome = try checkpoint.outcome(of: position, on: server)
    if outcome == .committed { batch = position.batch }
    return outcome
  }

  func checkPlace() throws(RunError) {
    guard let checkpoint else { return }
    var found: RedisCheckpoint.State?
    do throws(RunError) {
      found = try checkpoint.read(on: server)
    } catch {
      if server.isConnected { throw error }
      try server.returning(after: error) { () throws(RunError) in found = try checkpoint.read(on: server) }
    }
    try expect(found)
    if found?.batch != batch { throw checkpoint.hasLost(on: name, found?.batch ?? 0, of: batch) }
  }

  // MARK: The beginning

  /// Takes a new epoch, so that a run which was here before stops.
  private func takeOver(at position: DatabasePosition?) throws(RunError) {
    guard let checkpoint else { return }
    while true {
      let found = try checkpoint.watch(on: server)
      if let position {
        guard let found, found.run == run else { throw checkpoint.isNotOfRun(on: name) }
        if found.batch != position.batch { throw checkpoint.hasLost(on: name, found.batch, of: position.batch) }
      }
      epoch = (found?.epoch ?? 0) + 1
      var commands = RedisCommands("MULTI")
      checkpoint.set(
        run: run, epoch: epoch, batch: position?.batch ?? 0, rows: position?.rows ?? 0, in: &commands)
      commands.add("EXEC")
      let replies = try server.replies(to: commands)
      if replies.last?.elements != nil { return }
      if let words = replies.lazy.compactMap(\.error).first, !RedisServer.isNotReady(words) {
        throw .redis(name, .refused(words))
      }
      guard server.pause(.milliseconds(20)) else { throw .redis(name, .stopped) }
    }
  }
}
