package import PipeEngine
import PipeHTTP
import PipeSpec
import PipeWeb

/// Fetches over HTTP: the engine's requests through a loop of libcurl.
package struct HTTPFetcher: Fetcher {
  private let settings: TransferSettings

  package init(_ plan: Plan) {
    let fetch = plan.fetch
    var settings = TransferSettings(addresses: fetch.addresses)
    settings.concurrency = fetch.concurrency
    settings.method = fetch.method.rawValue
    settings.headers = fetch.headers
    settings.body = fetch.body.map { Array($0.utf8) }
    settings.userAgent = fetch.userAgent
    settings.totalTimeout = fetch.timeout.total
    settings.connectTimeout = fetch.timeout.connect
    settings.maximumBody = fetch.maxBody.bytes
    settings.failsAboveMaximumBody = fetch.onMaxBody == .fail
    settings.keeping =
      switch plan.needs.content {
      case .nothing: .nothing
      case .start: .until(plan.needs.facts)
      default: .whole
      }
    settings.keepsFields = plan.needs.fields
    settings.version =
      switch fetch.http {
      case .auto: .automatic
      case .http11: .http11
      case .http2: .http2
      }
    settings.connection = ConnectionOptions(fetch, in: plan.folder)
    self.settings = settings
  }

  package func fetch(_ work: any FetchWork) async throws {
    do {
      let loop = try TransferLoop(settings)
      work.onChange { loop.wake() }
      try await loop.run(Exchange(work))
    } catch let error as TransferLoopError {
      throw RunError("fetch", error.message)
    }
  }
}

/// The engine's work in the loop's terms.
private final class Exchange: TransferExchange {
  private let work: any FetchWork

  init(_ work: any FetchWork) { self.work = work }

  func take(upTo limit: Int) -> TransferTake {
    switch work.take(upTo: limit) {
    case .requests(let requests): .requests(requests.compactMap(TransferRequest.init))
    case .wait(let until): .wait(until: until)
    case .finished: .finished
    case .draining(let until): .draining(until: until)
    }
  }

  func complete(_ batch: [TransferResult]) { work.complete(batch.compactMap(Fetched.init)) }

  func abandon(_ tags: [TransferTag]) { work.abandon(tags.compactMap { $0 as? Request }) }
}

extension TransferRequest {
  fileprivate init?(_ request: Request) {
    guard let url = request.url else { return nil }
    self.init(
      url: url.href, host: request.host, method: request.method?.rawValue, body: request.body,
      headers: request.headers, withholdsCredentials: request.hasLeftItsOrigin, tag: request)
  }
}

extension Fetched {
  fileprivate init?(_ result: TransferResult) {
    guard let request = result.tag as? Request else { return nil }
    self.init(
      request: request, response: result.response,
      error: result.failure.map { RequestError(RequestError.Code($0.reason), $0.message) },
      timing: Timing(elapsed: result.elapsed, firstByte: result.firstByte))
  }
}

extension RequestError.Code {
  fileprivate init(_ reason: TransferFailure.Reason) {
    self =
      switch reason {
      case .dns: .dns
      case .connect: .connect
      case .tls: .tls
      case .timeout: .timeout
      case .connection: .connection
      case .protocol: .protocol
      case .body: .body
      case .tooLarge: .tooLarge
      case .forbidden: .forbidden
      }
  }
}
