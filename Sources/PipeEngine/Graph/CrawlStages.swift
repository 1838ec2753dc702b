/// The way of links back to the frontier, as one stage uses it.
struct BackEdge: Sendable {
  private let crawl: Crawl
  private let way: FrontierReturn
  private var counter: StageCounter { way.counter }
  private var ledger: Ledger { way.ledger }

  init(_ crawl: Crawl, by way: FrontierReturn) {
    self.crawl = crawl
    self.way = way
  }

  /// Asks again for what a run before has asked for and not done.
  ///
  /// - Returns: What cannot be fetched.
  func goOn() throws(RunError) -> [Fetched] {
    way.frontier.count(asked: try crawl.admitUnfinished())
    var faulty: [Fetched] = []
    while case let requests = try crawl.takeUnfinished(upTo: Self.stride), !requests.isEmpty {
      counter.add(generated: requests.count)
      faulty += try add(requests)
    }
    return faulty
  }

  /// Requests that are added at once.
  private static let stride = 1024

  /// Lets in what sources yield.
  ///
  /// - Returns: What cannot be fetched.
  func admit(_ requests: [Request]) async throws(RunError) -> (admitted: [Request], faulty: [Fetched]) {
    let admitted = try await crawl.admit(requests)
    counter.add(deduplicated: requests.count - admitted.count)
    return (admitted, try add(admitted))
  }

  /// The sources are dry: sends on the links that waited for that.
  func sourcesEnded() throws(RunError) -> [Fetched] {
    let requests = try crawl.sourcesEnded()
    counter.add(generated: requests.count)
    return try add(requests)
  }

  /// A page has become a record: sends on its links.
  ///
  /// - Returns: The records that are ready, and links that cannot be fetched.
  func settle(
    _ fetched: Fetched, _ extracted: Extracted
  ) throws(RunError) -> (ready: [(record: Extracted, standing: PageStanding?)], faulty: [Fetched]) {
    let step = try crawl.settle(fetched.request, extracted, wasSent: fetched.attempts > 0)
    counter.add(generated: step.requests.count)
    let faulty = try add(step.requests)
    step.onOver?()
    return (step.ready, faulty)
  }

  /// A check of a link has come to its answer.
  func checked(_ fetched: Fetched) throws(RunError) {
    try goOn(with: try crawl.checked(fetched))
    counter.add(checked: 1)
    ledger.checked(fetched.request.id)
  }

  /// No page is asked for any more that was not asked for yet.
  func pagesEnded() throws(RunError) { try goOn(with: try crawl.pagesEnded()) }

  /// Sends on checks, of which none is faulty.
  private func goOn(with requests: [Request]) throws(RunError) {
    counter.add(generated: requests.count)
    _ = try add(requests)
  }

  /// Whether requests may have to be left out, or to wait.
  var mayLeaveOut: Bool { crawl.mayLeaveOut }

  /// What becomes of a request that could be sent now.
  func judge(_ request: Request) -> FrontierState.SecondThought { crawl.judge(request) }

  func wantsContent(of request: Request) -> Bool { crawl.wantsContent(of: request) }

  /// Requests were left out: sends on what waited for that, and lets the ledger know.
  ///
  /// - Returns: Links that cannot be fetched.
  func leftOut(_ count: Int) throws(RunError) -> [Fetched] {
    // Whatever comes of it, they are accounted for.
    defer { ledger.leftUndone(count) }
    let requests = try crawl.goOn()
    counter.add(generated: requests.count)
    return try add(requests)
  }

  /// A lane of the stage has come to its end.
  ///
  /// - Returns: Whether records may wait that nothing else comes for (`takeHeld`).
  func laneEnded() -> Bool {
    guard crawl.laneEnded() else { return false }
    let left = crawl.leaveHeld()
    counter.add(unfinished: left)
    ledger.leftUndone(extracted: left)
    return left == 0
  }

  func takeHeld() throws(RunError) -> (record: Extracted, standing: PageStanding?)? { try crawl.takeHeld() }

  private func add(_ requests: [Request]) throws(RunError) -> [Fetched] {
    let faulty = requests.filter { $0.fault != nil }
    let sound = faulty.isEmpty ? requests : requests.filter { $0.fault == nil }
    if try !way.add(sound) { crawl.leave(sound.count) }
    return faulty.map { Fetched(request: $0, response: nil, error: $0.fault) }
  }
}

/// Lets the sources' requests into the frontier of a crawl, each page once.
func admitCrawlStage(
  _ input: Inlet<Request>, back: BackEdge, failed: Outlet<Fetched>, control: RunControl, counter: StageCounter,
  ledger: Ledger, events: RunEvents? = nil
) async throws {
  let unfinished = try back.goOn()
  if !unfinished.isEmpty { try await failed.send(unfinished) }
  var batches = input.batches()
  while let batch = try await batches.next() {
    let (admitted, faulty) = try await back.admit(batch)
    events?.post(admitted.map { .admitted($0.id) })
    if !faulty.isEmpty { try await failed.send(faulty) }
  }
  let faulty = try back.sourcesEnded()
  if !faulty.isEmpty { try await failed.send(faulty) }
  ledger.sourcesEnded()
}
