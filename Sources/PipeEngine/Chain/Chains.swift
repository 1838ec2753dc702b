internal import PipeSpec
internal import PipeStorage
internal import PipeWeb
internal import Synchronization

/// The pages that lead from one to the next, as the stages share them: the rules of `ChainState` behind a lock.
///
/// The requests for next pages have an account of their own in the ledger, behind those of the sources. A page that comes is
/// told here before the ledger hears of it, and the request for its next page is admitted within: so the run never looks as
/// if it were over while a page leads on. The journal has each of these requests before it is sent (`SourceMemory`), and with
/// them all that a run that goes on has to know: which pages have led on, and by which URLs.
///
/// Where rows have the order of the input, chains come one after the other (`waitUntilIdle`): a page's turn is behind that of
/// the page before, and ahead of the next URL's.
final class Chains: Sendable {
  private struct Storage: Awaited {
    var state: ChainState
    /// The ordinal of the next request.
    var ordinal = 0
    /// Requests that are under way and may lead on.
    var liveCount = 0
    var isLetGo = false
    var waiters = WaitingList()
    /// Requests of a run before that are not done, the next one last.
    var unfinished: [Request] = []
    var counts: [Counts]
  }

  /// What came of the pages of a source.
  struct Counts: Hashable, Sendable {
    /// Pages that were looked at.
    var pages = 0
    /// Those of them that lead to another one.
    var next = 0
    /// Chains that ended at their second page, since that leads back to the first.
    var turned = 0
    /// Chains that ended at `max_pages`.
    var cut = 0
  }

  /// Its place among the accounts of the ledger.
  let account: Int
  private let seesAll: Bool
  private let sources: [SourcePlan]
  private let ledger: Ledger
  private let order: OrderWindow<Routed>?
  private let memory: SourceMemory?
  private let room: AdmissionRoom
  private let key = URLFingerprint.Key.random()
  private let storage: Mutex<Storage>

  /// - Parameters:
  ///   - order: Where a sink wants it.
  ///   - memory: What the journal keeps of the requests; `nil` without one.
  ///   - room: How many requests the run may still admit.
  ///   - seesAll: Whether the run fetches all pages, and is not one that goes on.
  init(
    _ sources: [SourcePlan], ledger: Ledger, order: OrderWindow<Routed>? = nil, memory: SourceMemory? = nil,
    room: AdmissionRoom, seesAll: Bool = true
  ) {
    account = sources.count
    self.seesAll = seesAll
    self.sources = sources
    self.ledger = ledger
    self.order = order
    self.memory = memory
    self.room = room
    storage = Mutex(
      Storage(
        state: ChainState(accounts: sources.count + 1), counts: Array(repeating: Counts(), count: sources.count)))
  }

  /// Whether requests come one chain after the other.
  var isOrdered: Bool { order != nil }

  /// How the pages of a request lead on.
  private func follow(_ request: Request) -> FollowSettings? {
    let source = request.chain?.head.source ?? request.id.source
    return sources.indices.contains(source) ? sources[source].follow : nil
  }

  /// A source's request is let in.
  func admitted(_ request: Request) {
    if follow(request) == nil { return }
    storage.withLock { storage in
      // What has led on before does so no more.
      if !storage.state.hasLed(request.id) { storage.liveCount += 1 }
    }
  }

  /// Suspends until no page is under way that may lead on, or nobody waits any more.
  func waitUntilIdle() async { await storage.wait { $0.isLetGo || $0.liveCount == 0 } }

  /// Lets go who waits, since the run stops.
  func letGo() {
    storage.withLock { storage in
      storage.isLetGo = true
      return storage.waiters.letGo()
    }.resume()
  }

  /// What becomes known with a page.
  struct Step {
    /// The request for the next page.
    var request: Request?
    /// Whether there is one, and the run may not ask for it.
    var isBeyondLimit = false
    /// Called once the request is on its way.
    var onOver: (@Sendable () -> Void)?
  }

  /// A page has come, and the record that was made of it. The ledger hears of it within.
  func settle(_ request: Request, _ extracted: Extracted) -> Step {
    guard let follow = follow(request) else { return Step(onOver: ledger.extracting([extracted])) }
    let (step, ready) = storage.withLock { storage -> (Step, WaitingList.LetGo?) in
      var step = Step()
      switch come(request, extracted.next, follow, &storage) {
      case .ends(.wentOn): break
      case .ends: storage.liveCount -= 1
      case .goesOn(let page):
        if let url = extracted.next, room.take(upTo: 1) > 0 {
          let next = self.request(for: url, page: page, after: request, ordinal: storage.ordinal)
          storage.ordinal += 1
          // Before it is on its way: it cannot be done before the journal has it.
          memory?.yields([next], upTo: storage.ordinal, passedOver: 0)
          order?.admit(CollectionOfOne(next.id))
          ledger.admitted(CollectionOfOne(next.id))
          step.request = next
        } else {
          storage.liveCount -= 1
          step.isBeyondLimit = true
        }
      }
      step.onOver = ledger.extracting([extracted])
      return (step, storage.liveCount == 0 ? storage.waiters.letGo() : nil)
    }
    ready?.resume()
    return step
  }

