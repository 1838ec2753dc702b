import FoundationEssentials
import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

/// What failed is fetched again, and that is killed anywhere: in the end each request has one row in each output, the newest.
@Suite(.timeLimit(.minutes(20)))
struct RetryCrashTests {
  /// How the outputs are written.
  enum Kind: CaseIterable, Sendable {
    case whole, inPlace, added

    var options: [String] {
      switch self {
      case .whole: ["", ", order: input", ", when: status == 404"]
      case .inPlace: [", publish: live", ", order: input, publish: live", ", when: status == 404, mode: fail"]
      case .added: [", mode: append", ", order: input, mode: append", ", when: status == 404, mode: append"]
      }
    }

    /// Lines of each output that are not of the run.
    var earlier: [[String]] {
      self == .added
        ? [["url,status,error,round", "old,,,"], [#"{"old":1}"#], [#"{"old":2}"#]]
        : [["url,status,error,round"], [], []]
    }

    func disk() throws -> MemoryDisk {
      let storage = MemoryStorage(MemoryDisk(folders: ["/w"]))
      _ = try storage.makeFolder("/w/out")
      if self == .added {
        for (path, lines) in zip(CrashedRun.outputs, earlier) {
          let text = lines.map { $0 + (path.hasSuffix("csv") ? "\r\n" : "\n") }.joined()
          storage.put(path, try Compression(path: path).map { try $0.members(text) } ?? Array(text.utf8))
        }
      }
      return storage.disk
    }
  }

  /// The rows of an output, behind what is not of the run.
  private static func rows(_ disk: MemoryDisk, of output: Int, _ kind: Kind) throws -> [String] {
    var bytes = try #require(disk[CrashedRun.outputs[output]])
    if output == 2 { bytes = try InputDecoding.content(of: bytes) }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    #expect(Array(lines.prefix(kind.earlier[output].count)) == kind.earlier[output])
    return Array(lines.dropFirst(kind.earlier[output].count))
  }

  /// The row that an output has of a request.
  private static func row(_ ordinal: Int, of output: Int, round: Int) -> String? {
    let hasFailed = CrashedRun.fails(ordinal, in: round)
    let status = [200, 200, 404, 500][ordinal % 4]
    let error = "protocol: not HTTP in \(round)"
    switch output {
    case 0: return "http://h/\(ordinal)," + (hasFailed ? ",\(error)," : "\(status),,\(round)")
    case 2 where hasFailed || status != 404: return nil
    default:
      return hasFailed
        ? #"{"url":"http://h/\#(ordinal)","status":null,"error":"\#(error)","round":null}"#
        : #"{"url":"http://h/\#(ordinal)","status":\#(status),"error":null,"round":"\#(round)"}"#
    }
  }

  /// What is wrong with the outputs; `nil` if each request has the row of the last round in which it may have been made.
  ///
  /// - Parameter rounds: Those in which what had failed before was made again.
  private static func fault(
    _ disk: MemoryDisk, _ run: CrashedRun, _ kind: Kind, rounds: [Int]
  ) throws -> String? {
    for output in CrashedRun.outputs.indices {
      let found = try rows(disk, of: output, kind)
      // Of each request, the rows that it may have.
      let wanted = (0..<run.count).map { ordinal in
        CrashedRun.fails(ordinal, in: 0)
          ? Set(rounds.map { row(ordinal, of: output, round: $0) }) : [row(ordinal, of: output, round: 0)]
      }
      if output == 1 {
        guard found.count == run.count, zip(found, wanted).allSatisfy({ $1.contains($0) }) else {
          return "\(CrashedRun.outputs[output]): \(found)"
        }
        continue
      }
      var left = found.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      for rows in wanted {
        guard let row = rows.compactMap(\.self).first(where: { left[$0] ?? 0 > 0 }) else {
          if rows.contains(nil) { continue }
          return "\(CrashedRun.outputs[output]): nothing of \(rows) in \(found)"
        }
        left[row, default: 0] -= 1
      }
      let rest = left.filter { $0.value > 0 }.map(\.key)
      if !rest.isEmpty { return "\(CrashedRun.outputs[output]): \(rest) besides" }
    }
    let names = MemoryStorage(disk).names
    return names.contains { $0.hasSuffix(".part") } ? "\(names)" : nil
  }

  private static func phase(_ disk: MemoryDisk) throws -> (phase: Checkpoint.Phase, retry: Int)? {
    let folder = JournalFolder(path: CrashedRun.folder, storage: MemoryStorage(disk))
    let checkpoint = try PastRun(lastIn: folder)?.checkpoint
    return checkpoint.map { ($0.phase, $0.retry?.number ?? 0) }
  }

  /// A run that has finished.
  private static func finished(_ run: CrashedRun, _ kind: Kind) async throws -> MemoryDisk {
    let storage = MemoryStorage(try kind.disk())
    var first = run
    (first.request, first.round) = (.resume, 0)
    try await first.perform(on: storage)
    return storage.disk
  }

  /// Fetches again, or goes on with that.
  @discardableResult
  private static func retry(_ run: CrashedRun, _ round: Int, on storage: MemoryStorage) async throws -> [Int] {
    var run = run
    run.round = round
    run.request = try phase(storage.disk)?.phase == .finished ? .retryFailed : .resume
    return try await run.perform(on: storage)
  }

  @Test(arguments: Kind.allCases)
  func `What failed is fetched again, and again, and has one row, the newest`(kind: Kind) async throws {
    let run = CrashedRun(count: 200, seed: 1, options: kind.options)
    var disk = try await Self.finished(run, kind)
    var failed = (0..<run.count).filter { CrashedRun.fails($0, in: 0) }
    #expect(try Self.fault(disk, run, kind, rounds: [0]) == nil)
    for round in [2, 4, 5] {
      let storage = MemoryStorage(disk, from: UInt64(round * 10_000))
      let asked = try await Self.retry(run, round, on: storage)
      #expect(asked.sorted() == failed)
      disk = storage.disk
      // What answered in an earlier round has the row of that.
      let rounds = [2, 4, 5].filter { $0 <= round }
      #expect(try Self.fault(disk, run, kind, rounds: rounds) == nil)
      failed = failed.filter { CrashedRun.fails($0, in: round) }
      for ordinal in failed {
        let row = Self.row(ordinal, of: 0, round: round)
        #expect(try Self.rows(disk, of: 0, kind).contains { $0 == row })
      }
    }
    #expect(failed.isEmpty)
    let error = await #expect(throws: CrashedRun.Failure.self) {
      try await Self.retry(run, 6, on: MemoryStorage(disk, from: 90_000))
    }
    #expect(error?.words == "nothing has failed")
  }

