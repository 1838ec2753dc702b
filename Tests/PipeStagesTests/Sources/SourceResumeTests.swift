import PipeEngine
import PipeSpec
import PipeTesting
import PipeText
import Testing

@testable import PipeEngine
@testable import PipeStages

/// What every source keeps to in a run that goes on.
@Suite(.timeLimit(.minutes(20)))
struct SourceResumeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sessions(_ one: SourceCase, _ count: Int) throws -> SourceSessions {
    if let file = one.file { try folder.write(file, one.content(count)) }
    let pipeline = Pipeline(spec: "sources:\n  - \(one.spec(count))\n", folder: folder.path)
    let source = try #require(pipeline.plan).sources[0].source
    let sessions = SourceSessions(source, in: folder.path)
    sessions.fetcher = try one.fetcher(count)
    return sessions
  }

  @Test(arguments: SourceCase.all, Effort.seeds(2))
  func `However it is stopped and gone on with, each request comes with its ordinal until it is done`(
    one: SourceCase, seed: UInt64
  ) async throws {
    var random = RepeatableRandom(seed: seed)
    let sessions = try sessions(one, 1500)
    let all = try await sessions.runAll(&random)
    let expected = try await sessions.source.requests(in: folder.path, fetcher: one.fetcher(1500)).map(\.bytes)
    #expect(all.count == 1500)
    #expect(expected.indices.allSatisfy { all[$0] == expected[$0] })
    #expect(sessions.done == DoneSet(0..<1500))
  }

  @Test(arguments: SourceCase.all)
  func `What is done is passed over and counted`(one: SourceCase) async throws {
    let sessions = try sessions(one, 700)
    let first = try await sessions.run(done: { $0 % 3 != 0 })
    #expect(first.requests.count == 700)
    let second = try await sessions.run()
    #expect(second.requests.map(\.id.ordinal) == Array(stride(from: 0, to: 700, by: 3)))
    #expect(second.passedOver == 700 - second.requests.count)
    let third = try await sessions.run()
    #expect(third.requests.isEmpty)
    #expect(third.passedOver == 700)
    let progress = try #require(try sessions.progress)
    #expect(progress.isDry)
    #expect(progress.yielded == 700)
  }

  @Test(arguments: SourceCase.all)
  func `Nothing is said of columns as long as rows are passed over that may have them`(one: SourceCase) async throws {
    let sessions = try sessions(one, 10)
    sessions.columns = ["no-such-column"]
    #expect(try await sessions.run(done: { $0 < 5 }).missingColumns == ["no-such-column"])
    #expect(try await sessions.run().missingColumns.isEmpty)
  }

  @Test func `A range of a million million goes on at its place at once`() async throws {
    let pipeline = Pipeline(
      spec: "sources: [range: {url: 'http://h.example/{n}', from: -1, to: -1000000000000, step: -1}]")
    let source = try #require(pipeline.plan?.sources.first?.source)
    var done = DoneSet(0..<999_999_999_990)
    done.insert(999_999_999_995)
    let memory = try SourceMemory(0, .fromStart, after: SourceProgress(done: done, yielded: 999_999_999_996))
    let edge = Edge<Request>("requests", elements: .max)
    var output = RequestOutput(
      source: 0, outlet: Outlet(edge), control: RunControl(), counter: StageCounter(), memory: memory)
    try await output.read(source, in: SourceEnvironment(SourceFolder("")))
    edge.close()
    var batches = edge.batches()
    let last = [999_999_999_991, 999_999_999_992, 999_999_999_993, 999_999_999_994, 999_999_999_995]
    let rest = [999_999_999_997, 999_999_999_998, 999_999_999_999, 1_000_000_000_000]
    let batch = try await batches.next()
    #expect(batch?.map(\.written) == (last + rest).map { "http://h.example/-\($0)" })
    #expect(batch?.first?.id.ordinal == 999_999_999_990)
    #expect(memory.passedOver == 999_999_999_991)
  }
}
