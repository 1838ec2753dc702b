internal import PipeStorage
internal import PipeWeb
internal import Synchronization

/// A crawl as the stages share it: the rules of `CrawlState` behind a lock, and records that wait until it is settled where
/// their pages stand.
///
/// A page that comes is told here before the ledger hears of it, and the requests for its links are admitted within: so the
/// run never looks as if it were over while a page leads on.
final class Crawl: Sendable {
  struct Storage: ~Copyable {
    var state: CrawlState
    var nextRow = 0
    /// Lanes of extract that are at work.
    var lanes: Int
    /// Records of pages whose place is not settled.
    var held: HeldRecords
    /// The hosts of pages that barren pages alone lead to and that have begun, until something is learned of them.
    var doubtful: [Int: String] = [:]
    /// What a run before has done; `nil` if the crawl does not go on.
    var past: CrawlPast?
    /// The parts of a frame of its findings that have come.
    var parts: [UInt8] = []
    /// What kept a call from its end, in a crawl that is recorded: what comes behind would not fit what was noted.
    var failure: RunError?
  }

  private struct Room: Awaited {
    var isLetGo = false
    var openSources = 0
    var waiters = WaitingList()
  }

  /// Sources' pages that are asked for and have not come: with more, sources wait. The frontier does not hold them up, since
  /// it is full of links most of the time.
  private let sourceRoom: Int

  /// So many pages of a host that barren pages alone lead to are on their way at once.
  private static let mostDoubtful = 4

  let reader: LinkReader
  let key: URLFingerprint.Key
  private let traps: TrapGuard?
  let ledger: Ledger
  private let fetch: FetchPlan
  /// The requests of links have a source of their own behind those of the spec, and the rows of links one more.
  let linkSource: Int
  let storage: Mutex<Storage>
  /// Whether what it finds is noted for a journal.
  let isRecorded: Bool
  private let isCutShort: @Sendable () -> Bool
  private let room = Mutex(Room())

  /// Whether records wait until the place of their page is settled.
  private let holds: Bool

  /// - Parameters:
  ///   - holds: Whether records tell where their page stands.
  ///   - journal: How what is found goes into a journal; `nil` without one.
  ///   - isCutShort: Whether the run ends before it is done, since it was stopped or fails.
  ///   - tell: Told what the person should know.
  init(
    _ plan: CrawlPlan, fetch: FetchPlan, sources: Int, lanes: Int, holds: Bool, bounds: Bounds, ledger: Ledger,
    sourceRoom: Int = 65_536, journal: CrawlJournal? = nil, isCutShort: @escaping @Sendable () -> Bool = { false },
    tell: @escaping @Sendable (String) -> Void
  ) {
    self.holds = holds
    isRecorded = journal != nil
    self.isCutShort = isCutShort
    self.sourceRoom = sourceRoom
    let key = journal?.key ?? URLFingerprint.Key.random()
    self.key = key
    traps = plan.guardsTraps ? TrapGuard() : nil
    reader = LinkReader(plan, key: key, traps: traps)
    self.ledger = ledger
    self.fetch = fetch
    linkSource = sources
    let disk = TemporaryDisk(limit: bounds.crawlDisk, tell: tell)
    storage = Mutex(
      Storage(
        state: CrawlState(
          plan, redirects: fetch.redirects, tracksFinals: holds, memory: bounds.seenBytes, disk: disk, key: key,
          traps: traps),
        lanes: lanes,
        held: HeldRecords(
          capacity: bounds.orderBytes,
          store: SpillStore(
            SpillStore.Content(subject: "crawl", words: "rows that wait for other pages"), limit: bounds.disk,
            tell: tell))))
    if journal?.key == nil, isRecorded { storage.withLock { $0.state.beginRecording(isNew: true) } }
  }

  var counts: CrawlCounts { storage.withLock { $0.state.counts } }

  /// The groups of URLs that were found to be traps, and how many more of them were forgotten.
  var trapGroups: (groups: [TrapEvidence.Exhausted], forgotten: Int) { traps?.exhausted ?? ([], 0) }

  /// Whether any request may have to be left out, or to wait.
  var mayLeaveOut: Bool { traps?.hasBarren ?? false }

  /// Whether the page of a request is to be read.
  func wantsContent(of request: Request) -> Bool {
    guard let traps, let url = request.url, request.place != nil, request.purpose == .page else { return false }
    return traps.wantsContent(of: url)
  }

  /// What becomes of a request that could be sent now.
  ///
  /// Of what barren pages alone lead to, few requests of a host are on their way at once, up to what is learned of their
  /// pages: or many of a trap were sent before it is known for one.
  func judge(_ request: Request) -> FrontierState.SecondThought {
    guard let place = request.place, let url = request.url else { return .begins }
    return storage.withLock { storage in
      // What cannot be looked up is fetched: whoever needs it next tells of the disk.
      do throws(RunError) {
        if storage.failure != nil { return .begins }
        if try storage.state.leavesOut(place.number, url, ordinal: request.id.ordinal) { return .isLeftOut }
        guard try storage.state.isDoubtful(place.number), storage.doubtful[place.number] == nil else { return .begins }
      } catch {
        return .begins
      }
      if storage.doubtful.values.count(where: { $0 == request.host }) >= Self.mostDoubtful { return .waits }
      storage.doubtful[place.number] = request.host
      return .begins
    }
  }

