/// The two bytes that a crawl keeps with each URL that it has seen.
struct URLNote: RawRepresentable, Hashable, Sendable {
  enum State: UInt16 {
    /// Seen, and not asked for: it is beyond the depth, out of scope, or the like.
    case known
    /// Its request is on its way.
    case asked
    /// It was asked for: its links are in the book, if it has any.
    case page
    /// It was asked for, and redirects: where to is in the book.
    case redirect
    /// It is not asked for, whatever leads to it: its own text says so.
    case dropped
  }

  /// Why a URL that is known is not asked for.
  enum Reason: UInt16, CaseIterable {
    /// Only links that are not to be followed lead to it.
    case nofollow
    /// More redirects in a row led to it than are followed.
    case hops
    case depth
    case scope
  }

  var rawValue: UInt16

  init(rawValue: UInt16) { self.rawValue = rawValue }

  init(_ state: State, depth: Int) {
    rawValue = 0
    self.state = state
    self.depth = depth
  }

  /// The smallest depth at which it was found so far, which is exact once `isFinal`.
  var depth: Int {
    get { Int(rawValue & 0xFF) }
    set { rawValue = rawValue & 0xFF00 | UInt16(min(max(newValue, 0), 0xFF)) }
  }

  var state: State {
    get { State(rawValue: rawValue >> 8 & 7) ?? .known }
    set { rawValue = rawValue & ~(7 << 8) | newValue.rawValue << 8 }
  }

  var reason: Reason {
    get { Reason(rawValue: rawValue >> 11 & 3) ?? .nofollow }
    set { rawValue = rawValue & ~(3 << 11) | newValue.rawValue << 11 }
  }

  /// Whether its depth and its referrer are those of the site, and not of the order in which answers came.
  var isFinal: Bool {
    get { rawValue & 1 << 13 != 0 }
    set { rawValue = newValue ? rawValue | 1 << 13 : rawValue & ~(1 << 13) }
  }

  /// Whether it is asked what comes of it as the target of a link, or will be once it is certain that it is not a page of
  /// the crawl.
  var isChecked: Bool {
    get { rawValue & 1 << 14 != 0 }
    set { rawValue = newValue ? rawValue | 1 << 14 : rawValue & ~(1 << 14) }
  }

  /// Whether something that was checked redirects to it.
  var isLedTo: Bool {
    get { rawValue & 1 << 15 != 0 }
    set { rawValue = newValue ? rawValue | 1 << 15 : rawValue & ~(1 << 15) }
  }
}
