/// robots.txt.
enum RobotsRoutes {
  static let all: [Route] = [
    Route("/robots.txt", "allows all but /private/ and /crawl/*/closed/, and names the sitemap", robots)
  ]

  private static func robots(_ request: SiteRequest, _ site: Site) -> Answer {
    .text(
      """
      User-agent: *
      Disallow: /private/
      Disallow: /crawl/*/closed/

      User-agent: slow-crawler
      Crawl-delay: 2
      Disallow: /private/
      Disallow: /crawl/*/closed/

      Sitemap: \(request.origin)/sitemap.xml

      """, type: "text/plain; charset=utf-8")
  }
}
