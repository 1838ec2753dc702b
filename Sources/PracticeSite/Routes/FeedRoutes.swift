/// The first twenty pages as feeds.
enum FeedRoutes {
  static let all: [Route] = [
    Route("/feed.xml", "an RSS 2.0 feed of the first 20 pages", rss),
    Route("/atom.xml", "an Atom feed of the same", atom),
  ]

  private static func numbers(_ site: Site) -> ClosedRange<Int> { 1...min(20, site.pages.numbers.upperBound) }

  private static func title(_ number: Int) -> String {
    HTMLText.escape(PageKind.ofPage(number).title(ofPage: number))
  }

  private static func rss(_ request: SiteRequest, _ site: Site) -> Answer {
    let items = numbers(site).map { number in
      """
      <item>
      <title>\(title(number))</title>
      <link>\(request.origin)/page/\(number)</link>
      <guid isPermaLink="true">\(request.origin)/page/\(number)</guid>
      <pubDate>\(CalendarDate.ofPage(number).httpDate)</pubDate>
      </item>

      """
    }
    return .text(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <rss version="2.0">
      <channel>
      <title>Practice site</title>
      <link>\(request.origin)/</link>
      <description>The first pages</description>
      \(items.joined())</channel>
      </rss>

      """, type: "application/rss+xml; charset=utf-8")
  }

  private static func atom(_ request: SiteRequest, _ site: Site) -> Answer {
    let entries = numbers(site).map { number in
      """
      <entry>
      <title>\(title(number))</title>
      <link rel="alternate" href="/page/\(number)"/>
      <id>urn:practice-site:page:\(number)</id>
      <updated>\(CalendarDate.ofPage(number).timestamp)</updated>
      </entry>

      """
    }
    return .text(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <feed xmlns="http://www.w3.org/2005/Atom" xml:base="\(request.origin)/">
      <title>Practice site</title>
      <id>urn:practice-site</id>
      <updated>\(CalendarDate.ofPage(20).timestamp)</updated>
      <author><name>Practice site</name></author>
      \(entries.joined())</feed>

      """, type: "application/atom+xml; charset=utf-8")
  }
}
