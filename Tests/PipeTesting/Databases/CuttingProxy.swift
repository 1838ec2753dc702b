import Glibc
import Synchronization

/// Stands between a client and the Unix socket of a server, and cuts the connection where certain bytes pass.
package final class CuttingProxy: Sendable {
  /// What the server, and the client, get of it.
  package enum Cut: Sendable, CaseIterable {
    /// The server never gets the bytes.
    case request
    /// The server gets them, and the client never gets the answer.
    case answer
  }

  private final class Shared: Sendable {
    let seen = Atomic(0)
    let cuts = Atomic(0)
  }

  package let port: Int
  private let listener: Int32
  private let shared = Shared()

  /// How often it has cut.
  package var cuts: Int { shared.cuts.load(ordering: .relaxed) }

  /// - Parameter decide: Whether to cut where the bytes pass for the nth time, from 0.
  package init(
    to path: String, cuttingAt bytes: [UInt8], _ decide: @escaping @Sendable (_ time: Int) -> Cut?
  ) throws {
    (listener, port) = try Loopback.listen("127.0.0.1", backlog: 64)
    let (listener, shared) = (listener, shared)
    try Loopback.startThread {
      while true {
        let client = accept(listener, nil, nil)
        if client < 0 { break }
        let server = Self.connect(to: path)
        guard server >= 0 else {
          close(client)
          continue
        }
        let hasCut = Flag()
        try? Loopback.startThread {
          Self.pass(from: client, to: server) { chunk in
            guard chunk.contains(bytes) else { return true }
            let time = shared.seen.wrappingAdd(1, ordering: .relaxed).oldValue
            guard let cut = decide(time) else { return true }
            shared.cuts.wrappingAdd(1, ordering: .relaxed)
            hasCut.value.store(true, ordering: .sequentiallyConsistent)
            return cut == .answer
          }
          hasCut.leave(client, server)
        }
        try? Loopback.startThread {
          Self.pass(from: server, to: client) { _ in !hasCut.value.load(ordering: .sequentiallyConsistent) }
          hasCut.leave(client, server)
        }
      }
      close(listener)
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private final class Flag: Sendable {
    let value = Atomic(false)
    private let left = Atomic(0)

    /// The sockets are closed by the second of two threads.
    func leave(_ sockets: Int32...) {
      for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
      if left.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue == 2 {
        for socket in sockets { close(socket) }
      }
    }
  }

  private static func pass(from source: Int32, to target: Int32, while goesOn: ([UInt8]) -> Bool) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(source, &buffer, buffer.count)
      guard count > 0 else { return }
      guard goesOn(Array(buffer[..<count])) else { return }
      var sent = 0
      while sent < count {
        let more = buffer.withUnsafeBytes { bytes in
          bytes.baseAddress.map { send(target, $0 + sent, count - sent, Int32(MSG_NOSIGNAL)) } ?? -1
        }
        guard more > 0 else { return }
        sent += more
      }
    }
  }

  private static func connect(to path: String) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes.prefix($0.count - 1)) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if result == 0 { return descriptor }
    close(descriptor)
    return -1
  }
}
