import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Crawl")
struct CrawlTests {
  @Test("a page that comes before the sources have ended keeps its record until it is asked for")
  func pageBeforeTheSourcesEnd() async throws {
    let ledger = Ledger(sources: 3)
    let crawl = Crawl(
      CrawlPlan(), fetch: FetchPlan(), sources: 1, lanes: 1, holds: true, bounds: Bounds(), ledger: ledger,
      tell: { _ in })
    func extracted(_ request: Request, _ links: [String]) throws -> Extracted {
      let links = try links.map { text in
        let url = try #require(WebURL(text))
        return FoundLinks.Link(url: url, fingerprint: crawl.reader.fingerprint(of: url), isNofollow: false)
      }
      return Extracted(
        record: Record(id: request.id, values: []), status: 200, error: nil,
        links: FoundLinks(content: .page(links), isCut: false))
    }
    let first = try #require(
      try await crawl.admit([Request(id: RequestID(source: 0, ordinal: 0), written: "http://a.example/")]).first)
    var step = try crawl.settle(first, try extracted(first, ["http://a.example/b"]))
    #expect(step.ready.map(\.record.record.id) == [first.id])
    let second = try #require(step.requests.first)
    step = try crawl.settle(second, try extracted(second, []))
    #expect(step.ready.isEmpty)
    #expect(ledger.state.openCount == 0, "another page may hand out its record from now on")
    #expect(try crawl.sourcesEnded().isEmpty)
    #expect(crawl.laneEnded())
    let held = try #require(try crawl.takeHeld())
    #expect(held.record.record.id == second.id)
    #expect(held.standing == PageStanding(depth: 1, referrer: "http://a.example/", source: 0))
    #expect(try crawl.takeHeld() == nil)
  }
}
