import NIOCore

/// Answers that are broken in their head, or never come.
///
/// With `?reset` any of them ends in a TCP reset instead of an orderly close.
enum BrokenRoutes {
  static let all: [Route] = [
    broken("close-before-head", "nothing", closeBeforeHead),
    broken("close-in-head", "half a head") { _, _ in .raw("HTTP/1.1 200 OK\r\nContent-Type: text/ht") },
    broken("endless-headers", "64 MB of headers", endlessHeaders),
    broken("http09", "a body without a head, as in HTTP/0.9") { _, _ in .raw(HTMLText.page(title: "No head")) },
    broken("nul-in-header", "a NUL in a header") { _, _ in
      .raw(head(["Content-Type: text/html", "X-Nul: a\0b", "Content-Length: 2"]) + "ok")
    },
    broken("two-content-lengths", "two lengths that contradict each other") { _, _ in
      .raw(head(["Content-Type: text/html", "Content-Length: 2", "Content-Length: 5"]) + "okoko")
    },
    broken("garbage", "bytes that are not HTTP", garbage),
    broken("never-answers", "silence, for 120 seconds") { _, _ in .raw(.list([.wait(.seconds(120))])) },
    broken("redirect-to-file", "a redirect to file:///etc/passwd") { _, _ in .redirect(to: "file:///etc/passwd") },
    broken("redirect-to-loopback2", "a redirect to another address of this machine") { request, _ in
      .redirect(to: "\(Origin(host: "127.0.0.2", port: request.origin.port))/")
    },
  ]

  /// A route under `/broken/`.
  static func broken(
    _ name: String, _ summary: String, query: String = "", example: String? = nil,
    _ action: @escaping Route.Action
  ) -> Route {
    Route("/broken/\(name)", summary, query: query, example: example, isTame: false) {
      (request, site) throws(Refusal) -> Answer in
      var answer = try action(request, site)
      if request.parameter("reset") != nil { answer.ending = .reset }
      return answer
    }
  }

  /// The head of an answer with status 200.
  static func head(_ fields: [String]) -> String {
    (["HTTP/1.1 200 OK"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
  }

  private static func closeBeforeHead(_ request: SiteRequest, _ site: Site) -> Answer {
    .raw(.list([]))
  }

  private static func endlessHeaders(_ request: SiteRequest, _ site: Site) -> Answer {
    let field = "X-Filler: " + String(repeating: "f", count: 100) + "\r\n"
    let piece = ByteBuffer(string: String(repeating: field, count: 500))
    let start = ByteBuffer(string: "HTTP/1.1 200 OK\r\n")
    return .raw(.one(start).followed(by: .repeating(piece, total: 64_000_000)))
  }

  private static func garbage(_ request: SiteRequest, _ site: Site) -> Answer {
    var random = SmallRandom(seed: 2)
    return .raw(.one(ByteBuffer(bytes: (0..<4096).map { _ in UInt8(truncatingIfNeeded: random.next()) })))
  }
}
