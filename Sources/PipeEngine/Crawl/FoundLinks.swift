package import PipeWeb

/// Where a page leads, as a crawl is told of it.
package struct FoundLinks: Sendable {
  package struct Link: Sendable {
    /// The URL as it is written there, resolved.
    package let url: WebURL
    package let fingerprint: URLFingerprint
    /// Whether the link, or its page, asks not to be followed.
    package let isNofollow: Bool
  }

  package enum Content: Sendable {
    case page([Link])
    /// A redirect, which is a link without distance.
    case redirect(Link)
  }

  package let content: Content
  /// Whether the page has more links than are taken of it.
  package let isCut: Bool

  static let none = FoundLinks(content: .page([]), isCut: false)
}

/// Reads the links of pages.
struct LinkReader: Sendable {
  private let plan: CrawlPlan
  private let key: URLFingerprint.Key

  init(_ plan: CrawlPlan, key: URLFingerprint.Key) {
    self.plan = plan
    self.key = key
  }

  /// What is compared of a URL.
  func fingerprint(of url: WebURL) -> URLFingerprint { plan.identity.fingerprint(of: url, key: key) }

  /// Where a page leads. Only what was found is followed further: an error page has no links, and what was cut short
  /// has those that came.
  func links(of page: Page) -> FoundLinks {
    guard let response = page.response, page.request.place != nil else { return .none }
    if let target = page.redirectTarget {
      return FoundLinks(content: .redirect(link(to: target, isNofollow: false)), isCut: false)
    }
    guard (200..<300).contains(response.status), let found = page.links(upTo: plan.maxLinks) else { return .none }
    let isNofollow = plan.respectsNofollow && page.directives(for: plan.token).contains(.nofollow)
    let links = found.links.map {
      link(to: $0.url, isNofollow: plan.respectsNofollow && (isNofollow || $0.isNofollow))
    }
    return FoundLinks(content: .page(links), isCut: found.isCut)
  }

  private func link(to url: WebURL, isNofollow: Bool) -> FoundLinks.Link {
    FoundLinks.Link(url: url, fingerprint: fingerprint(of: url), isNofollow: isNofollow)
  }
}
