import NIOHTTP1

/// Cookies set and seen.
enum CookieRoutes {
  static let all: [Route] = [
    Route(
      "/cookies/set", "sets a cookie for each parameter, and redirects to /cookies", query: "name=value",
      example: "/cookies/set?flavour=oat", set),
    Route("/cookies", "the cookies of the request, as JSON", seen),
  ]

  private static func set(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    var answer = Answer.redirect(to: "/cookies")
    guard case .http(let status, var headers, let length) = answer.framing else { return answer }
    for (name, value) in request.query {
      guard !name.isEmpty, (name + value).utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: ";") }) else {
        throw Refusal("a cookie is of visible ASCII characters, without ';'")
      }
      headers.add(name: "Set-Cookie", value: "\(name)=\(value); Path=/")
    }
    answer.framing = .http(status: status, headers: headers, length: length)
    return answer
  }

  private static func seen(_ request: SiteRequest, _ site: Site) -> Answer {
    let pairs = request.headers["Cookie"].flatMap { $0.split(separator: ";") }.map { pair in
      let halves = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(halves.first ?? ""), JSON.string(halves.count > 1 ? String(halves[1]) : ""))
    }
    return .json(.object([("cookies", .object(pairs))]))
  }
}
