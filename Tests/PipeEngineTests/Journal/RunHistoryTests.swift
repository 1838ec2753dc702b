import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine

struct RunHistoryTests {
  private let storage = MemoryStorage()
  private var history: RunHistory { RunHistory(in: JournalFolder(path: "/j", storage: storage)) }

  private func summary(_ run: Int, outcome: String = "complete") -> RunRecord {
    RunRecord(
      run: run, began: 1_760_000_000_000, ended: 1_760_000_060_000, worked: 59_000, outcome: outcome,
      totals: RunTotals(requests: run * 10, bytes: 7, statuses: [200: run], errors: ["dns": 1]))
  }

  @Test func `The last twenty runs are kept, the newest last`() throws {
    #expect(try history.runs() == [])
    for run in 1...45 { try history.add(summary(run)) }
    #expect(try history.runs() == (26...45).map { summary($0) })
    #expect(storage.names == ["/j/runs.log"])
  }

  @Test func `A run that goes on is there once, as it ended the last time`() throws {
    for run in 1...3 { try history.add(summary(run)) }
    try history.add(summary(3, outcome: "interrupted"))
    #expect(try history.runs().map(\.run) == [1, 2, 3])
    #expect(try history.runs().last?.outcome == "interrupted")
  }

  @Test func `A run in which what failed was fetched again is there as it ended each time`() throws {
    try history.add(summary(3))
    var again = summary(3)
    (again.retry, again.totals) = (1, RunTotals(requests: 30))
    try history.add(again)
    again.outcome = "interrupted"
    try history.add(again)
    #expect(try history.runs() == [summary(3), again])
    #expect(RunRecord(again.bytes) == again)
  }

  @Test func `What the journal tells of a run counts where it went on since it was added`() throws {
    try history.add(summary(3, outcome: "interrupted"))
    try history.addIfNewer(summary(3, outcome: "killed"))
    #expect(try history.runs().map(\.outcome) == ["interrupted"])
    var later = summary(3)
    later.ended += 1
    try history.addIfNewer(later)
    try history.addIfNewer(summary(4, outcome: "killed"))
    #expect(try history.runs() == [later, summary(4, outcome: "killed")])
  }

  @Test func `In every state that a crash leaves there are the old runs or the new ones`() throws {
    try history.add(summary(1))
    let disk = storage.disk
    let later = MemoryStorage(disk)
    try RunHistory(in: JournalFolder(path: "/j", storage: later)).add(summary(2))
    try CrashModel.enumerate(later.operations, on: disk) { count, outcome in
      let history = RunHistory(in: JournalFolder(path: "/j", storage: MemoryStorage(outcome.disk)))
      let runs = try history.runs().map(\.run)
      #expect(runs == [1, 2] || runs == [1] && count < later.operations.count)
    }
  }

  @Test func `A history that is damaged is refused, and not replaced`() throws {
    try history.add(summary(1))
    storage.replace("/j/runs.log") { $0[3] ^= 1 }
    #expect(throws: LogFault.self) { try history.runs() }
    #expect(throws: LogFault.self) { try history.add(summary(2)) }
    let bytes = summary(3).bytes
    #expect(RunRecord(bytes) == summary(3))
    for count in bytes.indices { #expect(RunRecord(Array(bytes[..<count])) == nil) }
  }
}
