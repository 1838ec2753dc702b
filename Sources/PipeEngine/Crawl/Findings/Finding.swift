internal import PipeWeb

/// A call that has changed the state of a crawl, as the journal keeps it.
enum Finding {
  /// What URLs are compared by; the first of all.
  case key(URLFingerprint.Key)
  /// - Parameter isOwn: Whether it is compared by its identity, and not by its URL.
  case admitted(source: Int, ordinal: Int, isOwn: Bool)
  case sourcesEnded
  /// - Parameter depth: That of the request.
  case page(CrawlPlace, depth: Int, CrawlState.ComePage)
  case check(number: Int, ordinal: Int, CheckAnswer)
  case leftOut(number: Int, ordinal: Int)
  case goneOn
  case pagesEnded
  case ended
  /// Pages that failed are asked for once more: their numbers, in the bits above the lowest one, which tells sources' own.
  case openedAgain([Int])
  /// A page has a next page, by their numbers.
  case next(page: Int, source: Int, to: Int)

  /// The lower bits of the first byte.
  enum Kind: UInt8 {
    case key, admitted, sourcesEnded, page, redirect, check, leftOut, goneOn, pagesEnded, ended, openedAgain, next
  }

  /// The upper bits of the first byte: what follows.
  static let hasTexts: UInt8 = 1 << 4
  static let hasAnswers: UInt8 = 1 << 5
  static let kindMask: UInt8 = 15

  struct PageFlags: OptionSet {
    let rawValue: UInt8

    static let isCut = PageFlags(rawValue: 1)
    static let wasSent = PageFlags(rawValue: 2)
    static let hasOutcome = PageFlags(rawValue: 4)
    static let hasNames = PageFlags(rawValue: 8)
    static let hasBlock = PageFlags(rawValue: 16)
    /// What it says: not read, nothing to read, or its substance. None of them if nothing was learned.
    static let isUnread = PageFlags(rawValue: 32)
    static let saysNothing = PageFlags(rawValue: 64)
    static let hasSubstance = PageFlags(rawValue: 128)
  }

  /// Where a crawl stands at the end of a frame: a replay must come to the same.
  struct Standing: Hashable {
    let seen: Int
    let wanted: Int
    let open: Int
    let openChecks: Int

    var numbers: [Int] { [seen, wanted, open, openChecks] }
  }
}

/// What a journal tells of a crawl cannot have come of it.
struct FindingsFault: Error, Hashable {}