  /// Goes on with what waited for requests that were left out.
  func goOn() throws(RunError) -> [Request] {
    try change { storage throws(RunError) in try storage.state.goOn() }.requests
  }

  /// URLs that were seen.
  var seenCount: Int { storage.withLock { $0.state.seenCount } }

  /// Lets in what sources yield, once there is room. The ledger is told of what is let in.
  ///
  /// - Returns: The requests that are to be fetched or have a fault; the others ask for pages that are asked for already.
  func admit(_ requests: [Request]) async throws(RunError) -> [Request] {
    // What a run before has let in is among those that the others wait for.
    let isKnown = storage.withLock { storage in requests.allSatisfy { storage.past?.knows($0.id) ?? false } }
    if !isKnown { await room.wait { [sourceRoom] in $0.isLetGo || $0.openSources < sourceRoom } }
    defer { updateRoom() }
    return try locked { storage throws(RunError) in
      var admitted: [Request] = []
      admitted.reserveCapacity(requests.count)
      for request in requests {
        guard let url = request.url, request.fault == nil else {
          admitted.append(request)
          continue
        }
        let (fingerprint, isOwn) = fingerprint(of: request, url)
        let place: CrawlPlace
        switch try storage.known(request.id, fingerprint) {
        case .isPassedOver: continue
        case .isAdmitted(let known): place = known
        case .isNew:
          guard
            let number = try storage.state.admit(
              url, fingerprint, source: request.id.source, ordinal: request.id.ordinal, isOwn: isOwn)
          else { continue }
          place = CrawlPlace(number: number, source: request.id.source)
        }
        admitted.append(Request(request.seed.placed(at: place), url: url))
      }
      ledger.admitted(admitted.lazy.map(\.id))
      return admitted
    }
  }

  /// What becomes known with a page.
  struct Step: Sendable {
    /// Requests for where it leads, and for links whose time has come.
    var requests: [Request] = []
    /// Records that wait no longer, and where their pages stand.
    var ready: [(record: Extracted, standing: PageStanding?)] = []
    /// Called once the requests are on their way.
    var onOver: (@Sendable () -> Void)?
  }

  /// No source will yield another request.
  ///
  /// - Returns: Requests for links that waited for that.
  func sourcesEnded() throws(RunError) -> [Request] {
    // They have more to say to the run that goes on.
    if isRecorded, isCutShort() { return [] }
    return try change { storage throws(RunError) in
      // A run before knew it already.
      storage.past != nil && storage.state.areSourcesDry ? [] : try storage.state.sourcesEnded()
    }.requests
  }

  /// A page has come, and the record that was made of it. The ledger hears of it within: another page may make this one's
  /// place certain at once, and then its record goes on from there.
  ///
  /// - Parameter wasSent: Whether anybody was asked for it.
  func settle(_ request: Request, _ extracted: Extracted, wasSent: Bool = true) throws(RunError) -> Step {
    guard let place = request.place else {
      return Step(ready: [(extracted, nil)], onOver: ledger.extracting([extracted]))
    }
    defer { if request.depth == 0 { updateRoom() } }
    var step = try change(settling: place.number, extracted) { storage throws(RunError) in
      storage.doubtful[place.number] = nil
      if holds { try storage.held.hold(extracted, of: place.number) }
      return try storage.state.settle(
        place, request.url, depth: request.depth, extracted.links ?? .none, wasSent: wasSent)
    }
    if !holds { step.ready.append((extracted, nil)) }
    return step
  }

  /// A check of a link has come to its answer.
  ///
  /// - Returns: Checks that become due with it: of where it redirects to, and of what waited.
  func checked(_ fetched: Fetched) throws(RunError) -> [Request] {
    guard let place = fetched.request.place else { return [] }
    let (outcome, target) = reader.answer(fetched)
    return try change { storage throws(RunError) in
      try storage.state.settleCheck(place.number, outcome, target: target, ordinal: fetched.request.id.ordinal)
    }.requests
  }

  /// No page is asked for any more that was not asked for yet.
  ///
  /// - Returns: Checks that waited for them.
  func pagesEnded() throws(RunError) -> [Request] {
    // What sources still have is left out, and would wait in vain for pages to come.
    letGo()
    return try change { storage throws(RunError) in try storage.state.pagesEnded() }.requests
  }

  /// A lane of extract has come to its end.
  ///
  /// - Returns: Whether it was the last one. Records may wait then, if the run ends before all pages have come that were
  ///   asked for (`takeHeld`).
  func laneEnded() -> Bool {
    storage.withLock { storage in
      storage.lanes -= 1
      return storage.lanes == 0
    }
  }

