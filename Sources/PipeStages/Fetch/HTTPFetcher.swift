package import PipeEngine
package import PipeHTTP
import PipeSpec
import PipeWeb

/// Fetches over HTTP: the engine's requests through a loop of libcurl.
package struct HTTPFetcher: Fetcher {
  private let settings: TransferSettings
  private let identity: RequestIdentity?

  /// - Parameter wire: What writes down the heads of requests and answers.
  package init(_ plan: Plan, wire: WireLog? = nil) {
    let fetch = plan.fetch
    var settings = TransferSettings(addresses: fetch.addresses)
    settings.concurrency = fetch.concurrency
    settings.method = fetch.method.rawValue
    settings.headers = fetch.headers
    settings.body = fetch.body
    settings.userAgent = fetch.userAgent
    settings.totalTimeout = fetch.timeout.total
    settings.connectTimeout = fetch.timeout.connect
    settings.firstByteTimeout = fetch.timeout.firstByte
    settings.idleTimeout = fetch.timeout.idle
    settings.maximumBody = fetch.maxBody.bytes
    settings.bodyMemory = plan.bounds.bodyBytes
    settings.failsAboveMaximumBody = fetch.onMaxBody == .fail
    settings.keeping =
      switch plan.needs.content {
      case .nothing: .nothing
      case .start: .until(plan.needs.facts)
      default: .whole
      }
    settings.keepsAddress = plan.needs.address
    settings.keepsFields = plan.needs.fields || fetch.keepsCookies
    settings.followsRedirects = fetch.redirects > 0 && !fetch.redirectsAreLinks
    settings.version =
      switch fetch.http {
      case .auto: .automatic
      case .http11: .http11
      case .http2: .http2
      }
    settings.connection = ConnectionOptions(fetch)
    settings.wire = wire
    self.settings = settings
    identity = RequestIdentity(fetch)
  }

  package func fetch(_ work: any FetchWork) async throws {
    do {
      let loop = try TransferLoop(settings)
      work.onChange { loop.wake() }
      try await loop.run(Exchange(work, identity))
    } catch let error as TransferLoopError {
      throw RunError("fetch", error.message)
    }
  }
}

/// The engine's work in the loop's terms.
private struct Exchange: TransferExchange {
  private let work: any FetchWork
  private let identity: RequestIdentity?
  private var completed: [Fetched] = []

  init(_ work: any FetchWork, _ identity: RequestIdentity?) {
    self.work = work
    self.identity = identity
  }

  mutating func take(upTo limit: Int) -> TransferTake {
    switch work.take(upTo: limit) {
    case .requests(let requests): .requests(identity.map { requests.map($0.identify) } ?? requests)
    case .wait(let until): .wait(until: until)
    case .finished: .finished
    case .draining(let until): .draining(until: until)
    }
  }

  mutating func complete(_ result: TransferResult) {
    guard let request = Request.of(result.request) else { return }
    // Before a redirect's next hop begins.
    if let response = result.response { identity?.remember(response, of: request) }
    completed.append(
      Fetched(
        request: request, response: result.response,
        error: result.failure.map(RequestError.init),
        timing: Fetched.Timing(elapsed: result.elapsed, firstByte: result.firstByte, connected: result.connected),
        attempts: request.attempt + result.sends - 1))
  }

  mutating func handOver() {
    work.complete(completed)
    completed.removeAll(keepingCapacity: true)
  }

  func hasRoom() -> Bool { work.hasRoom() }

  func notice(_ words: String) { work.notice(words) }

  func hasMore(for request: any TransferRequest) -> Bool { work.hasMore(at: request.host) }

  mutating func abandon(_ requests: [any TransferRequest]) { work.abandon(requests.compactMap { Request.of($0) }) }
}

extension Request: TransferRequest {
  /// Only what has a URL is ever fetched.
  package var href: String { url?.href ?? "" }
  package var transferMethod: String? { method?.rawValue }
  package var withholdsCredentials: Bool { hasLeftItsOrigin }
  /// What the spec says of content is said of pages.
  package var withholdsContentFields: Bool { hasLostItsContent || purpose != .page }
  package var contentLimit: Int? { purpose.contentLimit }
}

extension RequestError {
  fileprivate init(_ failure: TransferFailure) {
    let (code, circumstance): (Code, Circumstance) =
      switch failure.reason {
      case .dns: (.dns, .noConnection)
      case .connect: (.connect, .noConnection)
      case .tls: (.tls, .noConnection)
      case .timeout: (.timeout, .none)
      case .connectTimeout: (.timeout, .noConnection)
      case .connection: (.connection, .connectionLost)
      case .protocol: (.protocol, .none)
      case .body: (.body, .none)
      case .bodyBrokeOff: (.body, .connectionLost)
      case .tooLarge: (.tooLarge, .none)
      case .forbidden: (.forbidden, .none)
      case .badURL: (.badURL, .none)
      case .keptConnection: (.connection, .keptConnection)
      case .refused: (.connection, .notActedOn)
      case .protocolBroken: (.protocol, .connectionLost)
      case .tlsBrokenOff: (.tls, .connectionLost)
      case .lookup: (.dns, .lookupFailed)
      case .refusedByProxy: (.connect, .refusedByProxy)
      }
    self.init(code, failure.message, circumstance)
  }
}
