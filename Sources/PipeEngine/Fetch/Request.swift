package import PipeSpec
package import PipeText
package import PipeWeb

/// What a request is known by for as long as its run is remembered: the source that yielded it and its
/// ordinal there. The same spec over the same inputs gives the same identities.
package struct RequestID: Hashable, Comparable, Sendable {
  /// The source's place in the spec, from 0.
  package let source: Int
  /// From 0 in the order the source yields.
  package let ordinal: Int

  package init(source: Int, ordinal: Int) {
    self.source = source
    self.ordinal = ordinal
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.source, left.ordinal) < (right.source, right.ordinal)
  }

  /// The identity of a request that the run makes for itself. No source has such a one.
  static func own(_ number: Int) -> RequestID { RequestID(source: -1, ordinal: number) }

  /// Whether the run makes the request for itself, so that nothing comes of it but an answer to whoever asked.
  var isOwn: Bool { source < 0 }
}

/// What a source, or a link, says of a request: it stays as it is through redirects and retries, which share it.
package final class RequestSeed: Sendable {
  package let id: RequestID
  /// The URL as the source wrote it.
  package let written: String
  /// `nil` for the method of the spec.
  package let method: Method?
  package let body: [UInt8]?
  package let headers: [HTTPFields.Field]
  /// The columns of the source's row, for the `input` extractor.
  package let input: [ExactText: Value]
  /// How many links lie between a source and this request; 0 for a source's own.
  package let depth: Int
  /// The URL of the page whose link it is; `nil` for a source's own.
  package let referrer: String?
  /// What it is fetched for.
  package let purpose: RequestPurpose
  /// Where it stands in its crawl; `nil` without one.
  package let place: CrawlPlace?
  /// Where it stands among the pages of a list; `nil` if no page has led to it as its next one.
  package let chain: ChainPlace?
  /// Bytes that it holds, about, its first URL included.
  let cost: Int

  package init(
    id: RequestID, written: String, method: Method? = nil, body: [UInt8]? = nil, headers: [HTTPFields.Field] = [],
    input: [ExactText: Value] = [:], depth: Int = 0, referrer: String? = nil, purpose: RequestPurpose = .page,
    place: CrawlPlace? = nil, chain: ChainPlace? = nil
  ) {
    self.id = id
    self.written = written
    self.method = method
    self.body = body
    self.headers = headers
    self.input = input
    self.depth = depth
    self.referrer = referrer
    self.purpose = purpose
    self.place = place
    self.chain = chain
    // The URL counts twice: as written, and parsed.
    var cost = 320 + 2 * written.utf8.count + (body?.count ?? 0) + (referrer?.utf8.count ?? 0)
    if !headers.isEmpty { cost += headers.reduce(0) { $0 + 32 + $1.name.utf8.count + $1.value.utf8.count } }
    if !input.isEmpty { cost += input.reduce(0) { $0 + 48 + $1.key.text.utf8.count + $1.value.cost } }
    self.cost = cost
  }

  /// The same, as a part of a crawl.
  func placed(at place: CrawlPlace) -> RequestSeed {
    RequestSeed(
      id: id, written: written, method: method, body: body, headers: headers, input: input, depth: depth,
      referrer: referrer, purpose: purpose, place: place, chain: chain)
  }
}

