import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText

/// The server of a sink or a source: connected when it is asked, and again if the connection was lost.
final class RedisServer {
  private let address: RedisAddress
  /// What messages call it.
  let name: String
  private let mayWait: () -> Bool
  private let tell: (String) -> Void
  /// How long it may say nothing, and be not ready.
  private let time: Duration
  private var connection: RedisConnection?
  private var hasToldOfWaiting = false
  /// Why commands were not answered the last time.
  private var fault: RedisError?

  /// How long a server that is not there, or not ready, is waited for.
  static let patience = Duration.seconds(60)

  /// - Parameters:
  ///   - mayWait: Asked while it waits: whether it may go on with that.
  ///   - tell: Told once that it waits.
  init(
    _ url: RedisURL, within time: Duration = patience, mayWait: @escaping () -> Bool = { true },
    tell: @escaping (String) -> Void = { _ in }
  ) {
    (address, name, self.time, self.mayWait, self.tell) = (url.address, url.shown, time, mayWait, tell)
  }

  var isConnected: Bool { connection?.isOpen ?? false }

  /// Gives the connection up; the server ends what was begun on it.
  func disconnect() { connection = nil }

  /// Sends commands, and connects before if there is no connection.
  ///
  /// - Throws: `RunError` if they were not answered. An error of the server is a reply.
  func replies(to commands: RedisCommands, atMost most: Int = 64 << 20) throws(RunError) -> [RedisReply] {
    do throws(RedisError) {
      return try connected().replies(to: commands, atMost: most, within: time)
    } catch {
      throw failed(error)
    }
  }

  private func failed(_ error: RedisError) -> RunError {
    fault = error
    return .redis(name, error)
  }

  private func connected() throws(RedisError) -> RedisConnection {
    if let connection, connection.isOpen { return connection }
    let mayWait = mayWait
    let new = try RedisConnection(address, within: min(time, .seconds(10)), breakOff: { !mayWait() })
    connection = new
    return new
  }

  /// Sends commands that can be sent again, and waits for a server that is loading its data, or is busy with a script.
  ///
  /// - Throws: also for an error among the replies.
  func answers(_ commands: RedisCommands, atMost most: Int = 64 << 20) throws(RunError) -> [RedisReply] {
    let start = ContinuousClock.now
    while true {
      var busy: String?
      do throws(RedisError) {
        let replies = try connected().replies(to: commands, atMost: most, within: time)
        guard let words = replies.lazy.compactMap(\.error).first else { return replies }
        if !Self.isNotReady(words) { throw .refused(words) }
        busy = words
      } catch {
        guard case .refused(let words) = error, Self.isNotReady(words) else { throw failed(error) }
        busy = words
      }
      guard ContinuousClock.now - start < time, pause(.milliseconds(200)) else {
        throw failed(.refused(busy ?? ""))
      }
      if ContinuousClock.now - start > .seconds(2) { tellOfWaiting() }
    }
  }

  /// Asks, and asks again if the connection is lost meanwhile.
  func retrying<Answer>(_ body: () throws(RunError) -> Answer) throws(RunError) -> Answer {
    do throws(RunError) {
      return try body()
    } catch {
      guard case .lost? = fault else { throw error }
      var answer: Answer?
      try returning(after: error) { () throws(RunError) in answer = try body() }
      guard let answer else { throw error }
      return answer
    }
  }

  /// Does something again and again until the server is there.
  ///
  /// - Throws: `failure` once patience is over, and whatever is not for want of a connection.
  func returning(after failure: RunError, _ body: () throws(RunError) -> Void) throws(RunError) {
    let start = ContinuousClock.now
    var wait = Duration.milliseconds(50)
    while true {
      guard ContinuousClock.now - start < Self.patience, pause(wait) else { throw failure }
      wait = min(wait * 2, .seconds(2))
      if ContinuousClock.now - start > .seconds(2) { tellOfWaiting() }
      fault = nil
      do throws(RunError) {
        return try body()
      } catch {
        guard case .lost? = fault else { throw error }
      }
    }
  }

  /// Looks whether it is one that can be written to.
  ///
  /// - Parameter tell: Told what it may do with rows by itself.
  func check(_ tell: (String) -> Void = { _ in }) throws(RunError) {
    let reply = try replies(to: RedisCommands("INFO"))[0]
    // A user who may not ask is told by the commands themselves.
    guard let lines = reply.text?.split(whereSeparator: \.isNewline) else { return }
    var info: [Substring: Substring] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      info[line[..<colon]] = line[line.index(after: colon)...]
    }
    if info["cluster_enabled"] == "1" {
      throw RunError(
        name, "is a node of a cluster, where a batch and its position cannot be written together",
        hint: "name a server that stands alone")
    }
    if info["role"] == "slave", info["slave_read_only"] != "0" {
      throw RunError(name, "is a replica, which takes no writes", hint: "name the primary in url")
    }
    if let policy = info["maxmemory_policy"], policy.hasPrefix("allkeys"), info["maxmemory"] != "0" {
      tell(
        "\(name) deletes keys of any kind when its memory is full (maxmemory-policy \(policy)), those of the run as well"
      )
    }
  }

  /// - Returns: Whether it may go on.
  func pause(_ time: Duration) -> Bool {
    let deadline = ContinuousClock.now + time
    while ContinuousClock.now < deadline {
      if !mayWait() { return false }
      usleep(20_000)
    }
    return mayWait()
  }

  private func tellOfWaiting() {
    if hasToldOfWaiting { return }
    hasToldOfWaiting = true
    tell("\(name) does not answer or is not ready: waiting for it, a minute at most")
  }

  /// Whether an error says that the same will work later.
  static func isNotReady(_ words: String) -> Bool {
    ["LOADING ", "BUSY ", "MASTERDOWN ", "TRYAGAIN "].contains { words.hasPrefix($0) }
  }
}

extension RunError {
  /// What a Redis server has said, or that it says nothing.
  static func redis(_ name: String, _ error: RedisError) -> RunError {
    switch error {
    case .lost(let reason):
      return RunError(name, reason, hint: "see whether it runs and can be reached; a run goes on with --resume")
    case .stopped: return RunError(name, "was waited for when the run stopped", comesOfStop: true)
    case .foreign(let reason): return RunError(name, reason, hint: "see whether it is a Redis server")
    case .refused(let words):
      let shown = excerpt(words.withoutControls, limit: 300)
      switch words.prefix(while: { $0 != " " }) {
      case "NOAUTH":
        return RunError(name, "asks for a password: \(shown)", hint: "write it into url: redis://user:password@host/0")
      case "WRONGPASS": return RunError(name, "does not take the user or the password: \(shown)")
      case "DENIED": return RunError(name, "takes no connections from here: \(shown)")
      case "NOPERM": return RunError(name, "does not allow the user what is needed: \(shown)")
      case "OOM":
        return RunError(
          name, "has no memory left for more: \(shown)", hint: "raise its maxmemory, and go on with --resume")
      case "READONLY":
        return RunError(name, "is a replica, which takes no writes: \(shown)", hint: "name the primary in url")
      case "MISCONF":
        return RunError(
          name, "takes no writes, since it cannot save its data: \(shown)",
          hint: "see the server's log, and go on with --resume")
      case "MOVED", "ASK", "CROSSSLOT", "CLUSTERDOWN":
        return RunError(
          name, "is a node of a cluster, which cannot be written to: \(shown)", hint: "name a server that stands alone")
      default: return RunError(name, "has refused: \(shown)")
      }
    }
  }
}
