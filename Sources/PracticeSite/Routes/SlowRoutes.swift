import NIOCore

/// Answers that take their time, or are large.
enum SlowRoutes {
  static let all: [Route] = [
    Route("/delay/{seconds}", "a page after so many seconds, at most 60", example: "/delay/0.5", delay),
    Route(
      "/drip", "a body that comes in pieces over so many seconds, at most 60", query: "bytes=&seconds=",
      example: "/drip?bytes=20&seconds=1", isTame: false, drip),
    Route("/bytes/{count}", "so many bytes, at most 1 GB", example: "/bytes/1000", bytes),
  ]

  private static let mostBytes = 1_000_000_000
  private static let mostSeconds = 60.0
  private static let pieces = 100

  /// The title of `/delay/SECONDS`.
  static func waited(_ seconds: String) -> String { "Waited \(seconds) seconds" }

  private static func delay(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let delay = try SiteRequest.seconds(request.captures[0], upTo: mostSeconds)
    var answer = Answer.page(title: waited(request.captures[0]))
    answer.delay = delay
    return answer
  }

  private static func drip(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let count = try request.number("bytes", in: 1...10_000_000, or: 100)
    let time = try SiteRequest.seconds(request.parameter("seconds") ?? "1", upTo: mostSeconds)
    let pieces = min(count, Self.pieces)
    let steps = (0..<pieces).flatMap { piece -> [Step] in
      let size = count * (piece + 1) / pieces - count * piece / pieces
      return [.wait(time / pieces), .send(ByteBuffer(repeating: UInt8(ascii: "d"), count: size))]
    }
    return .stream(.list(steps), type: "text/plain", length: count)
  }

  private static func bytes(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let count = try request.number(at: 0, in: 0...mostBytes)
    var random = SmallRandom(seed: 1)
    let piece = ByteBuffer(bytes: (0..<min(count, 65_536)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    return .stream(.repeating(piece, total: count), type: "application/octet-stream", length: count)
  }
}

extension TimeAmount {
  fileprivate static func / (amount: TimeAmount, divisor: Int) -> TimeAmount {
    .nanoseconds(amount.nanoseconds / Int64(max(divisor, 1)))
  }
}
