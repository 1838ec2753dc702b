import FoundationEssentials
import Glibc
import PracticeSite

/// What the site itself says, asked for on a connection of its own.
extension PracticeServer {
  private struct Silence: Error {}

  /// The body of `/expected.jsonl` and its like, whose answers come in chunks or have a length.
  func body(_ target: String) throws -> [UInt8] {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    let request = Array("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n".utf8)
    guard isConnected, send(descriptor, request, request.count, CInt(MSG_NOSIGNAL)) == request.count else {
      throw Silence()
    }
    var answer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &piece, piece.count, 0)
      if count < 0 { throw Silence() }
      if count == 0 { break }
      answer += piece[..<count]
    }
    guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { throw Silence() }
    let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self).lowercased()
    let body = answer[end.upperBound...]
    return head.contains("transfer-encoding: chunked") ? try Self.joined(body) : Array(body)
  }

  /// Chunks without what is around them (RFC 9112, 7.1).
  private static func joined(_ chunks: ArraySlice<UInt8>) throws -> [UInt8] {
    var rest = chunks
    var whole: [UInt8] = []
    while let end = rest.firstRange(of: Array("\r\n".utf8)) {
      guard let size = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16) else { break }
      if size == 0 { return whole }
      whole += rest[end.upperBound...].prefix(size)
      rest = rest[end.upperBound...].dropFirst(size + 2)
    }
    throw Silence()
  }

  /// The most requests that were in flight at once.
  func peak() throws -> Int {
    struct Statistics: Decodable {
      struct Count: Decodable { let peak: Int }
      let all: Count
    }
    return try JSONDecoder().decode(Statistics.self, from: Data(try body("/stats"))).all.peak
  }

  /// How many requests of a route were served.
  func served(_ route: String) throws -> Int {
    struct Statistics: Decodable { let routes: [String: Int] }
    return try JSONDecoder().decode(Statistics.self, from: Data(try body("/stats"))).routes[route] ?? 0
  }

  /// What a correct extractor finds at each URL of the quickstart.
  func expectations() throws -> [SiteExpectation] {
    try body("/expected.jsonl").split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(SiteExpectation.self, from: Data($0))
    }
  }
}

/// A line of `/expected.jsonl`. What it does not have, it does not foretell.
struct SiteExpectation: Decodable {
  let url: String
  /// As a CSV file shows them: null is an empty field.
  let fields: [String: String]

  private enum CodingKeys: String, CodingKey {
    case url, status, error, title, length
    case contentType = "content_type"
  }

  init(from decoder: any Decoder) throws {
    let line = try decoder.container(keyedBy: CodingKeys.self)
    url = try line.decode(String.self, forKey: .url)
    var fields: [String: String] = [:]
    for key in [CodingKeys.error, .title, .contentType] where line.contains(key) {
      fields[key.rawValue] = try line.decode(String?.self, forKey: key) ?? ""
    }
    for key in [CodingKeys.status, .length] where line.contains(key) {
      fields[key.rawValue] = try line.decode(Int?.self, forKey: key).map(String.init) ?? ""
    }
    self.fields = fields
  }
}
