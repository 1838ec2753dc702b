/// Reads the entries out of a feed's tags and texts: RSS 0.9 to 2.0, RDF, Atom 0.3 and 1.0.
///
/// Only children of an entry or of the feed itself are its fields: the title of an `image`, or of the `source` that an
/// entry is from, is not. Names count in any case. Links are relative to `xml:base`, else to where the feed is.
struct FeedElements {
  enum Field {
    case title, otherTitle, link, atomLink, guid, id, summary, published, updated, created, date, author, otherAuthor
    case person, category, atomCategory, enclosure
  }

  private enum Place {
    case other, root, channel, entry
    case field(Field)
    /// Whose name the author is, and what stands for it where there is no name.
    case personName, personAddress
    /// Inside of a field.
    case inside
  }

  private(set) var feed = Feed()
  /// Whether values were left out because they are too long or too many.
  private(set) var hasLeftOut = false

  private let document: WebURL?
  private var rootNamespace = ""
  private var stack: [Place] = []
  /// What `xml:base` says, and how deep.
  private var bases: [(depth: Int, url: WebURL?)] = []
  private var field = TextField()
  private var address: String?
  private var draft = FeedDraft()
  private var channel = FeedDraft()

  init(base: WebURL?) { document = base }

  mutating func take(_ event: XMLEvent, _ handle: (FeedEntry) -> Void) {
    switch event {
    case .start(let element):
      if let base = element.attributes.first(where: { $0.name.local == "base" && $0.name.prefix == "xml" }) {
        bases.append((stack.count, WebURL(base.value, base: self.base) ?? self.base))
      }
      endUnclosedEntry(before: element, handle)
      stack.append(place(of: element))
    case .text(let text, let isWhole):
      switch stack.last {
      case .field, .personName, .personAddress, .inside: field.append(text, isWhole: isWhole)
      default: break
      }
    case .end(let name):
      let place = stack.popLast()
      switch place {
      case .field(let name): end(name)
      case .personName:
        let value = field.value
        draftAtHand { $0.person = $0.person ?? value }
      case .personAddress: address = address ?? field.value
      case .inside: field.end(name)
      case .entry: endEntry(handle)
      case .channel: takeChannel()
      default: break
      }
      if let last = bases.last, last.depth >= stack.count { bases.removeLast() }
    }
  }

  private var base: WebURL? { bases.last.map(\.url) ?? document }

  // MARK: Elements

  /// Ends an entry that nobody closed: the next one begins inside of it.
  private mutating func endUnclosedEntry(before element: XMLElement, _ handle: (FeedEntry) -> Void) {
    guard case .entry = stack.last, let format = feed.format else { return }
    let name = element.name.local.lowercased()
    guard name == "item" || name == "entry" else { return }
    guard FeedVocabulary(element.name, root: rootNamespace, format: format).isCore else { return }
    endEntry(handle)
    // Its own end, if it comes, is not an entry's any more.
    stack[stack.count - 1] = .root
  }

  private mutating func place(of element: XMLElement) -> Place {
    let name = element.name.local.lowercased()
    guard let format = feed.format else { return root(element, name) }
    switch stack.last {
    case .field(.person):
      return personPlace(name)
    case .field, .inside, .personName, .personAddress:
      field.start(element)
      return .inside
    case .root, .channel:
      let vocabulary = FeedVocabulary(element.name, root: rootNamespace, format: format)
      // Some feeds call them by the other format's name.
      if vocabulary.isCore, name == "item" || name == "entry" {
        beginEntry(element)
        return .entry
      }
      if case .root = stack.last, format != .atom { return vocabulary.isCore && name == "channel" ? .channel : .other }
      return fieldPlace(element, vocabulary.field(name, in: format), format)
    case .entry:
      let vocabulary = FeedVocabulary(element.name, root: rootNamespace, format: format)
      return fieldPlace(element, vocabulary.field(name, in: format), format)
    default: return .other
    }
  }

  private mutating func root(_ element: XMLElement, _ name: String) -> Place {
    switch name {
    case "rss": feed.format = .rss
    case "rdf" where element.name.local == "RDF": feed.format = .rdf
    case "feed": feed.format = .atom
    default: return .other
    }
    rootNamespace = element.name.prefix.isEmpty ? element.name.namespace : ""
    feed.version = element["version"] ?? ""
    return feed.format == .atom ? .channel : .root
  }

