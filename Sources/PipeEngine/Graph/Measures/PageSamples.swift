internal import PipeWeb
internal import Synchronization

/// A page as a report tells of it.
package struct SampledPage: Hashable, Sendable {
  package let id: RequestID
  /// As the source, or the link, has it; the start of one that is long.
  package let url: String
  /// `nil` if there was no answer.
  package let status: Int?
  /// Of its record.
  package let error: RequestError.Code?
  /// The error in words.
  package let message: String?
  package let attempts: Int
  package let elapsed: Duration
  package let bytes: Int
  /// Where redirects led, the last of them.
  package let redirects: [String]
  /// The page that has its link.
  package let referrer: String?

  /// Bytes that are kept of a text.
  static let longest = 500
  static let mostRedirects = 3

  init(_ fetched: Fetched, _ error: RequestError?) {
    let request = fetched.request
    id = request.id
    url = Self.start(of: request.seed.written)
    status = fetched.response?.status
    self.error = error?.code
    message = error.map { Self.start(of: $0.message) }
    attempts = fetched.attempts
    elapsed = fetched.timing.elapsed
    bytes = fetched.response?.length ?? 0
    let hops = request.trail.dropFirst().map(\.url.href) + (request.trail.isEmpty ? [] : [request.url?.href ?? ""])
    redirects = hops.suffix(Self.mostRedirects).map { Self.start(of: $0) }
    referrer = request.seed.referrer.map { Self.start(of: $0) }
  }

  package init(
    id: RequestID, url: String, status: Int?, error: RequestError.Code? = nil, message: String? = nil,
    attempts: Int = 1, elapsed: Duration = .zero, bytes: Int = 0, redirects: [String] = [], referrer: String? = nil
  ) {
    self.id = id
    self.url = url
    self.status = status
    self.error = error
    self.message = message
    self.attempts = attempts
    self.elapsed = elapsed
    self.bytes = bytes
    self.redirects = redirects
    self.referrer = referrer
  }

  /// What is wrong with it: the code of its error, or its status.
  package var kind: String { error?.rawValue ?? status.map { "\($0)" } ?? "" }

  /// A copy, so that nothing of the page is held for it.
  private static func start(of text: String) -> String {
    var start = String.UnicodeScalarView()
    var bytes = 0
    for scalar in text.unicodeScalars {
      bytes += UTF8.width(scalar)
      if bytes > longest { return String(start) + "…" }
      start.append(scalar)
    }
    return String(start)
  }
}

/// The slowest pages of a run, and some of those that are not ok, in bounded memory.
package final class PageSamples: Sendable {
  package struct Counts: Hashable, Sendable {
    /// The slowest first.
    package var slowest: [SampledPage] = []
    /// The first of each kind, in the order in which they came.
    package var broken: [SampledPage] = []
    /// How many there are of each kind, kept or not.
    package var brokenCounts: [String: Int] = [:]

    package init() {}

    package var brokenCount: Int { brokenCounts.values.reduce(0, +) }
  }

  package static let mostSlow = 20
  package static let mostBroken = 200
  /// Of one kind.
  package static let mostOfAKind = 25

  private let storage = Mutex(Counts())

  package var counts: Counts { storage.withLock { $0 } }

  /// Requests have come to an answer or to an error.
  func add(_ answers: [Fetched]) {
    storage.withLock { counts in
      for answer in answers where answer.attempts > 0 && answer.request.purpose == .page {
        let elapsed = answer.timing.elapsed
        if counts.slowest.count >= Self.mostSlow, elapsed <= counts.slowest[Self.mostSlow - 1].elapsed { continue }
        let place = counts.slowest.firstIndex { $0.elapsed < elapsed } ?? counts.slowest.count
        counts.slowest.insert(SampledPage(answer, answer.error), at: place)
        if counts.slowest.count > Self.mostSlow { counts.slowest.removeLast() }
      }
    }
  }

  /// A page has become its record.
  ///
  /// - Parameter error: That of the record.
  func add(_ page: Fetched, _ error: RequestError?) {
    guard error != nil || (page.response?.status ?? 0) >= 400 else { return }
    let kind = error?.code.rawValue ?? page.response.map { "\($0.status)" } ?? ""
    storage.withLock { counts in
      let count = counts.brokenCounts[kind, default: 0]
      counts.brokenCounts[kind] = count + 1
      if count < Self.mostOfAKind, counts.broken.count < Self.mostBroken {
        counts.broken.append(SampledPage(page, error))
      }
    }
  }
}