  private func come(
    _ request: Request, _ next: WebURL?, _ follow: FollowSettings, _ storage: inout Storage
  ) -> ChainState.Step {
    let urls = [request.trail.first?.url, request.url].compactMap { $0.map(fingerprint) }
    let step = storage.state.come(
      ChainState.Page(
        id: request.id, chain: request.chain, urls: urls, next: next.map(fingerprint), mostPages: follow.maxPages))
    let source = request.chain?.head.source ?? request.id.source
    storage.counts[source].pages += 1
    if next != nil, step != .ends(.itself) { storage.counts[source].next += 1 }
    if step == .ends(.seen), request.chain?.page == 2 { storage.counts[source].turned += 1 }
    if step == .ends(.mostPages) { storage.counts[source].cut += 1 }
    return step
  }

  private func fingerprint(_ url: WebURL) -> URLFingerprint { URLIdentity().fingerprint(of: url, key: key) }

  /// The request for a next page: a GET with the row's columns and fields, as far as these may leave its origin.
  private func request(for url: WebURL, page: Int, after request: Request, ordinal: Int) -> Request {
    let first = request.trail.first?.url ?? request.url
    let hasLeft = request.hasLeftItsOrigin || url.origin != first?.origin
    let seed = RequestSeed(
      id: RequestID(source: account, ordinal: ordinal), written: url.hrefWithoutUserinfo, method: .get,
      headers: request.seed.headers.filter { !($0.describesContent || hasLeft && $0.isForOneOrigin) },
      input: request.input, referrer: request.url?.shown,
      chain: ChainPlace(
        head: request.chain?.head ?? request.id, start: request.chain?.start ?? first?.href ?? request.written,
        previous: request.id, page: page, isElsewhere: hasLeft))
    return Request(seed, url: url)
  }

  /// What is to be said of the chains at their end.
  var notices: [String] {
    let counts = storage.withLock { $0.counts }
    return sources.indices.compactMap { index -> String? in
      let (source, counts) = (sources[index], counts[index])
      guard let follow = source.follow else { return nil }
      if counts.cut > 0 { return source.notice(ofCutLists: counts.cut, at: index) }
      if counts.turned > 0 { return source.notice(ofTurnedLists: counts.turned, at: index) }
      if seesAll, counts.pages > 0, counts.next == 0 {
        return "source \(index + 1), \(source.shown): no page has a next page (follow, \(follow.selector.text))"
      }
      return nil
    }
  }
}

extension SourcePlan {
  /// What is said of lists that have more pages than the most.
  func notice(ofCutLists count: Int, at index: Int) -> String? {
    guard let most = follow?.maxPages else { return nil }
    let lists = count == 1 ? "1 list of pages" : "\(count.grouped) lists of pages"
    return "source \(index + 1), \(shown): \(lists) ended at max_pages: \(most), with a next page left"
  }

  /// What is said of lists whose second page leads back to the first: where the link to the page before stands ahead of the
  /// one to the next, and is taken for it, a list ends there.
  fileprivate func notice(ofTurnedLists count: Int, at index: Int) -> String? {
    guard let follow else { return nil }
    let lists = count == 1 ? "1 list of pages" : "\(count.grouped) lists of pages"
    return "source \(index + 1), \(shown): \(lists) ended at the second page, which leads back to the first: does "
      + "\(follow.selector.text) find the link to the page before (follow)?"
  }
}

// MARK: A run that goes on

extension Chains {
  /// Takes what the journal has of the requests.
  ///
  /// - Parameter done: Those that are done.
  func goOn(done: DoneSet) throws(LogFault) {
    guard var requests = memory?.pastRequests() else { return }
    var unfinished: [Request] = []
    var state = ChainState(accounts: sources.count + 1)
    var count = 0
    while let batch = try requests.next() {
      for request in batch {
        count += 1
        if let chain = request.chain { state.replay(chain) }
        if !done.contains(request.id.ordinal) { unfinished.append(request) }
      }
    }
    // What the chains that go on came by.
    let live = Set(unfinished.lazy.filter { !state.hasLed($0.id) }.compactMap { $0.chain?.head })
    if !live.isEmpty, var again = memory?.pastRequests() {
      while let batch = try again.next() {
        for request in batch {
          guard let chain = request.chain, live.contains(chain.head) else { continue }
          let urls = [WebURL(chain.start), request.referrer.flatMap { WebURL($0) }, request.url]
          state.replay(urls.compactMap { $0.map(fingerprint) }, of: chain.head)
        }
      }
    }
    unfinished.sort { ($0.chain?.head ?? $0.id, $0.id) > ($1.chain?.head ?? $1.id, $1.id) }
    storage.withLock { storage in
      storage.state = state
      storage.ordinal = count
      storage.unfinished = unfinished
    }
  }

  /// The head of the next chain that a run before has left; `nil` behind the last one.
  var nextUnfinished: RequestID? { storage.withLock { $0.unfinished.last?.chain?.head } }

  /// Tells the ledger of the requests of a run before that are not done, before any that comes of them.
  func admitUnfinished() {
    storage.withLock { storage in
      _ = room.take(upTo: storage.unfinished.count)
      ledger.admitted(storage.unfinished.map(\.id).sorted())
    }
  }

  /// The requests of a run before that are to be asked for again: all of them, or those of the chains up to one.
  ///
  /// - Parameter last: The head of the last chain; `nil` for all.
  func takeUnfinished(upTo last: RequestID? = nil) -> [Request] {
    storage.withLock { storage in
      var requests: [Request] = []
      while let request = storage.unfinished.last, last.map({ (request.chain?.head ?? $0) <= $0 }) ?? true {
        storage.unfinished.removeLast()
        requests.append(request)
        if !storage.state.hasLed(request.id) { storage.liveCount += 1 }
      }
      order?.admit(requests.lazy.map(\.id))
      return requests
    }
  }
}
