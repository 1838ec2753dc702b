internal import PipeStorage
internal import PipeWeb

// Where pages stand, level by level: the walk over stored links, behind the fetching.
extension CrawlState {
  /// Settles levels as far as pages have come: a few links at a time, or all the way where nothing else is to come.
  mutating func settle(_ wanted: inout [Wanted], links: Int) throws(RunError) {
    var budget = Self.stride + 2 * links
    while budget > 0 || openCount == 0 && areSourcesDry, try settleStep(&wanted, &budget) {}
    try judgeChecks(&wanted)
  }

  /// - Returns: Whether there may be more to do.
  mutating func settleStep(_ wanted: inout [Wanted], _ budget: inout Int) throws(RunError) -> Bool {
    switch step {
    case .done: return false
    case .waiting(let index):
      // The scope is not known before, and any page could be a source's own.
      if !areSourcesDry, !isEnding { return false }
      if index == current.count {
        step = level >= plan.depth || current.count == 0 ? .done : .following(0)
        // The sources' own pages are all there, or all pages.
        if level == 0 || isSettled { checks.judgeAll() }
        checks.isScopeCertain = true
        return true
      }
      budget -= 1
      guard let number = try current.number(at: index) else { return false }
      let note = try note(number)
      // One that is not final was left out since.
      if note.state == .asked, note.isFinal, !isEnding { return false }
      if index == hopsEnd {
        hops += 1
        hopsEnd = current.count
      }
      step = .waiting(index + 1)
      if note.state == .redirect, note.isFinal, let target = try targets(of: number).first {
        let before = nextPages.isEmpty ? hops : try redirectsBefore(number)
        try reach(
          target.number, from: number, depth: level, hops: before + 1, isNofollow: false, isDoubtful: false, &wanted)
      }
      if level == 0, note.state == .page, note.isFinal { try reachNext(from: number, &wanted) }
      return true
    case .following(let index):
      if index == current.count {
        swap(&current, &next)
        next = NumberList(on: disk)
        level += 1
        (hops, hopsEnd) = (0, current.count)
        step = .waiting(0)
        return true
      }
      guard let number = try current.number(at: index) else { return false }
      step = .following(index + 1)
      budget -= 1
      let note = try note(number)
      guard note.state == .page, note.isFinal else { return true }
      for target in try targets(of: number) {
        budget -= 1
        try reach(
          target.number, from: number, depth: level + 1, hops: 0, isNofollow: target.isNofollow,
          isDoubtful: note.isDoubtful, &wanted)
      }
      return true
    }
  }

  /// The first link, in the order of the site, that leads to a URL gives it its depth and referrer.
  private mutating func reach(
    _ number: Int, from parent: Int, depth: Int, hops: Int, isNofollow: Bool, isDoubtful: Bool,
    _ wanted: inout [Wanted]
  ) throws(RunError) {
    var note = try note(number)
    if note.isFinal || note.state == .dropped || isNofollow || hops > redirects { return }
    if note.state == .known {
      if isEnding { return }
      // A replay is told what it is judged to be.
      var url = tape.isReplaying ? nil : WebURL(try book.url(of: number))
      if let reason = reason(url, depth: depth, hops: hops, isNofollow, isDoubtful) {
        let target = Target(number: number, isNew: false, isNofollow: isNofollow, isTold: true)
        return try know(target, .told([]), &note, depth: depth, reason)
      }
      if tape.isReplaying { url = WebURL(try book.url(of: number)) }
      guard let url else { return }
      let referrer = try shownURL(of: parent)
      try ask(
        number, &note, isNew: false, url, depth: depth, hops: hops, source: try source(of: parent),
        referrer: referrer, isDoubtful: isDoubtful, &wanted)
    }
    if note.state == .asked, !isDoubtful { note.isDoubtful = false }
    note.isFinal = true
    note.depth = depth
    try setNote(note, number)
    try book.setParent(parent, of: number)
    try noteFinal(number, isListed: note.isListed)
    if depth == level { try current.append(number) } else { try next.append(number) }
  }

  /// - Parameter isListed: Whether it is in the order already.
  mutating func noteFinal(_ number: Int, isListed: Bool = false) throws(RunError) {
    if tracksFinals { finals.append(number) }
    if plan.keepsLinks, !isListed { try order.append(number) }
  }

  private func targets(of number: Int) throws(RunError) -> [(number: Int, isNofollow: Bool)] {
    try book.links(of: number).map(LinkBlock.links) ?? []
  }
}
