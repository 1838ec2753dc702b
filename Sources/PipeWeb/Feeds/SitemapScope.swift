/// Whose pages a sitemap may list.
///
/// A sitemap speaks for its own host. For another one it speaks where that host's robots.txt names it, or the index that
/// led to it (sitemaps.org, "Sitemaps & Cross Submits"): else any site could send requests to any other.
package struct SitemapScope: Sendable {
  /// The sitemap, and the indexes that led to it.
  private let chain: [WebURL]

  /// - Parameter chain: The sitemap itself first, then the index that lists it, and so on.
  package init(chain: [WebURL]) { self.chain = chain }

  /// Whether a URL is on the sitemap's own host. http and https are one host on their own ports, since sitemaps still say
  /// http where a site has moved.
  package func isOwn(_ url: WebURL) -> Bool {
    guard let sitemap = chain.first else { return false }
    return url.hostname == sitemap.hostname && url.port == sitemap.port
  }

  /// Whether a URL is taken.
  ///
  /// - Parameter named: The sitemaps that the robots.txt of the URL's host names; not needed on the sitemap's own host.
  package func admits(_ url: WebURL, named: [WebURL]) -> Bool {
    isOwn(url)
      || named.contains { name in chain.contains { $0.hrefWithoutFragment == name.hrefWithoutFragment } }
  }
}
