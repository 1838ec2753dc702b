import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// A graph's crawl against one that is computed page by page.
@Suite("Crawls and the reference", .timeLimit(.minutes(20)))
struct CrawlReferenceTests {
  private struct PageRow: Hashable {
    var page: String
    var depth: Int
    var referrer: String?
    var status: Int?
  }

  private struct LinkRowValues: Hashable {
    var from: String
    var to: String
    var text: String
    var depth: Int
    var status: Int?
    var error: String?
    var isOK: Bool
  }

  private func text(_ value: Value) -> String? { if case .string(let text) = value { text } else { nil } }
  private func number(_ value: Value) -> Int? { if case .int(let number) = value { number } else { nil } }

  /// The code of an error.
  private func code(_ value: Value) -> String? { text(value).map { String($0.prefix { $0 != ":" }) } }

  @Test("pages, depths, referrers and link rows are those of the reference", arguments: 0..<50)
  func equalsReference(seed: UInt64) async throws {
    let sample = SiteGenerator.sample(seed: seed, size: 20 + Int(seed) % 5 * 20)
    var rules = CrawlRules(
      sample.sources, depth: Int(seed % 5), scope: CrawlRules.Scope.allCases[Int(seed / 5) % 4])
    (rules.checksExternal, rules.checksFragments) = (seed % 3 > 0 && rules.scope != .any, seed % 2 > 0)
    let reference = ReferenceCrawl(of: sample.site, rules)
    let pages = Set(
      reference.pages.map { page in
        let status: Int? =
          switch page.outcome {
          case .status(let status), .redirect(let status, _): status
          case .failure, .disallowed: nil
          }
        return PageRow(page: page.identity, depth: page.depth, referrer: page.referrer, status: status)
      })
    let links = Dictionary(
      reference.links.filter { !$0.to.hasPrefix("mailto:") }.map { link in
        (
          LinkRowValues(
            from: link.from, to: link.to, text: link.text, depth: link.depth, status: link.status, error: link.error,
            isOK: !link.isBroken), 1
        )
      }, uniquingKeysWith: +)
    for latency in 0..<UInt64(2) {
      let sinks = [MemorySink("pages"), MemorySink("links")]
      let pipeline = MemoryPipeline(sources: [MemorySource(urls: rules.sources)], sinks: sinks)
      var bounds = Bounds()
      if latency == 0 {
        // Edges of one element, and everything that can go to disk does.
        (bounds.requests, bounds.frontier, bounds.fetched, bounds.records) = (1, 1, 1, 1)
        (bounds.frontierBytes, bounds.orderBytes, bounds.seenBytes) = (1, 1, 1)
      }
      let plan = try pipeline.plan(rules.spec()).with(bounds: bounds)
      let fetcher = StubFetcher(site: sample.site, seed: seed * 7 + latency)
      let graph = Graph(plan, fetcher: fetcher)
      try await graph.runConserving()
      let pageURLs = Set(pages.map(\.page))
      let requests = fetcher.log.all.compactMap { line -> String? in
        let words = line.split(separator: " ")
        let page = PlainURL.identity(of: String(words[1]))
        return page.hasSuffix("/robots.txt") || pageURLs.contains(page) ? nil : "\(words[0]) \(page)"
      }
      #expect(Dictionary(requests.map { ($0, 1) }, uniquingKeysWith: +) == reference.checkRequests, "\(sample)")
      let rows = sinks[0].rows.all.map { row in
        PageRow(
          page: PlainURL.identity(of: text(row[0]) ?? ""), depth: number(row[1]) ?? -1,
          referrer: text(row[2]).map { PlainURL.identity(of: $0) }, status: number(row[3]))
      }
      #expect(rows.count == pages.count, "\(sample)")
      #expect(Set(rows).subtracting(pages) == [], "\(sample), \(rules.scope), depth \(rules.depth)")
      #expect(pages.subtracting(rows) == [], "\(sample), \(rules.scope), depth \(rules.depth)")
      let linkRows = sinks[1].rows.all.map { row in
        LinkRowValues(
          from: PlainURL.identity(of: text(row[0]) ?? ""), to: PlainURL.identity(of: text(row[1]) ?? ""),
          text: text(row[2]) ?? "", depth: number(row[8]) ?? -1, status: number(row[9]), error: code(row[10]),
          isOK: row[11] == .bool(true))
      }
      let counts = Dictionary(linkRows.map { ($0, 1) }, uniquingKeysWith: +)
      #expect(counts.filter { links[$0.key] != $0.value } == [:], "\(sample)")
      #expect(links.filter { counts[$0.key] != $0.value } == [:], "\(sample)")
    }
  }
}
