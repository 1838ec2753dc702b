import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

/// Outputs that are made anew from finished ones, without the rows of what is fetched again.
struct SinkRetryTests {
  typealias Kind = SinkResumeTests.Kind

  private static let columns = [Column(name: "n", index: 0, type: .int), Column(name: "te\"xt", index: 1)]
  private static let count = 600

  private static func record(_ ordinal: Int, _ version: String = "") -> Record {
    let text = version + String(repeating: "a \"line\" of \(ordinal * 7919)\r\n", count: ordinal % 50)
    return Record(id: RequestID(source: 0, ordinal: ordinal), values: [.int(ordinal), .string(text)])
  }

  /// What is there before the run: with append, rows whose last line has no end.
  private func put(_ kind: Kind, _ storage: MemoryStorage) throws {
    guard kind.mode == .append else { return try kind.put(into: storage) }
    let text = kind.ending.hasPrefix("csv") ? "n,\"te\"\"xt\"\r\n0,\"o\nld\"" : "{\"n\":0,\"text\":\"old\"}"
    storage.put(kind.path, try Compression(path: kind.path).map { try $0.members(text) } ?? Array(text.utf8))
  }

  private func content(_ kind: Kind, _ storage: MemoryStorage) throws -> [UInt8] {
    let bytes = try #require(storage.bytes(kind.path))
    return kind.isCompressed ? try InputDecoding.content(of: bytes) : bytes
  }

  private func open(
    _ kind: Kind, _ start: FileStart, in storage: MemoryStorage, isCutShort: Bool = false
  ) throws -> any FileWriter {
    try kind.sink.openFile(
      Self.columns, start, in: SinkEnvironment(storage: storage, isResumable: { true }, isCutShort: { isCutShort }))
  }

  /// A run that writes records and finishes.
  ///
  /// - Returns: Where its output is finished.
  @discardableResult
  private func write(_ records: [Record], _ kind: Kind, in storage: MemoryStorage) throws -> SinkPosition {
    try put(kind, storage)
    var writer = try open(kind, .at(nil), in: storage)
    try writer.write(records)
    let position = try writer.finish().position
    try writer.publish()
    return try #require(position)
  }

  private static let leftOut = DoneSet([0, 3, 49, 50, 51, count - 1])

  @Test(arguments: Kind.all)
  func `New rows come behind those that stay, and the old file is whole until it is replaced`(kind: Kind) throws {
    let storage = MemoryStorage()
    let all = (0..<Self.count).map { Self.record($0) }
    let position = try write(all, kind, in: storage)
    let before = storage.bytes(kind.path)
    let base = SinkBase(position: position, rows: Self.count, leftOut: Self.leftOut)
    let new = Self.leftOut.ranges.joined().map { Self.record($0, "new") }
    let reached: SinkPosition?
    do {
      var writer = try open(kind, .onto(base), in: storage)
      var commit = try writer.commit()
      try writer.write(Array(new.prefix(2)))
      if !kind.isCompressed {
        commit = try writer.commit()
        #expect(commit.rows == 2)
      }
      reached = commit.position
      try writer.write(Array(new.prefix(3)))
    }
    // It has died, and another one goes on there.
    #expect(storage.bytes(kind.path) == before)
    var writer = try open(kind, .at(reached), in: storage)
    try writer.write(Array(new.dropFirst(kind.isCompressed ? 0 : 2)))
    let end = try #require(try writer.finish().position)
    #expect(storage.bytes(kind.path) == before)
    try writer.publish()
    let expected = MemoryStorage()
    try write(all.enumerated().filter { !Self.leftOut.contains($0.offset) }.map(\.element) + new, kind, in: expected)
    #expect(try content(kind, storage) == content(kind, expected))
    #expect(storage.names == [kind.path])
    // Published already, it is found to be.
    try kind.sink.completePublishing(at: end, in: SinkEnvironment(storage: storage))
    #expect(try content(kind, storage) == content(kind, expected))
  }

