import PipeEngine
import PipeWeb

/// The sitemaps that the robots.txt of each host names, each asked for once.
struct NamedSitemaps {
  /// The most hosts whose robots.txt is asked for.
  static let hostLimit = 100

  struct Answer {
    var urls: [WebURL] = []
    /// Why there may be more of them.
    var fault: Fault?
  }

  enum Fault {
    /// The file cannot be had, and why.
    case unreadable(String)
    /// It is longer than what is read of it.
    case cut
    /// Too many hosts were asked before.
    case notAsked

    /// Follows "whose robots.txt".
    var predicate: String {
      switch self {
      case .unreadable(let reason): "cannot be read (\(reason))"
      case .cut: "does not name this sitemap in its first \(RobotsRules.sizeLimit >> 10) KiB"
      case .notAsked: "was not asked for, as those of \(NamedSitemaps.hostLimit) hosts were before"
      }
    }
  }

  private let fetcher: SourceFetcher
  private var known: [String: Answer] = [:]

  init(_ fetcher: SourceFetcher) { self.fetcher = fetcher }

  /// The sitemaps that the robots.txt of a URL's origin names. None if there is no such file (RFC 9309, 2.3.1.3).
  mutating func by(_ url: WebURL, _ output: inout RequestOutput) async throws -> Answer {
    let origin = url.origin
    if let answer = known[origin] { return answer }
    guard known.count < Self.hostLimit, let robots = WebURL("/robots.txt", base: url) else {
      return Answer(fault: .notAsked)
    }
    // What is gathered must not wait for the answer.
    try await output.flush()
    let answer = Self.answer(try await fetcher.fetch(robots, for: .robots))
    known[origin] = answer
    return answer
  }

  private static func answer(_ answer: SourceResponse) -> Answer {
    let response = answer.response
    let policy = RobotsPolicy(status: response?.status, isBroken: answer.error != nil) {
      let body = response?.body ?? []
      return RobotsRules(parsing: body.span, isCut: response?.isTruncated == true, for: nil, at: answer.url)
    }
    switch policy {
    case .rules(let rules): return Answer(urls: rules.sitemaps.map(\.url), fault: rules.isCut ? .cut : nil)
    case .unrestricted: return Answer()
    case .unreachable:
      return Answer(
        fault: .unreadable(
          answer.error?.message ?? response.map { "the status is \($0.status)" } ?? "there is no answer"))
    }
  }
}
