import NIOCore

/// Answers whose head is broken, or on the edge of what RFC 9112 allows; the page beneath is the same each time.
enum BrokenHeadRoutes {
  static let all: [Route] = [
    BrokenRoutes.broken("status-line", "a status line that is none, or a strange one", kinds: statusLines),
    BrokenRoutes.broken("header-line", "a header line that is none, or a strange one", kinds: headerLines),
    BrokenRoutes.broken("nul-in-header", "a NUL in a header") { _, _ in answer(fields: ["X-Nul: a\0b"]) },
    BrokenRoutes.broken("two-content-lengths", "two lengths that contradict each other") { _, _ in
      .raw(BrokenRoutes.head(["Content-Type: text/html", "Content-Length: 2", "Content-Length: 5"]) + "okoko")
    },
    BrokenRoutes.broken("endless-headers", "64 MB of headers") { _, _ in
      endless(after: "HTTP/1.1 200 OK\r\n", "X-Filler: " + String(repeating: "f", count: 100) + "\r\n")
    },
    BrokenRoutes.broken(
      "endless-line", "64 MB of one line",
      kinds: [
        "status": { endless(after: "HTTP/1.1 200 ", "spam") },
        "header": { endless(after: "HTTP/1.1 200 OK\r\nX-Filler: ", "spam") },
      ]),
    BrokenRoutes.broken(
      "interim", "so many informational answers (at most 1,000,000) before the page", query: "count=&code=",
      example: "/broken/interim?count=3", interim),
    BrokenRoutes.broken(
      "drip-head", "a head that comes byte by byte over so many seconds, at most 60", query: "seconds=",
      example: "/broken/drip-head?seconds=1", drip),
  ]

  /// The title of the page.
  static let title = "A page under a strange head"
  static let html = HTMLText.page(title: title)

  private static let type = "Content-Type: text/html; charset=utf-8"
  private static let length = "Content-Length: \(html.utf8.count)"

  private static let statusLines: KeyValuePairs<String, @Sendable () -> Answer> = [
    "word": { answer(status: "HTTP/1.1 abc OK") },
    "short": { answer(status: "HTTP/1.1 20 OK") },
    "long": { answer(status: "HTTP/1.1 2000 OK") },
    "negative": { answer(status: "HTTP/1.1 -200 OK") },
    "zero": { answer(status: "HTTP/1.1 000 Nothing") },
    "none": { answer(status: "HTTP/1.1") },
    "version": { answer(status: "HTTP/9.9 200 OK") },
    "icy": { answer(status: "ICY 200 OK") },
    "small-letters": { answer(status: "http/1.1 200 OK") },
    "spaces": { answer(status: "HTTP/1.1   200   OK") },
    "no-reason": { answer(status: "HTTP/1.1 200") },
    "empty-line-first": { answer(status: "\r\nHTTP/1.1 200 OK") },
  ]

  private static let headerLines: KeyValuePairs<String, @Sendable () -> Answer> = [
    // RFC 9112 5.2: a client reads a folded line as one with a space.
    "folded": { .raw(BrokenRoutes.head(["Content-Type: text/html;", " charset=utf-8", length]) + html) },
    // RFC 9112 2.2: a recipient may take a line feed alone for the end of a line.
    "bare-lf": { .raw("HTTP/1.1 200 OK\n\(type)\n\(length)\n\n" + html) },
    "bare-cr": { answer(fields: ["X-Return: a\rContent-Length: 5"]) },
    "no-colon": { answer(fields: ["this line is not a field"]) },
    "no-name": { answer(fields: [": a value"]) },
    "space-before-colon": { answer(fields: ["X-Space : a"]) },
    "space-first": { .raw("HTTP/1.1 200 OK\r\n X-Space: a\r\n\(type)\r\n\(length)\r\n\r\n" + html) },
    "nul-in-name": { answer(fields: ["X-\0Nul: a"]) },
    "control": { answer(fields: ["X-Control: a\u{1}b\u{7F}c"]) },
    "latin1": {
      var bytes = ByteBuffer(string: "HTTP/1.1 200 OK\r\n\(type)\r\n\(length)\r\nX-Latin: caf")
      bytes.writeBytes([0xE9])
      bytes.writeString("\r\n\r\n" + html)
      return .raw(.one(bytes))
    },
    // Below what clients bound the head by, above what most people think of.
    "many": { answer(fields: (0..<500).map { "X-Field-\($0): a" }) },
  ]

  private static func answer(status: String = "HTTP/1.1 200 OK", fields: [String] = []) -> Answer {
    .raw(([status, type, length] + fields).joined(separator: "\r\n") + "\r\n\r\n" + html)
  }

  /// `start`, then `text` again and again.
  static func endless(after start: String, _ text: String) -> Answer {
    let piece = ByteBuffer(string: String(repeating: text, count: 50_000 / text.utf8.count))
    return .raw(.one(ByteBuffer(string: start)).followed(by: .repeating(piece, total: BrokenRoutes.muchOfIt)))
  }

  private static func interim(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let count = try request.number("count", in: 0...1_000_000, or: 3)
    let code = try request.number("code", in: 100...199, or: 103)
    let hint = "HTTP/1.1 \(code) Interim\r\nLink: </style.css>; rel=preload\r\n\r\n"
    let many = ByteBuffer(string: String(repeating: hint, count: min(count, 1000)))
    let page = ByteBuffer(string: BrokenRoutes.head([type, length]) + html)
    return .raw(Steps.repeating(many, total: count * hint.utf8.count).followed(by: .one(page)))
  }

  private static func drip(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let time = try SiteRequest.seconds(request.parameter("seconds") ?? "1", upTo: 60)
    let head = Array(BrokenRoutes.head([type, length]).utf8)
    let pause = TimeAmount.nanoseconds(time.nanoseconds / Int64(head.count))
    let steps = head.flatMap { [Step.wait(pause), .send(ByteBuffer(bytes: [$0]))] }
    return .raw(.list(steps + [.send(ByteBuffer(string: html))]))
  }
}
