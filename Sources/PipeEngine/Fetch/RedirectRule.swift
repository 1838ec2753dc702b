internal import PipeSpec
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
  ///   - content: The content of requests that have none of their own.
  ///   - mask: What tells whether there is a secret in content.
  static func decide(
    _ fetched: Fetched, limit: Int, method: Method = .get, content: [UInt8]? = nil, mask: SecretMask = SecretMask()
  ) -> Decision {
    // What is wrong with the content of a redirect, or how it ended, says nothing of where it leads.
    guard let response = fetched.response, let location = response.location, limit > 0,
      [301, 302, 303, 307, 308].contains(response.status),
      let from = fetched.request.url
    else { return .answer }
    let request = fetched.request
    let target: WebURL
    do throws(WebURL.Failure) {
      target = try WebURL(parsing: location, base: from).inheritingFragment(of: from)
    } catch {
      return .fail(RequestError(.badURL, "the redirect's Location is not a URL: \(error.message)"))
    }
    if !target.isHTTP { return .fail(RequestError(.forbidden, "a redirect to '\(target.scheme):' is not followed")) }
    if let fault = target.hostFault { return .fail(RequestError(.badURL, "the redirect's Location: \(fault)")) }
    // A URL may come again: a page that redirects to itself can have set the cookie that it asks for. What ends a loop
    // is the limit alone.
    if request.trail.count >= limit {
      let isLoop = request.trail.contains { $0.url.hrefWithoutFragment == target.hrefWithoutFragment }
      let words = "more than \(limit) redirects, the last to \(target.redacted)"
      return .fail(RequestError(.redirects, isLoop ? words + ", which was visited before" : words))
    }
    let method = request.method ?? method
    let becomesGET =
      response.status == 303 && method != .head && method != .get
      || [301, 302].contains(response.status) && method == .post
    if request.purpose.isOfLogin, request.body != nil, !becomesGET, target.originKey != from.originKey {
      return .fail(
        RequestError(.forbidden, "a redirect asks for the login's content at another origin: \(target.originKey)"))
    }
    let own = request.hasLostItsContent || request.purpose != .page ? nil : content
    if !becomesGET, let content = request.body ?? own, target.originKey != from.originKey, mask.finds(in: content) {
      return .fail(
        RequestError(.forbidden, "a redirect asks for content with a secret at another origin: \(target.originKey)"))
    }
    return .follow(
      request.redirected(
        to: target, by: response.status, becomesGET: becomesGET, after: fetched.timing.elapsed,
        attempts: fetched.attempts))
  }
}

extension WebURL {
  /// The URL with another's fragment, where it has none of its own (RFC 9110, 10.2.2).
  fileprivate func inheritingFragment(of other: WebURL) throws(WebURL.Failure) -> WebURL {
    let fragment = other.href.utf8.dropFirst(other.hrefWithoutFragment.utf8.count)
    if fragment.isEmpty || href.utf8.count > hrefWithoutFragment.utf8.count { return self }
    return try WebURL(parsing: href + String(Substring(fragment)))
  }
}
