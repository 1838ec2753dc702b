internal import PipeWeb

/// What becomes of a response that redirects (RFC 9110, 15.4; WHATWG Fetch, HTTP-redirect fetch).
enum RedirectRule {
  enum Decision {
    /// The response is the answer.
    case answer
    case follow(Request)
    case fail(RequestError)
  }

  /// - Parameters:
  ///   - limit: The most redirects followed; 0 makes every redirect an answer.
  ///   - method: The method of requests that have none of their own.
  static func decide(_ fetched: Fetched, limit: Int, method: Method = .get) -> Decision {
    guard let response = fetched.response, let location = response.location, fetched.error == nil, limit > 0,
      [301, 302, 303, 307, 308].contains(response.status),
      let from = fetched.request.url
    else { return .answer }
    let request = fetched.request
    let target: WebURL
    do throws(WebURL.Failure) {
      target = try WebURL(parsing: location, base: from)
    } catch {
      return .fail(RequestError(.badURL, "the redirect's Location is no URL: \(error.message)"))
    }
    if !target.isHTTP { return .fail(RequestError(.forbidden, "a redirect to '\(target.scheme):' is not followed")) }
    if let fault = target.hostFault { return .fail(RequestError(.badURL, "the redirect's Location: \(fault)")) }
    let method = request.method ?? method
    let becomesGET =
      response.status == 303 && method != .head && method != .get
      || [301, 302].contains(response.status) && method == .post
    if !becomesGET,
      target.hrefWithoutFragment == from.hrefWithoutFragment
        || request.trail.contains(where: { $0.hrefWithoutFragment == target.hrefWithoutFragment })
    {
      return .fail(RequestError(.redirects, "a loop: \(target.redacted) was visited already"))
    }
    if request.trail.count >= limit {
      return .fail(RequestError(.redirects, "more than \(limit) redirects, the last to \(target.redacted)"))
    }
    return .follow(
      request.redirected(
        to: target, method: becomesGET ? .get : request.method, body: becomesGET ? nil : request.body,
        after: fetched.timing.elapsed, attempts: fetched.attempts))
  }
}
