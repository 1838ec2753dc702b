import PipeStorage
import PipeTesting
import PipeText
import Testing

@testable import PipeEngine

/// Runs of a source with a journal, one after the other, each going on with the one before: what a graph does with them, as
/// far as sources go.
final class SourceSessions {
  /// What came of one.
  struct Session {
    /// What was sent.
    var requests: [Request] = []
    var passedOver = 0
    var failure: RunError?
    var notices: [String] = []
    /// What it says of columns that no row has had.
    var missingColumns: Set<ExactText> = []
  }

  var source: any Source
  let folder: String
  var fetcher = SourceFetcher.none
  var columns: Set<ExactText> = []
  var rereading: SourceRereading?
  /// The requests that are done.
  private(set) var done = DoneSet()
  private let journalFolder = JournalFolder(path: "/j", storage: MemoryStorage())

  init(_ source: any Source, in folder: String = "") {
    self.source = source
    self.folder = folder
  }

  var past: PastRun? { get throws { try PastRun(lastIn: journalFolder) } }
  var progress: SourceProgress? { get throws { try past?.checkpoint.sources.first } }

  /// Reads the source on.
  ///
  /// - Parameters:
  ///   - limit: It is stopped when so many requests have been sent.
  ///   - isDone: Which of them are done then.
  ///   - isChecked: Whether a checkpoint is taken after a batch, besides the last one.
  func run(
    stoppingAfter limit: Int = .max, done isDone: (Int) -> Bool = { _ in true },
    checking isChecked: () -> Bool = { false }
  ) async throws -> Session {
    let past = try past
    let memory = try SourceMemory(
      0, rereading ?? source.rereading(in: SourceFolder(folder)), after: past?.checkpoint.sources.first,
      journal: past.map { .init(folder: journalFolder, last: $0.header.segment, checkpoint: $0.checkpoint.number) },
      distance: .init(requests: 1, bytes: 1))
    var journal: Journal
    if let past {
      journal = try Journal(goingOnWith: past, in: journalFolder, segmentSize: 20_000)
    } else {
      journal = try Journal(
        beginning: JournalHeader(.init(run: 1, number: 1), began: 0, spec: ""), [], Checkpoint(), in: journalFolder,
        segmentSize: 20_000)
    }
    var session = Session()
    let control = RunControl()
    let told = Recorder<String>()
    control.onNotice { told.append($0) }
    let edge = Edge<Request>("requests", elements: 256)
    let end = Recorder<(passedOver: Int, missing: Set<ExactText>, failure: RunError?)>()
    let environment = SourceEnvironment(SourceFolder(folder), fetcher: fetcher)
    let task = Task { [source, columns] in
      defer { edge.close() }
      var output = RequestOutput(
        source: 0, columns: columns, outlet: Outlet(edge), control: control, counter: StageCounter(), memory: memory)
      var failure: RunError?
      do {
        do {
          try await output.read(source, in: environment)
        } catch let error as RunError {
          failure = error
        }
        try await output.flush()
      } catch is CancellationError where control.areSourcesClosed {}
      end.append((output.passedOver, output.missingColumns, failure))
    }
    var batches = edge.batches()
    while let batch = try await batches.next() {
      session.requests += batch
      for request in batch where isDone(request.id.ordinal) { done.insert(request.id.ordinal) }
      if isChecked() { try commit(memory, to: &journal) }
      if session.requests.count >= limit { control.closeSources() }
    }
    try await task.value
    try commit(memory, to: &journal)
    let last = try #require(end.all.last)
    (session.passedOver, session.missingColumns, session.failure) = last
    session.notices = told.all
    return session
  }

  private func commit(_ memory: SourceMemory, to journal: inout Journal) throws {
    let step = memory.step(done: done)
    for frame in step.frames { try journal.add(.requests, frame) }
    try journal.commit(Checkpoint(sources: [step.progress]), at: 0)
  }

  /// Reads the source on until it has ended and everything is done, in sessions of random lengths.
  ///
  /// - Returns: The bytes of each request, by ordinal.
  func runAll(_ random: inout RepeatableRandom) async throws -> [Int: [UInt8]] {
    var all: [Int: [UInt8]] = [:]
    for number in 0..<1000 {
      let before = done
      let share = Int.random(in: 1...4, using: &random)
      let stopped = number > 5 ? Int.max : Int.random(in: 1...900, using: &random)
      let session = try await run(
        stoppingAfter: stopped, done: { _ in !random.oneIn(share) || number > 5 }, checking: { random.oneIn(3) })
      #expect(session.failure == nil)
      for request in session.requests {
        #expect(!before.contains(request.id.ordinal))
        let bytes = request.bytes
        #expect(all[request.id.ordinal] ?? bytes == bytes)
        all[request.id.ordinal] = bytes
      }
      if let progress = try progress, progress.isDry, progress.done.count == progress.yielded { break }
    }
    return all
  }
}

extension Request {
  /// All that it is, as bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    RequestCodec.encode(self, into: &bytes)
    return bytes
  }
}
