import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine

struct JournalDecisionTests {
  private enum Outcome: Equatable {
    case begin, goOn, retryFailed
    case refuse(Int32)
  }

  private static let small = JournalState.Work(done: 90, total: 1000, worked: 59_999)
  private static let large = JournalState.Work(done: 12_034, total: 50_000, worked: 41 * 60_000)
  private static let change = SpecChange(key: "crawl.depth", old: "3", new: "5")

  /// What is there, and what `run`, `--resume`, `--restart` and `--retry-failed` do then.
  private static let table: [(JournalState, [Outcome])] = [
    (.none, [.begin, .begin, .begin, .refuse(1)]),
    (.unfinished(small, changes: []), [.begin, .goOn, .begin, .refuse(4)]),
    (.unfinished(large, changes: []), [.refuse(4), .goOn, .begin, .refuse(4)]),
    (.unfinished(small, changes: [change]), [.begin, .refuse(4), .begin, .refuse(4)]),
    (.unfinished(large, changes: [change]), [.refuse(4), .refuse(4), .begin, .refuse(4)]),
    (.finished(large, changes: []), [.begin, .begin, .begin, .retryFailed]),
    (.finished(large, changes: [change]), [.begin, .begin, .begin, .refuse(1)]),
    (.locked, [.refuse(1), .refuse(1), .refuse(1), .refuse(1)]),
    (.foreign(spec: "/other.yaml"), [.refuse(1), .refuse(1), .refuse(1), .refuse(1)]),
    (.unreadable(LogFault("/j", .broken(at: 7))), [.refuse(1), .refuse(1), .refuse(1), .refuse(1)]),
    (.unreadable(LogFault("/j", .newer(version: 9))), [.refuse(1), .refuse(1), .refuse(1), .refuse(1)]),
  ]

  @Test(arguments: table.indices)
  func `What a run does follows from what is there and how it is asked for`(row: Int) {
    let (state, expected) = Self.table[row]
    let outcomes = RunRequest.allCases.map { request -> Outcome in
      switch JournalDecision(request, state, folder: ".pipe/site", spec: "site.yaml") {
      case .begin: .begin
      case .goOn: .goOn
      case .retryFailed: .retryFailed
      case .refuse(let status, _, _): .refuse(status)
      }
    }
    #expect(outcomes == expected)
  }

  private func words(_ request: RunRequest, _ state: JournalState) -> (String, [String]) {
    guard
      case .refuse(_, let message, let hints) = JournalDecision(
        request, state, folder: ".pipe/site", spec: "site.yaml")
    else { return ("", []) }
    return (message, hints)
  }

  @Test func `An unfinished run is told with its work and both commands`() {
    let (message, hints) = words(.run, .unfinished(Self.large, changes: []))
    #expect(message == "an unfinished run stands in the way: 12,034 of 50,000 done in 41 min")
    #expect(
      hints == ["pipe run site.yaml --resume goes on with it", "pipe run site.yaml --restart begins anew"])
    #expect(JournalState.Work(done: 3, worked: 9_000_000).text == "3 done in 2 h")
    #expect(JournalState.Work(done: 3, worked: 61_000).text == "3 done in 1 min")
  }

  @Test func `A spec that has changed is refused with the key and both values`() {
    let (message, _) = words(.resume, .unfinished(Self.large, changes: [Self.change]))
    #expect(message.hasSuffix("since the spec has changed: crawl.depth was 3 and is 5"))
  }

  @Test func `A journal that cannot be read is told with its file and the place, and nothing tells to delete it`() {
    let (message, hints) = words(.restart, .unreadable(LogFault("/w/.pipe/site/000001-0001.journal", .broken(at: 7))))
    #expect(
      message
        == "the journal /w/.pipe/site/000001-0001.journal is damaged at byte 7: what stands there is not what was written"
    )
    #expect(hints == ["nothing of it was changed; move .pipe/site away to begin anew"])
  }

  @Test func `A past run is told by its checkpoint, its spec's file and its meaning`() throws {
    let meaning = SpecMeaning(CanonicalForm("extract: [url]"))
    func state(
      _ phase: Checkpoint.Phase, path: String = "/s.yaml", isDry: Bool = true, spec: [UInt8]? = nil
    ) throws -> JournalState {
      let folder = JournalFolder(path: "/j", storage: MemoryStorage())
      let checkpoint = Checkpoint(
        worked: 5000, phase: phase,
        sources: [SourceProgress(done: DoneSet(0..<7), isDry: isDry, yielded: 9)], totals: RunTotals(failed: 2))
      _ = try Journal(
        beginning: JournalHeader(.init(run: 1, number: 1), began: 0, spec: "/s.yaml"), spec ?? meaning.bytes,
        checkpoint,
        in: folder)
      let past = try #require(try PastRun(lastIn: folder))
      return JournalState(past, spec: SpecMeaning(CanonicalForm("extract: [url, title]")), path: path)
    }
    let changes = [
      SpecChange(key: "extract", old: "url", new: "url, title"),
      SpecChange(key: "extract.title", old: nil, new: "title"),
    ]
    let work = JournalState.Work(done: 7, total: 9, worked: 5000, failed: 2)
    guard case .unfinished(work, let found) = try state(.running) else {
      Issue.record("\(try state(.running))")
      return
    }
    #expect(found.first == changes.first)
    #expect(found.contains(changes[1]))
    guard case .unfinished = try state(.publishing), case .finished(work, _) = try state(.finished) else {
      Issue.record("\(try state(.finished))")
      return
    }
    guard case .unfinished(let open, _) = try state(.running, isDry: false) else { return }
    #expect(open.total == nil)
    #expect(try state(.running, path: "/t.yaml") == .foreign(spec: "/s.yaml"))
    #expect(
      try state(.running, spec: [9]) == .unreadable(LogFault("/j/000001-0001.journal", .broken(at: 0))))
  }
}
