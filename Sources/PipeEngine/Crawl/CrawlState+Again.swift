internal import PipeWeb

// Pages that failed in a crawl that had finished, and are asked for once more.
extension CrawlState {
  /// Asks for pages once more: what comes of them counts, and their links are followed.
  ///
  /// The walk over the levels begins anew, since it may find shorter ways by their links, and ways to what no other page leads
  /// to. What rows have told by then stays as it is.
  ///
  /// - Parameter pages: Their numbers, in the bits above the lowest one, which tells whether a source asks for it.
  mutating func openAgain(_ pages: [Int]) throws(RunError) {
    var known: [Int] = []
    for page in pages where try hasCome(page >> 1) { known.append(page) }
    if known.isEmpty { return }
    try reopen(known)
    record(.openedAgain(known))
  }

  mutating func reopen(_ pages: [Int]) throws(RunError) {
    for page in pages {
      var note = try note(page >> 1)
      note.state = .asked
      note.isDoubtful = false
      try setNote(note, page >> 1)
      openCount += 1
      openSources += page & 1
    }
    isEnding = false
    checks.arePagesOver = false
    try beginWalk()
  }

  /// Begins the walk over the levels anew.
  private mutating func beginWalk() throws(RunError) {
    (level, hops) = (0, 0)
    current = NumberList(on: disk)
    next = NumberList(on: disk)
    for number in 0..<seen.count {
      var note = try note(number)
      guard note.isFinal else { continue }
      if try book.parent(of: number) ?? 0 >= Self.firstRoot {
        try current.append(number)
        continue
      }
      note.isFinal = false
      note.isListed = true
      try setNote(note, number)
    }
    hopsEnd = current.count
    step = .waiting(0)
  }
}
