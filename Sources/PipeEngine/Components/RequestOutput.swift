package import PipeText

/// Where a source puts its requests: numbered, gathered into batches, sent as credits allow.
///
/// In a run that goes on, requests that are done are not sent: a source may yield them as ever, or ask before it makes
/// them (`isNextDone`, `passOverDone`).
package struct RequestOutput {
  /// The columns of a row that the plan uses. A source gives its requests no others: they would travel for nothing.
  package let columns: Set<ExactText>
  /// The method that the spec says for all requests; `nil` if it says none.
  package let statedMethod: Method?
  /// Where the source marks places from which it can be read on; `nil` if nobody will.
  package let marks: SourceMarks?
  /// Those of the columns that no row has had so far. None if some rows were not looked at.
  var missingColumns: Set<ExactText> { passedOver > 0 ? [] : unseenColumns }
  private var unseenColumns: Set<ExactText>
  /// The columns of the first row that has any, for a hint.
  private(set) var firstColumns: [String] = []
  /// Requests that are not sent, since they are done.
  private(set) var passedOver = 0
  private let source: Int
  private let outlet: Outlet<Request>
  private let control: RunControl
  private let counter: StageCounter
  private let memory: SourceMemory?
  /// What becomes of the next requests, in a run that goes on.
  private var readingOn: ReadingOn?
  private var ordinal = 0
  private var batch: [Request] = []
  private var batchBytes = 0
  /// Called when there is a first request, and whenever none has come yet: whether there is one.
  private var onBegin: (@Sendable (Bool) -> Void)?
  private static let batchSize = 256
  private static let batchByteSize = 256 << 10

  /// - Parameter memory: What the journal keeps of the source; `nil` without a journal.
  init(
    source: Int, columns: Set<ExactText> = [], method: Method? = nil, outlet: Outlet<Request>, control: RunControl,
    counter: StageCounter, memory: SourceMemory? = nil, onBegin: (@Sendable (Bool) -> Void)? = nil
  ) {
    self.source = source
    self.columns = columns
    statedMethod = method
    unseenColumns = columns
    self.outlet = outlet
    self.control = control
    self.counter = counter
    self.memory = memory
    marks = memory?.marks
    let past = memory?.past ?? SourceProgress()
    readingOn =
      memory?.retried.map { .retrying($0.subtracting(past.done), end: past.yielded) }
      ?? ReadingOn(passingOver: past.done)
    self.onBegin = onBegin
  }

  /// The identity of the next request.
  package var nextID: RequestID { RequestID(source: source, ordinal: ordinal) }

  /// Yields a request, made with `nextID`.
  package mutating func yield(_ request: Request) async throws {
    if readingOn != nil, try !takes(request) { return }
    ordinal += 1
    if !unseenColumns.isEmpty, !request.input.isEmpty { unseenColumns.subtract(request.input.keys) }
    batch.append(request)
    batchBytes += request.cost
    if batch.count >= Self.batchSize || batchBytes >= Self.batchByteSize { try await flush() }
  }

  /// Yields a request for a URL as written.
  package mutating func yield(_ written: String) async throws {
    if isNextDone { return passOver() }
    try await yield(Request(id: nextID, written: written))
  }

  /// Notes which columns the rows have; those of the first row are enough.
  package mutating func note(columns: some Sequence<String>) {
    if !unseenColumns.isEmpty, firstColumns.isEmpty { firstColumns = columns.sorted() }
  }

  /// Whether the run takes no more requests, asked from any thread: what takes long to read is not read to its end then.
  package var isClosed: @Sendable () -> Bool { { [control] in control.areSourcesClosed } }

  /// Tells the person something about the input, once.
  package func tell(_ notice: String) { control.tell(notice) }

  /// The same from any thread.
  package var teller: @Sendable (String) -> Void { { [control] in control.tell($0) } }

  /// Sends on what is gathered; a source calls it when it is about to wait for more.
  ///
  /// - Throws: `CancellationError` where the run stops.
  package mutating func flush() async throws {
    if control.areSourcesClosed { throw CancellationError() }
    onBegin?(ordinal > 0)
    if ordinal > 0 { onBegin = nil }
    // Before they are on their way: none of them can be done before the journal has it.
    memory?.yields(batch, upTo: ordinal, passedOver: passedOver)
    if batch.isEmpty { return }
    counter.add(generated: batch.count)
    do {
      try await outlet.send(batch, bytes: batchBytes)
    } catch {
      counter.add(unfinished: batch.count)
      throw error
    }
    batch.removeAll(keepingCapacity: true)
    batchBytes = 0
  }

  /// Takes what a source yields, to its end.
  mutating func read(_ source: any Source, in environment: SourceEnvironment) async throws {
    if let memory, let journaled = JournaledSource(source, memory) {
      try await journaled.run(&self, in: environment)
    } else {
      try await source.run(&self, in: environment)
    }
    try await flush()
    memory?.ends()
  }

  /// Forgets what was gathered and not sent; the run stops.
  mutating func drop() {
    batch = []
    batchBytes = 0
  }
}

