import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine

struct JournalTests {
  private let storage = MemoryStorage(MemoryDisk(folders: ["/w"]))
  private var folder: JournalFolder { JournalFolder(path: "/w/.pipe/site", storage: storage) }
  private let spec: [UInt8] = Array("the spec".utf8)

  private func header(run: Int = 1) -> JournalHeader {
    JournalHeader(JournalFolder.Segment(run: run, number: 1), began: 1_700_000_000_000, spec: "/w/site.yaml")
  }

  private func event(_ ordinal: Int) -> RequestEvent {
    RequestEvent(
      id: RequestID(source: 0, ordinal: ordinal), url: URLMark(of: "http://h/\(ordinal)"),
      attempts: [.init(start: 5, elapsed: 6, outcome: .answered(status: 200))], bytes: 7, rows: [1])
  }

  /// The checkpoint after so many requests.
  private func checkpoint(_ count: Int) -> Checkpoint {
    var checkpoint = Checkpoint(sources: [SourceProgress(done: DoneSet(0..<count), yielded: count)])
    for ordinal in 0..<count { checkpoint.totals.add(event(ordinal)) }
    return checkpoint
  }

  /// Batches of ten requests, written from one on.
  private func write(_ batches: Range<Int>, to journal: inout Journal) throws {
    for batch in batches {
      try journal.add((batch * 10..<batch * 10 + 10).map(event))
      try journal.add(.findings, [UInt8(batch)])
      try journal.commit(checkpoint(batch * 10 + 10), at: batch)
    }
  }

  private func begin(segmentSize: Int = Journal.segmentSize) throws -> Journal {
    _ = try folder.lock()
    return try Journal(beginning: header(), spec, Checkpoint(), in: folder, segmentSize: segmentSize)
  }

  private func events(_ past: PastRun) throws -> [Int] {
    var ordinals: [Int] = []
    try past.events(in: folder) { ordinals.append($0.id.ordinal) }
    return ordinals
  }

  @Test(arguments: [1, 300, 4 << 20])
  func `A run is read as far as its last checkpoint, and gone on with, however long its segments are`(size: Int) throws
  {
    var journal = try begin(segmentSize: size)
    try write(0..<5, to: &journal)
    // Not committed.
    try journal.add([event(999)])
    var past = try #require(try PastRun(lastIn: folder))
    #expect(past.spec == spec)
    #expect(past.checkpoint == journal.last)
    #expect(past.checkpoint.number == 5)
    #expect(past.checkpoint.moment == 4)
    #expect(past.checkpoint.sources.first?.done == DoneSet(0..<50))
    #expect(try events(past) == Array(0..<50))
    var again = try Journal(goingOnWith: past, in: folder, segmentSize: size)
    try write(5..<8, to: &again)
    past = try #require(try PastRun(lastIn: folder))
    #expect(past.checkpoint.number == 8)
    #expect(past.checkpoint.totals.requests == 80)
    #expect(try events(past) == Array(0..<80))
    var findings: [UInt8] = []
    try past.forEach([.findings], in: folder) { findings += $1 }
    #expect(findings == Array(0..<8))
    #expect(past.header.began == header().began)
    let segments = try folder.segments()
    #expect(size == 1 ? segments.count == 9 : size == 300 ? segments.count > 2 : segments.count == 1)
  }

  @Test func `What is read to go on does not grow with the run`() throws {
    var journal = try begin(segmentSize: 2000)
    try write(0..<100, to: &journal)
    let last = try #require(try folder.segments().last)
    #expect(last.number > 5)
    #expect(try #require(storage.bytes(folder.path(of: last))).count < 3000)
  }

  @Test func `The newest run counts, and those before it are forgotten but for the last that has finished`() throws {
    _ = try folder.lock()
    for run in 1...4 {
      var journal = try Journal(beginning: header(run: run), spec, Checkpoint(), in: folder, segmentSize: 1)
      try write(0..<2, to: &journal)
    }
    #expect(try PastRun(lastIn: folder)?.header.segment.run == 4)
    for name in ["000002-0009.journal.new", "000004-0009.journal.new", "notes.txt"] {
      storage.put(folder.path + "/" + name, [])
    }
    try folder.forget(before: 4, keeping: 2)
    let others = Set(try storage.names(in: folder.path).filter { !$0.hasSuffix(".journal") })
    #expect(others == ["run.lock", "000004-0009.journal.new", "notes.txt"])
    #expect(Set(try folder.segments().map(\.run)) == [2, 4])
    #expect(try folder.segments().count == 6)
    try folder.forget(before: 4, keeping: nil)
    #expect(Set(try folder.segments().map(\.run)) == [4])
  }