  @Test(arguments: Kind.all)
  func `A finished output gets its name if its run has died before it had it`(kind: Kind) throws {
    let storage = MemoryStorage()
    let position = try write((0..<50).map { Self.record($0) }, kind, in: storage)
    do {
      var writer = try open(
        kind, .onto(SinkBase(position: position, rows: 50, leftOut: DoneSet(0..<50))), in: storage)
      try writer.write([Self.record(7, "new")])
      let end = try #require(try writer.finish().position)
      #expect(storage.names.count == 2)
      try kind.sink.completePublishing(at: end, in: SinkEnvironment(storage: storage))
    }
    let expected = MemoryStorage()
    try write([Self.record(7, "new")], kind, in: expected)
    #expect(try content(kind, storage) == content(kind, expected))
    #expect(storage.names == [kind.path])
  }

  @Test(arguments: Kind.all)
  func `In the order of the requests, each new row comes to its place`(kind: Kind) throws {
    let storage = MemoryStorage()
    // Every third request had no row, some of those that had one failed, and some of both have one now.
    let placed = (0..<Self.count).filter { $0 % 3 != 2 }
    let failed = placed.filter { $0 % 10 == 4 || $0 == 0 }
    let position = try write(placed.map { Self.record($0) }, kind, in: storage)
    let order = [DoneSet(placed)]
    let rows = DoneSet(failed.map { order[0].count(below: $0) })
    let base = SinkBase(position: position, rows: placed.count, leftOut: rows, order: order)
    let new = (failed.filter { $0 % 20 != 4 } + [2, 5, 8, Self.count - 1]).sorted()
    let before = storage.bytes(kind.path)
    do {
      var writer = try open(kind, .onto(base), in: storage, isCutShort: true)
      try writer.write([Self.record(new[0], "lost")])
      #expect(try writer.commit() == SinkCommit(rows: 0))
      #expect(try writer.finish() == SinkCommit(rows: 0))
      _ = writer.abandon()
    }
    #expect(storage.bytes(kind.path) == before)
    var writer = try open(kind, .onto(base), in: storage)
    for ordinal in new {
      try writer.write([Self.record(ordinal, "new")])
      #expect(try writer.commit() == SinkCommit(rows: 0))
    }
    let commit = try writer.finish()
    #expect(commit.rows == new.count && commit.position != nil)
    try writer.publish()
    let expected = MemoryStorage()
    let all = (placed.filter { !failed.contains($0) }.map { Self.record($0) } + new.map { Self.record($0, "new") })
      .sorted { $0.id < $1.id }
    try write(all, kind, in: expected)
    #expect(try content(kind, storage) == content(kind, expected))
    #expect(storage.names == [kind.path])
  }

  private static let changes: [(words: String, change: @Sendable (MemoryStorage, String) -> Void)] = [
    ("bytes, and the run has written", { $0.replace($1) { $0.removeLast() } }),
    ("has been changed since", { $0.replace($1) { $0[$0.count - 1] ^= 1 } }),
    ("bytes, and the run has written", { $0.replace($1) { $0 += Array("x\n".utf8) } }),
    ("is another file", { $0.put($1, $0.bytes($1) ?? []) }),
    ("is not there any more", { $0.take($1) }),
  ]

  @Test(arguments: Kind.all, changes.indices)
  func `An output that was changed is refused, and left as it is`(kind: Kind, number: Int) throws {
    let (words, change) = Self.changes[number]
    let storage = MemoryStorage()
    let position = try write((0..<100).map { Self.record($0) }, kind, in: storage)
    change(storage, kind.path)
    let before = storage.bytes(kind.path)
    let error = #expect(throws: RunError.self) {
      _ = try open(kind, .onto(SinkBase(position: position, rows: 100, leftOut: DoneSet([4]))), in: storage)
    }
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    #expect(storage.bytes(kind.path) == before)
    #expect(storage.names == (before == nil ? [] : [kind.path]))
  }

  @Test(arguments: Kind.all)
  func `An output that has not as many rows as the run has written is refused`(kind: Kind) throws {
    let storage = MemoryStorage()
    let position = try write((0..<100).map { Self.record($0) }, kind, in: storage)
    let before = storage.bytes(kind.path)
    let error = #expect(throws: RunError.self) {
      _ = try open(kind, .onto(SinkBase(position: position, rows: 150, leftOut: DoneSet([4]))), in: storage)
    }
    #expect(error?.reason.contains("other rows") == true)
    #expect(storage.bytes(kind.path) == before)
  }
}
