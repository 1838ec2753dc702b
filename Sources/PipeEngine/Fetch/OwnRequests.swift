internal import PipeWeb
internal import Synchronization

/// What is fetched for the run itself: robots files, sitemaps, a login.
///
/// Such a request goes through the frontier and the fetch stage as pages do, so that every limit of its host holds for
/// it, redirects and retries included. Its answer goes to the task that asked, and never becomes a record. The ledger
/// keeps the run alive until it has come to something.
///
/// A robots.txt is never fetched twice at once: whoever asks for one that is under way waits for the same answer, and every
/// answer is told the frontier, whose requests may wait for it.
final class OwnRequests: Sendable {
  /// A request under way, and who wants to know what comes of it.
  private struct Asked: Sendable {
    let request: Request
    /// The numbers of the tasks that wait for it.
    var tasks: [Int] = []
    /// Whether requests of the frontier wait for it.
    var isForFrontier = false

    var isWanted: Bool { isForFrontier || !tasks.isEmpty }
  }

  private struct Storage: Sendable {
    private var next = 0
    var asked: [RequestID: Asked] = [:]
    /// The robots.txt files under way, by their URLs.
    private var files: [String: RequestID] = [:]

    mutating func makeNumber() -> Int {
      next += 1
      return next
    }

    /// A new request, or the one that is under way for the same robots.txt.
    mutating func begin(_ request: Request) -> (id: RequestID, isNew: Bool) {
      if request.purpose == .robots, let file = request.url?.href {
        if let id = files[file] { return (id, false) }
        files[file] = request.id
      }
      asked[request.id] = Asked(request: request)
      return (request.id, true)
    }

    mutating func end(_ id: RequestID) -> Asked? {
      guard let asked = asked.removeValue(forKey: id) else { return nil }
      if asked.request.purpose == .robots { files[asked.request.url?.href ?? ""] = nil }
      return asked
    }
  }

  private let frontier: Frontier
  private let ledger: Ledger
  private let tally: Tally
  private let room: WorkRoom
  /// The room of what is small. It is asked for while something large is held, so the two must not wait for each other.
  private let smallRoom: WorkRoom
  private let robots: RobotsPlan?
  private let answers = Answers<Fetched?>()
  private let storage = Mutex(Storage())

  /// - Parameters:
  ///   - bytes: What the contents of those under way that a task waits for may come to together; one alone may come to
  ///     more.
  ///   - robots: How robots.txt is obeyed.
  init(frontier: Frontier, ledger: Ledger, tally: Tally, bytes: Int, robots: RobotsPlan? = nil) {
    self.frontier = frontier
    self.ledger = ledger
    self.tally = tally
    self.robots = robots
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
    let number = storage.withLock { $0.makeNumber() }
    let request = request(number, url, for: purpose)
    if let fault = request.fault { return SourceResponse(url: url, response: nil, error: fault) }
    let fetched = try await answer(to: request, number: number)
    var response = SourceResponse(url: fetched.request.url ?? url, response: fetched.response, error: fetched.error)
    response.hold = hold
    return response
  }

  /// Sends a request of a login. There is one of these at a time, so that it needs no room: what is large may wait for it.
  ///
  /// - Throws: `CancellationError` if the task is cancelled, or the run stops.
  func send(
    _ method: Method, _ url: WebURL, for purpose: RequestPurpose, content: [UInt8]?, headers: [HTTPFields.Field]
  ) async throws(CancellationError) -> Fetched {
    let number = storage.withLock { $0.makeNumber() }
    return try await answer(
      to: Request(
        RequestSeed(
          id: .own(number), written: url.href, method: method, body: content, headers: headers, purpose: purpose)),
      number: number)
  }

  private func answer(to request: Request, number: Int) async throws(CancellationError) -> Fetched {
    let (id, isNew) = storage.withLock { storage in
      let begun = storage.begin(request)
      storage.asked[begun.id]?.tasks.append(number)
      return begun
    }
    if isNew { begin(request) }
    guard let fetched = await answers.answer(to: number, onCancel: { self.cancel(number, of: id) }) else {
      throw CancellationError()
    }
    return fetched
  }

  /// Asks for a robots.txt that requests of the frontier wait for. It is read as soon as it is there, so that it needs no
  /// room of its own.
  func ask(_ file: WebURL) {
    let request = request(storage.withLock { $0.makeNumber() }, file, for: .robots)
    let isNew = storage.withLock { storage in
      let begun = storage.begin(request)
      storage.asked[begun.id]?.isForFrontier = true
      return begun.isNew
    }
    if isNew { begin(request) }
  }

  /// Whatever method the spec has is that of pages.
  private func request(_ number: Int, _ url: WebURL, for purpose: RequestPurpose) -> Request {
    Request(RequestSeed(id: .own(number), written: url.href, method: .get, purpose: purpose))
  }

  private func begin(_ request: Request) {
    tally.add(own: request.purpose) { $0.requests += 1 }
    ledger.ownBegan()
    if !frontier.add(own: request) { ended(request, nil) }
  }

  /// Whether somebody still waits for a request: if not, it is not worth another hop or attempt.
  func isAwaited(_ request: Request) -> Bool { storage.withLock { $0.asked[request.id] != nil } }

  /// A request has come to its end.
  ///
  /// - Parameter fetched: What came of it; `nil` for what is left undone.
  func ended(_ request: Request, _ fetched: Fetched?) {
    let asked = storage.withLock { $0.end(request.id) }
    // What nobody waited for may have ended before it was answered.
    let fetched = asked == nil ? nil : fetched
    tally.add(own: request.purpose) { count in
      guard let fetched else { return count.undone += 1 }
      if fetched.response == nil { count.failed += 1 } else { count.answered += 1 }
    }
    for task in asked?.tasks ?? [] { answers.give(fetched, to: task) }
    if let robots, request.purpose == .robots, let file = request.trail.first?.url ?? request.url, file.isRobotsFile {
      frontier.know(fetched.map { RobotsAnswer($0, for: robots.token) }, of: file)
    }
    ledger.ownEnded()
  }

  /// A task that waits for a request is cancelled.
  private func cancel(_ number: Int, of id: RequestID) {
    let (isWaiting, unwanted) = storage.withLock { storage -> (Bool, Request?) in
      guard let index = storage.asked[id]?.tasks.firstIndex(of: number) else { return (false, nil) }
      storage.asked[id]?.tasks.remove(at: index)
      if storage.asked[id]?.isWanted == true { return (true, nil) }
      return (true, storage.end(id)?.request)
    }
    if isWaiting { answers.give(nil, to: number) }
    // One that is in flight ends when it lands.
    if let unwanted, frontier.withdraw(own: id) { ended(unwanted, nil) }
  }
}
