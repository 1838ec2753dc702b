extension CrawlState {
  /// A page that is to be asked for.
  struct Wanted {
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
  }
}
