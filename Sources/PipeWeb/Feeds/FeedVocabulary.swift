/// Whose words an element of a feed is.
enum FeedVocabulary {
  /// The feed's own format.
  case core
  case atom
  /// Dublin Core's elements, and its terms.
  case dublinCore, dublinCoreTerms
  case itunes, media
  case other

  /// - Parameters:
  ///   - root: The namespace of the feed's first element. Feeds invent ones for RSS, which has none of its own.
  ///   - format: What the feed is.
  init(_ name: XMLName, root: String, format: FeedFormat) {
    let isOwn = name.prefix.isEmpty && (name.namespace.isEmpty || name.namespace == root)
    let known = name.namespace.isEmpty ? Self.conventional[name.prefix] : Self.known(name.namespace)
    switch known {
    case .atom: self = format == .atom ? .core : .atom
    // RDF's own namespace is the root's.
    case nil: self = isOwn || (name.prefix.isEmpty && format == .rdf && root.isEmpty) ? .core : .other
    case let known?: self = known
    }
  }

  /// What prefixes stand for where nobody declares them.
  private static let conventional: [String: FeedVocabulary] = [
    "dc": .dublinCore, "dcterms": .dublinCoreTerms, "atom": .atom, "atom10": .atom, "a10": .atom, "itunes": .itunes,
    "media": .media, "rss": .core,
  ]

  private static func known(_ namespace: String) -> FeedVocabulary? {
    let name = namespace.lowercased()
    if name.hasPrefix("http://purl.org/dc/elements/1.") { return .dublinCore }
    if name.hasPrefix("http://purl.org/dc/terms/") { return .dublinCoreTerms }
    if name.hasPrefix("http://www.w3.org/2005/atom") || name.hasPrefix("http://purl.org/atom/") { return .atom }
    if name.contains("itunes.com/dtds/podcast") { return .itunes }
    if name.contains("search.yahoo.com/mrss") { return .media }
    return rss.contains { name.hasPrefix($0) } ? .core : nil
  }

  private static let rss = [
    "http://purl.org/rss/1.0/", "http://my.netscape.com/", "http://channel.netscape.com/", "http://purl.org/net/rss1.1",
    "http://backend.userland.com/", "http://blogs.law.harvard.edu/tech/rss", "http://cyber.law.harvard.edu/rss",
    "http://www.rssboard.org/", "http://purl.org/rss/2.0",
  ].filter { !$0.hasPrefix("http://purl.org/rss/1.0/modules") }

  /// What an element says of an entry, or of the feed.
  func field(_ name: String, in format: FeedFormat) -> FeedElements.Field? {
    switch self {
    case .core: format == .atom ? Self.atomFields[name] : Self.rssFields[name]
    case .atom: Self.atomFields[name]
    case .dublinCore: Self.dublinCoreFields[name]
    case .dublinCoreTerms: Self.termFields[name]
    case .itunes: name == "author" ? .otherAuthor : nil
    case .media: name == "title" ? .otherTitle : name == "category" ? .category : nil
    case .other: nil
    }
  }

  private static let rssFields: [String: FeedElements.Field] = [
    "title": .title, "link": .link, "guid": .guid, "description": .summary, "pubdate": .published, "author": .author,
    "category": .category, "enclosure": .enclosure,
  ]
  private static let atomFields: [String: FeedElements.Field] = [
    "title": .title, "link": .atomLink, "id": .id, "summary": .summary, "published": .published, "issued": .published,
    "updated": .updated, "modified": .updated, "created": .created, "author": .person, "category": .atomCategory,
  ]
  private static let dublinCoreFields: [String: FeedElements.Field] = [
    "title": .otherTitle, "creator": .author, "author": .author, "subject": .category, "date": .date,
  ]
  private static let termFields: [String: FeedElements.Field] = [
    "created": .created, "issued": .published, "modified": .updated,
  ]
}
