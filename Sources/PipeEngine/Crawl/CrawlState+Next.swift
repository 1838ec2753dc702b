internal import PipeWeb

// Next pages of lists (`follow` of a source) in a crawl: links without distance. They are the source's own, so that the next
// page is asked for whatever the patterns and the scope say of its URL, and has depth 0. Every page is asked where it leads,
// since one that a link has found may turn out to be a page of a list.
//
// As with links, what is found is asked for at once, and the walk over the levels settles it behind that, in the order of the
// site: the sources' pages first, then where each of them leads.
extension CrawlState {
  /// The place of a page in its list; that of a source's own page follows from its source.
  struct ListPlace {
    /// 2 for the first next page.
    var page: Int
    /// The source that the list begins at.
    var source: Int
  }

  /// A page has come, and has a next page.
  mutating func lead(_ place: CrawlPlace, _ url: WebURL?, to link: FoundLinks.Link) throws(RunError) -> [Wanted] {
    tape.note(text: link.url)
    let isOwn = try note(place.number).depth == 0
    let (number, isNew) = try number(of: link.url, link.fingerprint, isJudged: !isOwn)
    let wanted = try lead(place.number, place.source, url, to: number, isNew: isNew, link.url)
    record(.next(page: place.number, source: place.source, to: number))
    return wanted
  }

  mutating func lead(
    _ page: Int, _ source: Int, _ url: WebURL?, to number: Int, isNew: Bool, _ target: WebURL
  ) throws(RunError) -> [Wanted] {
    nextPages[page] = number
    var wanted: [Wanted] = []
    let depth = try note(page).depth
    var note = try note(number)
    let place = ListPlace(page: (listPlaces[page]?.page ?? 1) + 1, source: listPlaces[page]?.source ?? source)
    guard depth == 0, !(plan.waitsForSources && !areSourcesDry), !isBeyondList(place) else {
      if isNew, note.state == .known {
        let link = Target(number: number, isNew: true, isNofollow: false, place: 0, isTold: true)
        try know(link, .told([target]), &note, depth: depth + 1, .depth)
      }
      return []
    }
    try askNext(number, &note, isNew: isNew, target, place, referrer: url?.shown, &wanted)
    return wanted
  }

  private mutating func askNext(
    _ number: Int, _ note: inout URLNote, isNew: Bool, _ url: WebURL, _ place: ListPlace, referrer: String?,
    _ wanted: inout [Wanted]
  ) throws(RunError) {
    if note.state == .known || note.state == .dropped {
      if note.state == .dropped, let reason = dropReason(url) { counts.drop(reason, by: -1) }
      listPlaces[number] = place
      try ask(
        number, &note, isNew: isNew, url, depth: 0, hops: 0, source: place.source, referrer: referrer,
        isDoubtful: false, &wanted)
    } else if !note.isFinal {
      // A link has found it before.
      note.depth = 0
      if note.state == .asked { note.isDoubtful = false }
      try setNote(note, number)
    }
  }

  /// The walk has come to a page of a list: its next page stands behind all that are known to stand there.
  mutating func reachNext(from page: Int, _ wanted: inout [Wanted]) throws(RunError) {
    guard let number = nextPages[page] else { return }
    var note = try note(number)
    if note.isFinal { return }
    let place = ListPlace(page: (listPlaces[page]?.page ?? 1) + 1, source: try source(of: page))
    if isBeyondList(place) {
      counts.cutLists[place.source, default: 0] += 1
      return
    }
    if note.state == .known || note.state == .dropped {
      guard !isEnding, let url = WebURL(try book.url(of: number)) else { return }
      try askNext(number, &note, isNew: false, url, place, referrer: try shownURL(of: page), &wanted)
    }
    listPlaces[number] = place
    if note.state == .asked { note.isDoubtful = false }
    note.isFinal = true
    note.depth = 0
    try setNote(note, number)
    try book.setParent(page, of: number)
    try noteFinal(number, isListed: note.isListed)
    try current.append(number)
  }

  /// How many redirects in a row led to a page of a level, where the pages of lists stand among them.
  func redirectsBefore(_ number: Int) throws(RunError) -> Int {
    var (count, number) = (0, number)
    while count <= redirects, let parent = try book.parent(of: number), parent < Self.firstRoot,
      try note(parent).state == .redirect
    {
      (count, number) = (count + 1, parent)
    }
    return count
  }

  private func isBeyondList(_ place: ListPlace) -> Bool {
    guard plan.mostListPages.indices.contains(place.source), let most = plan.mostListPages[place.source] else {
      return false
    }
    return place.page > most
  }
}
