internal import Glibc
internal import PipeSystem
internal import PipeWeb
internal import Synchronization

/// A connection of HTTP/2 without TLS that hands libcurl one frame at a time.
///
/// A server may answer before all of the content has come, and reset the stream then (RFC 9113, 8.1). libcurl before
/// 8.1.0 drops what it has read of an answer when the reset is read with it, so the two must not come together: libcurl
/// gets a socket that keeps the bounds of what is written, and a thread moves the bytes between that and the server.
final class FrameRelay: Sendable {
  private struct Storage: Sendable {
    var fault: Int32 = 0
    var isAnswered = false
  }

  /// libcurl's end, which libcurl connects to `address` and closes.
  let descriptor: Int32
  /// A local socket without a file, in the form of sockaddr_un.
  let address: [UInt8]
  private let storage = Mutex(Storage())

  /// What kept the server from being connected to; a number of the system's, 0 for nothing.
  var fault: Int32 { storage.withLock { $0.fault } }
  /// Whether the server has sent an answer to its end.
  var isAnswered: Bool { storage.withLock { $0.isAnswered } }

  /// - Parameters:
  ///   - server: A socket that is not connected; it is closed here.
  ///   - target: Where to connect it.
  ///   - limit: How long that may take.
  init?(_ server: Int32, to target: [UInt8], limit: Duration) {
    let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    let (listener, client) = (socket(AF_UNIX, kind, 0), socket(AF_UNIX, kind, 0))
    guard listener >= 0, client >= 0, let address = Self.listen(listener) else {
      for descriptor in [listener, client] where descriptor >= 0 { close(descriptor) }
      return nil
    }
    (descriptor, self.address) = (client, address)
    let milliseconds = Int32(clamping: limit.nanoseconds / 1_000_000)
    do {
      let thread = try SystemThread { [self] in
        defer { close(server) }
        let inner = Self.accept(listener, milliseconds)
        close(listener)
        if inner < 0 { return }
        defer { close(inner) }
        if connect(server, target, milliseconds) { FrameMover(server: server, client: inner).run(noting: noteAnswer) }
      }
      thread.detach()
    } catch {
      close(listener)
      close(client)
      return nil
    }
  }

  /// - Returns: The address, which the system chooses (unix(7), autobind).
  private static func listen(_ listener: Int32) -> [UInt8]? {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    var length = socklen_t(MemoryLayout<sa_family_t>.size)
    return withUnsafeMutablePointer(to: &name) { name in
      name.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> [UInt8]? in
        guard bind(listener, generic, length) == 0, Glibc.listen(listener, 1) == 0 else { return nil }
        length = socklen_t(MemoryLayout<sockaddr_un>.size)
        guard getsockname(listener, generic, &length) == 0 else { return nil }
        return [UInt8](UnsafeRawBufferPointer(start: generic, count: Int(length)))
      }
    }
  }

  /// - Returns: The other end of libcurl's socket, and nobody else's.
  private static func accept(_ listener: Int32, _ milliseconds: Int32) -> Int32 {
    var polled = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, milliseconds) > 0 else { return -1 }
    let descriptor = Glibc.accept(listener, nil, nil)
    // Process, user and group: struct ucred, which the Glibc module leaves out.
    var peer: [UInt32] = [0, 0, 0]
    var length = socklen_t(12)
    if getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0, peer[0] == UInt32(getpid()) {
      return descriptor
    }
    if descriptor >= 0 { close(descriptor) }
    return -1
  }

  private func noteAnswer() { storage.withLock { $0.isAnswered = true } }

  private func connect(_ server: Int32, _ address: [UInt8], _ milliseconds: Int32) -> Bool {
    _ = fcntl(server, F_SETFL, fcntl(server, F_GETFL) | O_NONBLOCK)
    let result = address.withUnsafeBytes { bytes in
      bytes.baseAddress.map { Glibc.connect(server, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) }
    }
    var fault: Int32 = result == 0 ? 0 : errno
    if fault == EINPROGRESS {
      var polled = pollfd(fd: server, events: Int16(POLLOUT), revents: 0)
      fault = poll(&polled, 1, milliseconds) > 0 ? 0 : ETIMEDOUT
      var length = socklen_t(MemoryLayout<Int32>.size)
      if fault == 0 { getsockopt(server, SOL_SOCKET, SO_ERROR, &fault, &length) }
    }
    storage.withLock { $0.fault = fault }
    return fault == 0
  }
}

/// Moves bytes both ways until one side ends: what the server says frame by frame (RFC 9113, 4.1).
private struct FrameMover {
  let server: Int32
  let client: Int32
  private var toServer: [UInt8] = []
  private var toClient: [UInt8] = []
  private var isServerDone = false

  init(server: Int32, client: Int32) {
    self.server = server
    self.client = client
  }

  private static let headSize = 9
  /// The largest payload that libcurl allows.
  private static let largest = 16 << 10
  private static let room = 256 << 10

  consuming func run(noting noteAnswer: () -> Void) {
    var mover = self
    while mover.step(noteAnswer) {}
  }

  /// - Returns: Whether there may be more.
  private mutating func step(_ noteAnswer: () -> Void) -> Bool {
    let frame = nextFrame
    if isServerDone, frame == nil { return false }
    var polled = [pollfd(fd: client, events: 0, revents: 0), pollfd(fd: server, events: 0, revents: 0)]
    if toServer.isEmpty { polled[0].events |= Int16(POLLIN) } else { polled[1].events |= Int16(POLLOUT) }
    if frame != nil { polled[0].events |= Int16(POLLOUT) }
    if !isServerDone, toClient.count < Self.room { polled[1].events |= Int16(POLLIN) }
    if isServerDone { polled[1].fd = -1 }
    if poll(&polled, 2, -1) < 0 { return errno == EINTR }
    if polled[0].revents & Int16(POLLHUP | POLLERR) != 0 { return false }
    if polled[0].revents & Int16(POLLIN) != 0, !read(client, &toServer) { return false }
    if polled[1].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0, !read(server, &toClient) { isServerDone = true }
    if polled[1].revents & Int16(POLLOUT) != 0, let count = send(toServer[...], to: server) {
      toServer.removeFirst(count)
    }
    if polled[0].revents & Int16(POLLOUT) != 0, let frame, let count = send(toClient[..<frame], to: client) {
      if count >= Self.headSize, isLast(toClient) { noteAnswer() }
      toClient.removeFirst(count)
    }
    return true
  }

  /// The size of the first whole frame; of what is none, as much as there is.
  private var nextFrame: Int? {
    guard toClient.count >= Self.headSize else { return isServerDone && !toClient.isEmpty ? toClient.count : nil }
    let size = Int(toClient[0]) << 16 | Int(toClient[1]) << 8 | Int(toClient[2])
    if size > Self.largest { return min(toClient.count, Self.largest) }
    if toClient.count < Self.headSize + size { return isServerDone ? toClient.count : nil }
    return Self.headSize + size
  }

  /// Whether a frame of a stream, HEADERS or DATA, is its last (END_STREAM).
  private func isLast(_ frame: [UInt8]) -> Bool { frame[3] <= 1 && frame[4] & 1 != 0 }

  /// - Returns: Whether the other side goes on.
  private func read(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    if count > 0 { bytes += buffer[..<count] }
    return count > 0 || count < 0 && (errno == EAGAIN || errno == EINTR)
  }

  /// - Returns: How many bytes were taken.
  private func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int? {
    let count = bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
    return count >= 0 ? count : nil
  }
}
