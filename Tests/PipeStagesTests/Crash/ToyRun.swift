import PipeSpec
import PipeStorage
import PipeTesting

@testable import PipeEngine
@testable import PipeStages

/// A run without an engine: the journal and the real sinks, and requests that come in some order. It does what an engine is
/// to do, in that order.
struct ToyRun {
  /// How rows get to one of its sinks.
  struct Output {
    let sink: any FileSink
    let options: OutputOptions
    /// Every how many-th request has a row here.
    let step: Int
    var isOrdered = false

    func takes(_ ordinal: Int) -> Bool { ordinal.isMultiple(of: step) }
  }

  /// Steps that a test leaves out or does too early, to see what they are for.
  struct Faults: OptionSet {
    let rawValue: Int

    /// The checkpoint is written before the sinks have made their rows durable.
    static let checkpointFirst = Faults(rawValue: 1)
    /// A request is done when the first of its sinks has its row.
    static let oneSinkIsEnough = Faults(rawValue: 2)
    /// Sinks that are ahead get the rows of a request that is made again once more.
    static let forgetsAhead = Faults(rawValue: 4)
    /// Outputs are published without a word in the journal.
    static let publishesUnseen = Faults(rawValue: 8)
  }

  enum Failure: Error {
    case refused(String)
  }

  let count: Int
  let seed: UInt64
  var faults: Faults = []

  static let folder = "/w/.pipe/toy"
  static let outputs: [Output] = {
    let options = ["a.csv", "b.jsonl", "c.jsonl.gz"].map { OutputOptions("/w/out/" + $0) }
    return [
      Output(sink: CSVSink(output: options[0], dialect: CSVDialect(lineEnd: .lf)), options: options[0], step: 1),
      Output(sink: JSONLinesSink(output: options[1]), options: options[1], step: 3, isOrdered: true),
      Output(sink: JSONLinesSink(output: options[2]), options: options[2], step: 2),
    ]
  }()
  private static let columns = [Column(name: "n", index: 0, type: .int), Column(name: "url", index: 1)]

  /// Requests that are under way at once.
  private static let window = 24

  func record(_ ordinal: Int) -> Record {
    Record(
      id: RequestID(source: 0, ordinal: ordinal), values: [.int(ordinal), .string("http://h/\(ordinal * 7919)")])
  }

  // MARK: The run

  /// Goes on with what is there, to the end.
  ///
  /// - Parameter onCheckpoint: Told after each checkpoint how many requests are done, and at the end whether the run is.
  func perform(on storage: MemoryStorage, onCheckpoint: (Checkpoint) -> Void = { _ in }) throws {
    let folder = JournalFolder(path: Self.folder, storage: storage)
    guard let lock = try folder.lock() else { throw Failure.refused("locked") }
    defer { withExtendedLifetime(lock) {} }
    let past = try PastRun(lastIn: folder)
    if past?.checkpoint.phase == .finished { return }
    var state =
      past?.checkpoint
      ?? Checkpoint(
        sources: [SourceProgress()], sinks: Self.outputs.map { _ in SinkProgress(ahead: [DoneSet()]) })
    var journal: Journal
    if let past {
      journal = try Journal(goingOnWith: past, in: folder, segmentSize: 2000)
    } else {
      // Before any output is touched, so that an older run is never gone on with behind it.
      let header = JournalHeader(JournalFolder.Segment(run: 1, number: 1), began: 0, spec: "/w/toy.yaml")
      journal = try Journal(beginning: header, [], state, in: folder, segmentSize: 2000)
    }
    if state.phase == .running {
      try work(from: &state, &journal, storage, onCheckpoint)
    } else {
      for (output, sink) in zip(Self.outputs, state.sinks) {
        guard let position = sink.position else { throw Failure.refused("no position") }
        try output.options.completePublishing(at: position, in: SinkEnvironment(storage: storage))
      }
    }
    state.phase = .finished
    try journal.commit(state, at: 0)
    onCheckpoint(state)
  }

  private func work(
    from state: inout Checkpoint, _ journal: inout Journal, _ storage: MemoryStorage,
    _ onCheckpoint: (Checkpoint) -> Void
  ) throws {
    var random = RepeatableRandom(seed: seed &+ UInt64(state.number))
    let environment = SinkEnvironment(storage: storage)
    let writers = try zip(Self.outputs, state.sinks).map { output, sink in
      try output.sink.openFile(Self.columns, .at(sink.position), in: environment)
    }
    var session = Session(writers: writers, base: state)
    // Rows come once every sink has a place that it can be cut back to.
    try session.checkpoint(&state, &journal, faults)
    onCheckpoint(state)
    var next = state.sources[0].done.firstMissing
    var open: [Int] = []
    while true {
      while open.count < Self.window, next < count {
        if !state.sources[0].done.contains(next) { open.append(next) }
        next += 1
      }
      state.sources[0].yielded = max(state.sources[0].yielded, next)
      guard let place = open.indices.randomElement(using: &random) else { break }
      let ordinal = open.remove(at: place)
      try session.answer(record(ordinal), faults)
      // A compressed member ends when it is large, or when nothing has come for a while.
      if random.oneIn(40) { _ = try session.writers[2].flush() }
      if random.oneIn(15) {
        try session.checkpoint(&state, &journal, faults)
        onCheckpoint(state)
      }
    }
    state.sources[0].isDry = true
    try session.finish(&state)
    guard state.sources[0].done == DoneSet(0..<count) else { throw Failure.refused("requests are lost") }
    state.phase = .publishing
    if !faults.contains(.publishesUnseen) {
      try journal.commit(state, at: 0)
      onCheckpoint(state)
    }
    for index in session.writers.indices { try session.writers[index].publish() }
  }

