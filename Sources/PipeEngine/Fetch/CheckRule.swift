internal import PipeWeb

/// How a link is checked: by HEAD, and by GET where HEAD tells nothing of it.
enum CheckRule {
  /// Answers of servers that do not know HEAD, or have something against it.
  private static let inconclusive: Set<Int> = [403, 404, 405, 501]

  /// The request by GET for an answer to HEAD that is no verdict; `nil` for one that is.
  static func asGET(_ fetched: Fetched) -> Request? {
    let request = fetched.request
    guard request.purpose == .check, request.method == .head else { return nil }
    if let response = fetched.response {
      return inconclusive.contains(response.status) ? request.asGET() : nil
    }
    guard let error = fetched.error, !error.circumstance.isWithoutConnection else { return nil }
    switch error.code {
    // The connection was there, and HEAD came to nothing.
    case .connection, .protocol, .timeout, .body, .tooLarge: return request.asGET()
    case .badURL, .dns, .connect, .tls, .redirects, .forbidden, .robots, .extract: return nil
    }
  }
}