  /// Leaves the records that wait to the run that goes on, if this one is cut short: its rows would tell of places that are
  /// not settled.
  ///
  /// - Returns: How many there are.
  func leaveHeld() -> Int { isRecorded && isCutShort() ? storage.withLock { $0.held.count } : 0 }

  /// Whether rows are made of links at the end: not so if another run goes on and makes them.
  var listsLinks: Bool { !(isRecorded && isCutShort()) }

  /// One of the records that wait, once nothing more comes, and where its page stands as far as that can be told.
  func takeHeld() throws(RunError) -> (record: Extracted, standing: PageStanding?)? {
    try locked { storage throws(RunError) in
      guard let (page, record) = try storage.held.takeAny() else { return nil }
      try storage.state.end()
      return (record, try storage.state.isFinal(page) ? try storage.state.standing(of: page) : nil)
    }
  }

  /// The values of the next rows of links; `nil` behind the last one. Asked once every page has come. Those that a run before
  /// has done are left out: their order is that of the site.
  func nextLinkRows() throws(RunError) -> [Record]? {
    try locked { storage throws(RunError) in
      guard let rows = try storage.state.nextLinkRows() else { return nil }
      var records: [Record] = []
      for values in rows {
        let id = RequestID(source: linkSource + 1, ordinal: storage.nextRow)
        storage.nextRow += 1
        if storage.past?.isDone(id) != true { records.append(Record(id: id, values: values)) }
      }
      return records
    }
  }

  /// Requests that were admitted are given up. A run that goes on asks for them, so there they are still to come.
  func leave(_ count: Int) { if !isRecorded { storage.withLock { $0.state.leave(count) } } }

  /// Lets go who waits for room, since the run stops, or has asked for as many pages as it may.
  func letGo() {
    room.withLock { room in
      room.isLetGo = true
      return room.waiters.letGo()
    }.resume()
  }

  /// - Parameters:
  ///   - page: The page that has come. Without one no record is handed out: what is settled then waits for the next page, or
  ///     for the end.
  ///   - extracted: Its record.
  private func change(
    settling page: Int? = nil, _ extracted: Extracted? = nil,
    _ body: (inout Storage) throws(RunError) -> [CrawlState.Wanted]
  ) throws(RunError) -> Step {
    try locked { storage throws(RunError) in
      var step = Step(requests: try body(&storage).map { request(for: $0) })
      // Within, so that the ordinals come in their order.
      ledger.admitted(step.requests.lazy.map(\.id))
      step.onOver = extracted.flatMap { ledger.extracting([$0]) }
      guard holds, let page else { return step }
      // The record of a page that was settled before it came, and those of pages that it settles.
      for number in [page] + storage.state.takeFinals() {
        guard try storage.state.isFinal(number), let record = try storage.held.take(number) else { continue }
        step.ready.append((record, try storage.state.standing(of: number)))
      }
      return step
    }
  }

  func locked<Value: Sendable>(
    _ body: (inout Storage) throws(RunError) -> Value
  ) throws(RunError) -> Value {
    try storage.withLock { storage -> Result<Value, RunError> in
      do throws(RunError) {
        if let failure = storage.failure { throw failure }
        return .success(try body(&storage))
      } catch {
        if isRecorded { storage.failure = error }
        return .failure(error)
      }
    }.get()
  }

  /// The request for a page. Rows show its URL without the user and password that it has from its page's.
  func request(for wanted: CrawlState.Wanted) -> Request {
    let url = WebURL.forFetching(wanted.url)
    let shown = (try? url.get())?.hrefWithoutUserinfo
    let seed = RequestSeed(
      id: RequestID(source: linkSource, ordinal: wanted.ordinal), written: shown ?? wanted.url,
      method: wanted.isCheck ? .head : .get, depth: wanted.depth, referrer: wanted.referrer,
      purpose: wanted.isCheck ? .check : .page,
      place: CrawlPlace(
        number: wanted.number, hops: wanted.hops, source: wanted.source, isElsewhere: wanted.isElsewhere,
        isDoubtful: wanted.isDoubtful))
    switch url {
    case .success(let url): return Request(seed, url: url)
    case .failure(let fault): return Request(seed, url: nil, fault: fault)
    }
  }

  /// A request that is more than a GET for its URL is one of its own.
  private func fingerprint(of request: Request, _ url: WebURL) -> (URLFingerprint, isOwn: Bool) {
    let method = request.method ?? fetch.method
    if method == .get || method == .head, request.body ?? fetch.body == nil {
      return (reader.fingerprint(of: url), false)
    }
    return (URLFingerprint(of: request.id, key: key), true)
  }

  private func updateRoom() {
    let open = storage.withLock { $0.state.openSources }
    room.withLock { room in
      room.openSources = open
      return open < sourceRoom ? room.waiters.letGo() : nil
    }?.resume()
  }
}
