internal import PipeWeb
internal import Synchronization

/// The stories of requests that are not done yet, until a checkpoint tells them (`RequestEvent`).
///
/// A story is there once its page has become a record, and is taken when the request is done: most of the time a second
/// later. Most are alike and take 32 bytes each (`PlainEvent`). Where rows wait for long (`order: input`), it is packed as it
/// will be in the journal.
struct EventBookState {
  private struct Slot {
    enum Kind: UInt8 {
      case empty
      case plain
      /// The story is among those of the chunk that have more to tell.
      case other
    }

    var event = PlainEvent(url: URLMark(bits: 0), start: 0, bytes: 0, elapsed: 0, status: 0)
    /// Its rows, as `RowPatterns` counts them.
    var rows = RowPatterns.none
    var kind = Kind.empty
  }

  /// Stories of requests with ordinals that follow each other.
  private final class Chunk {
    /// Empty while it is packed.
    var slots = Array(repeating: Slot(), count: EventBookState.chunkSize)
    var others: [Int: RequestEvent] = [:]
    var packed: [UInt8] = []
    var count = 0
  }

  /// What is kept of attempts that came to nothing, until the last one is made.
  private struct Earlier {
    var attempts: [RequestEvent.Attempt] = []
    var redirects: [RequestEvent.Redirect] = []
  }

  private static let chunkSize = 256
  /// Stories that are kept as they are.
  static let capacity = 1 << 16

  private let capacity: Int
  private var patterns: RowPatterns
  private var earlier: [RequestID: Earlier] = [:]
  private var chunks: [[Int: Chunk]]
  /// The chunk that was used last.
  private var last: (source: Int, index: Int, chunk: Chunk)?
  private(set) var count = 0
  /// The stories of chunks that are not packed.
  private var looseCount = 0

  init(sources: Int, sinks: Int, capacity: Int = Self.capacity) {
    chunks = Array(repeating: [:], count: sources)
    patterns = RowPatterns(sinks: sinks)
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

  /// The story of a request whose page has come at the first attempt.
  mutating func add(_ event: PlainEvent, of id: RequestID) {
    guard let (chunk, place) = place(of: id, isNew: true) else { return }
    put(Slot(event: event, kind: .plain), nil, into: chunk, place)
    pack()
  }

  /// The story of a request whose page has come.
  mutating func add(_ event: RequestEvent, isTriedAgain: Bool) {
    var event = event
    if isTriedAgain, let before = earlier.removeValue(forKey: event.id) {
      event.attempts = before.attempts + event.attempts
      event.redirects = before.redirects
    }
    guard let (chunk, place) = place(of: event.id, isNew: true) else { return }
    put(Slot(kind: .other), event, into: chunk, place)
    pack()
  }

  /// Its record goes to a sink.
  mutating func routed(_ id: RequestID, to sink: Int) {
    guard let (chunk, place) = place(of: id, isNew: false) else { return }
    switch chunk.slots[place].kind {
    case .empty: return
    case .plain:
      if let next = patterns.adding(sink, to: chunk.slots[place].rows) {
        chunk.slots[place].rows = next
        return
      }
      let slot = chunk.slots[place]
      let event = RequestEvent(slot.event, id: id, rows: patterns[slot.rows])
      put(Slot(kind: .other), event, into: chunk, place)
    case .other: break
    }
    guard var rows = chunk.others[place]?.rows else { return }
    if rows.isEmpty { rows = patterns.zero }
    rows[sink] += 1
    chunk.others[place]?.rows = rows
  }

  /// Takes the stories of requests that are done, in the order of their ordinals.
  mutating func take(_ ordinals: some Sequence<Range<Int>>, of source: Int, into batch: inout EventBatch) {
    guard chunks.indices.contains(source) else { return }
    for range in ordinals.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      for index in range.lowerBound / Self.chunkSize...(range.upperBound - 1) / Self.chunkSize {
        guard let chunk = chunks[source][index] else { continue }
        unpack(chunk)
        let first = index * Self.chunkSize
        let before = chunk.count
        for ordinal in max(range.lowerBound, first)..<min(range.upperBound, first + Self.chunkSize) {
          let slot = chunk.slots[ordinal - first]
          switch slot.kind {
          case .empty: continue
          case .plain:
            batch.append(
              slot.event, id: RequestID(source: source, ordinal: ordinal), rows: patterns[slot.rows])
          case .other:
            if let event = chunk.others.removeValue(forKey: ordinal - first) { batch.append(event) }
          }
          chunk.slots[ordinal - first].kind = .empty
          chunk.count -= 1
        }
        count -= before - chunk.count
        looseCount -= before - chunk.count
        if chunk.count > 0 { continue }
        chunks[source][index] = nil
        last = nil
      }
    }
  }

  /// Where a request's story is, unpacked.
  private mutating func place(of id: RequestID, isNew: Bool) -> (chunk: Chunk, place: Int)? {
    guard chunks.indices.contains(id.source), id.ordinal >= 0 else { return nil }
    let (index, place) = id.ordinal.quotientAndRemainder(dividingBy: Self.chunkSize)
    if let last, last.source == id.source, last.index == index {
      unpack(last.chunk)
      return (last.chunk, place)
    }
    guard let chunk = chunks[id.source][index] ?? (isNew ? Chunk() : nil) else { return nil }
    if chunk.count == 0 { chunks[id.source][index] = chunk }
    unpack(chunk)
    last = (id.source, index, chunk)
    return (chunk, place)
  }

