import Glibc
import PipeTesting
import Testing

@testable import PipeHTTP

/// What libcurl wants of a socket, and what it is told (curl/multi.h).
private enum Poll {
  static let input: Int32 = 1
  static let output: Int32 = 2
  static let both: Int32 = 3
  static let remove: Int32 = 4
}

/// Two sockets that are connected with each other.
private final class SocketPair {
  let ours: Int32
  let theirs: Int32

  /// Over TCP, since other sockets do not throw bytes away unread.
  init() throws {
    let (listener, port) = try Loopback.listen("127.0.0.1", backlog: 1)
    defer { close(listener) }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(port).bigEndian
    inet_pton(AF_INET, "127.0.0.1", &name.sin_addr)
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isConnected = withUnsafeBytes(of: &name) { bytes in
      connect(client, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, length) == 0
    }
    ours = client
    theirs = accept(listener, nil, nil)
    try #require(isConnected && theirs >= 0)
  }

  deinit {
    close(ours)
    close(theirs)
  }

  /// The other end writes a byte.
  func say() { _ = write(theirs, "x", 1) }

  /// Whether the other end sees the end of the connection, and no byte.
  var isEnded: Bool {
    var byte: UInt8 = 0
    return recv(theirs, &byte, 1, Int32(MSG_DONTWAIT)) == 0
  }
}

@Suite("Readiness")
struct ReadinessTests {
  private let wakeup: Wakeup
  private let pair: SocketPair

  init() throws {
    wakeup = try Wakeup()
    pair = try SocketPair()
  }

  /// The events of one look, without waiting.
  private func events(_ readiness: inout Readiness, hasUnseen: Bool = false) -> [[Int32]] {
    let count = readiness.wait(milliseconds: 0, hasUnseen: hasUnseen)
    return (0..<count).compactMap { index in readiness.event(index).map { [$0.descriptor, $0.action] } }
  }

  /// One that watches a new socket of ours for what libcurl wants.
  private func watching(_ action: Int32) throws -> Readiness {
    var readiness = try Readiness(wakeup: wakeup.descriptor)
    readiness.opened(pair.ours)
    readiness.want(pair.ours, action, isIdle: false)
    readiness.commit()
    return readiness
  }

  @Test("a socket of ours is watched once the round has ended")
  func commit() throws {
    var readiness = try Readiness(wakeup: wakeup.descriptor)
    readiness.opened(pair.ours)
    readiness.want(pair.ours, Poll.input, isIdle: false)
    pair.say()
    #expect(events(&readiness) == [])
    readiness.commit()
    #expect(events(&readiness) == [[pair.ours, 1]])
  }

  @Test("libcurl is told what it asked for: bytes that came, room for more, or both")
  func actions() throws {
    var readiness = try watching(Poll.output)
    #expect(events(&readiness) == [[pair.ours, 2]])
    readiness.want(pair.ours, Poll.both, isIdle: false)
    readiness.commit()
    #expect(events(&readiness) == [[pair.ours, 2]])
    pair.say()
    #expect(events(&readiness) == [[pair.ours, 3]])
    readiness.want(pair.ours, Poll.input, isIdle: false)
    readiness.commit()
    #expect(events(&readiness) == [[pair.ours, 1]])
    readiness.want(pair.ours, Poll.remove, isIdle: false)
    readiness.commit()
    #expect(events(&readiness) == [])
  }

  @Test("a connection that is let go of and taken up within a round is watched as before")
  func letGoAndTakenUp() throws {
    var readiness = try watching(Poll.input)
    readiness.want(pair.ours, Poll.remove, isIdle: true)
    readiness.want(pair.ours, Poll.input, isIdle: false)
    readiness.commit()
    pair.say()
    #expect(events(&readiness) == [[pair.ours, 1]])
    let hasHeard = readiness.hasHeardUnasked
    #expect(!hasHeard)
    #expect(!pair.isEnded)
  }

  @Test("an idle connection over which something comes is ended, and libcurl has nothing to be told")
  func unasked() throws {
    var readiness = try watching(Poll.input)
    readiness.want(pair.ours, Poll.remove, isIdle: true)
    readiness.commit()
    #expect(events(&readiness) == [])
    pair.say()
    #expect(events(&readiness) == [])
    let hasHeard = readiness.hasHeardUnasked
    #expect(hasHeard)
    #expect(pair.isEnded)
  }

