package import PipeStorage
internal import PipeText

/// The journal of one run, as it is written: what is done, batch by batch. One task uses it.
///
///     begin or go on ─▶ add … ─▶ commit ─▶ add … ─▶ commit ─▶ …
///
/// A batch is one atomic step: the events of the requests that are done since the last one, what they brought, and the
/// checkpoint, which is its last frame. Every segment begins with the meaning of the spec and a checkpoint that stands for
/// itself; those after it tell what is new.
struct Journal: ~Copyable {
  /// What the payload of a frame is.
  enum Kind: UInt8, Sendable {
    /// The meaning of the spec (`SpecMeaning`).
    case spec = 1
    /// A checkpoint that stands for itself.
    case snapshot = 2
    /// A checkpoint as the step from the one before it.
    case step = 3
    /// Events of requests that are done (`RequestEventCodec`).
    case events = 4
    /// Requests of a source that cannot be read again (`RequestCodec`).
    case requests = 5
    /// What a crawl has found.
    case findings = 6
    /// At which rows of the sinks the records of requests stand that have failed (`FailedRow`). The first batch of a run has
    /// one, without a row: so it tells of all of them.
    case failures = 7
    /// What has failed so far is fetched again. What frames of `failures` have told before counts no more.
    case retry = 8
  }

  /// Bytes after which the next segment is begun.
  static let segmentSize = 4 << 20
  private let folder: JournalFolder
  private let segmentSize: Int
  private let isDurable: Bool
  private let spec: [UInt8]
  private var header: JournalHeader
  private var log: LogWriter
  private(set) var last: Checkpoint
  /// Whether this batch goes into the next segment. Its frames are held until that is begun, with its checkpoint.
  private var isFull: Bool
  private var held: [(kind: Kind, payload: [UInt8])] = []

  /// Begins the journal of a run.
  ///
  /// - Parameters:
  ///   - spec: The meaning of the spec, as bytes.
  ///   - frames: What is told before the first checkpoint.
  ///   - isDurable: Whether batches survive a loss of power, and not only the end of the process (`sync: process`).
  init(
    beginning header: JournalHeader, _ spec: [UInt8], _ first: Checkpoint,
    frames: [(kind: Kind, payload: [UInt8])] = [], in folder: JournalFolder, isDurable: Bool = true,
    segmentSize: Int = Self.segmentSize
  ) throws(StorageError) {
    log = try Self.segment(header, spec, first, frames, in: folder, isDurable: isDurable)
    self.folder = folder
    self.segmentSize = segmentSize
    self.isDurable = isDurable
    self.spec = spec
    self.header = header
    last = first
    isFull = log.size >= segmentSize
  }

  /// Goes on with the journal of a run.
  init(
    goingOnWith past: PastRun, in folder: JournalFolder, isDurable: Bool = true, segmentSize: Int = Self.segmentSize
  ) throws(StorageError) {
    log = try LogWriter(goingOnWith: past.log, in: folder.storage)
    self.folder = folder
    self.segmentSize = segmentSize
    self.isDurable = isDurable
    spec = past.spec
    header = past.header
    last = past.checkpoint
    isFull = log.size >= segmentSize
  }

  /// Adds the events of requests that the next checkpoint tells as done.
  mutating func add(_ events: [RequestEvent]) throws(StorageError) {
    var batch = EventBatch()
    for event in events { batch.append(event) }
    for frame in batch.frames { try add(.events, frame) }
  }

  mutating func add(_ kind: Kind, _ payload: [UInt8]) throws(StorageError) {
    if isFull { held.append((kind, payload)) } else { try log.append(kind.rawValue, payload) }
  }

  /// Ends the batch with a checkpoint, whose number and moment are set. When it returns, a run that goes on begins with it.
  ///
  /// - Parameter isStep: Whether it has no less than the one before: else it has to stand for itself.
  mutating func commit(_ checkpoint: Checkpoint, at moment: Int, isStep: Bool = true) throws(StorageError) {
    var checkpoint = checkpoint
    checkpoint.number = last.number + 1
    checkpoint.moment = moment
    if isFull {
      log = try Self.segment(header.next, spec, checkpoint, held, in: folder, isDurable: isDurable)
      header = header.next
      held = []
    } else {
      let kind: Kind = isStep ? .step : .snapshot
      try log.append(kind.rawValue, CheckpointCodec.encode(checkpoint, after: isStep ? last : nil))
      try log.commit(isDurable: isDurable)
    }
    last = checkpoint
    isFull = log.size >= segmentSize
  }

