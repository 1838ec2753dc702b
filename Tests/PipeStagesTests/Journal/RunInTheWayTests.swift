import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

/// A run that begins does not write over what an unfinished run of another pipeline has left of the same output.
struct RunInTheWayTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func plan(_ name: String, output: String) throws -> Plan {
    let text = """
      version: 1
      name: \(name)
      sources: [urls: "http://h.example/"]
      extract: [url]
      sinks: [csv: "-", csv: \(folder.path(output))]
      journal: \(folder.path(".pipe"))
      """
    return try #require(Pipeline(whole: text).plan)
  }

  /// Leaves an unfinished run with a row in its output.
  private func leave(_ plan: Plan, worked: Int, phase: Checkpoint.Phase = .running) throws {
    let sink = try #require(plan.sinks[1].sink as? any FileSink)
    var writer = try sink.openFile(plan.sinks[1].columns, .at(nil), in: SinkEnvironment())
    try writer.write([
      Record(id: RequestID(source: 0, ordinal: 0), values: plan.sinks[1].columns.map { _ in .string("x") })
    ])
    let position = try writer.commit().position
    _ = writer.abandon()
    let folder = JournalFolder(path: try #require(plan.journal?.folder), storage: SystemStorage())
    _ = try #require(try folder.lock())
    let checkpoint = Checkpoint(
      worked: worked, phase: phase, sources: [SourceProgress(done: DoneSet(0..<1), yielded: 3)],
      sinks: [SinkProgress(), SinkProgress(position: position, rows: 1)])
    _ = try Journal(
      beginning: JournalHeader(JournalFolder.Segment(run: 1, number: 1), began: 0, spec: "/specs/a.yaml"), [],
      checkpoint, in: folder)
  }

  @Test func `Its output and how far it is are told`() throws {
    try leave(try plan("a", output: "out.csv"), worked: 66_000)
    let found = try #require(RunInTheWay(of: try plan("b", output: "out.csv")))
    #expect((found.spec, found.sink, found.work) == ("/specs/a.yaml", 1, "1 done in 1 min"))
    #expect(RunInTheWay(of: try plan("b", output: "other.csv")) == nil)
    #expect(RunInTheWay(of: try plan("a", output: "out.csv")) == nil, "its own journal is looked at elsewhere")
  }

  @Test(arguments: [(59_000, Checkpoint.Phase.running), (66_000, .finished)])
  func `Little work and finished runs are in nobody's way`(worked: Int, phase: Checkpoint.Phase) throws {
    try leave(try plan("a", output: "out.csv"), worked: worked, phase: phase)
    #expect(RunInTheWay(of: try plan("b", output: "out.csv")) == nil)
  }
}
