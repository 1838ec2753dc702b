import PipeTesting
import PipeWeb

@testable import PipeEngine

extension StubFetcher {
  /// A fetcher that has a made-up site for a network.
  convenience init(site: SiteModel, places: Int = 8, seed: UInt64 = 0) {
    self.init(places: places, seed: seed) { request in
      let url = request.url?.href ?? request.written
      let answer = site.response(to: url, method: request.method?.rawValue ?? "GET", attempt: request.attempt)
      if let failure = answer.failure {
        return .error(RequestError(RequestError.Code(rawValue: failure) ?? .protocol, "made up"))
      }
      return .status(answer.status, location: answer.location, body: answer.body)
    }
  }
}
