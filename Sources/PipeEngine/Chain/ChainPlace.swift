/// Where a request stands among the pages that lead from one to the next, from a URL of a source on.
package struct ChainPlace: Hashable, Sendable {
  /// The source's request that the chain begins with.
  package let head: RequestID
  /// The URL of that.
  package let start: String
  /// The request whose page led here.
  package let previous: RequestID
  /// The number of the page in its chain: 2 for the first that follows.
  package let page: Int
  /// Whether the chain has left the origin that it began at, so that the spec's own credentials are not sent.
  package let isElsewhere: Bool

  package init(head: RequestID, start: String, previous: RequestID, page: Int, isElsewhere: Bool = false) {
    self.head = head
    self.start = start
    self.previous = previous
    self.page = page
    self.isElsewhere = isElsewhere
  }
}
