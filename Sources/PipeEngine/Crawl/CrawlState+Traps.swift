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
  /// - Parameter numbers: Those of its links.
  func learn(
    _ url: WebURL?, _ links: FoundLinks, _ numbers: [(number: Int, isNew: Bool)]
  ) throws(RunError) -> TrapEvidence.Yield {
    guard let traps, let url, let says = links.says else { return .something }
    let found: [FoundLinks.Link] =
      switch links.content {
      case .page(let links): links
      case .redirect(let link): [link]
      }
    var new: [WebURL] = []
    for (link, target) in zip(found, numbers) where target.isNew && !link.isNofollow && scope.contains(link.url) {
      if try note(target.number).state != .dropped { new.append(link.url) }
    }
    return traps.learn(says, of: url, newLinks: new)
  }

  /// Whether a link of a page that came says nothing for what it leads to.
  func isDoubtful(_ link: WebURL, of url: WebURL?, that brought: TrapEvidence.Yield) -> Bool {
    switch brought {
    case .something: false
    case .nothingSoFar: url.flatMap { traps?.isInside(link, $0) } ?? false
    case .nothing: true
    }
  }

  func isTrap(_ url: WebURL) -> Bool { traps?.isExhausted(url) ?? false }

  /// Whether barren pages alone lead to a page that is asked for.
  func isDoubtful(_ number: Int) throws(RunError) -> Bool {
    let note = try note(number)
    return note.state == .asked && note.isDoubtful
  }

  /// Whether a request that could be sent now is left out.
  mutating func leavesOut(_ number: Int, _ url: WebURL) throws(RunError) -> Bool {
    var note = try note(number)
    guard note.state == .asked, note.isDoubtful, isTrap(url) else { return false }
    note.leaveOut()
    counts.know(note)
    traps?.drop(url)
    try setNote(note, number)
    openCount -= 1
    return true
  }

  /// A URL that was known is asked for, or known for another reason.
  mutating func forget(_ note: URLNote, _ url: WebURL) {
    counts.forget(note)
    if note.isTrapped { traps?.drop(url, by: -1) }
  }
}