  /// What one process holds.
  private struct Session {
    var writers: [any FileWriter]
    /// Where the session began.
    let base: Checkpoint
    /// Rows that were given to each sink, in their order; the first ones are durable.
    var written: [[Int]]
    var durable: [Int]
    /// Sinks that do not have the row of a request durably.
    var missing: [Int: Int] = [:]
    /// Rows that wait for those before them.
    var waiting: [Int: Record] = [:]
    var events: [RequestEvent] = []
    var ordered = 0

    init(writers: [any FileWriter], base: Checkpoint) {
      self.writers = writers
      self.base = base
      written = writers.map { _ in [] }
      durable = writers.map { _ in 0 }
    }

    /// A request has come to a record.
    mutating func answer(_ record: Record, _ faults: Faults) throws {
      let ordinal = record.id.ordinal
      let receivers = sinks(of: ordinal, faults)
      missing[ordinal] = receivers.count
      if faults.contains(.oneSinkIsEnough) { missing[ordinal] = min(1, receivers.count) }
      for sink in receivers where !ToyRun.outputs[sink].isOrdered { try write(record, to: sink) }
      waiting[ordinal] = record
      // Every request has its turn, also one without a row here; those that were done before have had it.
      while true {
        if base.sources[0].done.contains(ordered) {
          ordered += 1
          continue
        }
        guard let record = waiting.removeValue(forKey: ordered) else { break }
        for sink in sinks(of: ordered, faults) where ToyRun.outputs[sink].isOrdered { try write(record, to: sink) }
        ordered += 1
      }
    }

    /// The sinks that get a row of a request: not those that have it.
    private func sinks(of ordinal: Int, _ faults: Faults) -> [Int] {
      ToyRun.outputs.indices.filter { sink in
        ToyRun.outputs[sink].takes(ordinal)
          && (faults.contains(.forgetsAhead) || !base.sinks[sink].ahead[0].contains(ordinal))
      }
    }

    private mutating func write(_ record: Record, to sink: Int) throws {
      try writers[sink].write([record])
      written[sink].append(record.id.ordinal)
    }

    mutating func checkpoint(_ state: inout Checkpoint, _ journal: inout Journal, _ faults: Faults) throws {
      if faults.contains(.checkpointFirst) {
        // As if everything were durable that was written.
        let old = state
        for sink in writers.indices { note(sink, rows: written[sink].count, &state) }
        settle(&state)
        for sink in writers.indices { state.sinks[sink].position = old.sinks[sink].position }
        try journal.add(events)
        try journal.commit(state, at: 0)
        for sink in writers.indices { state.sinks[sink].position = try writers[sink].commit().position }
      } else {
        for sink in writers.indices {
          let commit = try writers[sink].commit()
          note(sink, rows: commit.rows, &state)
          state.sinks[sink].position = commit.position
        }
        settle(&state)
        try journal.add(events)
        try journal.commit(state, at: 0)
      }
      events = []
    }

    mutating func finish(_ state: inout Checkpoint) throws {
      for sink in writers.indices {
        let commit = try writers[sink].finish()
        note(sink, rows: commit.rows, &state)
        state.sinks[sink].position = commit.position
      }
      settle(&state)
    }

    /// So many rows of a sink are durable in this session.
    private mutating func note(_ sink: Int, rows: Int, _ state: inout Checkpoint) {
      let new = written[sink][durable[sink]..<max(rows, durable[sink])]
      durable[sink] = max(rows, durable[sink])
      state.sinks[sink].rows = base.sinks[sink].rows + durable[sink]
      for ordinal in new {
        state.sinks[sink].ahead[0].insert(ordinal)
        missing[ordinal, default: 0] -= 1
      }
    }

    /// Notes what is done by now.
    private mutating func settle(_ state: inout Checkpoint) {
      for (ordinal, count) in missing.sorted(by: { $0.key < $1.key }) where count <= 0 {
        missing[ordinal] = nil
        state.sources[0].done.insert(ordinal)
        let event = RequestEvent(id: RequestID(source: 0, ordinal: ordinal), url: URLMark(bits: UInt64(ordinal)))
        events.append(event)
        state.totals.add(event)
      }
      for sink in state.sinks.indices { state.sinks[sink].ahead[0].subtract(state.sources[0].done) }
    }
  }
}
