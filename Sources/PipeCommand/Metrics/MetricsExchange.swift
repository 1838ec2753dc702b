import PipeReport

/// A request for metrics and its answer, without sockets (RFC 9112): one a connection, bounded in bytes and in time.
struct MetricsExchange {
  enum State: Hashable {
    /// The head of the request is not whole.
    case reading
    /// So many bytes of the answer were sent.
    case answering(sent: Int)
    /// The answer is out. What the client still sends is passed over, so that it is not lost by a reset (RFC 9112, 9.6).
    case lingering
    case over
  }

  private(set) var state = State.reading
  let began: ContinuousClock.Instant
  private(set) var deadline: ContinuousClock.Instant
  private var head: [UInt8] = []
  private var answer: [UInt8] = []

  /// Bytes of a head at the most.
  static let longestHead = 8 << 10
  /// For the whole of an exchange.
  static let longestTime = Duration.seconds(10)
  private static let lingerTime = Duration.seconds(1)

  init(at now: ContinuousClock.Instant) {
    began = now
    deadline = now + Self.longestTime
  }

  /// Bytes that are to be sent.
  var rest: ArraySlice<UInt8> {
    if case .answering(let sent) = state { answer[sent...] } else { [] }
  }

  /// The client has sent something.
  ///
  /// - Parameter metrics: Asked for the metrics, if these are what it wants.
  mutating func receive(_ bytes: ArraySlice<UInt8>, metrics: () -> [UInt8]) {
    guard state == .reading else { return }
    // The end of the head may have begun with the bytes before.
    let start = max(0, head.count - 3)
    head += bytes
    let end = Self.end(of: head, from: start)
    if end == nil && head.count <= Self.longestHead { return }
    if let end, end <= Self.longestHead {
      answer = Self.answer(to: head[..<end], metrics: metrics)
    } else {
      answer = Self.text(431, "Request Header Fields Too Large", "the head of the request is too long\n")
    }
    head = []
    state = .answering(sent: 0)
  }

  /// So many bytes were sent.
  mutating func sent(_ count: Int, at now: ContinuousClock.Instant) {
    guard case .answering(let sent) = state else { return }
    if sent + count < answer.count {
      state = .answering(sent: sent + count)
    } else {
      answer = []
      state = .lingering
      deadline = min(deadline, now + Self.lingerTime)
    }
  }

  /// The client has closed, or the connection is broken.
  mutating func end() { state = .over }

  /// Where the empty line ends; lines may end with LF alone (RFC 9112, 2.2).
  private static func end(of head: [UInt8], from start: Int) -> Int? {
    var index = start
    while index < head.count {
      if head[index] == 0x0A {
        if index + 1 < head.count, head[index + 1] == 0x0A { return index + 2 }
        if index + 2 < head.count, head[index + 1] == 0x0D, head[index + 2] == 0x0A { return index + 3 }
      }
      index += 1
    }
    return nil
  }

  private static func answer(to head: ArraySlice<UInt8>, metrics: () -> [UInt8]) -> [UInt8] {
    let line = head.prefix { $0 != 0x0A && $0 != 0x0D }
    let words = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[2].hasPrefix("HTTP/1.") else {
      return text(400, "Bad Request", "not a request of HTTP/1.1\n")
    }
    guard ["GET", "HEAD"].contains(words[0]) else {
      return text(405, "Method Not Allowed", "only GET and HEAD\n", ["Allow: GET, HEAD"])
    }
    let isHead = words[0] == "HEAD"
    switch path(of: words[1]) {
    case "/metrics": return message(200, "OK", MetricsText.mediaType, metrics(), isHead: isHead)
    case "/healthz": return text(200, "OK", "ok\n", isHead: isHead)
    default: return text(404, "Not Found", "there are /metrics and /healthz\n", isHead: isHead)
    }
  }

  /// Without the query, and without scheme and host of the absolute form (RFC 9112, 3.2.2).
  private static func path(of target: Substring) -> Substring {
    var target = target
    if target.lowercased().hasPrefix("http://") {
      target = target.dropFirst("http://".count)
      target = target.firstIndex(of: "/").map { target[$0...] } ?? "/"
    }
    return target.prefix { $0 != "?" }
  }

  private static func text(
    _ status: Int, _ reason: String, _ words: String, _ fields: [String] = [], isHead: Bool = false
  ) -> [UInt8] {
    message(status, reason, "text/plain; charset=utf-8", Array(words.utf8), fields, isHead: isHead)
  }

  private static func message(
    _ status: Int, _ reason: String, _ type: String, _ body: [UInt8], _ fields: [String] = [], isHead: Bool = false
  ) -> [UInt8] {
    let lines =
      [
        "HTTP/1.1 \(status) \(reason)", "Content-Type: \(type)", "Content-Length: \(body.count)",
        "Cache-Control: no-store", "Connection: close",
      ] + fields
    let head = lines.map { $0 + "\r\n" }.joined() + "\r\n"
    return Array(head.utf8) + (isHead ? [] : body)
  }
}
