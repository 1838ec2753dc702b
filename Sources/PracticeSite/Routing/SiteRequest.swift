import NIOCore
import NIOHTTP1

/// A request, as the routes see it.
struct SiteRequest {
  let method: HTTPMethod
  let headers: HTTPHeaders
  let body: ByteBuffer
  /// The target as it was sent.
  let target: String
  /// The segments of the path, with percent-encoding undone: none for `/`.
  let path: [String]
  /// The parameters of the query in order, decoded.
  let query: [(name: String, value: String)]
  /// The address and port that the client connected to.
  let origin: Origin
  /// The segments that stand where the route's pattern has a name in braces.
  var captures: [String] = []

  init(head: HTTPRequestHead, body: ByteBuffer, origin: Origin) {
    method = head.method
    headers = head.headers
    self.body = body
    target = head.uri
    self.origin = origin
    let parts = Self.pathAndQuery(of: head.uri)
    path = parts.path.split(separator: "/").map { PercentEncoding.decode($0) }
    query = parts.query.split(separator: "&").map { pair in
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = halves.count > 1 ? PercentEncoding.decode(halves[1], plusIsSpace: true) : ""
      return (PercentEncoding.decode(halves[0], plusIsSpace: true), value)
    }
  }

  /// The first value of a parameter of the query.
  func parameter(_ name: String) -> String? {
    query.first { $0.name == name }?.value
  }

  /// A number in the query; `fallback` where it is missing.
  func number(_ name: String, in range: ClosedRange<Int>, or fallback: Int) throws(Refusal) -> Int {
    guard let text = parameter(name) else { return fallback }
    return try Self.number(text, called: name, in: range)
  }

  /// The number that stands in the path at the pattern's name number `index`.
  func number(at index: Int, in range: ClosedRange<Int>) throws(Refusal) -> Int {
    try Self.number(captures[index], called: "the number in the path", in: range)
  }

  /// A parameter of the query that can stand in a header field: it has no control characters but the tab.
  func fieldValue(_ name: String) throws(Refusal) -> String {
    guard let text = parameter(name) else { throw Refusal("\(name)= is missing") }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw Refusal("\(name) has no control characters")
    }
    return text
  }

  /// A span of time in seconds, with decimals.
  static func seconds(_ text: String, upTo limit: Double) throws(Refusal) -> TimeAmount {
    guard let seconds = Double(text), seconds >= 0, seconds <= limit else {
      throw Refusal("a time is a number of seconds from 0 to \(Int(limit)), not '\(text)'")
    }
    return .nanoseconds(Int64(seconds * 1_000_000_000))
  }

  private static func number(
    _ text: String, called name: String, in range: ClosedRange<Int>
  ) throws(Refusal) -> Int {
    guard let number = Int(text), range ~= number else {
      throw Refusal("\(name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return number
  }

  /// The target may be a whole URL (RFC 9112 3.2.2).
  private static func pathAndQuery(of target: String) -> (path: Substring, query: Substring) {
    var rest = target[...]
    if rest.hasPrefix("http://") {
      rest = rest.dropFirst(7)
      rest = rest[(rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex)...]
    }
    guard let mark = rest.firstIndex(of: "?") else { return (rest, "") }
    return (rest[..<mark], rest[rest.index(after: mark)...])
  }
}

/// A scheme, address and port: where the site is reached.
struct Origin: CustomStringConvertible {
  let host: String
  let port: Int

  /// `http://127.0.0.1:8080`, without a slash at the end.
  var description: String {
    host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
  }
}