  @Test func `A folder is locked for one run`() throws {
    let lock = try folder.lock()
    #expect(lock != nil)
    #expect(try folder.lock() == nil)
    withExtendedLifetime(lock) {}
    #expect(storage.operations.contains(.syncFolder(path: "/w/.pipe")))
    #expect(try JournalFolder(path: "/w/none", storage: storage).segments() == [])
  }

  @Test func `A lock of the system goes with who has it`() throws {
    let place = try TemporaryFolder()
    let folder = JournalFolder(path: place.path(".pipe/a"), storage: SystemStorage())
    var lock = try folder.lock()
    #expect(lock != nil)
    #expect(try folder.lock() == nil)
    lock = nil
    #expect(try folder.lock() != nil)
  }

  @Test func `Names of segments are told from all others`() {
    let segment = JournalFolder.Segment(run: 17, number: 2)
    #expect(segment.name == "000017-0002.journal")
    for segment in [segment, .init(run: 1_234_567, number: 98_765)] {
      #expect(JournalFolder.Segment(name: segment.name) == segment)
    }
    for name in [
      "", "run.lock", "000017-0002.journal.new", "17-2.journal", "000000-0001.journal", "000017-0002", "-1-1.journal",
    ] {
      #expect(JournalFolder.Segment(name: name) == nil)
    }
  }

  @Test func `A header tells what it was made of`() {
    let header = JournalHeader(JournalFolder.Segment(run: 3, number: 4), began: -5, spec: "/a/ü.yaml")
    #expect(JournalHeader(header.bytes) == header)
    for count in header.bytes.indices { #expect(JournalHeader(Array(header.bytes[..<count])) == nil) }
    #expect(JournalHeader(header.bytes + [0]) == nil)
  }

  @Test func `A segment that is gone or has nothing is missed by whoever reads all of them`() throws {
    var journal = try begin(segmentSize: 400)
    try write(0..<12, to: &journal)
    let past = try #require(try PastRun(lastIn: folder))
    #expect(try folder.segments().count > 3)
    for number in 1..<past.header.segment.number {
      let path = folder.path(of: .init(run: 1, number: number))
      let bytes = try #require(storage.bytes(path))
      let header = try LogReader(path, JournalFolder.format, in: storage).identity.count + 28
      storage.replace(path) { $0 = Array(bytes[..<header]) }
      #expect(throws: LogFault(path, .broken(at: header))) { try past.check(in: folder) }
      storage.take(path)
      #expect(throws: LogFault.self) { try past.check(in: folder) }
      storage.put(path, bytes)
    }
    try past.check(in: folder)
  }

  @Test(arguments: Effort.seeds(4))
  func `A journal that was overwritten or cut anywhere is a shorter one, or refused, and stays as it is`(
    seed: UInt64
  ) throws {
    var journal = try begin(segmentSize: 1500)
    try write(0..<20, to: &journal)
    let segments = try folder.segments()
    var random = RepeatableRandom(seed: seed)
    for _ in 0..<Effort.times(60) {
      let path = folder.path(of: segments.randomElement(using: &random) ?? segments[0])
      let bytes = try #require(storage.bytes(path))
      var broken = bytes
      if random.oneIn(3) {
        broken.removeLast(Int.random(in: 1...broken.count, using: &random))
      } else {
        broken[Int.random(in: broken.indices, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
      }
      storage.replace(path) { $0 = broken }
      defer { storage.replace(path) { $0 = bytes } }
      do {
        let past = try #require(try PastRun(lastIn: folder))
        let done = past.checkpoint.totals.requests
        #expect(done % 10 == 0 && done > 0 && done <= 200)
        #expect(past.checkpoint.sources.first?.done == DoneSet(0..<done))
        #expect(try events(past) == Array(0..<done))
      } catch let error as LogFault {
        #expect(!error.words.isEmpty)
      }
      #expect(storage.bytes(path) == broken)
    }
  }

  @Test func `In every state that a crash leaves, a journal has what was committed`() throws {
    var journal = try begin(segmentSize: 400)
    var committed: [Int: Int] = [:]
    for batch in 0..<5 {
      try write(batch..<batch + 1, to: &journal)
      committed[storage.operations.count] = batch * 10 + 10
    }
    try CrashModel.enumerate(storage.operations, on: MemoryDisk(folders: ["/w"])) { count, outcome in
      let least = committed.filter { $0.key <= count }.values.max() ?? 0
      let folder = JournalFolder(path: "/w/.pipe/site", storage: MemoryStorage(outcome.disk))
      let done = try PastRun(lastIn: folder)?.checkpoint.totals.requests ?? 0
      #expect(done == least || done == least + 10)
    }
  }
}
