/// Where a Redis server is, and as whom to ask it: `redis://user:password@host:port/db`, `rediss://` over TLS, or
/// `redis+unix:///path?db=0`.
package struct RedisAddress: Hashable, Sendable {
  package enum Place: Hashable, Sendable {
    case server(host: String, port: Int)
    /// A Unix socket.
    case socket(path: String)
  }

  /// Why a text is not such an address; none of it repeats the text, which may hold a password.
  package struct Fault: Error, Hashable, Sendable {
    package let reason: String
    package let hint: String
  }

  package let place: Place
  package private(set) var isSecure = false
  package private(set) var user: String?
  package private(set) var password: String?
  package private(set) var database = 0
  /// A PEM file of the authorities that are trusted; `nil` for the system's.
  package private(set) var authorities: String?

  /// What messages call it: without user and password.
  package var name: String {
    switch place {
    case .server(let host, let port):
      let shown = host.contains(":") ? "[\(host)]" : host
      return "\(isSecure ? "rediss" : "redis")://\(shown):\(port)/\(database)"
    case .socket(let path): return "redis+unix://\(path)?db=\(database)"
    }
  }

  /// That of a URL which is not known.
  package static let unknown = RedisAddress(place: .server(host: "", port: 0))

  private init(place: Place) { self.place = place }

  package init(_ text: String) throws(Fault) {
    let example = "write it as redis://user:password@host:6379/0"
    guard let mark = text.firstRange(of: "://") else { throw Fault(reason: "has no scheme", hint: example) }
    let scheme = text[..<mark.lowerBound].lowercased()
    guard ["redis", "rediss", "redis+unix", "unix"].contains(scheme) else {
      throw Fault(reason: "is not a Redis URL", hint: example + ", rediss://… for TLS, or redis+unix:///path?db=0")
    }
    let isSocket = scheme.hasSuffix("unix")
    var rest = text[mark.upperBound...]
    if rest.contains("#") { throw Fault(reason: "has '#'", hint: "write %23 for it in a password") }
    var query: Substring?
    if let start = rest.firstIndex(of: "?") {
      query = rest[rest.index(after: start)...]
      rest = rest[..<start]
    }
    let authority = rest.prefix { $0 != "/" }
    let path = rest[authority.endIndex...]
    var host = authority
    if let at = authority.lastIndex(of: "@") {
      host = authority[authority.index(after: at)...]
      let credential = authority[..<at]
      guard let colon = credential.firstIndex(of: ":") else {
        throw Fault(reason: "has a user or a password alone", hint: "write user:password@ or :password@")
      }
      let name = try Self.decoded(credential[..<colon])
      user = name.isEmpty ? nil : name
      password = try Self.decoded(credential[credential.index(after: colon)...])
    }
    if isSocket {
      let name = try Self.decoded(host + path)
      guard name.hasPrefix("/") else {
        throw Fault(reason: "has no path of a socket", hint: "write it as redis+unix:///run/redis/redis.sock?db=0")
      }
      guard name.utf8.count < 108, !name.utf8.contains(0) else {
        throw Fault(reason: "has a path that is too long for a socket", hint: "107 bytes are the most")
      }
      place = .socket(path: name)
    } else {
      place = try Self.server(host)
      isSecure = scheme == "rediss"
      if path.count > 1 { database = try Self.number(try Self.decoded(path.dropFirst())) }
    }
    for item in query?.split(separator: "&") ?? [] {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = try Self.decoded(parts.count == 2 ? parts[1] : "")
      switch parts[0] {
      case "db": database = try Self.number(value)
      case "ssl_ca_certs" where isSecure: authorities = value
      default:
        throw Fault(
          reason: "has a parameter that is not known",
          hint: isSecure ? "db and ssl_ca_certs are known" : isSocket ? "db is known" : "write the database behind '/'")
      }
    }
  }

  private static func server(_ text: Substring) throws(Fault) -> Place {
    let hint = "write host:port; the port is 6379 if it is left out"
    var host = text
    var port: Substring?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { throw Fault(reason: "has '[' without ']'", hint: hint) }
      host = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      if !rest.isEmpty, !rest.hasPrefix(":") { throw Fault(reason: "has a host that is not one", hint: hint) }
      port = rest.isEmpty ? nil : rest.dropFirst()
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    let name = try decoded(host)
    guard !name.isEmpty, name.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
      throw Fault(reason: "has no host", hint: hint)
    }
    guard let port else { return .server(host: name, port: 6379) }
    guard port.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(port), 1...65535 ~= number else {
      throw Fault(reason: "has a port that is not one", hint: hint)
    }
    return .server(host: name, port: number)
  }

  private static func number(_ text: String) throws(Fault) -> Int {
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(text), number < 1 << 31 else {
      throw Fault(reason: "has a database that is not a number", hint: "databases are numbered from 0")
    }
    return number
  }

  /// The text with its percent-encoding undone (RFC 3986, 2.1).
  private static func decoded(_ text: some StringProtocol) throws(Fault) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
          rest.prefix(2).allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
        else { throw Fault(reason: "has '%' without two digits", hint: "write %25 for it") }
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    guard let decoded = String(validating: bytes, as: UTF8.self) else {
      throw Fault(reason: "is not UTF-8", hint: "write bytes of UTF-8 percent-encoded")
    }
    return decoded
  }
}
