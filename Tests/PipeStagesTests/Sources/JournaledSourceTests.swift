import Glibc
import PipeEngine
import PipeSpec
import PipeTesting
import PipeText
import PipeWeb
import Synchronization
import Testing

@testable import PipeEngine
@testable import PipeStages

/// A source whose list is another one each time it is asked.
private final class ListedSource: Source {
  let urls: Mutex<[String]>
  let how: SourceRereading
  let failure: Mutex<RunError?> = Mutex(nil)

  init(_ urls: [String], _ how: SourceRereading) {
    self.urls = Mutex(urls)
    self.how = how
  }

  var summary: String { "a list" }
  func rereading(in folder: SourceFolder) -> SourceRereading { how }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    for (number, url) in urls.withLock({ $0 }).enumerated() {
      let input: [ExactText: Value] = ["n": .int(number), "b": .string("x"), "c": .null]
      try await output.yield(Request(id: output.nextID, written: url, input: input))
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }
}

/// Sources that cannot be read again, in runs that go on.
@Suite(.timeLimit(.minutes(20)))
struct JournaledSourceTests {
  private func urls(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "http://h.example/\($0)" } }

  @Test func `A pipe that had ended is not read again`() async throws {
    let source = ListedSource(urls(0..<600), .once)
    let sessions = SourceSessions(source)
    _ = try await sessions.run(done: { $0 % 2 == 0 })
    source.urls.withLock { $0 = ["http://other.example/"] }
    let second = try await sessions.run()
    #expect(second.failure == nil)
    #expect(second.requests.map(\.written) == urls(stride(from: 1, to: 600, by: 2)))
    #expect(second.requests.map(\.input["n"]) == stride(from: 1, to: 600, by: 2).map { .int($0) })
  }

  @Test func `A pipe that had not ended goes on behind what was read, if it has the same again`() async throws {
    let source = ListedSource(urls(0..<2000), .once)
    let sessions = SourceSessions(source)
    let first = try await sessions.run(stoppingAfter: 256, done: { $0 % 3 != 0 })
    let read = try #require(try sessions.progress?.yielded)
    #expect(read >= first.requests.count && read < 2000)
    source.urls.withLock { $0 += urls(2000..<2100) }
    let second = try await sessions.run()
    #expect(second.failure == nil)
    #expect(
      second.requests.map(\.id.ordinal) == (0..<2100).filter { !($0 < first.requests.count && $0 % 3 != 0) })
    #expect(second.requests.allSatisfy { $0.written == "http://h.example/\($0.id.ordinal)" })
  }

  @Test(arguments: [
    ("nothing", [], "ends before the place up to which it was read"),
    ("less", Array(0..<200), "ends before the place up to which it was read"),
    ("the rest alone", Array(1000..<2000), "does not begin with what was read of it before"),
    ("another list", Array(5000..<9000), "does not begin with what was read of it before"),
    ("one that changed", [0, 1, 3, 2] + Array(4..<2000), "does not begin with what was read of it before"),
  ])
  func `A pipe that has something else is refused, once what was read is done`(
    name: String, now: [Int], reason: String
  ) async throws {
    let source = ListedSource(urls(0..<2000), .once)
    let sessions = SourceSessions(source)
    _ = try await sessions.run(stoppingAfter: 256, done: { $0 % 3 != 0 })
    let read = try #require(try sessions.progress?.yielded)
    source.urls.withLock { $0 = urls(now) }
    let second = try await sessions.run()
    #expect(second.failure?.subject == "a list")
    #expect(second.failure?.reason == "\(reason) (\(read) requests)")
    #expect(second.failure?.hint == "give it the same input again, from its start; or begin anew with --restart")
    #expect(sessions.done == DoneSet(0..<read))
    #expect(try sessions.progress?.isDry == false)
    // With the whole input it goes on, and nothing comes twice.
    source.urls.withLock { $0 = urls(0..<2000) }
    let third = try await sessions.run()
    #expect(third.failure == nil)
    #expect(third.requests.map(\.id.ordinal) == Array(read..<2000))
    #expect(try sessions.progress?.isDry == true)
  }

  @Test func `A list that is fetched again yields what is new, and each URL as often as it is listed`() async throws {
    let source = ListedSource(urls([1, 2, 2, 3, 1]), .changing)
    source.failure.withLock { $0 = RunError("a list", "broke off") }
    let sessions = SourceSessions(source)
    #expect(try await sessions.run(done: { $0 != 1 }).failure?.reason == "broke off")
    source.failure.withLock { $0 = nil }
    source.urls.withLock { $0 = urls([7, 3, 2, 1, 2, 2, 1, 1, 3, 8]) }
    let second = try await sessions.run()
    #expect(second.requests.map(\.written) == urls([2, 7, 2, 1, 3, 8]))
    #expect(second.requests.map(\.id.ordinal) == [1, 5, 6, 7, 8, 9])
    // It has ended, so it is not fetched again.
    source.urls.withLock { $0 = urls([9]) }
    #expect(try await sessions.run().requests.isEmpty)
  }

  @Test(arguments: [SourceRereading.once, .changing], Effort.seeds(3))
  func `What comes of such a source does not depend on where it was stopped`(
    how: SourceRereading, seed: UInt64
  ) async throws {
    var random = RepeatableRandom(seed: seed)
    let list = urls((0..<1500).map { _ in Int.random(in: 0..<1000, using: &random) })
    let sessions = SourceSessions(ListedSource(list, how))
    sessions.columns = ["n", "b"]
    let all = try await sessions.runAll(&random)
    #expect(all.count == list.count)
    let expected = try await sessions.source.requests()
    #expect(expected.allSatisfy { all[$0.id.ordinal] == $0.bytes })
  }

  @Test func `A pipe is read from the journal when it is a file by then`() async throws {
    let folder = try TemporaryFolder()
    let text = urls(0..<2000).joined(separator: "\n")
    let path = try folder.write("list", Array(text.utf8))
    let source = FileSource(path: Located("list", at: .wholeFile), options: InputOptions(format: .lines, column: "url"))
    let sessions = SourceSessions(source, in: folder.path)
    sessions.rereading = .once
    _ = try await sessions.run(stoppingAfter: 300, done: { $0 % 2 == 0 })
    sessions.rereading = nil
    #expect(source.rereading(in: SourceFolder(folder.path)) == .fromMark)
    let second = try await sessions.run()
    #expect(second.failure == nil)
    #expect(sessions.done == DoneSet(0..<2000))
    unlink(path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(source.rereading(in: SourceFolder(folder.path)) == .once)
  }

  @Test(arguments: [
    ("sitemap: {discover: 'http://a.example/'}", SourceRereading.changing), ("feed: http://a.example/", .changing),
    ("stdin", .once), ("range: {url: 'http://a.example/{n}', to: 9}", .fromStart),
    ("urls: http://a.example/", .fromStart), ("file: /dev/null", .once),
  ])
  func `Each source says how it is read again`(spec: String, how: SourceRereading) throws {
    let plan = try #require(Pipeline(spec: "sources: [\(spec)]").plan)
    #expect(plan.sources[0].source.rereading(in: plan.folder) == how)
  }

  @Test func `A journal whose requests are not those that it tells of is refused`() async throws {
    let folder = JournalFolder(path: "/j", storage: MemoryStorage())
    let header = JournalHeader(.init(run: 1, number: 1), began: 0, spec: "")
    var journal = try Journal(beginning: header, [], Checkpoint(), in: folder)
    var frames = RequestFrames(source: 0)
    frames.add([Request(id: RequestID(source: 0, ordinal: 0), written: "http://h/")])
    for frame in frames.take() { try journal.add(.requests, frame) }
    let progress = SourceProgress(yielded: 2)
    try journal.commit(Checkpoint(sources: [progress]), at: 0)
    let past = try #require(try PastRun(lastIn: folder))
    let memory = try SourceMemory(
      0, .once, after: progress,
      journal: .init(folder: folder, last: past.header.segment, checkpoint: past.checkpoint.number))
    let edge = Edge<Request>("requests", elements: .max)
    var output = RequestOutput(
      source: 0, outlet: Outlet(edge), control: RunControl(), counter: StageCounter(), memory: memory)
    let error = await #expect(throws: RunError.self) {
      try await output.read(ListedSource([], .once), in: SourceEnvironment(SourceFolder("")))
    }
    #expect(error?.reason == "has 1 of the 2 requests of a list")
  }
}
