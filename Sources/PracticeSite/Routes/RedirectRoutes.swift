import NIOHTTP1

/// Redirects: chains, loops, and to anywhere.
enum RedirectRoutes {
  static let all: [Route] = [
    Route(
      "/redirect/{hops}", "so many redirects (at most 100), then page 1",
      query: "form=path|absolute|relative&status=",
      example: "/redirect/3", chain),
    Route("/redirect-loop", "a redirect to itself", isTame: false, loop),
    Route(
      "/redirect-on/{number}", "a redirect to the next number, and so on without end", example: "/redirect-on/1",
      isTame: false, onward),
    Route(
      "/redirect-to", "a redirect to any URL", query: "url=&status=", example: "/redirect-to?url=/page/2&status=301",
      anywhere),
  ]

  private static func chain(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let hops = try request.number(at: 0, in: 1...100)
    let query = request.target.split(separator: "?", maxSplits: 1).dropFirst().first.map { "?\($0)" } ?? ""
    let path = hops == 1 ? "/page/1" : "/redirect/\(hops - 1)\(query)"
    let location =
      switch request.parameter("form") ?? "path" {
      case "path": path
      case "absolute": "\(request.origin)\(path)"
      case "relative": "..\(path)"
      default: throw Refusal("the form of a redirect is path, absolute or relative")
      }
    return .redirect(to: location, status: try status(request))
  }

  private static func loop(_ request: SiteRequest, _ site: Site) -> Answer {
    .redirect(to: "/redirect-loop")
  }

  private static func onward(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    .redirect(to: "/redirect-on/\(try request.number(at: 0, in: 0...1_000_000_000) + 1)")
  }

  private static func anywhere(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    .redirect(to: try request.fieldValue("url"), status: try status(request))
  }

  private static func status(_ request: SiteRequest) throws(Refusal) -> HTTPResponseStatus {
    HTTPResponseStatus(statusCode: try request.number("status", in: 300...399, or: 302))
  }
}
