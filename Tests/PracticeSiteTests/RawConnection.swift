import Glibc

/// A TCP connection that sends what it is told and shows every byte that comes back: what an HTTP client would hide.
struct RawConnection: ~Copyable {
  struct Failure: Error, CustomStringConvertible {
    let code: CInt
    var description: String { "socket error \(code)" }
  }

  /// An answer whose body has a length or comes in chunks.
  struct Answer {
    let status: Int
    let head: String
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The first value of a header; its name in lower case.
    func header(_ name: String) -> String? {
      for line in head.split(separator: "\r\n").dropFirst() {
        let halves = line.split(separator: ":", maxSplits: 1)
        if halves[0].lowercased() == name, halves.count > 1 {
          return String(halves[1].drop { $0 == " " })
        }
      }
      return nil
    }
  }

  private let descriptor: CInt
  private var unread: [UInt8] = []

  /// Connects to 127.0.0.1. Waiting ends after these microseconds.
  init(port: Int, connectingWithin connecting: Int = 10_000_000, readingWithin reading: Int = 10_000_000) throws {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    for (option, time) in [(SO_SNDTIMEO, connecting), (SO_RCVTIMEO, reading)] {
      var limit = timeval(tv_sec: time / 1_000_000, tv_usec: time % 1_000_000)
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    // A sockaddr_in (ip(7)): the family in two bytes of this machine's order, the port, the address.
    var address = withUnsafeBytes(of: sa_family_t(AF_INET)) { Array($0) }
    address += [UInt8(port >> 8), UInt8(port & 0xFF), 127, 0, 0, 1] + Array(repeating: 0, count: 8)
    let connected = address.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, 16) == 0 }
    }
    if !connected { throw Failure(code: errno) }
  }

  deinit {
    close(descriptor)
  }

  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
    else {
      throw Failure(code: errno)
    }
  }

  /// Sends a GET request that keeps the connection alive.
  func request(_ target: String, _ fields: String...) throws {
    try send(
      "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    )
  }

  /// Everything until the site closes the connection.
  mutating func readToEnd() throws -> [UInt8] {
    while try readMore() {}
    defer { unread = [] }
    return unread
  }

  /// The next answer, and no byte more.
  mutating func readAnswer() throws -> Answer {
    let head = String(decoding: try take(through: Array("\r\n\r\n".utf8)), as: UTF8.self)
    let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let answer = Answer(status: status, head: head, body: [])
    if let length = answer.header("content-length").flatMap({ Int($0) }) {
      return Answer(status: status, head: head, body: try take(length))
    }
    guard answer.header("transfer-encoding") == "chunked" else { return answer }
    var body: [UInt8] = []
    while true {
      let line = try take(through: Array("\r\n".utf8))
      let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) ?? 0
      body += try take(size + 2).dropLast(2)
      if size == 0 { return Answer(status: status, head: head, body: body) }
    }
  }

  /// How many bytes come until the site closes the connection; none of them is kept.
  mutating func countToEnd() throws -> Int {
    var count = 0
    while try readMore() {
      count += unread.count
      unread = []
    }
    return count
  }

  /// Reads so many bytes, and forgets them.
  mutating func skip(_ count: Int) throws {
    _ = try take(count)
  }

  private mutating func take(_ count: Int) throws -> [UInt8] {
    while unread.count < count {
      if try !readMore() { throw Failure(code: ECONNABORTED) }
    }
    defer { unread.removeFirst(count) }
    return Array(unread[..<count])
  }

  private mutating func take(through mark: [UInt8]) throws -> [UInt8] {
    var from = 0
    while true {
      while from + mark.count <= unread.count {
        if unread[from..<from + mark.count].elementsEqual(mark) {
          return try take(from + mark.count)
        }
        from += 1
      }
      if try !readMore() { throw Failure(code: ECONNABORTED) }
    }
  }

  /// Reads what has come; false at the end.
  private mutating func readMore() throws -> Bool {
    var bytes: [UInt8] = Array(repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    if count < 0 { throw Failure(code: errno) }
    unread += bytes[..<count]
    return count > 0
  }
}
