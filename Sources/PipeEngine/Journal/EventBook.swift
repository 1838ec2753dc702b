internal import PipeWeb
internal import Synchronization

/// The stories of requests that are not done yet, until a checkpoint tells them (`RequestEvent`).
///
/// A story is there once its page has become a record, and is taken when the request is done: most of the time a second
/// later. Where rows wait for long (`order: input`), it is packed as it will be in the journal.
struct EventBookState: Sendable {
  /// Stories of requests with ordinals that follow each other.
  private struct Chunk: Sendable {
    var events: [RequestEvent?] = Array(repeating: nil, count: EventBookState.chunkSize)
    var packed: [UInt8] = []
    var isPacked: Bool { events.isEmpty }
    var count = 0

    /// - Returns: By how many stories there are more, and how many were unpacked for it.
    mutating func change(_ place: Int, _ body: (inout RequestEvent?) -> Int) -> (difference: Int, unpacked: Int) {
      let unpacked = isPacked ? unpack() : 0
      let difference = body(&events[place])
      count += difference
      return (difference, unpacked)
    }

    private mutating func unpack() -> Int {
      events = Array(repeating: nil, count: EventBookState.chunkSize)
      let read = RequestEventCodec.decode(packed) ?? []
      packed = []
      for event in read { events[event.id.ordinal % EventBookState.chunkSize] = event }
      count = read.count
      return read.count
    }
  }

  /// What is kept of attempts that came to nothing, until the last one is made.
  private struct Earlier: Sendable {
    var attempts: [RequestEvent.Attempt] = []
    var redirects: [RequestEvent.Redirect] = []
  }

  fileprivate static let chunkSize = 256
  /// Stories that are kept as they are.
  static let capacity = 1 << 16

  private let capacity: Int
  /// Of each sink: the rows of a request that has one there alone. Most stories share one of these.
  private let oneRow: [[Int]]
  private var earlier: [RequestID: Earlier] = [:]
  private var chunks: [[Int: Chunk]]
  private(set) var count = 0
  /// The stories of chunks that are not packed.
  private var looseCount = 0

  init(sources: Int, sinks: Int, capacity: Int = Self.capacity) {
    chunks = Array(repeating: [:], count: sources)
    oneRow = (0..<sinks).map { sink in (0..<sinks).map { $0 == sink ? 1 : 0 } }
    self.capacity = capacity
  }

  /// An attempt after which the request is sent again.
  mutating func add(_ id: RequestID, _ attempt: RequestEvent.Attempt, to redirect: RequestEvent.Redirect?) {
    if let redirect {
      earlier[id, default: Earlier()].redirects.append(redirect)
    } else {
      earlier[id, default: Earlier()].attempts.append(attempt)
    }
  }

  /// The story of a request whose page has come.
  mutating func add(_ event: RequestEvent, isTriedAgain: Bool) {
    var event = event
    if isTriedAgain, let before = earlier.removeValue(forKey: event.id) {
      event.attempts = before.attempts + event.attempts
      event.redirects = before.redirects
    }
    guard chunks.indices.contains(event.id.source), event.id.ordinal >= 0 else { return }
    change(event.id) { slot in
      let isNew = slot == nil
      slot = event
      return isNew ? 1 : 0
    }
    pack()
  }

  /// Its record goes to a sink.
  mutating func routed(_ id: RequestID, to sink: Int) {
    guard chunks.indices.contains(id.source), id.ordinal >= 0 else { return }
    let oneRow = oneRow[sink]
    change(id) { slot in
      switch slot?.rows.isEmpty {
      case nil: break
      case true?: slot?.rows = oneRow
      case false?: slot?.rows[sink] += 1
      }
      return 0
    }
  }