  private mutating func personPlace(_ name: String) -> Place {
    field = TextField()
    switch name {
    case "name": return .personName
    case "email", "uri", "url": return .personAddress
    default: return .other
    }
  }

  private mutating func fieldPlace(_ element: XMLElement, _ field: Field?, _ format: FeedFormat) -> Place {
    guard let field else { return .other }
    self.field = TextField()
    switch field {
    case .title, .summary:
      let type = element["type"]?.lowercased()
      let isMarkup = type == "xhtml" || type?.hasSuffix("+xml") == true
      self.field = TextField(isMarkup: isMarkup, dropsDivision: type == "xhtml")
    case .person: address = nil
    case .atomLink:
      addLink(element)
      return .other
    case .enclosure:
      addEnclosure(element["url"], element)
      return .other
    case .atomCategory:
      let term = element["term"]?.utf8.trimmed ?? ""[...].utf8.trimmed
      draftAtHand { $0.add(String(decoding: term, as: UTF8.self), to: \.categories) }
      return .other
    case .guid:
      let isPermanent = element["isPermaLink"]?.lowercased() != "false"
      draftAtHand { $0.isPermanent = $0.id == nil ? isPermanent : $0.isPermanent }
    case .link:
      if let href = element["href"], let url = url(href) { draftAtHand { $0.attributeLink = $0.attributeLink ?? url } }
    default: break
    }
    return .field(field)
  }

  private mutating func addLink(_ element: XMLElement) {
    guard let href = element["href"] else { return }
    // RFC 4287, 4.2.7.2: a name of the registry, or the same as a URL.
    let relation = (element["rel"]?.lowercased()).map { $0.split(separator: "/").last.map(String.init) ?? "alternate" }
    switch relation ?? "alternate" {
    case "alternate":
      guard let url = url(href) else { return }
      let type = element["type"]?.lowercased() ?? ""
      let rank = type.isEmpty || type.contains("html") ? 0 : 1
      draftAtHand {
        if rank < $0.alternateRank { ($0.alternate, $0.alternateRank) = (url, rank) }
      }
    case "enclosure": addEnclosure(href, element)
    default: break
    }
  }

  private mutating func addEnclosure(_ reference: String?, _ element: XMLElement) {
    guard let reference, let url = url(reference) else { return }
    let enclosure = FeedEnclosure(url: url, type: element["type"] ?? "", length: element["length"] ?? "")
    draftAtHand { $0.add(enclosure) }
  }

  private func url(_ reference: String) -> WebURL? {
    guard !reference.utf8.trimmed.isEmpty, let url = WebURL(reference, base: base), url.isHTTP else { return nil }
    return url
  }

  // MARK: Values

  private var isInEntry: Bool {
    stack.contains { if case .entry = $0 { true } else { false } }
  }

  private mutating func draftAtHand(_ change: (inout FeedDraft) -> Void) {
    if isInEntry { change(&draft) } else { change(&channel) }
  }

  private mutating func end(_ name: Field) {
    if name == .person {
      let address = address
      draftAtHand {
        if let person = $0.person ?? address { $0.add(person, to: \.authors) }
        $0.person = nil
      }
      return
    }
    if !field.isWhole { hasLeftOut = true }
    guard let value = field.value else { return }
    let link = name == .link ? url(value) : nil
    draftAtHand { $0.set(name, to: value, link: link) }
  }

  private mutating func beginEntry(_ element: XMLElement) {
    if feed.format == .atom { takeChannel() }
    draft = FeedDraft()
    let about = element.attributes.first { $0.name.local == "about" && !$0.name.prefix.isEmpty }
    draft.about = about.flatMap { url($0.value) }
  }

  private mutating func endEntry(_ handle: (FeedEntry) -> Void) {
    if draft.hasLeftOut { hasLeftOut = true }
    handle(draft.entry(of: feed.format == .atom ? channel.authors : []))
    draft = FeedDraft()
  }

  /// What is known of the feed: Atom's first element is open until the end, so it is asked at every entry.
  private mutating func takeChannel() {
    feed.title = channel.title ?? channel.otherTitle
    feed.link = channel.link ?? channel.alternate ?? channel.attributeLink
    if channel.hasLeftOut { hasLeftOut = true }
  }
}

extension FeedVocabulary {
  fileprivate var isCore: Bool { if case .core = self { true } else { false } }
}
