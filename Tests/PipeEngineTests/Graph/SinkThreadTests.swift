import Glibc
import PipeTesting
import Synchronization
import Testing

@testable import PipeEngine

@Suite("Sinks on threads of their own", .timeLimit(.minutes(20)))
struct SinkThreadTests {
  @Test("more sinks than cores that block hold up nothing before them")
  func blockingSinks() async throws {
    let gate = Gate()
    let sinks = (0..<2 * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))).map { number in
      MemorySink("sink\(number)") { call in if call == "write" { gate.wait() } }
    }
    let answered = Turnstile()
    let fetcher = StubFetcher { _ in
      answered.pass()
      if answered.count == 50 { gate.open() }
      return .status(200)
    }
    let pipeline = MemoryPipeline((0..<50).map { "http://h\($0).example/" }, sinks: sinks)
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    #expect(sinks.map(\.rows.count) == Array(repeating: 50, count: sinks.count))
  }

  @Test("every call of a sink comes from one thread, which is not another sink's")
  func threads() async throws {
    let threads = (0..<3).map { _ in Recorder<pthread_t>() }
    let sinks = threads.enumerated().map { number, threads in
      MemorySink("sink\(number)") { _ in threads.append(pthread_self()) }
    }
    let pipeline = MemoryPipeline((0..<500).map { "http://h\($0 % 7).example/\($0)" }, sinks: sinks)
    try await Graph(pipeline.plan(), fetcher: StubFetcher { _ in .status(200) }).runConserving()
    #expect(threads.allSatisfy { $0.all.count >= 4 && Set($0.all).count == 1 })
    #expect(Set(threads.compactMap(\.all.first)).count == 3)
  }
}