  /// The stories of requests that are done, in the order of their ordinals.
  mutating func take(_ ordinals: some Sequence<Range<Int>>, of source: Int) -> [RequestEvent] {
    var taken: [RequestEvent] = []
    guard chunks.indices.contains(source) else { return taken }
    for range in ordinals.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      for index in range.lowerBound / Self.chunkSize...(range.upperBound - 1) / Self.chunkSize {
        guard chunks[source][index] != nil else { continue }
        let first = index * Self.chunkSize
        for ordinal in max(range.lowerBound, first)..<min(range.upperBound, first + Self.chunkSize) {
          change(RequestID(source: source, ordinal: ordinal)) { slot in
            guard let event = slot else { return 0 }
            taken.append(event)
            slot = nil
            return -1
          }
        }
        if chunks[source][index]?.count == 0 { chunks[source][index] = nil }
      }
    }
    return taken
  }

  /// - Parameter body: Changes the story of a request, and says by how many there are more.
  private mutating func change(_ id: RequestID, _ body: (inout RequestEvent?) -> Int) {
    let (index, place) = id.ordinal.quotientAndRemainder(dividingBy: Self.chunkSize)
    let (difference, unpacked) = chunks[id.source][index, default: Chunk()].change(place, body)
    count += difference
    looseCount += difference + unpacked
  }

  /// Packs what waits, the newest excepted, if it is more than is kept as it is.
  private mutating func pack() {
    if looseCount <= capacity { return }
    for source in chunks.indices {
      let newest = chunks[source].keys.max()
      for (index, chunk) in chunks[source] where index != newest && !chunk.isPacked {
        chunks[source][index]?.packed = RequestEventCodec.encode(chunk.events.compactMap(\.self))
        chunks[source][index]?.events = []
        looseCount -= chunk.count
      }
    }
  }
}

/// The stories as the stages share them.
final class EventBook: Sendable {
  private let state: Mutex<EventBookState>

  init(sources: Int, sinks: Int) { state = Mutex(EventBookState(sources: sources, sinks: sinks)) }

  /// Attempts after which their requests are sent again, and what these are then.
  func add(_ attempts: [(fetched: Fetched, next: Request)]) {
    state.withLock { state in
      for (fetched, next) in attempts {
        let isRedirected = next.trail.count > fetched.request.trail.count
        let redirect = isRedirected ? next.url.map { ($0.redacted, fetched.response?.status ?? 0) } : nil
        state.add(
          fetched.request.id, RequestEvent.Attempt(fetched),
          to: redirect.map { RequestEvent.Redirect(url: $0.0, status: $0.1) })
      }
    }
  }

  /// A request whose page has become a record, and the error of this.
  func add(_ fetched: Fetched, error: RequestError?) {
    let request = fetched.request
    let isTriedAgain = request.attempt > 1 || !request.trail.isEmpty || request.hasLostItsContent
    let event = RequestEvent(fetched, error: error)
    state.withLock { $0.add(event, isTriedAgain: isTriedAgain) }
  }

  /// Records that go to sinks.
  ///
  /// - Parameter wanted: For each sink, the places of its records in the batch.
  func routed(_ wanted: [[Int]], of batch: [Extracted]) {
    state.withLock { state in
      for (sink, places) in wanted.enumerated() {
        for place in places { state.routed(batch[place].record.id, to: sink) }
      }
    }
  }

  /// Requests whose rows a sink has from before the run went on.
  func routed(_ ids: some Sequence<RequestID>, to sink: Int) {
    state.withLock { state in for id in ids { state.routed(id, to: sink) } }
  }

  func take(_ ordinals: [Range<Int>], of source: Int) -> [RequestEvent] {
    state.withLock { $0.take(ordinals, of: source) }
  }
}

extension RequestEvent {
  /// What came of a request.
  init(_ fetched: Fetched, error: RequestError?) {
    let request = fetched.request
    let first = request.trail.first ?? request.url
    self.init(id: request.id, url: first.map { URLMark(of: $0.hrefWithoutFragment) } ?? URLMark(of: request.written))
    if fetched.attempts > 0 { attempts = [Attempt(fetched)] }
    bytes = fetched.response?.length ?? 0
    self.error = error
    isCheck = request.purpose == .check
  }
}

extension RequestEvent.Attempt {
  init(_ fetched: Fetched) {
    let elapsed = fetched.timing.elapsed.milliseconds
    self.init(
      start: fetched.completed.milliseconds - elapsed, elapsed: elapsed,
      outcome: fetched.response.map { .answered(status: $0.status) }
        ?? .failed(fetched.error?.code ?? .connection))
  }
}

extension Timestamp {
  /// Milliseconds since 1970.
  var milliseconds: Int { seconds * 1000 + nanoseconds / 1_000_000 }
}
