import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

/// What `CrashTests` asks of the steps, asked of the run itself: whatever a crash leaves, the next one goes on to the rows of a
/// run that nobody disturbed.
@Suite(.timeLimit(.minutes(20)))
struct RunCrashTests {
  private static let start: MemoryDisk = {
    let storage = MemoryStorage(MemoryDisk(folders: ["/w"]))
    _ = try? storage.makeFolder("/w/out")
    storage.put(CrashedRun.outputs[0], Array("yesterday's\n".utf8))
    return storage.disk
  }()

  /// The rows of each output; of those that come as they are answered, sorted.
  private static func rows(_ disk: MemoryDisk) throws -> [[String]] {
    try CrashedRun.outputs.map { path in
      guard var bytes = disk[path] else { return [] }
      if path.hasSuffix(".gz") { bytes = try InputDecoding.content(of: bytes) }
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      let header = path.hasSuffix(".csv") ? 1 : 0
      return path == CrashedRun.outputs[1] ? lines : Array(lines.prefix(header)) + lines.dropFirst(header).sorted()
    }
  }

  /// Requests that are done by what a disk has of the journal, or `Int.max` once the run was finished.
  private static func done(_ disk: MemoryDisk) throws -> Int {
    let folder = JournalFolder(path: CrashedRun.folder, storage: MemoryStorage(disk))
    guard let checkpoint = try PastRun(lastIn: folder)?.checkpoint else { return 0 }
    return checkpoint.phase == .finished ? .max : checkpoint.totals.requests
  }

  /// A run that nobody disturbs, and after how many of its operations how much was promised.
  private struct Whole {
    let operations: [FileOperation]
    let rows: [[String]]
    private var promises: [(operations: Int, done: Int)] = []

    init(_ run: CrashedRun, on disk: MemoryDisk) async throws {
      let storage = MemoryStorage(disk)
      try await run.perform(on: storage)
      operations = storage.operations
      rows = try RunCrashTests.rows(storage.disk)
      var files: Set<UInt64> = []
      var now = disk
      for (index, operation) in operations.enumerated() {
        now.apply(operation)
        switch operation {
        case .create(let path, let inode) where path.hasPrefix(CrashedRun.folder): files.insert(inode)
        case .sync(let inode) where files.contains(inode): promises.append((index + 1, try RunCrashTests.done(now)))
        default: break
        }
      }
    }

    /// What a power loss may not take back.
    func promised(after count: Int) -> Int { promises.last { $0.operations <= count }?.done ?? 0 }
    var promiseCount: Int { Set(promises.map(\.done)).count }
  }

