import PipeStorage
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// What `pipe runs` and `pipe why` read of journals, without changing anything.
struct RunListTests {
  private let storage = MemoryStorage()

  private func folder(_ name: String) -> JournalFolder { JournalFolder(path: "/w/.pipe/\(name)", storage: storage) }

  private func url(_ text: String) throws -> WebURL { try #require(WebURL(text)) }

  private static let attempts = [
    RequestEvent.Attempt(start: 1_760_000_000_600, elapsed: 10, outcome: .answered(status: 503)),
    RequestEvent.Attempt(start: 1_760_000_000_900, elapsed: 100, outcome: .failed(.timeout)),
  ]

  private static func event(_ ordinal: Int, _ url: String, error: RequestError? = nil) -> RequestEvent {
    RequestEvent(
      id: RequestID(source: 0, ordinal: ordinal), url: URLMark(of: url),
      attempts: error == nil
        ? [.init(start: 1_760_000_000_500, elapsed: 80, outcome: .answered(status: 200))] : attempts,
      bytes: 14_000, error: error, rows: [1, 0])
  }

  /// A run that has done the first requests of a source.
  private func write(
    _ run: Int, of name: String, _ phase: Checkpoint.Phase, done: Int, yielded: Int? = nil, events: [RequestEvent] = [],
    segmentSize: Int = Journal.segmentSize
  ) throws {
    let header = JournalHeader(.init(run: run, number: 1), began: 1_760_000_000_000, spec: "/w/\(name).yaml")
    var journal = try Journal(
      beginning: header, SpecMeaning([])?.bytes ?? [], Checkpoint(number: 1), in: folder(name), segmentSize: segmentSize
    )
    for event in events {
      try journal.add([event])
      try journal.commit(checkpoint(phase, done: done, yielded: yielded), at: 1_760_000_090_000)
    }
    try journal.commit(checkpoint(phase, done: done, yielded: yielded), at: 1_760_000_090_000)
  }

  private func checkpoint(_ phase: Checkpoint.Phase, done: Int, yielded: Int?) -> Checkpoint {
    Checkpoint(
      worked: 61_000, phase: phase,
      sources: [SourceProgress(done: DoneSet(0..<done), isDry: yielded != nil, yielded: yielded ?? done)],
      sinks: [SinkProgress(rows: done), SinkProgress(rows: 2)], totals: RunTotals(requests: done, failed: 3))
  }

  private func list(_ name: String? = nil) -> RunList { RunList(of: name, in: "/w/.pipe", storage) }

  @Test func `Without a folder there is no run, and no fault`() {
    #expect(list().runs == [])
    #expect(list().faults == [])
    #expect(list("site").runs == [])
    #expect(list("site").faults == [])
  }

  @Test func `Runs that have ended are those of the history, the newest first`() throws {
    let history = RunHistory(in: folder("site"))
    for run in 1...3 {
      try history.add(
        RunRecord(
          run: run, began: 1_760_000_000_000 + run, ended: 1_760_000_060_000, worked: 59_000, outcome: "complete",
          totals: RunTotals(requests: run * 10, failed: run), rows: [run, 5]))
    }
    let runs = list("site").runs
    #expect(runs.map(\.run) == [3, 2, 1])
    #expect(runs.map(\.requests) == [30, 20, 10])
    #expect(runs.map(\.rows) == [8, 7, 6])
    #expect(runs.allSatisfy { $0.outcome == "complete" && $0.unfinished == nil && $0.pipeline == "site" })
  }

  @Test func `A run that is not finished says how far it is`() throws {
    try write(1, of: "a", .finished, done: 7, yielded: 7)
    try write(2, of: "a", .running, done: 12_034, yielded: 50_000)
    try write(1, of: "b", .publishing, done: 5)
    let runs = list("a").runs + list("b").runs
    #expect(runs.map { "\($0.pipeline) \($0.run)" } == ["a 2", "a 1", "b 1"])
    #expect(runs.map { $0.unfinished?.text } == ["12,034 of 50,000 done", nil, "5 done"])
    #expect(runs.map(\.outcome) == [nil, "complete", nil])
    #expect(runs.map(\.rows) == [12_036, 9, 7])
    #expect(runs.map(\.worked) == [61_000, 61_000, 61_000])
  }

  @Test func `A run that was stopped keeps its reason, and is not finished`() throws {
    try write(4, of: "a", .running, done: 3, yielded: 9)
    try RunHistory(in: folder("a")).add(
      RunRecord(run: 4, began: 1, ended: 2, worked: 3, outcome: "interrupted", totals: RunTotals()))
    let run = try #require(list("a").runs.first)
    #expect(list("a").runs.count == 1)
    #expect(run.outcome == "interrupted")
    #expect(run.unfinished?.text == "3 of 9 done")
    #expect(run.requests == 3)
  }

  @Test func `What cannot be read is told`() throws {
    try write(1, of: "a", .running, done: 3)
    try write(1, of: "b", .running, done: 3)
    storage.replace("/w/.pipe/a/000001-0001.journal") { $0[3] ^= 1 }
    #expect(list("a").faults.map(\.path) == ["/w/.pipe/a/000001-0001.journal"])
    #expect(list("b").runs.map(\.pipeline) == ["b"])
  }

  @Test func `Nothing is changed and nothing is locked`() throws {
    try write(1, of: "a", .running, done: 3, events: [Self.event(0, "http://h/a")])
    let before = storage.operations.count
    _ = list("a")
    _ = try RunStory.find(url("http://h/a"), written: "http://h/a", of: "a", in: "/w/.pipe", storage)
    #expect(storage.operations.count == before)
  }

  @Test(arguments: [Journal.segmentSize, 200])
  func `Each request for a URL is told, in all segments`(segmentSize: Int) throws {
    let error = RequestError(.timeout, "no answer within 10s")
    try write(
      3, of: "a", .finished, done: 4, yielded: 4,
      events: [
        Self.event(2, "http://h/a", error: error), Self.event(0, "http://h/b"), Self.event(3, "http://h/a"),
      ], segmentSize: segmentSize)
    let found = try RunStory.find(url("http://h/a#part"), written: "http://h/a#part", of: "a", in: "/w/.pipe", storage)
    let story = try #require(found)
    #expect(story.run == 3)
    #expect(story.spec == "/w/a.yaml")
    #expect(story.unfinished == nil)
    #expect(story.requests.map(\.ordinal) == [2, 3])
    let first = try #require(story.requests.first)
    #expect(first.attempts.map(\.status) == [503, nil])
    #expect(first.attempts.map(\.error) == [nil, "timeout"])
    #expect(first.attempts.map(\.elapsed) == [10, 100])
    #expect(first.error == "timeout: no answer within 10s")
    #expect(first.rows == [1, 0])
    #expect(!first.isRedirected)
  }

  @Test func `A request that was redirected to the URL is told as well`() throws {
    var event = Self.event(6, "http://h/old")
    event.redirects = [.init(url: "http://h/new", status: 301)]
    try write(1, of: "a", .finished, done: 7, yielded: 7, events: [event])
    let story = try RunStory.find(url("http://h/new"), written: "http://h/new", of: "a", in: "/w/.pipe", storage)
    #expect(story?.requests.map(\.isRedirected) == [true])
    #expect(story?.requests.first?.redirects == [.init(url: "http://h/new", status: 301)])
  }

  @Test func `The last run is asked first, then the finished one before it`() throws {
    try write(
      1, of: "a", .finished, done: 2, yielded: 2, events: [Self.event(0, "http://h/a"), Self.event(1, "http://h/b")])
    try write(2, of: "a", .running, done: 1, yielded: 2, events: [Self.event(0, "http://h/a")])
    func run(_ text: String) throws -> Int? {
      try RunStory.find(url(text), written: text, of: "a", in: "/w/.pipe", storage)?.run
    }
    #expect(try run("http://h/a") == 2)
    #expect(try run("http://h/b") == 1)
    let story = try RunStory.find(url("http://h/c"), written: "http://h/c", of: "a", in: "/w/.pipe", storage)
    #expect(story?.run == 2)
    #expect(story?.requests == [])
    #expect(try RunStory.find(url("http://h/c"), written: "", of: "none", in: "/w/.pipe", storage) == nil)
  }
}