  private mutating func put(_ slot: Slot, _ event: RequestEvent?, into chunk: Chunk, _ place: Int) {
    if chunk.slots[place].kind == .empty {
      chunk.count += 1
      count += 1
      looseCount += 1
    }
    if event != nil || chunk.slots[place].kind == .other { chunk.others[place] = event }
    chunk.slots[place] = slot
  }

  /// Packs what waits, the newest excepted, if it is more than is kept as it is.
  private mutating func pack() {
    if looseCount <= capacity { return }
    for (source, chunks) in chunks.enumerated() {
      let newest = chunks.keys.max()
      for (index, chunk) in chunks where index != newest && !chunk.slots.isEmpty {
        var encoder = RequestEventEncoder()
        for (place, slot) in chunk.slots.enumerated() {
          let id = RequestID(source: source, ordinal: index * Self.chunkSize + place)
          if slot.kind == .plain { encoder.append(slot.event, id: id, rows: patterns[slot.rows]) }
          if let event = chunk.others[place] { encoder.append(event) }
        }
        chunk.packed = encoder.bytes
        chunk.slots = []
        chunk.others = [:]
        looseCount -= chunk.count
      }
    }
  }

  private mutating func unpack(_ chunk: Chunk) {
    if !chunk.slots.isEmpty { return }
    chunk.slots = Array(repeating: Slot(), count: Self.chunkSize)
    for event in RequestEventCodec.decode(chunk.packed) ?? [] {
      let place = event.id.ordinal % Self.chunkSize
      if let plain = event.plain, let rows = patterns.index(of: event.rows) {
        chunk.slots[place] = Slot(event: plain, rows: rows, kind: .plain)
      } else {
        chunk.slots[place].kind = .other
        chunk.others[place] = event
      }
    }
    chunk.packed = []
    looseCount += chunk.count
  }
}

/// How many rows a request has at each sink, as a number: few requests differ in that.
private struct RowPatterns {
  /// Of a request without any.
  static let none: UInt8 = 0

  private let sinks: Int
  private var rows: [[Int]] = [[]]
  /// By the pattern and the sink: the pattern with one row more.
  private var steps: [UInt8?]

  init(sinks: Int) {
    self.sinks = sinks
    steps = Array(repeating: nil, count: sinks)
  }

  /// No row at any sink.
  var zero: [Int] { Array(repeating: 0, count: sinks) }

  subscript(pattern: UInt8) -> [Int] { rows[Int(pattern)] }

  /// - Returns: `nil` if there are too many.
  mutating func adding(_ sink: Int, to pattern: UInt8) -> UInt8? {
    let step = Int(pattern) * sinks + sink
    if let next = steps[step] { return next }
    var more = rows[Int(pattern)]
    if more.isEmpty { more = zero }
    more[sink] += 1
    let next = index(of: more)
    steps[step] = next
    return next
  }

  /// - Returns: `nil` if there are too many.
  mutating func index(of pattern: [Int]) -> UInt8? {
    if let index = rows.firstIndex(of: pattern) { return UInt8(index) }
    if rows.count > UInt8.max { return nil }
    rows.append(pattern)
    steps += Array(repeating: nil, count: sinks)
    return UInt8(rows.count - 1)
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
    if !isTriedAgain, error == nil, let event = PlainEvent(fetched) {
      return state.withLock { $0.add(event, of: request.id) }
    }
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

  func take(_ ordinals: [Range<Int>], of source: Int, into batch: inout EventBatch) {
    state.withLock { $0.take(ordinals, of: source, into: &batch) }
  }
}

extension RequestEvent {
  /// What came of a request.
  init(_ fetched: Fetched, error: RequestError?) {
    self.init(id: fetched.request.id, url: URLMark(of: fetched.request))
    if fetched.attempts > 0 { attempts = [Attempt(fetched)] }
    bytes = fetched.response?.length ?? 0
    self.error = error
    isCheck = fetched.request.purpose == .check
  }
}

extension RequestEvent.Attempt {
  init(_ fetched: Fetched) {
    let (start, elapsed) = fetched.moments
    self.init(
      start: start, elapsed: elapsed,
      outcome: fetched.response.map { .answered(status: $0.status) }
        ?? .failed(fetched.error?.code ?? .connection))
  }
}

extension PlainEvent {
  /// What came of a request that was answered; `nil` if there is more to tell.
  init?(_ fetched: Fetched) {
    guard let response = fetched.response, fetched.attempts == 1, fetched.request.purpose == .page else { return nil }
    let (start, elapsed) = fetched.moments
    self.init(URLMark(of: fetched.request), start, elapsed, response.status, bytes: response.length)
  }
}

extension URLMark {
  /// Of the URL that was to be fetched first.
  fileprivate init(of request: Request) {
    let first = request.trail.first?.url ?? request.url
    self = first.map { URLMark(of: $0.hrefWithoutFragment) } ?? URLMark(of: request.written)
  }
}

extension Fetched {
  /// When the attempt began, since 1970, and how long it took: milliseconds.
  fileprivate var moments: (start: Int, elapsed: Int) {
    let elapsed = timing.elapsed.milliseconds
    return (completed.milliseconds - elapsed, elapsed)
  }
}

extension Timestamp {
  /// Milliseconds since 1970.
  var milliseconds: Int { seconds * 1000 + nanoseconds / 1_000_000 }
}