  @Test(arguments: Kind.allCases, Effort.seeds(3))
  func `Whatever a crash leaves of it, it goes on to one row a request`(kind: Kind, seed: UInt64) async throws {
    let run = CrashedRun(count: 120, seed: seed, options: kind.options)
    let before = try await Self.finished(run, kind)
    let storage = MemoryStorage(before, from: 10_000)
    try await Self.retry(run, 3, on: storage)
    #expect(try Self.fault(storage.disk, run, kind, rounds: [3]) == nil)
    var number = Int(seed)
    var states: [(Int, CrashModel.Outcome)] = []
    CrashModel.enumerate(storage.operations, on: before) { count, outcome in
      if number.isMultiple(of: 7) { states.append((count, outcome)) }
      number += 1
    }
    #expect(states.count > 10)
    for (count, outcome) in states {
      let after = MemoryStorage(outcome.disk, from: 20_000)
      do {
        // The same answers as before: what was made before the crash and what is made behind it cannot be told apart.
        if try Self.phase(outcome.disk).map({ $0.phase != .finished || $0.retry == 0 }) ?? true {
          try await Self.retry(run, 3, on: after)
        }
        let fault = try Self.fault(after.disk, run, kind, rounds: [3])
        #expect(fault == nil, "after \(count) operations, bytes \(outcome.bytes), names \(outcome.names)")
      } catch {
        Issue.record("\(error) after \(count) operations, bytes \(outcome.bytes), names \(outcome.names)")
      }
    }
  }

