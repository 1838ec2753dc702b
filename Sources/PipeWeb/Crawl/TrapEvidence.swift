/// Groups of URLs that have shown themselves to be traps: many pages in a row that said nothing new and led nowhere else.
///
/// Each URL is in up to four groups by its shape (`URLShape`). A page that says something new (`PageSubstance`), or has a
/// new link to a URL outside of its groups, clears all of them. A group of which `patience` pages in a row did neither,
/// and these are a third of its pages at least, gets no more budget.
///
/// Memory is bounded: groups that were not met for long are forgotten, which errs towards fetching.
package struct TrapEvidence: Sendable {
  /// So many pages in a row must bring nothing: with what is in flight meanwhile, and the twelve months of a calendar, a
  /// trap costs less than 50 pages.
  package static let patience = 20
  /// A group whose last pages all said what others said before: a link to it is not a way out.
  static let staleness = 8
  static let mostGroups = 4096
  static let mostContents = 32_768
  private static let shownLength = 200

  private struct Group {
    var pages = 0
    /// Pages in a row without new content.
    var stale = 0
    /// Those of them without a new link to elsewhere.
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

  /// By the hashes of their names, which may be long.
  private var groups: [Int: Group] = [:]
  /// The beginnings of the names of those that are exhausted.
  private var names: [Int: String] = [:]
  private var moment = 0
  private var contents = Set<UInt64>()
  private var olderContents = Set<UInt64>()
  private var branches = PathBranches()

  package init() {}

  /// Whether a URL may be fetched. To be asked just before that, since what was found at once is not known then.
  package mutating func judge(_ url: WebURL) -> Bool {
    for key in shape(of: url).groups.map(\.hashValue) where groups[key]?.isExhausted == true {
      groups[key]?.dropped += 1
      return false
    }
    return true
  }

  /// Learns what came of a page.
  ///
  /// - Parameters:
  ///   - contentHash: Of what it says: `PageSubstance`.
  ///   - hasNewLinksOutside: Whether it has a link that was not known and `leadsOutside`.
  package mutating func learn(_ url: WebURL, contentHash: UInt64, hasNewLinksOutside: Bool) {
    let isNew = remember(contentHash)
    moment += 1
    for name in shape(of: url).groups {
      let key = name.hashValue
      var group = groups[key] ?? Group()
      group.pages += 1
      group.stale = isNew ? 0 : group.stale + 1
      group.barren = isNew || hasNewLinksOutside ? 0 : group.barren + 1
      group.moment = moment
      if group.barren >= Self.patience, group.barren * 3 >= group.pages {
        group.isExhausted = true
        names[key] = String(name.prefix(Self.shownLength))
      }
      groups[key] = group
    }
    if groups.count > Self.mostGroups { forget() }
  }

  /// Whether a link leads to a URL that is in none of the page's groups, nor in one that says nothing new itself.
  package mutating func leadsOutside(_ link: WebURL, from page: WebURL) -> Bool {
    let own = shape(of: page).groups
    return !shape(of: link).groups.contains { name in
      own.contains(name)
        || (groups[name.hashValue].map { $0.isExhausted || $0.stale >= Self.staleness } ?? false)
    }
  }

  /// The groups that get no more budget, those that cost most first.
  package var exhausted: [Exhausted] {
    groups.filter { $0.value.isExhausted }
      .map {
        Exhausted(shape: names[$0.key] ?? "", pages: $0.value.pages, dropped: $0.value.dropped)
      }
      .sorted { ($1.dropped, $0.shape) < ($0.dropped, $1.shape) }
  }

  var groupCount: Int { groups.count }

  private mutating func shape(of url: WebURL) -> URLShape {
    var branches = branches
    defer { self.branches = branches }
    self.branches = PathBranches()
    return URLShape(of: url) { branches.isManyValued($0, $1) }
  }

  /// - Returns: Whether the content is new.
  private mutating func remember(_ content: UInt64) -> Bool {
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
    let kept = groups.sorted { left, right in
      (
        left.value.isExhausted ? 1 : 0,
        left.value.isExhausted ? left.value.dropped : left.value.moment
      )
        > (
          right.value.isExhausted ? 1 : 0,
          right.value.isExhausted ? right.value.dropped : right.value.moment
        )
    }
    groups = Dictionary(
      uniqueKeysWithValues: kept.prefix(Self.mostGroups / 2).map { ($0.key, $0.value) })
    names = names.filter { groups[$0.key] != nil }
  }
}

/// How many different segments were met behind each path: where there are many, they are values.
private struct PathBranches: Sendable {
  private static let many = 8
  private static let mostPaths = 4096

  private var segments: [Int: Set<Int>] = [:]

  mutating func isManyValued(_ path: String, _ segment: Substring) -> Bool {
    let key = path.hashValue
    var known = segments[key] ?? []
    if known.count < Self.many, known.insert(segment.hashValue).inserted {
      if segments.count >= Self.mostPaths {
        segments = segments.filter { $0.value.count >= Self.many }
      }
      if segments.count < Self.mostPaths { segments[key] = known }
    }
    return known.count >= Self.many
  }
}
