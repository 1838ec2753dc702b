internal import PipeStorage
internal import PipeWeb
internal import Synchronization

/// A crawl that goes on. What it has found is in the journal (`Journal.Kind.findings`), and what it remembers is rebuilt from
/// that.
///
///     begin        Crawl(…, journal: CrawlJournal(), isCutShort: { control.isCutShort })
///     checkpoint   ledger.checkpoint(), then: for payload in crawl.takeFindings() { try journal.add(.findings, payload) }
///     resume       Crawl(…, journal: CrawlJournal(key: try past.crawlKey(in: folder)), …)
///                  try crawl.goOn(from: past, in: folder)             before any stage of the graph runs
///                  admitCrawlStage asks again for what is not done, then sources are read on from their bookmarks
///
/// A page, or a check, is noted before the ledger hears of it: so what the ledger's cut has as done is among the findings that
/// are taken behind it. What they tell beyond the cut does no harm. A page that has come and is not done is fetched once
/// more for its row, which tells what the page answers now, at the place that the crawl knows; its links are those that were
/// found first, and nothing else follows from it. Records that waited for their place (`HeldRecords`) are not done either.
///
/// Requests of links have the ordinals that they had before (`CrawlState.Wanted.ordinal`), since the same calls ask for them
/// in the same order. So have the rows of links, which stand in the order of the site. A replay holds its state against the
/// one that was noted (`Finding.Standing`), so that a program that would number them otherwise refuses the journal.
///
/// `max_pages`: pages that were sent for and have come count once, whether their row is there or not; those that were on their
/// way count when they are sent for again.
extension Crawl {
  /// What was found since the last call, as payloads of frames.
  func takeFindings() -> [[UInt8]] {
    storage.withLock { $0.state.takeFindings() }.flatMap { FindingsPart.split($0) }
  }

  /// Rebuilds what the run before had found.
  ///
  /// - Parameter beginsRetry: Whether that has finished, and what is not done of it are the pages that failed: they are asked
  ///   for as if they had not come, and their links are followed.
  /// - Throws: `RunError` if the journal is damaged, or memory on disk fails.
  func goOn(from past: PastRun, in folder: JournalFolder, beginsRetry: Bool = false) throws(RunError) {
    beginReplay(done: past.checkpoint.sources.map(\.done), keepsNumbers: beginsRetry)
    var failure: RunError?
    do throws(LogFault) {
      try past.forEach([.findings], in: folder) { (_, payload) throws(LogFault) in
        do throws(CrawlState.ReplayFailure) {
          if failure == nil { try replay(payload) }
        } catch {
          switch error {
          case .fault: throw LogFault(folder.path, .broken(at: 0))
          case .run(let error): failure = error
          }
        }
      }
    } catch {
      failure = RunError(
        "journal", "what \(error.path) tells of the crawl \(error.words)", hint: "--restart begins anew")
    }
    if let failure { throw failure }
    try endReplay()
    if beginsRetry, let failed = past.checkpoint.retry?.requests { try openAgain(failed) }
  }

  /// Has pages that failed asked for once more.
  ///
  /// - Parameter failed: Their requests, by the places of sources in the ledger.
  private func openAgain(_ failed: [DoneSet]) throws(RunError) {
    try locked { storage throws(RunError) in
      var numbers: [Int] = []
      for (source, ordinals) in failed.enumerated() {
        for ordinal in ordinals.ranges.joined() {
          guard let number = storage.past?.number(of: RequestID(source: source, ordinal: ordinal)) else { continue }
          // Most sources' pages, and no others, had a place among those that sources wait for.
          numbers.append(number << 1 | (source < linkSource ? 1 : 0))
        }
      }
      try storage.state.openAgain(numbers)
      storage.past?.openAgain(numbers.lazy.map { $0 >> 1 })
    }
  }

  /// - Parameter done: The requests that are done, by the places of sources in the ledger.
  /// - Parameter keepsNumbers: Whether pages may be opened again.
  func beginReplay(done: [DoneSet], keepsNumbers: Bool = false) {
    storage.withLock { storage in
      storage.past = CrawlPast(
        done: done, sources: linkSource, keepsNumbers: keepsNumbers, disk: storage.state.disk)
    }
  }

