extension CrawlState {
  /// A page that is to be asked for.
  struct Wanted {
    /// Its place among all that were asked for because of links.
    var ordinal = 0
    let number: Int
    let url: String
    let depth: Int
    /// How many redirects in a row led to it.
    let hops: Int
    /// The source that the way to it begins at.
    let source: Int
    /// The page that has the link.
    let referrer: String?
    /// Whether it is only asked what comes of it.
    var isCheck = false
    /// Whether no source has its origin.
    var isElsewhere = false
    /// Whether barren pages alone lead to it.
    var isDoubtful = false
  }

  /// Asks for a page, or for a check.
  mutating func want(_ one: Wanted, _ wanted: inout [Wanted]) {
    var one = one
    one.ordinal = wantedCount
    wantedCount += 1
    wanted.append(one)
  }
}
