internal import PipeWeb

// Traps. A page that came is barren if it says nothing new and leads nowhere else (`TrapEvidence`). What barren pages alone
// lead to is doubtful: it is asked for as anything else, but left out once its group is exhausted, when its link is found,
// when its turn to be sent has come (until then the group may have been found out), and when the walk over the levels meets
// its link.
//
// A URL that was left out is known, with the reason `trap`, as one beyond the depth is. A link of a page that is not barren
// has it asked for after all, whenever that link is found or walked over; one of a barren page never has. So it makes no
// difference which of its links was found first.
//
// If its place was settled when it was left out, it has one no more: the walk passes over it, and settles it anew where it
// is asked for after all.
extension CrawlState {
  /// Learns from a page that has come.
  ///
  /// - Parameter isDoubtful: Whether barren pages alone lead to it.
  mutating func learn(
    _ url: WebURL?, _ page: ComePage, isDoubtful: Bool
  ) throws(RunError) -> TrapEvidence.Yield {
    guard let traps, let url, let says = page.says else { return .something }
    var new: [WebURL] = []
    for target in page.targets where target.isNew && !target.isNofollow {
      guard let link = page.urls.url(of: target), scope.contains(link) else { continue }
      if try note(target.number).state != .dropped { new.append(link) }
    }
    let brought = traps.learn(says, of: url, newLinks: new, isDoubtful: isDoubtful)
    // What the evidence comes to depends on what else was looked at, and is told again.
    if let told = tape.toldYield() { return told }
    tape.note(yield: brought)
    return brought
  }

  /// Whether a link of a page that came says nothing for what it leads to.
  mutating func isDoubtful(_ link: WebURL?, of url: WebURL?, that brought: TrapEvidence.Yield) -> Bool {
    switch brought {
    case .something: return false
    case .nothing: return true
    case .nothingSoFar:
      if let told = tape.toldFlag() { return told }
      let isInside = if let link, let url, let traps { traps.isInside(link, url) } else { false }
      tape.note(flag: isInside)
      return isInside
    }
  }

  func isTrap(_ url: WebURL) -> Bool { traps?.isExhausted(url) ?? false }

  /// Whether barren pages alone lead to a page that is asked for.
  func isDoubtful(_ number: Int) throws(RunError) -> Bool {
    let note = try note(number)
    return note.state == .asked && note.isDoubtful
  }

  /// Whether a request that could be sent now is left out.
  ///
  /// - Parameter ordinal: The request's.
  mutating func leavesOut(_ number: Int, _ url: WebURL, ordinal: Int = 0) throws(RunError) -> Bool {
    guard try isDoubtful(number), isTrap(url) else { return false }
    try leaveOut(number, url)
    record(.leftOut(number: number, ordinal: ordinal))
    return true
  }

  mutating func leaveOut(_ number: Int, _ url: WebURL) throws(RunError) {
    var note = try note(number)
    note.leaveOut()
    counts.know(note)
    traps?.drop(url)
    try setNote(note, number)
    openCount -= 1
  }

  /// A URL that was known is asked for, or known for another reason.
  mutating func forget(_ note: URLNote, _ url: WebURL) {
    counts.forget(note)
    if note.isTrapped { traps?.drop(url, by: -1) }
  }

  mutating func forget(_ note: URLNote, _ target: Target, _ urls: LinkURLs) throws(RunError) {
    counts.forget(note)
    if note.isTrapped, let traps, let url = try url(of: target, urls) { traps.drop(url, by: -1) }
  }
}