  /// Goes on with a disk, and tells what is wrong with what comes of it.
  private static func fault(
    _ run: CrashedRun, on storage: MemoryStorage, promised: Int, expecting rows: [[String]]
  ) async -> String? {
    do {
      let done = try done(storage.disk)
      if done < promised { return "what was done is forgotten: \(done) of \(promised)" }
      let asked = try await run.perform(on: storage)
      if done != .max, asked.count > run.total - done { return "\(asked.count) requests with \(done) done" }
      if Set(asked).count < asked.count { return "a request was made twice" }
      let found = try self.rows(storage.disk)
      for (index, path) in CrashedRun.outputs.enumerated() where found[index] != rows[index] {
        let missing = Set(rows[index]).subtracting(found[index]).count
        return "\(path): \(found[index].count) rows, \(missing) missing"
      }
      let told = run.told.all.last ?? []
      if told != expectations(of: rows[0]) { return "the expectations are told \(told)" }
      if let part = storage.names.first(where: { $0.hasSuffix(".part") }) { return "\(part) is left" }
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// What is told of the expectations of a run with these rows.
  private static func expectations(of rows: [String]) -> [String] {
    let records = rows.dropFirst().filter { !$0.isEmpty }.map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    return [
      "records is \(records.count)", "failed is \(records.count { !$0[2].isEmpty })",
      "count(status == 404) is \(records.count { $0[1] == "404" })", "p95(status) is 500",
    ]
  }

  /// One of so many states that a crash may leave, and after how many operations it is.
  private static func states(
    _ operations: [FileOperation], on disk: MemoryDisk, oneIn share: Int, from first: UInt64
  ) -> [(count: Int, outcome: CrashModel.Outcome)] {
    var states: [(Int, CrashModel.Outcome)] = []
    var number = Int(first)
    CrashModel.enumerate(operations, on: disk) { count, outcome in
      if number.isMultiple(of: share) { states.append((count, outcome)) }
      number += 1
    }
    return states
  }

  @Test func `An undisturbed run has all rows, and makes checkpoints meanwhile`() async throws {
    let whole = try await Whole(CrashedRun(count: 60, seed: 1), on: Self.start)
    #expect(whole.rows.map { $0.filter { !$0.isEmpty }.count } == [61, 60, 13])
    #expect(whole.promiseCount > 4)
  }

  @Test func `With items, a page makes a row of each`() async throws {
    let whole = try await Whole(CrashedRun(count: 60, seed: 1, hasItems: true), on: Self.start)
    // Ten requests of each number of items; failures and answers of 400 and above make one row.
    let expected = (0..<60).flatMap { ordinal -> [String] in
      if CrashedRun.fails(ordinal, in: 0) || ordinal % 4 > 1 { return ["\(ordinal)"] }
      return (0..<ordinal % 6).map { "\(ordinal).\($0)" }
    }
    #expect(whole.rows[0].filter { !$0.isEmpty }.count == 1 + expected.count)
    let ordered = whole.rows[1].filter { !$0.isEmpty }.compactMap { line in
      line.firstMatch(of: #/"is":"([^"]+)"/#).map { String($0.1) }
        ?? line.firstMatch(of: #/"http://h/(\d+)"/#).map { String($0.1) }
    }
    #expect(ordered == expected)
    #expect(whole.promiseCount > 4)
  }

  @Test func `With lists, each page makes a row`() async throws {
    let run = CrashedRun(count: 30, seed: 1, hasLists: true)
    let whole = try await Whole(run, on: Self.start)
    #expect(whole.rows[0].filter { !$0.isEmpty }.count == 1 + run.total)
    let expected = (0..<30).flatMap { list in
      (1...CrashedRun.pages(of: list, in: 0)).map { $0 == 1 ? "http://h/\(list)" : "http://h/\(list)/\($0)" }
    }
    #expect(expected.count > 35)
    let ordered = whole.rows[1].filter { !$0.isEmpty }.compactMap { line in
      line.firstMatch(of: #/"url":"([^"]+)"/#).map { String($0.1) }
    }
    #expect(ordered == expected)
  }

  @Test(arguments: Effort.seeds(8))
  func `Whatever a crash leaves, the run goes on to the same rows`(seed: UInt64) async throws {
    let hasLists = seed % 4 < 2
    let run = CrashedRun(count: hasLists ? 40 : 200, seed: seed, hasItems: seed % 2 == 0, hasLists: hasLists)
    let whole = try await Whole(run, on: Self.start)
    for (count, outcome) in Self.states(whole.operations, on: Self.start, oneIn: 17, from: seed) {
      let fault = await Self.fault(
        run, on: MemoryStorage(outcome.disk), promised: whole.promised(after: count), expecting: whole.rows)
      #expect(fault == nil, "after \(count) operations, bytes \(outcome.bytes), names \(outcome.names)")
    }
  }

  @Test(arguments: Effort.seeds(4))
  func `Whatever a crash leaves while a run goes on, the next one goes on to the same rows`(seed: UInt64) async throws {
    let run = CrashedRun(
      count: seed % 4 < 2 ? 30 : 60, seed: seed, hasItems: seed % 2 == 0, hasLists: seed % 4 < 2)
    let whole = try await Whole(run, on: Self.start)
    for (count, outcome) in Self.states(whole.operations, on: Self.start, oneIn: 37, from: seed) {
      let storage = MemoryStorage(outcome.disk)
      // A run that was finished is begun anew.
      let done = try Self.done(outcome.disk)
      try await run.perform(on: storage)
      for (later, again) in Self.states(storage.operations, on: outcome.disk, oneIn: 23, from: seed) {
        let fault = await Self.fault(
          run, on: MemoryStorage(again.disk), promised: done == .max ? 0 : done, expecting: whole.rows)
        #expect(
          fault == nil, "after \(count) operations \(outcome.bytes) \(outcome.names), then \(later) \(again.bytes)")
      }
    }
  }

  /// Each run but the last is killed, so that what a run goes on from was made by one that went on.
  @Test(arguments: Effort.seeds(12))
  func `Killed again and again, the run comes to the same rows`(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    var run = CrashedRun(
      count: seed % 4 < 2 ? 30 : 60, seed: seed, hasItems: seed % 2 == 0, hasLists: seed % 4 < 2)
    let rows = try await Whole(run, on: Self.start).rows
    var disk = Self.start
    for kill in 0..<8 {
      let storage = MemoryStorage(disk, from: UInt64(1000 * (kill + 1)))
      run = CrashedRun(
        count: run.count, seed: seed * 100 + UInt64(kill), hasItems: run.hasItems, hasLists: run.hasLists)
      try await run.perform(on: storage)
      for operation in storage.operations.prefix(Int.random(in: 0..<min(60, storage.operations.count), using: &random))
      {
        disk.apply(operation)
      }
    }
    let fault = await Self.fault(
      run, on: MemoryStorage(disk, from: 100_000), promised: try Self.done(disk), expecting: rows)
    #expect(fault == nil)
  }
}
