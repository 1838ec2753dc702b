internal import PipeWeb

// A crawl that is recorded, and one that is rebuilt of that: the state is a function of the calls that changed it.
extension CrawlState {
  /// Begins to note what changes the state.
  ///
  /// - Parameter isNew: Whether nothing of the crawl was noted before, so that the key is noted, too.
  mutating func beginRecording(isNew: Bool) { tape.writer = FindingsWriter(key: isNew ? key : nil) }

  var isRecording: Bool { tape.writer != nil }

  /// A call has changed the state.
  mutating func record(_ finding: @autoclosure () -> Finding) {
    if !isRecording { return }
    let (finding, place) = (finding(), place)
    tape.writer?.add(finding, at: place)
    if tape.writer?.isFull == true { tape.writer?.close() }
  }

  /// What was noted since the last call, as frames.
  mutating func takeFindings() -> [[UInt8]] {
    tape.writer?.close()
    return tape.writer?.take() ?? []
  }

  /// Where it stands, by a few numbers.
  private var place: Finding.Standing {
    Finding.Standing(seen: seen.count, wanted: wantedCount, open: openCount, openChecks: checks.openCount)
  }

  /// What a call of a replay has come to.
  enum Replayed {
    case key(URLFingerprint.Key)
    /// - Parameter number: That of its page; `nil` if it was asked for already.
    case admitted(RequestID, number: Int?)
    /// Pages that failed are asked for once more.
    case openedAgain([Int])
    /// Requests that were asked for.
    case wanted([Wanted])
    /// A request is settled, and has no row.
    case settled(ordinal: Int, [Wanted])
  }

  enum ReplayFailure: Error {
    case fault(FindingsFault)
    /// Memory on disk.
    case run(RunError)
  }

  /// Makes the calls that a frame tells of once more.
  ///
  /// - Parameters:
  ///   - sources: How many sources there are.
  ///   - tell: Told what came of each.
  mutating func replay(
    _ frame: [UInt8], sources: Int, tell: (Replayed) throws(RunError) -> Void
  ) throws(ReplayFailure) {
    do {
      var reader = try FindingsReader(frame)
      while let call = try reader.next() {
        var urls = call.urls[...]
        let (targets, told) = try targets(of: call.finding, &urls)
        tape.begin(ToldAnswers(urls: urls, runs: call.answers))
        let replayed = try replay(call.finding, targets, .told(told), sources)
        if !tape.end() { throw FindingsFault() }
        finals.removeAll(keepingCapacity: true)
        try tell(replayed)
      }
      if reader.standing != place { throw FindingsFault() }
    } catch let fault as FindingsFault {
      throw .fault(fault)
    } catch let error as RunError {
      throw .run(error)
    } catch {
      throw .fault(FindingsFault())
    }
  }

  private mutating func replay(
    _ finding: Finding, _ targets: [Target], _ urls: LinkURLs, _ sources: Int
  ) throws -> Replayed {
    switch finding {
    case .key(let key):
      // The crawl was made with it.
      if key != self.key || seen.count > 0 { throw FindingsFault() }
      return .key(key)
    case .admitted(let source, let ordinal, let isOwn):
      guard source < sources, let url = tape.toldURL() else { throw FindingsFault() }
      let id = RequestID(source: source, ordinal: ordinal)
      let fingerprint = isOwn ? URLFingerprint(of: id, key: key) : plan.identity.fingerprint(of: url, key: key)
      return .admitted(id, number: try admit(url, fingerprint, source))
    case .sourcesEnded:
      if areSourcesDry { throw FindingsFault() }
      return .wanted(try sourcesEnded())
    case .page(let place, let depth, var page):
      guard place.number < seen.count, place.source < sources, try note(place.number).state == .asked else {
        throw FindingsFault()
      }
      page.targets = targets
      page.urls = urls
      return .wanted(try settle(place, WebURL(book.url(of: place.number)), depth: depth, page))
    case .check(let number, let ordinal, let answer):
      guard number < seen.count, try isAwaitingCheck(number) else { throw FindingsFault() }
      return .settled(ordinal: ordinal, try settleCheck(number, answer, targets.first, urls))
    case .leftOut(let number, let ordinal):
      guard number < seen.count, try isDoubtful(number), let url = WebURL(try book.url(of: number)) else {
        throw FindingsFault()
      }
      try leaveOut(number, url)
      return .settled(ordinal: ordinal, [])
    case .openedAgain(let numbers):
      for number in numbers {
        guard number >> 1 < seen.count, try hasCome(number >> 1) else { throw FindingsFault() }
      }
      try reopen(numbers)
      return .openedAgain(numbers.map { $0 >> 1 })
    case .next(let page, let source, let number):
      guard page < seen.count, source < sources, try note(page).state == .asked, let url = tape.toldURL() else {
        throw FindingsFault()
      }
      let isOwn = try note(page).depth == 0
      let fingerprint = plan.identity.fingerprint(of: url, key: key)
      let (found, isNew) = try self.number(of: url, fingerprint, isJudged: !isOwn)
      if found != number { throw FindingsFault() }
      return .wanted(try lead(page, source, WebURL(book.url(of: page)), to: number, isNew: isNew, url))
    case .goneOn: return .wanted(try goOn())
    case .pagesEnded: return .wanted(try pagesEnded())
    case .ended:
      if isEnding { throw FindingsFault() }
      try end()
      return .wanted([])
    }
  }

  /// What a call's links lead to. Those that are new get their numbers.
  ///
  /// - Parameter urls: Those that the call tells; the ones that are used are taken away.
  /// - Returns: What they lead to, and the URLs that they name by their places.
  private mutating func targets(
    of finding: Finding, _ urls: inout ArraySlice<WebURL>
  ) throws -> ([Target], told: [WebURL]) {
    switch finding {
    case .page(_, depth: _, let page):
      guard let block = page.block else {
        if page.isRedirect { throw FindingsFault() }
        return ([], [])
      }
      let links = LinkBlock.links(in: block)
      if links.isEmpty || page.isRedirect && links.count != 1 { throw FindingsFault() }
      return try targets(of: links, &urls, areAllTold: page.isRedirect)
    case .check(number: _, ordinal: _, let answer):
      return try targets(of: answer.target.map { [($0, false)] } ?? [], &urls, areAllTold: false)
    default: return ([], [])
    }
  }

  /// - Parameter areAllTold: Whether the URLs of all links are told, not only those that are new.
  private mutating func targets(
    of links: [(number: Int, isNofollow: Bool)], _ urls: inout ArraySlice<WebURL>, areAllTold: Bool
  ) throws -> ([Target], told: [WebURL]) {
    var told: [WebURL] = []
    var targets: [Target] = []
    targets.reserveCapacity(links.count)
    for (number, isNofollow) in links {
      let isNew = number == seen.count
      guard number >= 0, number <= seen.count else { throw FindingsFault() }
      var place: Int32?
      if isNew || areAllTold {
        guard let next = urls.popFirst() else { throw FindingsFault() }
        place = Int32(told.count)
        told.append(next)
        if isNew {
          let fingerprint = plan.identity.fingerprint(of: next, key: key)
          if try self.number(of: next, fingerprint) != (number, true) { throw FindingsFault() }
        }
      }
      targets.append(
        Target(number: number, isNew: isNew, isNofollow: isNofollow, place: place, isTold: isNew || areAllTold))
    }
    return (targets, told)
  }
}