  /// A page that fails ends its list, which goes on once it answers: killed anywhere, each page has one row in the end.
  @Test(arguments: Effort.seeds(4))
  func `Lists that broke off go on where they did, whatever a crash leaves`(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    let run = CrashedRun(
      count: 40, seed: seed, options: ["", "", ", when: status == 404"], hasLists: true)
    var disk = try await Self.finished(run, .whole)
    var last = run
    last.round = 5
    #expect(try Self.rows(disk, of: 0, .whole).count == run.total)
    #expect(run.total < last.total)
    for kill in 0..<12 {
      let storage = MemoryStorage(disk, from: UInt64(10_000 * (kill + 1)))
      do {
        try await Self.retry(run, 5, on: storage)
      } catch let error as CrashedRun.Failure where error.words == "nothing has failed" {
        break
      }
      let count = kill < 8 ? Int.random(in: 0..<storage.operations.count, using: &random) : storage.operations.count
      for operation in storage.operations.prefix(count) { disk.apply(operation) }
    }
    for output in 0..<2 {
      let rows = try Self.rows(disk, of: output, .whole)
      #expect(rows.count == last.total)
      #expect(Set(rows.map { $0.prefix { $0 != "," } }).count == last.total)
      #expect(!rows.contains { $0.contains("not HTTP") }, "\(rows)")
    }
  }

  /// A run that is killed again and again, then finishes, with rows of requests whose answers differ from session to session;
  /// then a retry that is killed again and again.
  @Test(arguments: Kind.allCases, Effort.seeds(6))
  func `Killed again and again, before and meanwhile, it comes to one row a request`(
    kind: Kind, seed: UInt64
  ) async throws {
    var random = RepeatableRandom(seed: seed)
    let run = CrashedRun(count: 60, seed: seed, options: kind.options)
    var disk = try kind.disk()
    func life(_ number: Int, kills: Bool, _ perform: (MemoryStorage) async throws -> Void) async throws {
      let storage = MemoryStorage(disk, from: UInt64(1000 * number))
      try await perform(storage)
      let count = kills ? Int.random(in: 0..<storage.operations.count, using: &random) : storage.operations.count
      for operation in storage.operations.prefix(count) { disk.apply(operation) }
    }
    for kill in 0..<4 {
      if try Self.phase(disk)?.phase == .finished { break }
      try await life(kill + 1, kills: kill < 3) { storage in
        var one = run
        // What fails in one session may answer in the next, and the other way round.
        one.round = kill % 2 * 3
        try await one.perform(on: storage)
      }
    }
    for kill in 0..<4 {
      if try Self.phase(disk).map({ $0.phase == .finished && $0.retry > 0 }) ?? false { break }
      try await life(kill + 11, kills: kill < 3) { storage in
        do {
          try await Self.retry(run, 5, on: storage)
        } catch let error as CrashedRun.Failure where error.words == "nothing has failed" {}
      }
    }
    for output in 0..<2 {
      let rows = try Self.rows(disk, of: output, kind)
      #expect(rows.count == run.count, "\(rows)")
      // Everything answers in the last round.
      #expect(!rows.contains { $0.contains("not HTTP") }, "\(rows)")
      let urls = rows.map { $0.prefix { $0 != "," } }
      #expect(Set(urls).count == run.count)
    }
    #expect(try Set(Self.rows(disk, of: 2, kind)).count == Self.rows(disk, of: 2, kind).count)
    #expect(try Self.rows(disk, of: 2, kind).count == 15)
  }
}
