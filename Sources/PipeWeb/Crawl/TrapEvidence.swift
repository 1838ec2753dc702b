/// Groups of URLs that have shown themselves to be traps: many pages in a row that said nothing new and led nowhere else.
///
/// Each URL is in up to eight groups by its shape (`URLShape`). A page is barren if it says nothing new (`PageSubstance`)
/// and has no new link to a URL outside of its groups. A group of which `patience` pages in a row were barren, and these
/// are a third of its pages at least, is exhausted. Few of them are pages that anything new leads to.
///
/// What follows is for the crawl to decide: it leaves out the links of barren pages into such groups, and no others. So a
/// page that anything new leads to is never lost. And it asks first for what barren pages lead to, the newest links before
/// the others, so that what lies behind them is known before the patience is at its end.
///
/// Not every page has to be read. Of a group whose pages keep saying something new, one in `stride` is enough; the first
/// `firstPages` of a group are, and so are those behind one that said nothing new.
///
/// Memory is bounded: groups that were not met for long are forgotten, which errs towards fetching.
package struct TrapEvidence: Sendable {
  /// So many pages in a row must be barren: with what is in flight meanwhile, and the twelve months of a calendar, a trap
  /// costs less than 50 pages.
  package static let patience = 20
  /// So many of them may be pages that anything new leads to: there are no more of those than of what is new.
  static let mostFound = 6
  /// So many barren pages in a row do not come by chance.
  static let doubt = 3
  /// A group whose last pages all said what others said before: a link to it is not a way out.
  static let staleness = 8
  /// The same for a link below the page's own path, as those of a path that grows by itself.
  static let stalenessBelow = 3
  static let mostGroups = 4096
  static let mostContents = 32_768
  static let firstPages = 64
  static let stride = 16
  /// As long as so few pages were read in all, the first one of a group is as well.
  static let firstContents = 512
  private static let shownLength = 200

  private struct Group {
    var pages = 0
    /// Pages in a row without new content.
    var stale = 0
    /// Pages in a row without new content or a new link to elsewhere, but for many to which anything new leads.
    var barren = 0
    var dropped = 0
    var isExhausted = false
    /// When it was met last.
    var moment = 0
  }

  package struct Exhausted: Hashable, Sendable {
    /// `https://example.com/calendar/*?month`.
    package let shape: String
    /// How many of its pages were fetched.
    package let pages: Int
    /// How many URLs were not fetched.
    package let dropped: Int
  }

  /// What a page brought.
  package enum Yield: Hashable, Sendable {
    case something
    /// Nothing, as it may happen by chance: only its links within its own groups (`isInside`) may lead into a trap.
    case nothingSoFar
    /// Nothing once more.
    case nothing
  }

  /// What a page says.
  package enum Content: Hashable, Sendable {
    /// Nobody has looked.
    case unread
    /// Nothing to read, as of a redirect or a file.
    case nothing
    /// Its `PageSubstance`.
    case substance(UInt64)
  }

  /// A page whose groups are known.
  package struct Page: Sendable {
    fileprivate let url: WebURL
    fileprivate let groups: URLShape.Groups
  }

  private var groups: [UInt64: Group] = [:]
  /// The beginnings of the names of those that are exhausted.
  private var names: [UInt64: String] = [:]
  private var moment = 0
  private var contents = Set<UInt64>()
  private var olderContents = Set<UInt64>()
  private var contentCount = 0
  private var branches = PathBranches()
  /// Groups that were exhausted, and forgotten since there are too many of them.
  package private(set) var forgottenTraps = 0

  package init() {}

  package mutating func page(_ url: WebURL) -> Page { Page(url: url, groups: shape(of: url).groups) }

  /// Whether a page is to be read before it is learned from.
  package mutating func wantsContent(of url: WebURL) -> Bool {
    if contentCount < Self.firstContents { return true }
    let own = shape(of: url).groups
    for index in 0..<own.count {
      guard let group = groups[own[index]] else { continue }
      if group.pages < Self.firstPages || group.stale > 0 || group.pages % Self.stride == 0 { return true }
    }
    return false
  }

  /// Whether a URL is in a group that is exhausted.
  package mutating func isExhausted(_ url: WebURL) -> Bool { !names.isEmpty && exhaustedGroup(of: url) != nil }

  /// Learns what came of a page.
  ///
  /// - Parameters:
  ///   - hasNewLinksOutside: Whether it has a link that was not known and `leadsOutside`.
  ///   - isDoubtful: Whether barren pages alone lead to it.
  package mutating func learn(
    _ content: Content, of page: Page, hasNewLinksOutside: Bool, isDoubtful: Bool = true
  ) -> Yield {
    let isNew: Bool? =
      switch content {
      case .unread: nil
      // A redirect is what it leads to.
      case .nothing: hasNewLinksOutside
      case .substance(let hash): remember(hash)
      }
    moment += 1
    var streak = 0
    for index in 0..<page.groups.count {
      let key = page.groups[index]
      var group = groups[key] ?? Group()
      group.pages += 1
      group.moment = moment
      if let isNew { group.stale = isNew ? 0 : group.stale + 1 }
      if isNew == true || hasNewLinksOutside {
        group.barren = 0
      } else if isNew == false, isDoubtful || group.barren < Self.mostFound {
        group.barren += 1
      }
      if !group.isExhausted, group.barren >= Self.patience, group.barren * 3 >= group.pages {
        group.isExhausted = true
        names[key] = String(shape(of: page.url).name(of: page.groups.kind(index), page.url).prefix(Self.shownLength))
      }
      groups[key] = group
      streak = max(streak, group.barren)
    }
    if groups.count > Self.mostGroups { forget() }
    if isNew != false || hasNewLinksOutside { return .something }
    return streak >= Self.doubt ? .nothing : .nothingSoFar
  }

  /// Whether a link leads to a URL that is in none of the page's groups, but for sections, nor in a group that says nothing
  /// new itself. Of those below the page's own path, some must have said something new before: a path can grow by itself.
  package mutating func leadsOutside(_ link: WebURL, from page: Page) -> Bool {
    let isBelow = link.isBelow(page.url)
    let target = shape(of: link).groups
    for index in 0..<target.count {
      let key = target[index]
      let kind = target.kind(index)
      if !kind.isSection, page.groups.contains(key) { return false }
      let group = groups[key]
      if let group, group.isExhausted || group.stale >= (isBelow ? Self.stalenessBelow : Self.staleness) {
        return false
      }
      if isBelow, kind == .pages, (group?.pages ?? 0) == (group?.stale ?? 0) { return false }
    }
    return true
  }

  /// Whether a link stays in the page's groups, or leads below its own path.
  package mutating func isInside(_ link: WebURL, _ page: Page) -> Bool {
    if link.isBelow(page.url) { return true }
    let target = shape(of: link).groups
    for index in 0..<target.count where page.groups.contains(target[index]) { return true }
    return false
  }

  /// A URL is not fetched, since its group is exhausted; or it is after all.
  package mutating func drop(_ url: WebURL, by count: Int = 1) {
    if let key = exhaustedGroup(of: url) { groups[key]?.dropped += count }
  }

  /// The name of the exhausted group that a URL is in.
  package mutating func trap(of url: WebURL) -> String? { exhaustedGroup(of: url).flatMap { names[$0] } }

  /// The groups that are exhausted, those that cost most first.
  package var exhausted: [Exhausted] {
    names.map { key, name in
      Exhausted(shape: name, pages: groups[key]?.pages ?? 0, dropped: groups[key]?.dropped ?? 0)
    }
    .sorted { ($1.dropped, $1.pages, $0.shape) < ($0.dropped, $0.pages, $1.shape) }
  }

  package var hasExhausted: Bool { !names.isEmpty }

  var groupCount: Int { groups.count }
  var pathCount: Int { branches.count }

  private mutating func exhaustedGroup(of url: WebURL) -> UInt64? {
    if names.isEmpty { return nil }
    let own = shape(of: url).groups
    for index in 0..<own.count where groups[own[index]]?.isExhausted == true { return own[index] }
    return nil
  }

  private mutating func shape(of url: WebURL) -> URLShape { URLShape(of: url, &branches) }

  /// - Returns: Whether the content is new.
  private mutating func remember(_ content: UInt64) -> Bool {
    contentCount += 1
    if contents.contains(content) || olderContents.contains(content) { return false }
    if contents.count >= Self.mostContents {
      olderContents = contents
      contents = []
    }
    contents.insert(content)
    return true
  }

  /// Forgets the half that was met least lately, except for those that are exhausted, of which the ones with most dropped
  /// URLs stay.
  private mutating func forget() {
    func rank(_ group: Group) -> (Int, Int) { group.isExhausted ? (1, group.dropped) : (0, group.moment) }
    let kept = groups.sorted { rank($0.value) > rank($1.value) }.prefix(Self.mostGroups / 2)
    groups = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    let count = names.count
    names = names.filter { groups[$0.key] != nil }
    forgottenTraps += count - names.count
  }
}

extension WebURL {
  /// Whether its path adds segments to that of a page, which is not the root.
  fileprivate func isBelow(_ page: WebURL) -> Bool {
    let (own, other) = (href.utf8.span, page.href.utf8.span)
    var end = Int(page.layout.queryStart)
    if other[end - 1] == UInt8(ascii: "/") { end -= 1 }
    guard end > Int(page.layout.pathStart), Int(layout.queryStart) > end, own[end] == UInt8(ascii: "/") else {
      return false
    }
    for index in 0..<end where own[index] != other[index] { return false }
    return true
  }
}
