internal import PipeWeb

extension CrawlState {
  /// What a link leads to.
  struct Target {
    let number: Int
    /// Whether nothing had led there before.
    let isNew: Bool
    let isNofollow: Bool
    /// Where its URL stands among those of the page (`LinkURLs`), as the link has it; `nil` if it is to be looked up.
    var place: Int32?
    /// Whether a replay knows how the link writes it: it is told so, or it is as it was found first.
    let isTold: Bool
  }

  /// The URLs of a page's links, as it writes them.
  enum LinkURLs {
    case found([FoundLinks.Link])
    /// Those that a replay is told.
    case told([WebURL])

    func url(of target: Target) -> WebURL? {
      guard let place = target.place else { return nil }
      switch self {
      case .found(let links): return links[Int(place)].url
      case .told(let urls): return urls[Int(place)]
      }
    }
  }

  /// A page that has come, as its links are known by their numbers.
  struct ComePage {
    var isRedirect = false
    /// Whether the page has more links than are taken of it.
    var isCut = false
    /// Whether anybody was asked for it, so that it counts among the pages that may be asked for.
    var wasSent = true
    /// The encoded `PageOutcome`.
    var outcome: [UInt8]?
    var names: [UInt64]?
    var says: TrapEvidence.Content?
    /// Its links as the book keeps them (`LinkBlock`).
    var block: [UInt8]?
    var targets: [Target] = []
    var urls = LinkURLs.told([])

    init(isRedirect: Bool) { self.isRedirect = isRedirect }

    init(_ found: FoundLinks, wasSent: Bool) {
      switch found.content {
      case .redirect(let link):
        isRedirect = true
        urls = .found([link])
      case .page(let links): urls = .found(links)
      }
      isCut = found.isCut
      self.wasSent = wasSent
      outcome = found.outcome?.encoded()
      if !isRedirect { names = found.names }
      says = found.says
    }
  }

  /// A link's URL as it writes it, or as it was found first.
  func url(of target: Target, _ urls: LinkURLs) throws(RunError) -> WebURL? {
    if let url = urls.url(of: target) { return url }
    return WebURL(try book.url(of: target.number))
  }

  /// A link's URL as it writes it, which is asked for. It may differ from what was found first, so it is noted.
  mutating func spelled(_ target: Target, _ urls: LinkURLs) throws(RunError) -> WebURL? {
    if target.isTold { return try url(of: target, urls) }
    if tape.isReplaying { return tape.toldURL() }
    let url = urls.url(of: target)
    if let url { tape.note(text: url) }
    return url
  }
}
