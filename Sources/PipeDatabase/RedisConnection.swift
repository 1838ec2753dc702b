internal import Glibc

/// The one owner of a connection to a Redis server. One task uses it. Once it is lost it stays so.
package final class RedisConnection {
  private let address: RedisAddress
  private let socket: StreamSocket
  private let tls: TLSSession?
  private var parser = RedisParser()
  private var room = [UInt8](repeating: 0, count: 64 << 10)
  private let shouldStop: () -> Bool
  package private(set) var isOpen = true

  /// How long a server may say nothing while it is asked.
  package static let patience = Duration.seconds(60)

  /// Connects, and says who asks.
  ///
  /// - Parameters:
  ///   - name: What the server's list of clients calls it.
  ///   - time: How long connecting may take.
  ///   - shouldStop: Asked every tenth of a second while it waits.
  /// - Throws: `refused` for what the server says of user, password or database.
  package init(
    _ address: RedisAddress, name: String = "pipe", within time: Duration = .seconds(10),
    breakOff shouldStop: @escaping () -> Bool = { false }
  ) throws(RedisError) {
    self.address = address
    self.shouldStop = shouldStop
    socket = try StreamSocket.connected(to: address.place, within: time, shouldStop)
    if address.isSecure, case .server(let host, _) = address.place {
      tls = try TLSSession(host: host, authorities: address.authorities)
    } else {
      tls = nil
    }
    try shakeHands(within: time)
    var greeting = RedisCommands()
    if let password = address.password, !password.isEmpty || address.user != nil {
      greeting.add((["AUTH"] + (address.user.map { [$0] } ?? []) + [password]).map { Array($0.utf8) })
    }
    if address.database != 0 { greeting.add("SELECT", String(address.database)) }
    greeting.add("CLIENT", "SETNAME", name)
    let replies = try replies(to: greeting, within: time)
    for (index, reply) in replies.enumerated() {
      guard let words = reply.error else { continue }
      // The name is only for who looks; a server may not know the command, or not allow it.
      let isName = index == replies.count - 1
      if isName, ["ERR unknown", "NOPERM", "BUSY", "LOADING"].contains(where: { words.hasPrefix($0) }) { continue }
      isOpen = false
      throw .refused(address.masked(words))
    }
  }

  private func shakeHands(within time: Duration) throws(RedisError) {
    guard let tls else { return }
    let deadline = ContinuousClock.now + time
    while true {
      try tls.shakeHands()
      var outgoing = tls.takeOutgoing()[...]
      while !outgoing.isEmpty {
        guard try socket.wait(for: POLLOUT, by: deadline, shouldStop) else {
          throw .lost("no answer to the TLS handshake in time")
        }
        outgoing = outgoing.dropFirst(try socket.send(outgoing))
      }
      if tls.isReady { return }
      guard try socket.wait(for: POLLIN, by: deadline, shouldStop) else {
        throw .lost("no answer to the TLS handshake in time")
      }
      let count = try socket.receive(into: &room)
      tls.received(room[..<count])
    }
  }

  /// Sends commands and waits for all of their replies. An error is a reply as any other.
  ///
  /// - Parameters:
  ///   - most: Bytes that all replies may hold.
  ///   - time: How long nothing may come.
  package func replies(
    to commands: RedisCommands, atMost most: Int = 64 << 20, within time: Duration = patience
  ) throws(RedisError) -> [RedisReply] {
    guard isOpen else { throw .lost("the connection is lost") }
    do throws(RedisError) {
      return try exchange(commands, most, time)
    } catch {
      // What comes of it later would be taken for the answer to something else.
      isOpen = false
      throw masked(error)
    }
  }

  private func exchange(
    _ commands: RedisCommands, _ most: Int, _ time: Duration
  ) throws(RedisError) -> [RedisReply] {
    guard parser.isEmpty else { throw .foreign("it has said what nobody asked for") }
    parser.room = most
    var outgoing = commands.bytes[...]
    if let tls {
      try tls.encrypt(commands.bytes)
      outgoing = tls.takeOutgoing()[...]
    }
    var replies: [RedisReply] = []
    replies.reserveCapacity(commands.count)
    var deadline = ContinuousClock.now + time
    while replies.count < commands.count {
      guard try socket.wait(for: outgoing.isEmpty ? POLLIN : POLLIN | POLLOUT, by: deadline, shouldStop) else {
        throw .lost("no answer within \(time.components.seconds)s")
      }
      if !outgoing.isEmpty {
        let count = try sending { () throws(RedisError) in try socket.send(outgoing) }
        outgoing = outgoing.dropFirst(count)
        if count > 0 { deadline = .now + time }
      }
      let count = try socket.receive(into: &room)
      if count == 0 { continue }
      deadline = .now + time
      if let tls {
        tls.received(room[..<count])
        guard let clear = try tls.decrypt() else { throw .lost("the server has closed the connection") }
        parser.add(clear)
      } else {
        parser.add(room[..<count])
      }
      do throws(RedisParser.Fault) {
        while replies.count < commands.count, let reply = try parser.next() { replies.append(reply) }
      } catch {
        throw .foreign("it does not answer as Redis does: \(error.reason)")
      }
    }
    return replies
  }

  /// A server that refuses a connection says why before it closes it, and sending fails then.
  private func sending(_ body: () throws(RedisError) -> Int) throws(RedisError) -> Int {
    do throws(RedisError) {
      return try body()
    } catch {
      if let count = try? socket.receive(into: &room), count > 0, tls == nil {
        parser.add(room[..<count])
        if let words = (try? parser.next())?.error { throw .refused(words) }
      }
      throw error
    }
  }

  /// A server's words without the password, should it repeat that.
  private func masked(_ error: RedisError) -> RedisError {
    switch error {
    case .refused(let words): .refused(address.masked(words))
    case .lost(let words): .lost(address.masked(words))
    case .foreign, .stopped: error
    }
  }
}

extension RedisAddress {
  /// A server's words without the password.
  package func masked(_ words: String) -> String {
    guard let password, !password.isEmpty else { return words }
    var (result, rest) = ("", words[...])
    while let found = rest.firstRange(of: password) {
      result += rest[..<found.lowerBound] + "***"
      rest = rest[found.upperBound...]
    }
    return result + rest
  }
}
