import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

/// A run of a few hundred requests, in every state that a crash can leave it in, gone on with: its rows are those of a run
/// that nobody disturbed, each once in each file.
struct CrashTests {
  /// The disk before the run: yesterday's rows are there.
  private static let start: MemoryDisk = {
    let storage = MemoryStorage(MemoryDisk(folders: ["/w"]))
    _ = try? storage.makeFolder("/w/out")
    storage.put("/w/out/a.csv", Array("yesterday's\n".utf8))
    return storage.disk
  }()

  /// The rows of each output; of the unordered ones, sorted.
  private static func rows(_ disk: MemoryDisk) throws -> [[String]] {
    try ToyRun.outputs.map { output in
      guard case .file(let path) = output.options.target.value, var bytes = disk[path] else { return [] }
      if path.hasSuffix(".gz") { bytes = try InputDecoding.content(of: bytes) }
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
      let header = path.hasSuffix(".csv") ? 1 : 0
      return output.isOrdered ? lines : Array(lines.prefix(header)) + lines.dropFirst(header).sorted()
    }
  }

  /// What an undisturbed run writes, and what it has promised by then.
  private struct Whole {
    let operations: [FileOperation]
    let rows: [[String]]
    /// Requests that were done after so many operations, or `Int.max` once the run was finished.
    var promises: [(operations: Int, done: Int)] = []

    init(_ run: ToyRun, on disk: MemoryDisk, forgetting isForgotten: (@Sendable (FileOperation) -> Bool)? = nil) throws
    {
      let storage = MemoryStorage(disk, forgetting: isForgotten)
      var promises: [(operations: Int, done: Int)] = []
      try run.perform(on: storage) { checkpoint in
        let done = checkpoint.phase == .finished ? Int.max : checkpoint.totals.requests
        promises.append((storage.operations.count, done))
      }
      operations = storage.operations
      rows = try CrashTests.rows(storage.disk)
      self.promises = promises
    }

    func promised(after count: Int) -> Int { promises.last { $0.operations <= count }?.done ?? 0 }
  }

  /// What is wrong with a disk that a crash has left; `nil` if a run goes on with it as it should.
  ///
  /// - Parameter resumed: Gets the operations of the run that goes on.
  private static func fault(
    _ run: ToyRun, after outcome: CrashModel.Outcome, promised: Int, expecting rows: [[String]],
    resumed: ([FileOperation]) throws -> Void = { _ in }
  ) throws -> String? {
    let storage = MemoryStorage(outcome.disk)
    do {
      let past = try PastRun(lastIn: JournalFolder(path: ToyRun.folder, storage: storage))
      let done = past?.checkpoint.phase == .finished ? Int.max : past?.checkpoint.totals.requests ?? 0
      if done < promised { return "what was done is forgotten: \(done) of \(promised)" }
      try run.perform(on: storage)
      let found = try self.rows(storage.disk)
      for (index, output) in ToyRun.outputs.enumerated() where found[index] != rows[index] {
        let missing = Set(rows[index]).subtracting(found[index]).count
        return "\(output.options.summary): \(found[index].count) rows, \(missing) missing"
      }
      try resumed(storage.operations)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Goes through one state of so many, each test case through other ones.
  private struct Choice {
    let share: Int
    var number: Int

    init(oneIn share: Int, from first: UInt64) { (self.share, number) = (share, Int(first)) }

    mutating func takes() -> Bool {
      defer { number += 1 }
      return number.isMultiple(of: share)
    }
  }

  @Test func `An undisturbed run has all rows, and yesterday's until it is finished`() throws {
    let whole = try Whole(ToyRun(count: 200, seed: 1), on: Self.start)
    #expect(whole.rows.map { $0.filter { !$0.isEmpty }.count } == [201, 67, 100])
    #expect(whole.rows[0].first == "n,url")
    #expect(whole.promises.count > 8)
    var segments = 0
    for case .create(let path, _) in whole.operations where path.hasSuffix(".journal.new") { segments += 1 }
    #expect(segments > 1)
  }

  /// Sixteen test cases go through all states of one run.
  @Test(arguments: Effort.seeds(16))
  func `Whatever a crash leaves, the run goes on to the same rows`(seed: UInt64) throws {
    let run = ToyRun(count: 200, seed: seed / 16)
    let whole = try Whole(run, on: Self.start)
    var choice = Choice(oneIn: 16, from: seed)
    try CrashModel.enumerate(whole.operations, on: Self.start) { count, outcome in
      guard choice.takes() else { return }
      let promised = whole.promised(after: count)
      let fault = try Self.fault(run, after: outcome, promised: promised, expecting: whole.rows)
      #expect(fault == nil, "after \(count) operations, bytes \(outcome.bytes), names \(outcome.names)")
    }
  }

  @Test(arguments: Effort.seeds(6))
  func `Whatever a crash leaves while a run goes on after a crash, the next one goes on to the same rows`(
    seed: UInt64
  ) throws {
    let run = ToyRun(count: 60, seed: 100 + seed)
    let whole = try Whole(run, on: Self.start)
    var (first, second) = (Choice(oneIn: 61, from: seed), Choice(oneIn: Effort.factor > 1 ? 3 : 29, from: seed))
    try CrashModel.enumerate(whole.operations, on: Self.start) { count, outcome in
      guard first.takes() else { return }
      let fault = try Self.fault(run, after: outcome, promised: whole.promised(after: count), expecting: whole.rows) {
        try CrashModel.enumerate($0, on: outcome.disk) { later, again in
          guard second.takes() else { return }
          let fault = try Self.fault(run, after: again, promised: whole.promised(after: count), expecting: whole.rows)
          #expect(
            fault == nil, "after \(count) operations \(outcome.bytes) \(outcome.names), then \(later) \(again.bytes)")
        }
      }
      #expect(fault == nil, "after \(count) operations, bytes \(outcome.bytes), names \(outcome.names)")
    }
  }

  /// What a killed process has not synced is there for the next one, and may be lost all the same.
  @Test(arguments: Effort.seeds(6))
  func `A run that goes on after it was killed loses nothing if the power fails then`(seed: UInt64) throws {
    let run = ToyRun(count: 60, seed: 200 + seed)
    let whole = try Whole(run, on: Self.start)
    var (kill, choice) = (Choice(oneIn: Effort.factor > 1 ? 5 : 19, from: seed), Choice(oneIn: 23, from: seed))
    var model = CrashModel(Self.start)
    for (index, operation) in whole.operations.enumerated() {
      model.apply(operation)
      guard kill.takes() else { continue }
      let storage = MemoryStorage(model.current, from: 10_000)
      try run.perform(on: storage)
      var later = model
      for (step, operation) in storage.operations.enumerated() {
        later.apply(operation)
        for outcome in later.disks where choice.takes() {
          let promised = whole.promised(after: index + 1)
          let fault = try Self.fault(run, after: outcome, promised: promised, expecting: whole.rows)
          #expect(
            fault == nil, "killed after \(index + 1) operations, then \(step + 1): \(outcome.bytes) \(outcome.names)")
        }
      }
    }
  }

