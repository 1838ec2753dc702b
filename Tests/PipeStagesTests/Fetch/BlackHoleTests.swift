import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import Testing

@Suite("Fetch, black holes", .timeLimit(.minutes(20)))
struct BlackHoleTests {
  private static let hosts = 2000

  /// With a place for each of them, the black holes would hold all places for 40 s.
  @Test("of 2,000 hosts one in a hundred never answers, and all others are done before the first of these is given up")
  func oneInAHundred() async throws {
    let server = try RawServer(Loopback.everyAddress) { _ in
      [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")]
    }
    defer { server.close() }
    let holes = try (0..<Self.hosts / 100).map { _ in try FullListener() }
    let isHole = { (host: Int) in host % 100 == 1 }
    let folder = try TemporaryFolder()
    let urls = (0..<Self.hosts).map { host in
      isHole(host)
        ? "http://127.0.0.1:\(holes[host / 100].port)/" : "http://127.20.\(host / 250).\(host % 250):\(server.port)/"
    }
    try folder.write("urls.txt", urls.joined(separator: "\n").utf8)
    let pipeline = Pipeline(
      spec: """
        sources: [file: \(folder.path("urls.txt"))]
        fetch:
          concurrency: \(holes.count)
          timeout: {total: 40s, connect: 40s}
          retry: {attempts: 1}
          allow_private: [127.0.0.0/8]
        extract: [url, status, error]
        sinks: [jsonl: {path: "\(folder.path("rows.jsonl"))", publish: live}]
        """)
    let plan = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))")
    let awaited = Self.hosts - holes.count
    // Answered here means written there: what was answered is no longer in flight.
    let answered = Turnstile()
    let graph = Graph(plan, fetcher: CountingFetcher(HTTPFetcher(plan), answered: answered))
    let run = Task { try await graph.run() }
    await answered.wait(for: awaited)
    graph.control.stop(by: .now)
    try await run.value
    let rows = try folder.text("rows.jsonl").split(separator: "\n")
    #expect(rows.count == awaited)
    #expect(rows.allSatisfy { $0.contains(#""status":200,"error":null"#) })
    // The black holes were waiting still.
    #expect(graph.progress.unfinished == holes.count)
    #expect(graph.progress.discrepancies == [])
  }
}

/// A fetcher that tells of every answer.
private struct CountingFetcher: Fetcher {
  private let fetcher: any Fetcher
  private let answered: Turnstile

  init(_ fetcher: any Fetcher, answered: Turnstile) {
    self.fetcher = fetcher
    self.answered = answered
  }

  func fetch(_ work: any FetchWork) async throws {
    try await fetcher.fetch(CountedWork(work, answered: answered))
  }
}

private final class CountedWork: FetchWork {
  private let work: any FetchWork
  private let answered: Turnstile

  init(_ work: any FetchWork, answered: Turnstile) {
    self.work = work
    self.answered = answered
  }

  func take(upTo limit: Int) -> FetchTake { work.take(upTo: limit) }

  func complete(_ batch: [Fetched]) {
    work.complete(batch)
    for _ in batch { answered.pass() }
  }

  func hasMore(at host: String) -> Bool { work.hasMore(at: host) }
  func abandon(_ requests: [Request]) { work.abandon(requests) }
  func hasRoom() -> Bool { work.hasRoom() }
  func notice(_ words: String) { work.notice(words) }
  func onChange(_ wake: @escaping @Sendable () -> Void) { work.onChange(wake) }
}