  @Test("the other side's end of an idle connection is nothing that was said")
  func endOfAnIdleConnection() throws {
    var readiness = try watching(Poll.input)
    readiness.want(pair.ours, Poll.remove, isIdle: true)
    readiness.commit()
    shutdown(pair.theirs, Int32(SHUT_WR))
    #expect(events(&readiness) == [])
    let hasHeard = readiness.hasHeardUnasked
    #expect(!hasHeard)
    #expect(pair.isEnded)
  }

  @Test("an idle connection that is used again is watched for its answer")
  func usedAgain() throws {
    var readiness = try watching(Poll.input)
    readiness.want(pair.ours, Poll.remove, isIdle: true)
    readiness.commit()
    readiness.want(pair.ours, Poll.input, isIdle: false)
    readiness.commit()
    pair.say()
    #expect(events(&readiness) == [[pair.ours, 1]])
    #expect(!pair.isEnded)
  }

  @Test("while a transfer is paused unseen, a connection that looks idle is left alone")
  func doubtful() throws {
    var readiness = try watching(Poll.input)
    readiness.want(pair.ours, Poll.remove, isIdle: true)
    readiness.commit()
    pair.say()
    #expect(events(&readiness, hasUnseen: true) == [])
    #expect(!pair.isEnded)
    #expect(events(&readiness, hasUnseen: true) == [], "nor does it wake the loop again")
    // Once none is, what came over it was unasked.
    #expect(events(&readiness) == [])
    #expect(pair.isEnded)
    let hasHeard = readiness.hasHeardUnasked
    #expect(hasHeard)
  }

  @Test("a doubtful connection whose transfer goes on has its answer")
  func doubtfulInUse() throws {
    var readiness = try watching(Poll.input)
    readiness.want(pair.ours, Poll.remove, isIdle: true)
    readiness.commit()
    pair.say()
    #expect(events(&readiness, hasUnseen: true) == [])
    readiness.want(pair.ours, Poll.input, isIdle: false)
    readiness.commit()
    #expect(events(&readiness) == [[pair.ours, 1]])
    #expect(!pair.isEnded)
  }

  @Test("a socket that is not ours is watched at once, and never counts as idle")
  func others() throws {
    var readiness = try Readiness(wakeup: wakeup.descriptor)
    readiness.want(pair.ours, Poll.input, isIdle: false)
    pair.say()
    #expect(events(&readiness) == [[pair.ours, 1]])
    readiness.want(pair.ours, Poll.remove, isIdle: true)
    #expect(events(&readiness) == [])
    #expect(!pair.isEnded)
  }

  @Test("the number of a closed socket can be given to another one")
  func reusedNumber() throws {
    var readiness = try watching(Poll.input)
    let other = try SocketPair()
    // epoll forgets what is closed.
    readiness.closed(pair.ours)
    #expect(dup2(other.ours, pair.ours) == pair.ours)
    readiness.opened(pair.ours)
    readiness.want(pair.ours, Poll.input, isIdle: false)
    readiness.commit()
    other.say()
    #expect(events(&readiness) == [[pair.ours, 1]])
  }

  @Test("sockets of ours are counted, those of others are not")
  func counting() throws {
    var readiness = try Readiness(wakeup: wakeup.descriptor)
    readiness.opened(pair.ours)
    readiness.want(pair.theirs, Poll.input, isIdle: false)
    let count1 = readiness.openCount
    #expect(count1 == 1)
    readiness.closed(pair.theirs)
    readiness.closed(100_000)
    let count2 = readiness.openCount
    #expect(count2 == 1)
    readiness.closed(pair.ours)
    readiness.closed(pair.ours)
    let count3 = readiness.openCount
    #expect(count3 == 0)
  }

  @Test("it wakes for a signal")
  func signal() throws {
    var readiness = try Readiness(wakeup: wakeup.descriptor)
    let look4 = readiness.wait(milliseconds: 0, hasUnseen: false)
    #expect(look4 == 0)
    wakeup.signal()
    let look5 = readiness.wait(milliseconds: -1, hasUnseen: false)
    #expect(look5 == 1)
    let hasEvent = readiness.event(0) != nil
    #expect(!hasEvent, "libcurl has nothing to do with it")
    #expect(wakeup.clear())
    #expect(!wakeup.clear())
    let look6 = readiness.wait(milliseconds: 0, hasUnseen: false)
    #expect(look6 == 0)
  }
}
