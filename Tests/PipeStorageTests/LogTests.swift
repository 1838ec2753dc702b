import PipeTesting
import Testing

@testable import PipeStorage

struct LogTests {
  static let format = LogFormat("testlog1", version: 2)
  private static let salt: UInt64 = 0x1234_5678_9ABC_DEF0
  private let path = "/d/log"

  private struct Item: Equatable {
    let kind: UInt8
    let payload: [UInt8]
  }

  private func items(_ count: Int, seed: UInt64) -> [Item] {
    var random = RepeatableRandom(seed: seed)
    return (0..<count).map { _ in
      let length = random.oneIn(5) ? 0 : Int.random(in: 0..<700, using: &random)
      return Item(
        kind: UInt8.random(in: 0...5, using: &random),
        payload: (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  private func read(_ storage: MemoryStorage, _ format: LogFormat = LogTests.format) throws(LogFault) -> [Item] {
    var log = try LogReader(path, format, in: storage)
    var items: [Item] = []
    while let frame = try log.next() { items.append(Item(kind: frame.kind, payload: frame.payload)) }
    return items
  }

  private func create(in storage: MemoryStorage) throws(StorageError) -> LogWriter {
    try LogWriter(
      creating: path, Self.format, identity: Array("me".utf8), salt: Self.salt, in: storage)
  }

  /// A log of batches, and the sizes at the ends of them.
  private func log(_ batches: [[Item]]) throws -> (storage: MemoryStorage, ends: [Int]) {
    let storage = MemoryStorage()
    var writer = try create(in: storage)
    var ends: [Int] = []
    for batch in batches {
      for item in batch { try writer.append(item.kind, item.payload) }
      try writer.commit()
      ends.append(writer.size)
    }
    return (storage, ends)
  }

  @Test(arguments: Effort.seeds(5))
  func `What is written in batches is read again, and gone on with`(seed: UInt64) throws {
    let batches = (0..<4).map { items(1 + Int($0), seed: seed &* 10 + $0) }
    let (storage, _) = try log(Array(batches[..<2]))
    #expect(try read(storage) == Array(batches[..<2].joined()))
    let reader = try LogReader(path, Self.format, in: storage)
    #expect(reader.identity == Array("me".utf8))
    #expect(reader.batchCount == 2)
    #expect(reader.tail == 0)
    var writer = try LogWriter(goingOnWith: reader, in: storage)
    for batch in batches[2...] {
      for item in batch { try writer.append(item.kind, item.payload) }
      try writer.commit()
    }
    #expect(try read(storage) == Array(batches.joined()))
  }

  @Test func `A frame takes eighteen bytes besides its payload`() throws {
    let (_, ends) = try log([[Item(kind: 1, payload: [1])], [Item(kind: 1, payload: Array(repeating: 0, count: 100))]])
    #expect(ends[0] == 24 + 2 + 4 + 18 + 1)
    #expect(ends[1] - ends[0] == 18 + 100)
  }

  @Test func `The bytes are those of the format`() throws {
    let (storage, _) = try log([[Item(kind: 7, payload: [0xAB])]])
    let bytes = try #require(storage.bytes(path))
    #expect(
      Array(bytes[..<26]) == Array("testlog1".utf8) + [2, 0, 0, 0, 0xF0, 0xDE, 0xBC, 0x9A, 0x78, 0x56, 0x34, 0x12]
        + [2, 0, 0, 0] + Array("me".utf8))
    // As Python's zlib.crc32 has them.
    #expect(Array(bytes[26..<30]) == [0x31, 0xAB, 0xC4, 0xAC])
    let frame: [UInt8] = [
      0xFF, 0x47, 0x7B, 0x33, 0x01, 0x00, 0x00, 0x00, 0x64, 0x1F, 0x16, 0x05, 0x01, 0x00, 0x00, 0x00, 0x07, 0x01, 0xAB,
    ]
    #expect(Array(bytes[30...]) == frame)
  }

  @Test func `An empty commit writes nothing`() throws {
    let (storage, ends) = try log([[Item(kind: 1, payload: [1])], []])
    #expect(ends[0] == ends[1])
    #expect(try read(storage).count == 1)
  }

  @Test(arguments: Effort.seeds(3))
  func `A log that is cut anywhere has its whole batches, and is gone on with behind them`(seed: UInt64) throws {
    let batches = (0..<4).map { items(3, seed: seed &* 7 + $0) }
    let (storage, ends) = try log(batches)
    let bytes = try #require(storage.bytes(path))
    var random = RepeatableRandom(seed: seed)
    for _ in 0..<Effort.times(150) {
      let cut = Int.random(in: ends[0]...bytes.count, using: &random)
      let whole = ends.filter { $0 <= cut }.count
      storage.replace(path) { $0 = Array(bytes[..<cut]) }
      let log = try LogReader(path, Self.format, in: storage)
      #expect(log.length == ends[whole - 1])
      #expect(log.tail == cut - log.length)
      #expect(try read(storage) == Array(batches[..<whole].joined()))
      var writer = try LogWriter(goingOnWith: log, in: storage)
      try writer.append(9, [9])
      try writer.commit()
      #expect(try read(storage) == batches[..<whole].joined() + [Item(kind: 9, payload: [9])])
    }
  }

  @Test(arguments: Effort.seeds(4))
  func `Bytes that are overwritten are found: before the last batch it is refused, in it it is a tail`(
    seed: UInt64
  ) throws {
    let batches = (0..<4).map { items(3, seed: seed &* 13 + $0) }
    let (storage, ends) = try log(batches)
    let bytes = try #require(storage.bytes(path))
    var random = RepeatableRandom(seed: seed)
    for _ in 0..<Effort.times(100) {
      let place = Int.random(in: bytes.indices, using: &random)
      let count = min(bytes.count - place, random.oneIn(2) ? 1 : Int.random(in: 1...64, using: &random))
      var broken = bytes
      for index in place..<place + count {
        broken[index] ^= UInt8.random(in: index == place ? 1...255 : 0...255, using: &random)
      }
      storage.replace(path) { $0 = broken }
      let end = ends.firstIndex { place < $0 } ?? 0
      if end == ends.count - 1 {
        // What the last batch has lost may as well be what a crash left of it.
        #expect(try read(storage) == Array(batches.dropLast().joined()))
      } else {
        let fault = #expect(throws: LogFault.self) { try read(storage) }
        if case .broken(let offset) = fault?.reason {
          #expect(offset <= place)
          #expect(offset >= (end == 0 ? 0 : ends[end - 1]))
        } else {
          #expect(place < 12, "the kind or the version was overwritten: \(String(describing: fault))")
        }
        #expect(storage.bytes(path) == broken, "nothing of it is changed")
      }
    }
  }

  @Test func `What a crash leaves of a batch is a tail, in whatever order its sectors were written`() throws {
    let first = items(3, seed: 1)
    let second = (0..<6).map { Item(kind: $0, payload: Array(repeating: $0, count: 400)) }
    let (storage, ends) = try log([first, second])
    let bytes = try #require(storage.bytes(path))
    // Every set of sectors may be there, and the others read as zeros.
    let sectors = (ends[0] / 512..<(bytes.count + 511) / 512)
    for kept in 0..<(1 << sectors.count) - 1 {
      var found = bytes
      for (bit, sector) in sectors.enumerated() where kept & 1 << bit == 0 {
        for index in max(ends[0], sector * 512)..<min(bytes.count, sector * 512 + 512) { found[index] = 0 }
      }
      storage.replace(path) { $0 = found }
      #expect(try read(storage) == first)
    }
  }

  @Test func `A file of another kind, and one of a newer version, are refused and told apart`() throws {
    let storage = MemoryStorage()
    #expect(throws: LogFault(path, .storage(StorageError(.read, path, code: 2)))) { try read(storage) }
    for content in ["", "testlog", "something else that is long enough"] {
      storage.put(path, content.utf8)
      #expect(throws: LogFault(path, .foreign)) { try read(storage) }
    }
    let (log, _) = try log([[Item(kind: 1, payload: [1])]])
    #expect(throws: LogFault(path, .foreign)) { try read(log, LogFormat("otherlog", version: 2)) }
    #expect(throws: LogFault(path, .newer(version: 2))) { try read(log, LogFormat("testlog1", version: 1)) }
    #expect(throws: LogFault(path, .broken(at: 0))) { try read(log, LogFormat("testlog1", version: 9, oldest: 3)) }
    #expect(try read(log, LogFormat("testlog1", version: 9, oldest: 2)).count == 1)
  }

  @Test func `Bytes that nobody wrote end in a fault or in frames, and claim no memory`() throws {
    var random = RepeatableRandom(seed: 5)
    let (storage, _) = try log([items(3, seed: 4)])
    let header = try #require(storage.bytes(path)).prefix(30)
    for _ in 0..<Effort.times(200) {
      let bytes = (0..<Int.random(in: 0..<200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      storage.replace(path) { $0 = (random.oneIn(4) ? [] : header) + bytes }
      do throws(LogFault) { #expect(try read(storage) == []) } catch { #expect(error.path == path) }
    }
  }

  @Test func `A log has its name once its first batch is durable`() throws {
    let storage = MemoryStorage()
    var writer = try create(in: storage)
    try writer.append(1, [1])
    #expect(storage.names == ["/d/log.new"])
    try writer.commit()
    #expect(storage.names == [path])
    CrashModel.enumerate(storage.operations, on: MemoryDisk()) { count, outcome in
      guard outcome.disk.names[path] != nil else { return #expect(count < storage.operations.count) }
      #expect(throws: Never.self) {
        let items = try read(MemoryStorage(outcome.disk))
        #expect(items == [Item(kind: 1, payload: [1])])
      }
    }
  }

  @Test func `In every state that a crash leaves, a log has the batches that were committed`() throws {
    let storage = MemoryStorage()
    var writer = try create(in: storage)
    let batches = (0..<3).map { items(4, seed: 30 + $0) }
    var committed: [Int: Int] = [:]
    for (index, batch) in batches.enumerated() {
      for item in batch { try writer.append(item.kind, item.payload) }
      try writer.commit()
      committed[storage.operations.count] = index + 1
    }
    CrashModel.enumerate(storage.operations, on: MemoryDisk()) { count, outcome in
      let least = committed.filter { $0.key <= count }.values.max() ?? 0
      guard outcome.disk.names[path] != nil else { return #expect(least == 0) }
      #expect(throws: Never.self) {
        let items = try read(MemoryStorage(outcome.disk))
        #expect((least...min(3, least + 1)).contains { Array(batches[..<$0].joined()) == items })
      }
    }
  }

  @Test func `After an error nothing more is written`() throws {
    for failing in 0..<8 {
      let storage = MemoryStorage(failing: .init { number, _ in number == failing })
      var writer: LogWriter
      do { writer = try create(in: storage) } catch { continue }
      var failures = 0
      for _ in 0..<4 {
        do {
          try writer.append(1, [1])
          try writer.commit()
        } catch {
          failures += 1
          let count = storage.attempts
          #expect(throws: StorageError.self) { try writer.append(1, [1]) }
          #expect(throws: StorageError.self) { try writer.commit() }
          #expect(storage.attempts == count)
        }
      }
      #expect(failures > 0 || failing >= storage.attempts)
    }
  }

  @Test func `A payload that is too large is refused, and the log stays as it is`() throws {
    let storage = MemoryStorage()
    var writer = try create(in: storage)
    try writer.append(1, [1])
    #expect(throws: StorageError.self) {
      try writer.append(1, Array(repeating: 0, count: LogFormat.largestPayload + 1))
    }
    try writer.append(2, Array(repeating: 5, count: 1 << 20))
    try writer.commit()
    #expect(try read(storage).map(\.payload.count) == [1, 1 << 20])
  }

  @Test func `A log on the system's files is read as one in memory`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("log")
    var writer = try LogWriter(creating: path, Self.format, identity: [], in: SystemStorage())
    try writer.append(1, [1, 2, 3])
    try writer.commit()
    try writer.append(2, [])
    try writer.commit(isDurable: false)
    #expect(try SystemStorage().names(in: folder.path) == ["log"])
    var log = try LogReader(path, Self.format, in: SystemStorage())
    #expect(try log.next()?.payload == [1, 2, 3])
    #expect(try log.next()?.kind == 2)
    #expect(try log.next() == nil)
    #expect(throws: LogFault.self) { try LogReader(folder.path, Self.format, in: SystemStorage()) }
  }
}
