internal import PipeWeb

/// What came of the URLs that a crawl has seen and not asked for, each counted once, and of links.
package struct CrawlCounts: Hashable, Sendable {
  /// Sources' requests for pages that are asked for already.
  package var duplicates = 0
  /// Links to URLs that were seen before.
  package var links = 0
  /// Pages with more links than were taken.
  package var cutPages = 0
  /// Lists of pages that ended at `max_pages`, by their source.
  package var cutLists: [Int: Int] = [:]
  /// By the place of the pattern in `exclude`.
  package var excluded: [Int: Int] = [:]
  package var notIncluded = 0
  /// In groups that were found to be traps.
  package var traps = 0
  /// Beyond a bound on a single URL.
  package var endless = 0
  package var outOfScope = 0
  package var beyondDepth = 0
  package var beyondRedirects = 0
  package var nofollow = 0
  /// What came of URLs that are not pages of the crawl.
  package var checks = Checks()

  package struct Checks: Hashable, Sendable {
    package var asked = 0
    package var well = 0
    package var broken = 0
    package var unknown = 0
    package var redirects = 0

    /// Those of them that the run did not get to.
    package var undone: Int { asked - well - broken - unknown - redirects }

    mutating func note(_ answer: CheckAnswer) {
      if answer.target != nil {
        redirects += 1
      } else if answer.outcome.reason != nil {
        unknown += 1
      } else if answer.outcome.isBroken {
        broken += 1
      } else {
        well += 1
      }
    }
  }

  package init() {}

  /// The URLs that are not asked for.
  package var dropped: Int {
    excluded.values.reduce(0, +) + notIncluded + traps + endless + outOfScope + beyondDepth + beyondRedirects + nofollow
  }

  mutating func drop(_ reason: URLDropReason, by count: Int = 1) {
    switch reason {
    case .excluded(let index): excluded[index, default: 0] += count
    case .notIncluded: notIncluded += count
    case .outOfScope: outOfScope += count
    case .tooLong, .tooDeep, .repeatedSegments, .repeatedParameter: endless += count
    }
  }

  mutating func know(_ note: URLNote) { change(note, by: 1) }

  /// What was known is asked for, or known for another reason.
  mutating func forget(_ note: URLNote) { if note.state == .known { change(note, by: -1) } }

  private mutating func change(_ note: URLNote, by count: Int) {
    switch note.reason {
    case .nofollow: nofollow += count
    case .hops: beyondRedirects += count
    case .depth: beyondDepth += count
    case .trap, .withdrawn: traps += count
    case .scope: outOfScope += count
    }
  }
}
