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
    /// Only barren pages lead to it, and it is in an exhausted group (`TrapEvidence`).
    case trap
    /// The same, and its place was settled before: it is in the order of the pages already.
    case withdrawn
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

  // The bits behind the state are the reason of a URL that is known, and three flags of one that is asked for, or was.

  var reason: Reason {
    get { state == .known ? Reason(rawValue: rawValue >> 11 & 7) ?? .nofollow : .nofollow }
    set { if state == .known { rawValue = rawValue & ~(7 << 11) | newValue.rawValue << 11 } }
  }

  /// Whether it is left out for a trap as long as barren pages alone lead to it.
  var isTrapped: Bool { state == .known && (reason == .trap || reason == .withdrawn) }

  /// Whether its depth and its referrer are those of the site, and not of the order in which answers came.
  var isFinal: Bool {
    get { flag(13) }
    set { setFlag(13, newValue) }
  }

  /// Of a URL that is asked for: whether barren pages alone lead to it. Of a page: whether it is barren.
  var isDoubtful: Bool {
    get { flag(11) }
    set { setFlag(11, newValue) }
  }

  /// Whether it is in the order of the pages already, though its place is to be settled anew.
  var isListed: Bool {
    get { flag(12) }
    set { setFlag(12, newValue) }
  }

  private func flag(_ bit: UInt16) -> Bool { state != .known && rawValue & 1 << bit != 0 }

  private mutating func setFlag(_ bit: UInt16, _ value: Bool) {
    if state == .known { return }
    rawValue = value ? rawValue | 1 << bit : rawValue & ~(1 << bit)
  }

  /// It is asked for, whatever it was before.
  mutating func ask(isDoubtful: Bool) {
    let wasListed = state == .known && reason == .withdrawn
    rawValue &= ~(7 << 11)
    state = .asked
    self.isDoubtful = isDoubtful
    isListed = wasListed
  }

  /// It is left out after all.
  mutating func leaveOut() {
    let wasListed = isFinal || isListed
    rawValue &= ~(7 << 11)
    state = .known
    reason = wasListed ? .withdrawn : .trap
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
