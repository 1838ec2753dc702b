/// Reads the entries out of a sitemap's tags and texts.
///
/// Elements count by their local names in any case, since sites get the namespace wrong more often than not; a field must
/// be of the same namespace as its entry, so that `image:loc` is not the page's. What extensions for images, videos and
/// news say is passed over.
struct SitemapElements {
  private enum Place {
    case other, root, entry
    case field(Field)
  }

  private enum Field: String {
    case location = "loc"
    case lastModified = "lastmod"
    case changeFrequency = "changefreq"
    case priority
  }

  private(set) var kind: SitemapKind?
  /// The name of the first element.
  private(set) var root: String?
  private let base: WebURL?
  private var stack: [Place] = []
  private var field = TextField()
  private var entryNamespace = ""
  private var isSitemap = false
  private var texts: [Field: String] = [:]
  private var longFields: Set<Field> = []
  private var alternates: [SitemapAlternate] = []
  /// Bytes that the alternates of an entry may still have.
  private var room = 0

  init(base: WebURL?) { self.base = base }

  mutating func take(_ event: XMLEvent, _ handle: (SitemapReader.Item) -> Void) {
    switch event {
    case .start(let element):
      endUnclosedEntry(before: element, handle)
      stack.append(place(of: element))
    case .text(let text, let isWhole):
      if case .field = stack.last { field.append(text, isWhole: isWhole) }
    case .end:
      switch stack.popLast() {
      case .field(let name): end(name)
      case .entry: endEntry(handle)
      default: break
      }
    }
  }

  /// Ends an entry that nobody closed: the next one begins inside of it, or of its field.
  private mutating func endUnclosedEntry(before element: XMLElement, _ handle: (SitemapReader.Item) -> Void) {
    guard let last = stack.last, element.name.namespace == entryNamespace else { return }
    switch last {
    case .root, .other: return
    case .entry, .field: break
    }
    let name = element.name.local.lowercased()
    guard name == "url" || name == "sitemap" else { return }
    if case .field(let field) = last {
      end(field)
      stack[stack.count - 2] = .root
    }
    // Its own end, if it comes, is not an entry's any more.
    stack[stack.count - 1] = .root
    endEntry(handle)
  }

  private mutating func place(of element: XMLElement) -> Place {
    let name = element.name.local.lowercased()
    if root == nil { root = element.name.local }
    switch stack.last {
    case .root where name == "url" || name == "sitemap":
      isSitemap = name == "sitemap"
      entryNamespace = element.name.namespace
      room = TextField.limit
      return .entry
    case .entry:
      if let field = Field(rawValue: name), element.name.namespace == entryNamespace {
        self.field = TextField()
        return .field(field)
      }
      if name == "link" { addAlternate(element) }
    case _ where kind == nil && (name == "urlset" || name == "sitemapindex"):
      kind = name == "urlset" ? .urls : .index
      return .root
    default: break
    }
    return .other
  }

  private mutating func addAlternate(_ element: XMLElement) {
    guard element["rel"]?.lowercased().contains("alternate") == true, let href = element["href"] else { return }
    // Before it is parsed: there may be as many as the file is long.
    guard href.utf8.count <= room, let url = WebURL(href, base: base), url.isHTTP else { return }
    let language = element["hreflang"] ?? ""
    let size = url.length + language.utf8.count + 64
    guard size <= room else {
      room = 0
      return
    }
    room -= size
    alternates.append(SitemapAlternate(url: url, language: language))
  }

  private mutating func end(_ name: Field) {
    if !field.isWhole { longFields.insert(name) }
    if let value = field.value, texts[name] == nil { texts[name] = value }
  }

  private mutating func endEntry(_ handle: (SitemapReader.Item) -> Void) {
    defer {
      texts.removeAll(keepingCapacity: true)
      longFields.removeAll()
      alternates.removeAll()
    }
    for _ in longFields { handle(.fault(SitemapFault(.long))) }
    if longFields.contains(.location) { return }
    guard let location = texts[.location] else { return handle(.fault(SitemapFault(.noLocation))) }
    guard let url = WebURL(location, base: base), url.isHTTP else {
      return handle(.fault(SitemapFault(.location, location)))
    }
    let date = texts[.lastModified].flatMap { StatedDate($0) }
    if let date, date.span == nil { handle(.fault(SitemapFault(.date, date.written))) }
    handle(
      .entry(
        SitemapEntry(
          url: url, isSitemap: isSitemap, lastModified: date, changeFrequency: texts[.changeFrequency],
          priority: texts[.priority], alternates: alternates)))
  }
}
