internal import PipeWeb
internal import Synchronization

/// What is fetched for the run itself: robots files, sitemaps, links to be checked.
///
/// Such a request goes through the frontier and the fetch stage as pages do, so that every limit of its host holds for
/// it, redirects and retries included. Its answer goes to the task that asked, and never becomes a record. The ledger
/// keeps the run alive until it has come to something.
final class OwnRequests: Sendable {
  private struct Storage: Sendable {
    var next = 0
    /// Those that somebody still waits for.
    var awaited: Set<RequestID> = []
  }

  private let frontier: Frontier
  private let ledger: Ledger
  private let tally: Tally
  private let room: WorkRoom
  /// The room of what is small. It is asked for while something large is held, so the two must not wait for each other.
  private let smallRoom: WorkRoom
  private let answers = Answers<Fetched?>()
  private let storage = Mutex(Storage())

  /// - Parameter bytes: What the contents of those under way may come to together; one alone may come to more.
  init(frontier: Frontier, ledger: Ledger, tally: Tally, bytes: Int) {
    self.frontier = frontier
    self.ledger = ledger
    self.tally = tally
    room = WorkRoom(capacity: bytes)
    smallRoom = WorkRoom(capacity: max(bytes / 8, RequestPurpose.robots.contentLimit ?? 0))
  }

  /// Fetches a URL, once there is room for what may come.
  ///
  /// - Throws: `CancellationError` if the task is cancelled, or the run stops.
  func fetch(_ url: WebURL, for purpose: RequestPurpose) async throws(CancellationError) -> SourceResponse {
    let bytes = purpose.contentLimit ?? 0
    let room = purpose == .robots ? smallRoom : room
    try await room.reserve(bytes)
    // Given back with the response, or where there is none.
    let hold = RoomHold(of: room, bytes)
    let number = storage.withLock { storage in
      storage.next += 1
      return storage.next
    }
    // Whatever method the spec has is that of pages.
    let request = Request(RequestSeed(id: .own(number), written: url.href, method: .get, purpose: purpose))
    if let fault = request.fault { return SourceResponse(url: url, response: nil, error: fault) }
    storage.withLock { _ = $0.awaited.insert(request.id) }
    tally.add(own: purpose) { $0.requests += 1 }
    ledger.ownBegan()
    if !frontier.add(own: request) { ended(request, nil) }
    guard let fetched = await answers.answer(to: number, onCancel: { self.withdraw(request) }) else {
      throw CancellationError()
    }
    var response = SourceResponse(url: fetched.request.url ?? url, response: fetched.response, error: fetched.error)
    response.hold = hold
    return response
  }

  /// Whether somebody still waits for a request: if not, it is not worth another hop or attempt.
  func isAwaited(_ request: Request) -> Bool { storage.withLock { $0.awaited.contains(request.id) } }

  /// A request has come to its end.
  ///
  /// - Parameter fetched: What came of it; `nil` for what is left undone.
  func ended(_ request: Request, _ fetched: Fetched?) {
    let isAwaited = letGo(request)
    tally.add(own: request.purpose) { count in
      guard isAwaited, let fetched else { return count.undone += 1 }
      if fetched.response == nil { count.failed += 1 } else { count.answered += 1 }
    }
    if isAwaited { answers.give(fetched, to: request.id.ordinal) }
    ledger.ownEnded()
  }

  /// The task that waits for a request is cancelled.
  private func withdraw(_ request: Request) {
    guard letGo(request) else { return }
    answers.give(nil, to: request.id.ordinal)
    // One that is in flight ends when it lands.
    if frontier.withdraw(own: request.id) { ended(request, nil) }
  }

  /// - Returns: Whether somebody waited for it until now.
  private func letGo(_ request: Request) -> Bool { storage.withLock { $0.awaited.remove(request.id) != nil } }
}
