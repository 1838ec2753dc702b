/// What has been read of an entry, or of the feed, until it ends. The first of several values counts.
struct FeedDraft {
  var title: String?
  var otherTitle: String?
  var link: WebURL?
  /// The `href` of an RSS `link`, which has none.
  var attributeLink: WebURL?
  var alternate: WebURL?
  /// Smaller is better: a page before another document.
  var alternateRank = 2
  /// What RDF says an item is about.
  var about: WebURL?
  var id: String?
  /// Whether the identifier of an RSS item is a link (RSS 2.0, "guid").
  var isPermanent = false
  var authors: [String] = []
  /// The author at hand.
  var person: String?
  private(set) var hasLeftOut = false

  private var summary: String?
  private var published: String?
  private var updated: String?
  private var created: String?
  private var date: String?
  private var otherAuthor: String?
  var categories: [String] = []
  private var enclosures: [FeedEnclosure] = []
  /// Bytes that values may still have.
  private var room = 4 * TextField.limit

  private static let cost = 64

  private mutating func take(_ count: Int) -> Bool {
    if count > room {
      hasLeftOut = true
      return false
    }
    room -= count
    return true
  }

  mutating func add(_ value: String, to list: WritableKeyPath<FeedDraft, [String]>) {
    if !value.isEmpty, take(value.utf8.count + Self.cost) { self[keyPath: list].append(value) }
  }

  mutating func add(_ enclosure: FeedEnclosure) {
    let count = enclosure.url.length + enclosure.type.utf8.count + enclosure.length.utf8.count
    if take(count + Self.cost) { enclosures.append(enclosure) }
  }

  /// - Parameter url: Where a link leads, if it leads anywhere.
  mutating func set(_ name: FeedElements.Field, to value: String, link url: WebURL?) {
    switch name {
    case .title: set(\.title, value)
    case .otherTitle: set(\.otherTitle, value)
    case .link: link = link ?? url
    case .id, .guid: set(\.id, value)
    case .summary: set(\.summary, value)
    case .published: set(\.published, value)
    case .updated: set(\.updated, value)
    case .created: set(\.created, value)
    case .date: set(\.date, value)
    case .author: add(value, to: \.authors)
    case .otherAuthor: set(\.otherAuthor, value)
    case .category: add(value, to: \.categories)
    case .person, .atomLink, .atomCategory, .enclosure: break
    }
  }

  private mutating func set(_ path: WritableKeyPath<FeedDraft, String?>, _ value: String) {
    if self[keyPath: path] == nil, take(value.utf8.count) { self[keyPath: path] = value }
  }

  /// - Parameter inherited: The feed's authors.
  func entry(of inherited: [String]) -> FeedEntry {
    var entry = FeedEntry()
    entry.id = id
    entry.title = title ?? otherTitle
    entry.summary = summary
    // RSS 1.0 has one date alone, Dublin Core's.
    entry.published = (published ?? created ?? date).flatMap { StatedDate($0) }
    entry.updated = updated.flatMap { StatedDate($0) }
    entry.authors = authors.isEmpty ? otherAuthor.map { [$0] } ?? inherited : authors
    entry.categories = categories
    entry.enclosures = enclosures
    entry.url = link ?? attributeLink ?? alternate ?? permanent ?? about
    return entry
  }

  private var permanent: WebURL? {
    guard isPermanent, let id, let url = WebURL(id), url.isHTTP else { return nil }
    return url
  }
}