/// A request on its way: its seed, and how far redirects and retries have brought it.
///
/// One object travels through all stages, so that a step from one to the next costs one reference count.
package final class Request: Sendable {
  package let seed: RequestSeed
  /// Where to fetch now: the URL written, or where a redirect led; `nil` if that is not a URL.
  package let url: WebURL?
  /// What makes the URL unfit for fetching.
  package let fault: RequestError?
  /// What redirected, in order.
  package let trail: [RedirectHop]
  /// The time that earlier transfers of this attempt took.
  package let spent: Duration
  /// 1 for the first.
  package let attempt: Int
  /// Whether it has become a GET without the content that it began with: by a redirect, or since HEAD told nothing.
  package let hasLostItsContent: Bool
  /// Whether its page is to be read (`TrapEvidence.wantsContent`).
  package let keepsPage: Bool
  /// Whether it goes over a new connection, since a kept one has let it down.
  package let isSentAgain: Bool
  /// What per-host limits count by: host and port, as in the Host field.
  package let host: String

  package init(
    _ seed: RequestSeed, url: WebURL?, fault: RequestError? = nil, trail: [RedirectHop] = [], spent: Duration = .zero,
    attempt: Int = 1, hasLostItsContent: Bool = false, keepsPage: Bool = false, isSentAgain: Bool = false
  ) {
    self.seed = seed
    self.url = url
    self.fault = fault
    self.trail = trail
    self.spent = spent
    self.attempt = attempt
    self.hasLostItsContent = hasLostItsContent
    self.keepsPage = keepsPage
    self.isSentAgain = isSentAgain
    host = url.map { String($0.host) } ?? ""
  }

  /// A request for the URL that a seed has; if it is not an http or https URL, a request with a fault.
  package convenience init(_ seed: RequestSeed) {
    switch WebURL.forFetching(seed.written) {
    case .success(let url): self.init(seed, url: url)
    case .failure(let fault): self.init(seed, url: nil, fault: fault)
    }
  }

  /// A request for a URL as written.
  package convenience init(
    id: RequestID, written: String, method: Method? = nil, body: [UInt8]? = nil, headers: [HTTPFields.Field] = [],
    input: [ExactText: Value] = [:]
  ) {
    self.init(RequestSeed(id: id, written: written, method: method, body: body, headers: headers, input: input))
  }

  package var id: RequestID { seed.id }
  /// Whether the run makes it for itself.
  var isOwn: Bool { id.isOwn }
  package var written: String { seed.written }
  package var input: [ExactText: Value] { seed.input }
  package var depth: Int { seed.depth }
  package var referrer: String? { seed.referrer }
  package var purpose: RequestPurpose { seed.purpose }
  package var place: CrawlPlace? { seed.place }
  package var chain: ChainPlace? { seed.chain }
  package var method: Method? { hasLostItsContent ? .get : seed.method }
  package var body: [UInt8]? { hasLostItsContent ? nil : seed.body }

  /// The fields that this hop sends. Fields that are meant for one origin stay with it, and those that describe content
  /// with the content (Fetch, HTTP-redirect fetch; RFC 9110, 15.4).
  package var headers: [HTTPFields.Field] {
    if seed.headers.isEmpty || trail.isEmpty { return seed.headers }
    let hasLeft = hasLeftItsOrigin
    return seed.headers.filter { !(hasLeft && $0.isForOneOrigin) && !(hasLostItsContent && $0.describesContent) }
  }

  /// Bytes that it holds, about.
  package var cost: Int { seed.cost }
  /// Whether a page of a list, or a redirect from one, has led to it in a crawl: it is as near as that.
  var isNextPage: Bool { place != nil && depth == 0 && referrer != nil && purpose == .page }

  /// What it counts among those in flight. As many as may be there are held at once, so that only what makes one large does.
  var flightBytes: Int { seed.cost > 4096 ? seed.cost : 0 }

  /// The same request, sent on to another URL by a redirect.
  ///
  /// - Parameters:
  ///   - status: That of the redirect.
  ///   - becomesGET: Whether it goes on as a GET without content.
  func redirected(
    to target: WebURL, by status: Int, becomesGET: Bool, after time: Duration, attempts: Int? = nil
  ) -> Request {
    let hop = url.map { RedirectHop(url: $0, status: status) }
    return Request(
      seed, url: target, trail: trail + [hop].compactMap(\.self), spent: spent + time, attempt: attempts ?? attempt,
      hasLostItsContent: hasLostItsContent || becomesGET)
  }

  /// The same request, to be tried once more after so many attempts.
  func triedAgain(after attempts: Int) -> Request {
    Request(seed, url: url, trail: trail, attempt: attempts + 1, hasLostItsContent: hasLostItsContent)
  }

  /// The same request from its beginning, once the run has logged in again.
  func loggedInAnew(after attempts: Int) -> Request {
    guard let url = try? WebURL(parsing: written) else { return triedAgain(after: attempts) }
    return Request(seed, url: url, attempt: attempts + 1, keepsPage: keepsPage)
  }

  /// The same request, to be sent once more over a new connection.
  func sentAgain(after fetched: Fetched) -> Request {
    Request(
      seed, url: url, trail: trail, spent: spent + fetched.timing.elapsed, attempt: fetched.attempts + 1,
      hasLostItsContent: hasLostItsContent, keepsPage: keepsPage, isSentAgain: true)
  }

  /// The same request, whose page is to be read.
  func keepingPage() -> Request {
    Request(
      seed, url: url, fault: fault, trail: trail, spent: spent, attempt: attempt, hasLostItsContent: hasLostItsContent,
      keepsPage: true, isSentAgain: isSentAgain)
  }

  /// The same request as a GET, which has all of its attempts.
  func asGET() -> Request { Request(seed, url: url, trail: trail, hasLostItsContent: true) }

  /// Whether a redirect, or a link, led to another origin than the one asked first: the spec's own credentials are not
  /// sent.
  package var hasLeftItsOrigin: Bool {
    if place?.isElsewhere == true || chain?.isElsewhere == true { return true }
    return trail.contains { $0.url.origin != url?.origin }
  }
}

/// A URL that redirected, and by which status.
package struct RedirectHop: Hashable, Sendable {
  package let url: WebURL
  package let status: Int

  package init(url: WebURL, status: Int) {
    self.url = url
    self.status = status
  }
}

/// A request method (RFC 9110, 9).
package enum Method: String, CaseIterable, Sendable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
}

extension WebURL {
  /// A URL that can be fetched, or why the text is none.
  package static func forFetching(_ text: String, base: WebURL? = nil) -> Result<WebURL, RequestError> {
    do throws(WebURL.Failure) {
      let url = try WebURL(parsing: text, base: base)
      if !url.isHTTP { return .failure(RequestError(.badURL, "'\(url.scheme):' is neither http nor https")) }
      if let fault = url.hostFault { return .failure(RequestError(.badURL, fault)) }
      return .success(url)
    } catch {
      return .failure(RequestError(.badURL, error.message))
    }
  }
}
