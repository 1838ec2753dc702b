package import PipeSpec
package import PipeWeb

/// How a run logs in before everything else, and how it tells that it has to do so again.
package struct LoginPlan: Sendable {
  package enum Way: Sendable {
    /// The first form of a page that has these fields is filled in and sent.
    case form(page: WebURL, fields: [(name: String, value: String)])
    /// A request that nothing has to be known for.
    case request(WebURL, Method, content: [UInt8]?, contentType: String?)
  }

  /// What tells that a session has ended.
  package enum Sign: Hashable, Sendable {
    case status(Int)
    /// A redirect to where the login is.
    case redirect
  }

  package let way: Way
  /// What the answer to a login has to match.
  package let success: RegularExpression?
  package let signs: [Sign]

  package init(_ way: Way, success: RegularExpression? = nil, signs: [Sign] = Self.usualSigns) {
    self.way = way
    self.success = success
    self.signs = signs
  }

  package static let usualSigns: [Sign] = [.status(401), .redirect]

  /// Where it begins.
  package var url: WebURL {
    switch way {
    case .form(let page, _): page
    case .request(let url, _, _, _): url
    }
  }

  /// Whether what came of a page says that there is no session.
  ///
  /// - Parameter place: Where the form was found.
  func tellsOfNoSession(_ fetched: Fetched, at place: WebURL? = nil) -> Bool {
    guard let response = fetched.response, let from = fetched.request.url, from.isOfSameSite(as: url) else {
      return false
    }
    // A source or a link may ask for the login itself.
    let places = [url] + [place].compactMap(\.self)
    if places.contains(where: { from.isSamePlace(as: $0) }) { return false }
    if signs.contains(.status(response.status)) { return true }
    guard signs.contains(.redirect), [301, 302, 303, 307, 308].contains(response.status),
      let location = response.location,
      let target = try? WebURL(parsing: location, base: from)
    else { return false }
    return places.contains { target.isSamePlace(as: $0) }
  }

  /// What a plan says of it.
  package var outline: String {
    var words =
      switch way {
      case .form(let page, let fields):
        "logs in by the form of \(page.redacted) with the field\(fields.count == 1 ? "" : "s") "
          + fields.map { "'\($0.name)'" }.joined(separator: ", ")
      case .request(let url, let method, let content, let type):
        "logs in by \(method.rawValue) \(url.redacted)" + (content == nil ? "" : " with content")
          + (type.map { " of type \($0)" } ?? "")
      }
    if let success { words += ", and the answer matches /\(success.pattern)/" }
    if signs.isEmpty { return words + "; once for the whole run" }
    let told = signs.map { sign in
      switch sign {
      case .status(let status): "answers \(status)"
      case .redirect: "redirects there"
      }
    }
    return words + "; again if a page \(told.joined(separator: " or "))"
  }
}

extension WebURL {
  /// Whether host, port and path are the same.
  func isSamePlace(as other: WebURL) -> Bool {
    host.utf8.elementsEqual(other.host.utf8) && pathname.utf8.elementsEqual(other.pathname.utf8)
  }
}