// MARK: A run that goes on

extension RequestOutput {
  /// Whether the next request is done: it need not be made, only passed over.
  package var isNextDone: Bool { readingOn?.isDone(ordinal) ?? false }

  /// Passes over the next request.
  package mutating func passOver() { goOn(at: ordinal + 1) }

  /// Passes over all requests that are done before the next one that is not.
  ///
  /// - Returns: The ordinal of that one; `Int.max` if there is none.
  package mutating func passOverDone() -> Int {
    if case .retrying(let open, let end) = readingOn, open.first(from: ordinal) == nil {
      goOn(at: max(ordinal, end))
      return .max
    }
    if let next = readingOn?.firstOpen(from: ordinal), next > ordinal { goOn(at: next) }
    return ordinal
  }

  /// Goes on with the request of an ordinal; those before it are passed over.
  package mutating func goOn(at next: Int) {
    passedOver += next - ordinal
    ordinal = next
    if let readingOn, readingOn.isOver(at: ordinal) { self.readingOn = nil }
  }

  /// Whether the source has not yet come to the end of what it has to begin with.
  var isComparing: Bool { if case .comparing = readingOn { true } else { false } }

  /// Begins anew with requests that are compared with those that the journal has.
  mutating func compare(with expected: RequestDigest) {
    ordinal = 0
    readingOn = expected.count == 0 ? nil : .comparing(RequestDigest(), with: expected)
  }

  /// Passes over what the journal has already, wherever it comes.
  mutating func leaveOut(_ known: KnownURLs) { readingOn = .leavingOut(known) }

  /// Whatever comes from now on is new, also if the journal has a request with the same URL.
  package mutating func takeAll() { if case .leavingOut = readingOn { readingOn = nil } }

  /// What becomes of a request of a run that goes on: whether it is sent.
  private mutating func takes(_ request: Request) throws(ReadingOn.Difference) -> Bool {
    switch readingOn {
    case nil: return true
    case .passingOver, .retrying:
      guard isNextDone else { return true }
      passOver()
      return false
    case .comparing(var digest, let expected):
      readingOn = nil
      digest.add(request)
      ordinal += 1
      if digest.count < expected.count {
        readingOn = .comparing(digest, with: expected)
      } else if digest != expected {
        throw ReadingOn.Difference()
      }
      return false
    case .leavingOut(var known):
      // Let go of, or taking one would copy them all.
      readingOn = nil
      defer { readingOn = .leavingOut(known) }
      return !known.take(request.written)
    }
  }
}

/// What becomes of the requests that a source yields, in a run that goes on.
enum ReadingOn {
  /// Those that are done are passed over; there is none from `end` on.
  case passingOver(DoneSet, end: Int)
  /// Only those that failed are sent again: all others are passed over, also those behind the end of what was read.
  case retrying(DoneSet, end: Int)
  /// They are compared with those that the journal has, as long as it has some.
  case comparing(RequestDigest, with: RequestDigest)
  /// Those that the journal has are left out, wherever they come.
  case leavingOut(KnownURLs)

  /// They are not those that the journal has.
  struct Difference: Error {}

  init?(passingOver done: DoneSet) {
    if done.isEmpty { return nil }
    self = .passingOver(done, end: done.end)
  }

  func isDone(_ ordinal: Int) -> Bool {
    switch self {
    case .passingOver(let done, _): done.contains(ordinal)
    case .retrying(let open, _): !open.contains(ordinal)
    case .comparing, .leavingOut: false
    }
  }

  func firstOpen(from ordinal: Int) -> Int? {
    switch self {
    case .passingOver(let done, _): done.firstMissing(from: ordinal)
    case .retrying(let open, _): open.first(from: ordinal)
    case .comparing, .leavingOut: nil
    }
  }

  /// Whether nothing is passed over from an ordinal on.
  func isOver(at ordinal: Int) -> Bool { if case .passingOver(_, let end) = self { end <= ordinal } else { false } }
}
