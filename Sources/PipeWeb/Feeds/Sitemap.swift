/// What a sitemap lists (sitemaps.org protocol 0.9): a page, or in an index another sitemap.
package struct SitemapEntry: Equatable, Sendable {
  package let url: WebURL
  package let isSitemap: Bool
  /// When the page, or in an index the file, changed last.
  package let lastModified: StatedDate?
  /// `changefreq` as written: a hint that sites guess.
  package let changeFrequency: String?
  /// `priority` as written.
  package let priority: String?
  /// The page's versions in other languages (`xhtml:link`).
  package let alternates: [SitemapAlternate]

  package init(
    url: WebURL, isSitemap: Bool = false, lastModified: StatedDate? = nil, changeFrequency: String? = nil,
    priority: String? = nil, alternates: [SitemapAlternate] = []
  ) {
    self.url = url
    self.isSitemap = isSitemap
    self.lastModified = lastModified
    self.changeFrequency = changeFrequency
    self.priority = priority
    self.alternates = alternates
  }

  /// Whether it is taken where only what changed since a moment is wanted. Without a date that can be read, it may have
  /// changed.
  package func mayHaveChanged(since moment: Timestamp) -> Bool { lastModified?.mayBe(since: moment) ?? true }
}

package struct SitemapAlternate: Equatable, Sendable {
  package let url: WebURL
  /// As written; empty for none.
  package let language: String
}

/// What is wrong with an entry of a sitemap.
package struct SitemapFault: Equatable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// It has no location.
    case noLocation
    /// Its location is not an http or https URL.
    case location
    /// Its date cannot be read. The entry itself is taken.
    case date
    /// A value is longer than the bound. The entry is left out if it is the location.
    case long
  }

  package let kind: Kind
  /// As written, at most 200 bytes.
  package let text: String

  init(_ kind: Kind, _ text: String = "") {
    self.kind = kind
    self.text = text.utf8.count <= 200 ? text : String(text.unicodeScalars.prefix(60).map(Character.init)) + "…"
  }
}

/// What a document is that was read as a sitemap.
package enum SitemapKind: Equatable, Sendable {
  case urls, index
  /// A URL on each line.
  case text
  case feed(FeedFormat)
  /// Not a sitemap. The name of its first element, if it has one.
  case other(root: String?)
}
