import NIOHTTP1

/// A large site of linked pages.
enum CrawlRoutes {
  static let all: [Route] = [
    Route(
      "/crawl/{site}/{place...}",
      "a site of so many linked pages, made up from a seed: /crawl/SEED-SIZE/, with redirects, dead ends and traps",
      example: "/crawl/1-1000/", isTame: false, page)
  ]

  private static func page(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    guard let linked = LinkedSite(name: request.captures[0]) else {
      throw Refusal("the name of a site is SEED-SIZE, of \(LinkedSite.possibleSizes) pages", status: .notFound)
    }
    let place = String(request.target.dropFirst(linked.root.utf8.count))
    // A spelling that a client did not undo before it asks, such as `%70`, is the same page.
    let plain = PercentEncoding.decodeUnreserved(place)
    if plain == "sitemap.xml" { return .text(linked.sitemap(at: request.origin), type: "application/xml") }
    let other = Origin(host: request.origin.host == "127.0.0.2" ? "127.0.0.1" : "127.0.0.2", port: request.origin.port)
    let page = linked.page(at: plain, elsewhere: "\(other)")
    var headers: [(String, String)] = []
    if let location = page.location { headers.append(("Location", location)) }
    if let next = page.next { headers.append(("Link", "<\(next)>; rel=next")) }
    return .text(
      page.html, type: "text/html; charset=utf-8", status: HTTPResponseStatus(statusCode: page.status), headers: headers
    )
  }
}
