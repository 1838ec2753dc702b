import PipeEngine
import PipeSpec
import PipeStorage
import PipeTesting
import Synchronization
import Testing

@testable import PipeStages

/// Outputs that a dead run has left, gone on with at the position of its last commit.
struct SinkResumeTests {
  /// Of what kind an output is.
  struct Kind: Sendable, CustomTestStringConvertible {
    let ending: String
    let mode: OutputMode
    let publish: PublishMode?

    var testDescription: String { "\(ending), \(mode), \(publish.map { "\($0)" } ?? "-")" }

    static let all = ["csv", "jsonl", "csv.gz", "csv.zst", "jsonl.gz", "jsonl.zst"].flatMap { ending in
      [
        Kind(ending: ending, mode: .replace, publish: nil), Kind(ending: ending, mode: .replace, publish: .live),
        Kind(ending: ending, mode: .append, publish: nil), Kind(ending: ending, mode: .fail, publish: nil),
        Kind(ending: ending, mode: .fail, publish: .live),
      ]
    }

    var isCompressed: Bool { !["csv", "jsonl"].contains(ending) }
    var path: String { "/out/x.\(ending)" }
    /// Where the rows are until the run is complete.
    var written: String { mode == .append || publish == .live ? path : path + ".part" }

    var sink: any FileSink {
      let output = OutputOptions(path, mode: mode, publish: publish)
      return ending.hasPrefix("csv")
        ? CSVSink(output: output, dialect: CSVDialect(hasByteOrderMark: true)) : JSONLinesSink(output: output)
    }

    /// What is there before the run: with append, rows whose last line has no end.
    func put(into storage: MemoryStorage) throws {
      switch mode {
      case .replace: storage.put(path, Array("yesterday's".utf8))
      case .fail: break
      case .append:
        let text = ending.hasPrefix("csv") ? "n,text\r\n0,old" : "{\"n\":0,\"text\":\"old\"}"
        storage.put(path, try Compression(path: path).map { try $0.members(text) } ?? Array(text.utf8))
      }
    }
  }

  private static let columns = [Column(name: "n", index: 0, type: .int), Column(name: "text", index: 1)]

  /// Rows that come to a little more than a member of compressed data, which has 1 MiB.
  private static let records = (0..<2000).map { number in
    let text = String(repeating: "a \"line\" of \(number * 7919)\r\n", count: number % 50)
    return Record(id: RequestID(source: 0, ordinal: number), values: [.int(number), .string(text)])
  }

  private func open(_ kind: Kind, at position: SinkPosition? = nil, in storage: MemoryStorage) throws -> any FileWriter
  {
    try kind.sink.openFile(Self.columns, .at(position), in: SinkEnvironment(storage: storage))
  }