  /// Syncs that a run could do without, if it were not for a crash.
  enum Sync: CaseIterable, Sendable {
    case rows, compressedRows, orderedRows, journal, journalFolder, folderOfJournals, outputFolder

    /// What is forgotten.
    func isMeant(_ operation: FileOperation, _ inodes: [UInt64: String]) -> Bool {
      switch operation {
      case .sync(let inode):
        switch (self, inodes[inode] ?? "") {
        case (.rows, "/w/out/a.csv.part"), (.orderedRows, "/w/out/b.jsonl.part"),
          (.compressedRows, "/w/out/c.jsonl.gz.part"):
          true
        case (.journal, let path): path.hasSuffix(".journal.new")
        default: false
        }
      case .syncFolder(let path):
        switch self {
        case .journalFolder: path == ToyRun.folder
        case .folderOfJournals: path == "/w/.pipe" || path == "/w"
        case .outputFolder: path == "/w/out"
        default: false
        }
      default: false
      }
    }
  }

  @Test(arguments: Sync.allCases)
  func `A run that leaves a sync out is found out`(sync: Sync) throws {
    let run = ToyRun(count: 60, seed: 3)
    // The same run makes the same files.
    var inodes: [UInt64: String] = [:]
    for case .create(let path, let inode) in try Whole(run, on: Self.start).operations { inodes[inode] = path }
    let names = inodes
    let whole = try Whole(run, on: Self.start) { sync.isMeant($0, names) }
    #expect(try Self.faultCount(run, whole, atMost: 1) > 0)
  }

  @Test(arguments: [
    ToyRun.Faults.checkpointFirst, .oneSinkIsEnough, .forgetsAhead, .publishesUnseen,
  ])
  func `A run that does the steps in another order is found out`(faults: ToyRun.Faults) throws {
    let run = ToyRun(count: 60, seed: 3, faults: faults)
    let whole = try Whole(ToyRun(count: 60, seed: 3), on: Self.start)
    let faulty = try Whole(run, on: Self.start)
    #expect(faulty.rows == whole.rows)
    #expect(try Self.faultCount(run, faulty, atMost: 1) > 0)
  }

  /// How many states a run does not go on from as it should; it stops at so many.
  private static func faultCount(_ run: ToyRun, _ whole: Whole, atMost limit: Int) throws -> Int {
    struct Enough: Error {}
    var count = 0
    do {
      try CrashModel.enumerate(whole.operations, on: start) { operations, outcome in
        let promised = whole.promised(after: operations)
        if try fault(run, after: outcome, promised: promised, expecting: whole.rows) != nil { count += 1 }
        if count >= limit { throw Enough() }
      }
    } catch is Enough {}
    return count
  }
}