  /// Takes the payload of a frame into account.
  func replay(_ payload: [UInt8]) throws(CrawlState.ReplayFailure) {
    let failure = storage.withLock { storage -> CrawlState.ReplayFailure? in
      guard let frame = storage.frame(of: payload) else { return .fault(FindingsFault()) }
      // There are parts to come.
      if frame.isEmpty { return nil }
      guard var past = storage.past.take() else { return .fault(FindingsFault()) }
      var failure: CrawlState.ReplayFailure?
      do throws(CrawlState.ReplayFailure) {
        try storage.state.replay(frame, sources: linkSource) { (replayed) throws(RunError) in
          switch replayed {
          case .key: break
          case .admitted(let id, let number): past.admit(id, number)
          case .openedAgain(let numbers): past.openAgain(numbers)
          case .wanted(let wanted): for one in wanted { try past.ask(request(for: one)) }
          case .settled(let ordinal, let wanted):
            past.settle(ordinal)
            for one in wanted { try past.ask(request(for: one)) }
          }
        }
      } catch {
        failure = error
      }
      storage.past = consume past
      return failure
    }
    if let failure { throw failure }
  }

  /// The journal has nothing more: what is found from now on is new.
  func endReplay() throws(RunError) {
    try locked { storage throws(RunError) in
      if !storage.parts.isEmpty { throw RunError("journal", "what it tells of the crawl breaks off") }
      storage.state.beginRecording(isNew: storage.state.seenCount == 0)
    }
  }

  /// Tells the ledger of the links' requests that are to be asked for again, before any that comes of them.
  ///
  /// - Returns: How many pages were sent for before, and have come.
  func admitUnfinished() throws(RunError) -> Int {
    try locked { storage throws(RunError) in
      var ids: [RequestID] = []
      try storage.past?.forEachUnfinished { ids.append(RequestID(source: linkSource, ordinal: $0)) }
      ledger.admitted(ids)
      return storage.state.sentCount
    }
  }

  /// The next links' requests that are to be asked for again; none behind the last one.
  func takeUnfinished(upTo count: Int) throws(RunError) -> [Request] {
    try locked { storage throws(RunError) in
      var requests: [Request] = []
      while requests.count < count, let request = try storage.past?.nextUnfinished() {
        guard let place = request.place, request.purpose == .page, try storage.hasCome(place.number) else {
          requests.append(request)
          continue
        }
        let come = CrawlPlace(
          number: place.number, hops: place.hops, source: place.source, isElsewhere: place.isElsewhere, hasCome: true)
        requests.append(Request(request.seed.placed(at: come), url: request.url, fault: request.fault))
      }
      return requests
    }
  }
}

extension Crawl.Storage {
  /// The frame that a payload is, or the last part of; empty if there are parts to come, and `nil` if it is neither.
  fileprivate mutating func frame(of payload: [UInt8]) -> [UInt8]? {
    guard let part = FindingsPart(payload), parts.count + payload.count <= FindingsPart.longest else { return nil }
    switch part {
    case .whole: return parts.isEmpty ? payload : nil
    case .more:
      parts += payload.dropFirst()
      return []
    case .last:
      defer { parts = [] }
      return parts + payload.dropFirst()
    }
  }
}

extension PastRun {
  /// What the run's crawl compares URLs by; `nil` if it has found nothing.
  func crawlKey(in folder: JournalFolder) throws(LogFault) -> URLFingerprint.Key? {
    for number in 1...header.segment.number {
      var (_, log) = try folder.open(JournalFolder.Segment(run: header.segment.run, number: number))
      while let frame = try log.next() {
        guard Journal.Kind(rawValue: frame.kind) == .findings else { continue }
        guard let key = FindingsReader.key(in: frame.payload) else {
          throw LogFault(log.path, .broken(at: frame.offset))
        }
        return key
      }
    }
    return nil
  }
}

/// A frame of findings as payloads: as it is, or in parts if it is too large for one.
enum FindingsPart: UInt8 {
  case whole = 1
  case more
  case last

  /// A page may have very many links, each with a long text.
  static let largest = 8 << 20
  static let longest = 1 << 30

  init?(_ payload: [UInt8]) {
    guard let first = payload.first, let part = FindingsPart(rawValue: first) else { return nil }
    self = part
  }

  static func split(_ frame: [UInt8]) -> [[UInt8]] {
    if frame.count <= largest { return [frame] }
    return stride(from: 0, to: frame.count, by: largest).map { start in
      let end = min(frame.count, start + largest)
      return [(end < frame.count ? FindingsPart.more : .last).rawValue] + frame[start..<end]
    }
  }
}