  /// Writes rows up to a number, as a run does: in batches, idle now and then.
  private func write(_ range: Range<Int>, to writer: inout any FileWriter) throws {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 100) {
      try writer.write(Array(Self.records[start..<min(start + 100, range.upperBound)]))
      if start % 700 == 0 { try writer.idle() }
    }
  }

  /// Leaves the output of a run that died behind its first commit.
  private func leave(_ kind: Kind, in storage: MemoryStorage) throws -> SinkPosition? {
    try kind.put(into: storage)
    var writer = try open(kind, in: storage)
    try write(0..<100, to: &writer)
    _ = try writer.flush()
    return try writer.commit().position
  }

  private func content(_ kind: Kind, _ storage: MemoryStorage) throws -> [UInt8] {
    let bytes = try #require(storage.bytes(kind.path))
    return kind.isCompressed ? try InputDecoding.content(of: bytes) : bytes
  }

  /// What undisturbed runs leave, by kind and number of rows: it is the same for many tests.
  private static let left = Mutex<[String: [UInt8]]>([:])

  private func undisturbed(_ kind: Kind, rows: Int) throws -> [UInt8] {
    let name = "\(kind.testDescription) \(rows)"
    if let content = Self.left.withLock({ $0[name] }) { return content }
    let storage = MemoryStorage()
    try kind.put(into: storage)
    var writer = try open(kind, in: storage)
    try write(0..<rows, to: &writer)
    try writer.close()
    let content = try content(kind, storage)
    Self.left.withLock { $0[name] = content }
    return content
  }

  /// How often a run commits, and how far it comes behind each commit before it dies.
  private static let deaths: [[(rows: Int, lost: Int)]] = [
    [(0, 0)], [(0, 100)], [(1, 0)], [(1, 1)], [(700, 900)], [(1999, 1)], [(2000, 0)],
    [(100, 50), (0, 10), (1200, 600), (1, 0)], Array(repeating: (150, 333), count: 9),
  ]

  /// Each ending has all of them, and so has each mode; all kinds have all of them with more effort.
  private static let chosen: [(kind: Int, deaths: Int)] = Kind.all.indices.flatMap { kind in
    deaths.indices.filter { Effort.factor > 1 || $0 % 3 == (kind / 5 + kind % 5) % 3 }.map { (kind, $0) }
  }

  @Test("a run that dies and goes on, again and again, leaves what an undisturbed one leaves", arguments: chosen)
  func lives(kind: Int, deaths number: Int) throws {
    let kind = Kind.all[kind]
    // Where nothing is compressed, a tenth of the rows does what all of them do.
    let share = kind.isCompressed ? 1 : 10
    let count = Self.records.count / share
    let whole = try undisturbed(kind, rows: count)
    let lives = Self.deaths[number].map { life in
      (rows: max(life.rows / share, min(1, life.rows)), lost: max(life.lost / share, min(1, life.lost)))
    }
    let storage = MemoryStorage()
    try kind.put(into: storage)
    var position: SinkPosition?
    var durable = 0
    for (rows, lost) in lives {
      var writer = try open(kind, at: position, in: storage)
      let target = min(durable + rows, count)
      try write(durable..<target, to: &writer)
      let commit = try writer.commit()
      #expect(commit.rows == target - durable || kind.isCompressed && commit.rows < target - durable)
      let reached: SinkPosition = try #require(commit.position)
      position = reached
      durable += commit.rows
      // What is lost was written all the same, as far as the buffers let it through.
      try write(target..<min(target + lost, count), to: &writer)
      if lost % 2 == 0 { _ = try writer.flush() }
    }
    var writer = try open(kind, at: position, in: storage)
    try write(durable..<count, to: &writer)
    #expect(try writer.finish().rows == count - durable)
    try writer.publish()
    #expect(try content(kind, storage) == whole, "\(lives)")
    #expect(storage.names.filter { !$0.hasSuffix(".cut") } == [kind.path])
  }

  @Test("a run that goes on and is stopped keeps the rows of both", arguments: Kind.all)
  func abandoned(kind: Kind) throws {
    let storage = MemoryStorage()
    let position = try leave(kind, in: storage)
    var writer = try open(kind, at: position, in: storage)
    let left = writer.abandon()
    #expect(left?.path == (kind.written == kind.path ? nil : kind.written))
    #expect(storage.bytes(kind.written)?.isEmpty == false)
  }

  /// What somebody has done to an output since it was committed, and what is said of it.
  private static let changes: [(words: String, change: @Sendable (MemoryStorage, String) -> Void)] = [
    ("bytes, and the run has written", { $0.replace($1) { $0.removeLast() } }),
    ("bytes, and the run has written", { $0.replace($1) { $0 = [] } }),
    ("has been changed since", { $0.replace($1) { $0[$0.count - 1] ^= 1 } }),
    ("has been changed since", { $0.replace($1) { $0[max(0, $0.count - 4096)] ^= 1 } }),
    (
      "has been changed since",
      {
        $0.replace($1) {
          $0[$0.count - 1] ^= 1; $0 += [1, 2, 3]
        }
      }
    ),
    ("is another file", { $0.put($1, $0.bytes($1) ?? []) }),
    ("is not there any more", { $0.take($1) }),
  ]

  @Test("an output that was changed is refused, and nothing of it is cut", arguments: Kind.all, changes.indices)
  func changed(kind: Kind, number: Int) throws {
    let (words, change) = Self.changes[number]
    let storage = MemoryStorage()
    let position = try leave(kind, in: storage)
    change(storage, kind.written)
    let before = storage.bytes(kind.written)
    let error = #expect(throws: RunError.self) { _ = try open(kind, at: position, in: storage) }
    #expect(error?.subject == kind.path)
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    #expect(storage.bytes(kind.written) == before)
  }

  @Test("what others have added to the output of a run that was stopped is not cut", arguments: Kind.all)
  func grown(kind: Kind) throws {
    let storage = MemoryStorage()
    try kind.put(into: storage)
    var position: SinkPosition?
    do {
      var writer = try open(kind, in: storage)
      try write(0..<100, to: &writer)
      position = try writer.finish().position
      _ = writer.abandon()
    }
    let bytes = try #require(storage.bytes(kind.written))
    storage.add(to: kind.written, Array("theirs".utf8))
    let error = #expect(throws: RunError.self) { _ = try open(kind, at: position, in: storage) }
    #expect(error?.reason.contains("has \(bytes.count + 6) bytes, and the run has written \(bytes.count)") == true)
    #expect(storage.bytes(kind.written) == bytes + Array("theirs".utf8))
    storage.replace(kind.written) { $0.removeLast(6) }
    _ = try open(kind, at: position, in: storage)
  }

  @Test("what is cut off a shared output of a run that was killed is kept beside it", arguments: Kind.all)
  func cut(kind: Kind) throws {
    let storage = MemoryStorage()
    try kind.put(into: storage)
    let told = Recorder<String>()
    let environment = SinkEnvironment(storage: storage, tell: { told.append($0) })
    var position: SinkPosition?
    var kept: [UInt8] = []
    for death in 1...2 {
      var writer = try kind.sink.openFile(Self.columns, .at(position), in: environment)
      if death == 1 { try write(0..<100, to: &writer) }
      _ = try writer.flush()
      position = try writer.commit().position
      storage.add(to: kind.written, Array("theirs \(death)".utf8))
      kept += Array("theirs \(death)".utf8)
    }
    let count = try #require(storage.bytes(kind.written)).count - 8
    _ = try kind.sink.openFile(Self.columns, .at(position), in: environment)
    #expect(storage.bytes(kind.written)?.count == count)
    let isShared = kind.written == kind.path
    #expect(storage.bytes(kind.path + ".cut") == (isShared ? kept : nil))
    #expect(told.all.count == (isShared ? 2 : 0))
    #expect(told.all.allSatisfy { $0.contains("8 bytes behind the last checkpoint are taken back") })
  }

  @Test("an output that a living run writes is refused", arguments: Kind.all)
  func locked(kind: Kind) throws {
    let storage = MemoryStorage()
    try kind.put(into: storage)
    var writer = try open(kind, in: storage)
    try write(0..<100, to: &writer)
    let position = try writer.commit().position
    let error = #expect(throws: RunError.self) { _ = try open(kind, at: position, in: storage) }
    #expect(error?.reason == "is being written by another run, so this one does not begin")
    try writer.close()
  }

  @Test("a commit syncs the rows, the first one the name of a new file as well", arguments: Kind.all)
  func syncs(kind: Kind) throws {
    let storage = MemoryStorage()
    try kind.put(into: storage)
    var writer = try open(kind, in: storage)
    try write(0..<100, to: &writer)
    _ = try writer.commit()
    let isNew = !(kind.written == kind.path && kind.mode != .fail)
    #expect(storage.operations.contains(.syncFolder(path: "/out")) == isNew)
    let count = storage.operations.count
    _ = try writer.commit()
    let again = Array(storage.operations[count...])
    guard again.count == 1, case .sync? = again.first else {
      Issue.record("\(again)")
      return
    }
  }

  @Test("a failed sync is told, and is not tried again", arguments: Kind.all)
  func failedSync(kind: Kind) throws {
    let storage = MemoryStorage(
      failing: .init(code: 5) { _, operation in if case .sync = operation { true } else { false } })
    try kind.put(into: storage)
    var writer = try open(kind, in: storage)
    try write(0..<100, to: &writer)
    let before = storage.attempts
    let error = #expect(throws: RunError.self) { _ = try writer.commit() }
    #expect(error?.reason.hasPrefix("cannot be made durable") == true)
    #expect(storage.attempts - before <= 2, "the rows and the sync")
  }

  @Test("the position of a file is written and read as it is, and is told from other bytes")
  func codec() throws {
    let status = FileStatus(device: .max, inode: 1 << 40, kind: .regular, size: 10)
    for bytes in [0, 1, 127, 128, 1 << 40, Int.max] {
      let position = FilePosition(bytes: bytes, of: status, tail: Array(0..<32))
      let encoded = position.sinkPosition.bytes
      #expect(FilePosition(position.sinkPosition) == position)
      for count in encoded.indices { #expect(FilePosition(SinkPosition(Array(encoded[..<count]))) == nil) }
      #expect(FilePosition(SinkPosition(encoded + [0])) == nil)
    }
  }
}