  private static func segment(
    _ header: JournalHeader, _ spec: [UInt8], _ checkpoint: Checkpoint, _ held: [(kind: Kind, payload: [UInt8])] = [],
    in folder: JournalFolder, isDurable: Bool
  ) throws(StorageError) -> LogWriter {
    var log = try LogWriter(
      creating: folder.path(of: header.segment), JournalFolder.format, identity: header.bytes, in: folder.storage)
    try log.append(Kind.spec.rawValue, spec)
    for (kind, payload) in held { try log.append(kind.rawValue, payload) }
    try log.append(Kind.snapshot.rawValue, CheckpointCodec.encode(checkpoint))
    try log.commit(isDurable: isDurable)
    return log
  }
}

/// A run as its journal tells it.
package struct PastRun {
  let header: JournalHeader
  /// The meaning of its spec, as bytes.
  let spec: [UInt8]
  private(set) var checkpoint: Checkpoint
  /// The last segment, where the journal is gone on with.
  let log: LogReader

  /// Reads the last segment of a run.
  ///
  /// - Throws: `LogFault` if it is damaged, or a newer program's.
  init(_ segment: JournalFolder.Segment, in folder: JournalFolder) throws(LogFault) {
    let (header, log) = try folder.open(segment)
    var reader = log
    var spec: [UInt8]?
    var checkpoint: Checkpoint?
    while let frame = try reader.next() {
      switch Journal.Kind(rawValue: frame.kind) {
      case .spec: spec = frame.payload
      case .snapshot, .step:
        checkpoint = CheckpointCodec.decode(frame.payload, after: checkpoint)
        if checkpoint == nil { throw LogFault(log.path, .broken(at: frame.offset)) }
      case .events, .requests, .findings, .failures, .retry: break
      case nil: throw LogFault(log.path, .broken(at: frame.offset))
      }
    }
    guard let spec, let checkpoint else { throw LogFault(log.path, .broken(at: 0)) }
    self.header = header
    self.spec = spec
    self.checkpoint = checkpoint
    self.log = log
  }

  /// Reads the last run of a folder; `nil` if there is none.
  package init?(lastIn folder: JournalFolder) throws(LogFault) {
    let segments: [JournalFolder.Segment]
    do throws(StorageError) {
      segments = try folder.segments()
    } catch {
      throw LogFault(folder.path, .storage(error))
    }
    guard let last = segments.last else { return nil }
    try self.init(last, in: folder)
  }

  /// The same run as if it had come to another checkpoint.
  func with(_ checkpoint: Checkpoint) -> PastRun {
    var past = self
    past.checkpoint = checkpoint
    past.checkpoint.number = self.checkpoint.number
    return past
  }

  /// Goes through the frames of some kinds of all segments, in the order in which they were written, each once.
  ///
  /// - Throws: `LogFault` as soon as one is missing: each segment ends where the next one begins.
  func forEach(
    _ kinds: Set<Journal.Kind>, in folder: JournalFolder, _ body: (Journal.Kind, [UInt8]) throws(LogFault) -> Void
  ) throws(LogFault) {
    var frames = frames(kinds, in: folder)
    while let (kind, payload) = try frames.next() { try body(kind, payload) }
  }

  /// The same frames, one after the other.
  func frames(_ kinds: Set<Journal.Kind>, in folder: JournalFolder) -> PastFrames {
    PastFrames(kinds, upTo: header.segment, checkpoint: checkpoint.number, in: folder)
  }

  /// Looks at all of the journal, not only at what a run goes on with.
  ///
  /// - Throws: `LogFault` if something in it is not what was written.
  package func check(in folder: JournalFolder) throws(LogFault) { try events(in: folder) { _ in } }

  /// Goes through the events of the run.
  func events(in folder: JournalFolder, _ body: (RequestEvent) -> Void) throws(LogFault) {
    try forEach([.events], in: folder) { (_, payload) throws(LogFault) in
      guard let events = RequestEventCodec.decode(payload) else { throw LogFault(folder.path, .broken(at: 0)) }
      for event in events { body(event) }
    }
  }
}
