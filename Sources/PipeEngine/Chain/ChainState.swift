internal import PipeWeb

/// Which pages lead on to a next one, without threads.
///
///     head ─▶ page 2 ─▶ page 3 ─▶ …      ends: no next page, one that was there, the most pages
///
/// A chain begins with a request of a source and has one request under way at a time. What is remembered of it are the URLs
/// that it came by, from its second page on until its end.
struct ChainState {
  /// What becomes of a chain with a page that has come.
  enum Step: Hashable {
    /// The number of the next page.
    case goesOn(page: Int)
    case ends(End)
  }

  enum End: Hashable {
    case noNext
    /// The page links to itself, as the last one of a list does in places.
    case itself
    /// The page was there before.
    case seen
    /// It has as many pages as it may have.
    case mostPages
    /// The next page was asked for in a run before, which lost this page's row.
    case wentOn
  }

  /// A page that has come.
  struct Page {
    let id: RequestID
    /// `nil` for the first of its chain.
    var chain: ChainPlace?
    /// What was asked for, and where redirects led.
    var urls: [URLFingerprint]
    var next: URLFingerprint?
    var mostPages: Int?
  }

  private var seen: [RequestID: Set<URLFingerprint>] = [:]
  /// Of each account of the ledger: requests whose pages led on in a run before.
  private var led: [DoneSet]

  init(accounts: Int) { led = Array(repeating: DoneSet(), count: accounts) }

  /// Chains that have come to their second page and not to their end.
  var openCount: Int { seen.count }

  /// Whether the page of a request led on in a run before.
  func hasLed(_ id: RequestID) -> Bool { led.indices.contains(id.source) && led[id.source].contains(id.ordinal) }

  mutating func come(_ page: Page) -> Step {
    if hasLed(page.id) { return .ends(.wentOn) }
    let head = page.chain?.head ?? page.id
    // Let go of, or adding one would copy them all.
    var urls = seen.removeValue(forKey: head) ?? []
    guard let next = page.next else { return .ends(.noNext) }
    if page.urls.contains(next) { return .ends(.itself) }
    urls.formUnion(page.urls)
    if !urls.insert(next).inserted { return .ends(.seen) }
    let number = page.chain?.page ?? 1
    if let most = page.mostPages, number >= most { return .ends(.mostPages) }
    seen[head] = urls
    return .goesOn(page: number + 1)
  }

  /// The request does not come any more.
  mutating func leave(_ chain: ChainPlace) { seen[chain.head] = nil }

  // MARK: A run that goes on

  /// A run before has asked for a next page.
  mutating func replay(_ chain: ChainPlace) {
    if led.indices.contains(chain.previous.source) { led[chain.previous.source].insert(chain.previous.ordinal) }
  }

  /// A chain that goes on came by these URLs.
  mutating func replay(_ urls: [URLFingerprint], of head: RequestID) { seen[head, default: []].formUnion(urls) }
}
