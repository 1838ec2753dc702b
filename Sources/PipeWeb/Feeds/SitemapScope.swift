/// Whose pages a sitemap may list.
///
/// A sitemap speaks for its own host. For another one it speaks where that host's robots.txt names it, where it
/// redirects to, or the index that led to it (sitemaps.org, "Sitemaps & Cross Submits"): else any site could send requests to any other.
package struct SitemapScope: Sendable {
  /// The sitemap, where it is after redirects, and the indexes that led to it.
  private let chain: [WebURL]
  /// Where the sitemap was asked for, and where it is after redirects.
  private let places: [WebURL]

  /// - Parameters:
  ///   - chain: The sitemap itself first, then the index that lists it, and so on.
  ///   - answer: Where redirects led: the host that redirects speaks for the one that answers.
  package init(chain: [WebURL], answer: WebURL? = nil) {
    self.chain = chain + (answer.map { [$0] } ?? [])
    places = chain.prefix(1) + (answer.map { [$0] } ?? [])
  }

  /// Whether a URL is on the sitemap's own host. http and https are one host on their own ports, since sitemaps still say
  /// http where a site has moved.
  package func isOwn(_ url: WebURL) -> Bool {
    places.contains { url.hostname == $0.hostname && url.port == $0.port }
  }

  /// Whether a URL is taken.
  ///
  /// - Parameter named: The sitemaps that the robots.txt of the URL's host names; not needed on the sitemap's own host.
  package func admits(_ url: WebURL, named: [WebURL]) -> Bool {
    isOwn(url)
      || named.contains { name in chain.contains { $0.hrefWithoutFragment == name.hrefWithoutFragment } }
  }
}
