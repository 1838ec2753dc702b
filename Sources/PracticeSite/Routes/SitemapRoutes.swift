import NIOCore

/// A sitemap index over two sitemaps, which share the numbered pages between them; the second is a gzip file.
enum SitemapRoutes {
  static let all: [Route] = [
    Route("/sitemap.xml", "an index of two sitemaps", index),
    Route("/sitemap-1.xml", "the first half of the pages", firstHalf),
    Route("/sitemap-2.xml.gz", "the second half, as a gzip file", secondHalf),
  ]

  /// The most URLs that a sitemap may have, by the protocol at sitemaps.org.
  private static let mostPages = 50_000
  private static let namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"

  private static func index(_ request: SiteRequest, _ site: Site) -> Answer {
    let sitemaps = ["/sitemap-1.xml", "/sitemap-2.xml.gz"].map { path in
      "<sitemap><loc>\(request.origin)\(path)</loc><lastmod>2025-01-01</lastmod></sitemap>\n"
    }
    return .text(document("sitemapindex", sitemaps), type: "application/xml")
  }

  private static func firstHalf(_ request: SiteRequest, _ site: Site) -> Answer {
    let half = site.pages.numbers.upperBound / 2
    return .text(document("urlset", entries(1, half, request.origin)), type: "application/xml")
  }

  private static func secondHalf(_ request: SiteRequest, _ site: Site) -> Answer {
    let last = site.pages.numbers.upperBound
    let xml = document("urlset", entries(last / 2 + 1, last, request.origin))
    return .whole(ByteBuffer(bytes: Deflate.gzip(Array(xml.utf8))), type: "application/gzip")
  }

  private static func entries(_ first: Int, _ last: Int, _ origin: Origin) -> [String] {
    guard first <= last else { return [] }
    return (first...min(last, first + mostPages - 1)).map { number in
      let date = CalendarDate.ofPage(number)
      let modified = number.isMultiple(of: 2) ? date.day : date.timestamp
      return "<url><loc>\(origin)/page/\(number)</loc><lastmod>\(modified)</lastmod></url>\n"
    }
  }

  private static func document(_ root: String, _ entries: [String]) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <\(root) xmlns="\(namespace)">
    \(entries.joined())</\(root)>

    """
  }
}
