import FoundationEssentials
import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import PipeWeb
import PracticeSite
import Synchronization
import Testing

/// Sources that fetch, from the practice site, with the real fetcher.
@Suite("Sources that fetch", .timeLimit(.minutes(20)))
struct SourceFetchTests {
  /// What a source of these tests does.
  private typealias Body = @Sendable (inout RequestOutput, SourceFetcher) async throws -> Void

  private struct ScriptedSource: Source {
    let body: Body
    var summary: String { "script" }

    func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
      try await body(&output, environment.fetcher)
    }
  }

  /// Runs a pipeline whose one source is a script.
  ///
  /// - Returns: How many rows it wrote, and what it fetched for itself.
  private func run(
    _ place: borrowing Workplace, _ settings: String = "", _ body: @escaping Body
  ) async throws -> (rows: Int, own: [RequestPurpose: OwnCount]) {
    let standard = Catalogue.standard
    let script = Component<any Source>(
      .source, "script", "For tests.", options: MapShape(make: { ScriptedSource(body: body) as any Source }),
      standsAlone: true
    ) { $0 }
    let text = """
      version: 1
      sources: [script]
      fetch: {allow_private: [127.0.0.1], \(settings.contains("retry") ? "" : "retry: 1,") \(settings)}
      extract: [url, status]
      sinks: [jsonl: "\(place.folder.path("rows.jsonl"))"]
      """
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: text),
      catalogue: Catalogue(
        sources: standard.sources + [script], extractors: standard.extractors, sinks: standard.sinks),
      folder: SourceFolder(""), variables: Variables(), processors: 2)
    let plan = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))")
    let graph = Graph(plan, fetcher: HTTPFetcher(plan))
    try await graph.run()
    #expect(graph.progress.discrepancies == [])
    let rows = try place.folder.text("rows.jsonl").split(separator: "\n").count
    return (rows, graph.progress.tally.counts.own)
  }

  @Test("what a source fetches is kept as a whole, though the fields of pages need nothing of theirs")
  func content() async throws {
    try await Workplace.use(pages: 10) { place in
      let site = place.site.baseURL
      let seen = Recorder<SourceResponse>()
      let outcome = try await run(place) { output, fetcher in
        for path in ["/sitemap-1.xml", "/sitemap-2.xml.gz", "/redirect/1", "/status/404"] {
          guard let url = WebURL(site + path) else { continue }
          seen.append(try await fetcher.fetch(url, for: .sitemap))
        }
        try await output.yield(site + "/page/1")
      }
      #expect(outcome.rows == 1)
      #expect(outcome.own == [.sitemap: OwnCount(requests: 4, answered: 4)])
      #expect(seen.all.map { $0.response?.status } == [200, 200, 200, 404])
      #expect(seen.all.allSatisfy { $0.error == nil && $0.response?.isTruncated == false })
      let bodies = seen.all.map { $0.response?.body ?? [] }
      #expect(String(decoding: bodies[0], as: UTF8.self).contains("<loc>\(site)/page/5</loc>"))
      #expect(bodies[1].starts(with: [0x1F, 0x8B]), "a gzip file is not a content coding")
      #expect(bodies.map(\.count) == seen.all.map { $0.response?.length })
      #expect(seen.all[0].response?.fields["Content-Type"] == "application/xml")
    }
  }

  @Test("content beyond its purpose's limit is cut, whatever max_body says", arguments: ["truncate", "fail"])
  func limit(onMaxBody: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let url = try #require(WebURL(place.site.baseURL + "/bytes/2000000"))
      let seen = Recorder<SourceResponse>()
      _ = try await run(place, "max_body: 1kB, on_max_body: \(onMaxBody)") { _, fetcher in
        seen.append(try await fetcher.fetch(url, for: .robots))
        seen.append(try await fetcher.fetch(url, for: .sitemap))
      }
      #expect(seen.all.map { $0.response?.body.count } == [512 << 10, 2_000_000])
      #expect(seen.all.map { $0.response?.isTruncated } == [true, false])
      #expect(seen.all.allSatisfy { $0.error == nil })
    }
  }

  @Test("a host's limits hold over pages and what is fetched for the run together")
  func politeness() async throws {
    try await Workplace.use(pages: 20) { place in
      let site = place.site.baseURL
      let outcome = try await run(place, "per_host: {concurrency: 2, delay: 10ms}") { output, fetcher in
        for number in 1...20 { try await output.yield("\(site)/page/\(number)") }
        try await output.flush()
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 1...20 {
            guard let url = WebURL("\(site)/delay/0.02?n=\(number)") else { continue }
            group.addTask { _ = try await fetcher.fetch(url, for: .check) }
          }
          try await group.waitForAll()
        }
      }
      #expect(outcome.rows == 20)
      #expect(outcome.own == [.check: OwnCount(requests: 20, answered: 20)])
      #expect(try place.site.peak() <= 2)
      let begins = try place.site.requests().map(\.begin_us)
      #expect(begins.count == 40)
      // From the first to the last there are as many delays as requests after the first, however late each arrives.
      #expect((begins.last ?? 0) - (begins.first ?? 0) > 39 * 10_000 / 2)
    }
  }

  @Test("a 503 to a source slows its host down, and the source gets the answer of a later attempt")
  func retries() async throws {
    try await Workplace.use(pages: 1) { place in
      let url = try #require(WebURL(place.site.baseURL + "/flaky/1?times=2"))
      let seen = Recorder<SourceResponse>()
      let outcome = try await run(place, "retry: {attempts: 4, base: 1ms}") { _, fetcher in
        seen.append(try await fetcher.fetch(url, for: .robots))
      }
      #expect(seen.all.map { $0.response?.status } == [200])
      #expect(outcome.own == [.robots: OwnCount(requests: 1, answered: 1, retries: 2)])
    }
  }
}

extension PracticeServer {
  struct LoggedRequest: Decodable {
    let target: String
    let begin_us: Int
  }

  /// Each request with the time of its begin, in the order in which they came.
  func requests() throws -> [LoggedRequest] {
    try body("/stats/requests").split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(LoggedRequest.self, from: Data($0))
    }
  }
}
