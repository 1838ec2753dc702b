import NIOCore
import NIOHTTP1

/// The home page and the numbered pages.
enum PageRoutes {
  static let all: [Route] = [
    Route("/", "this list", home),
    Route("/page/{number}", "an HTML page of 1 to 60 kB", example: "/page/1", page),
    Route("/get", "a page whose title is `Number N`", query: "num=", example: "/get?num=7", number),
    Route("/private/{number}", "a page that robots.txt disallows", example: "/private/1", hidden),
  ]

  private static func home(_ request: SiteRequest, _ site: Site) -> Answer {
    var body = "<p>Real HTTP for tests and for a first run. It listens on this machine alone.</p>\n"
    for group in RouteTable.groups {
      body += "<h2>\(HTMLText.escape(group.title))</h2>\n<ul>\n"
      for route in group.routes {
        let pattern = route.pattern + (route.query.isEmpty ? "" : "?\(route.query)")
        let relation = route.isTame ? "" : " rel=\"nofollow\""
        body += """
          <li><a href="\(HTMLText.escape(route.example))"\(relation)>\
          <code>\(HTMLText.escape(pattern))</code></a> \
          \(HTMLText.escape(route.summary))</li>

          """
      }
      body += "</ul>\n"
    }
    return .page(title: "Practice site", body: body)
  }

  private static func page(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let numbers = site.pages.numbers
    guard let number = Int(request.captures[0]), let page = site.pages.page(number) else {
      throw Refusal("the pages are \(numbers.lowerBound) to \(numbers.upperBound)", status: .notFound)
    }
    return .whole(page.body, type: page.contentType)
  }

  private static func number(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    .page(title: "Number \(try request.number("num", in: Int.min...Int.max, or: 0))")
  }

  private static func hidden(_ request: SiteRequest, _ site: Site) -> Answer {
    .page(title: "Private page \(request.captures[0])")
  }
}
