import NIOCore

/// What the routes under `/broken/` have in common, and the answers that never become one.
///
/// With `?reset` any of them ends in a TCP reset instead of an orderly close, and with `?stall` in silence.
enum BrokenRoutes {
  static let all: [Route] = [
    broken("close-before-head", "nothing") { _, _ in .raw(.list([])) },
    broken("close-in-head", "half a head") { _, _ in .raw("HTTP/1.1 200 OK\r\nContent-Type: text/ht") },
    broken("http09", "a body without a head, as in HTTP/0.9") { _, _ in .raw(HTMLText.page(title: "No head")) },
    broken("garbage", "bytes that are not HTTP", garbage),
    broken("tls-alert", "a TLS alert instead of HTTP") { _, _ in .raw(.one(ByteBuffer(bytes: tlsAlert))) },
    broken("never-answers", "silence, for 120 seconds") { _, _ in .raw(silence) },
  ]

  /// Longer than any client of a test waits.
  static var silence: Steps { .list([.wait(.seconds(120))]) }

  /// How many bytes of something endless are sent before the site gives up.
  static let muchOfIt = 64_000_000

  /// A route under `/broken/`.
  static func broken(
    _ name: String, _ summary: String, query: String = "", example: String? = nil,
    _ action: @escaping Route.Action
  ) -> Route {
    Route("/broken/\(name)", summary, query: query, example: example, isTame: false) {
      (request, site) throws(Refusal) -> Answer in
      var answer = try action(request, site)
      if request.parameter("reset") != nil { answer.ending = .reset }
      if request.parameter("stall") != nil { answer.steps = answer.steps.followed(by: silence) }
      return answer
    }
  }

  /// A route under `/broken/` that is broken in several ways: `?kind=` names one, and the first is that without it.
  static func broken(
    _ name: String, _ summary: String, kinds: KeyValuePairs<String, @Sendable () -> Answer>
  ) -> Route {
    let names = kinds.map(\.key)
    let makers = Dictionary(uniqueKeysWithValues: kinds.map { ($0.key, $0.value) })
    return broken(name, summary, query: "kind=" + names.joined(separator: "|")) {
      (request, _) throws(Refusal) -> Answer in
      guard let make = makers[request.parameter("kind") ?? names[0]] else {
        throw Refusal("the kinds of /broken/\(name) are \(names.joined(separator: ", "))")
      }
      return make()
    }
  }

  /// The head of an answer with status 200.
  static func head(_ fields: [String]) -> String {
    (["HTTP/1.1 200 OK"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
  }

  /// A record of the alert protocol: fatal, unexpected message (RFC 8446 5.1 and 6).
  private static let tlsAlert: [UInt8] = [21, 3, 3, 0, 2, 2, 10]

  private static func garbage(_ request: SiteRequest, _ site: Site) -> Answer {
    var random = SmallRandom(seed: 2)
    return .raw(.one(ByteBuffer(bytes: (0..<4096).map { _ in UInt8(truncatingIfNeeded: random.next()) })))
  }
}
