import PipeTesting
import Testing

@Suite("Generated sites")
struct SiteGeneratorTests {
  private static func rules(_ sample: SiteGenerator.Sample, _ scope: CrawlRules.Scope = .host) -> CrawlRules {
    var rules = CrawlRules(sample.sources, depth: Int(2 + sample.seed % 5), scope: scope)
    rules.exclude = ["/docs/part3/*"]
    return rules
  }

  @Test("the same seed makes the same site, and another one another")
  func seeds() {
    let sample = SiteGenerator.sample(seed: 7, size: 20)
    let again = SiteGenerator.sample(seed: 7, size: 20)
    #expect(sample.sources == again.sources)
    #expect(sample.site.identities == again.site.identities)
    #expect(sample.site.identities.allSatisfy { sample.site.answer(to: $0) == again.site.answer(to: $0) })
    #expect(sample.site.identities != SiteGenerator.sample(seed: 8, size: 20).site.identities)
  }

  @Test("every kind of difficulty is among the sites")
  func kinds() async {
    var reasons: Set<String> = []
    var errors: Set<String> = []
    var deepest = 0
    var attempts: Set<Int> = []
    for seed in 0..<10 as Range<UInt64> {
      let sample = SiteGenerator.sample(seed: seed, size: 40)
      let crawl = ReferenceCrawl(of: sample.site, Self.rules(sample))
      reasons.formUnion(crawl.dropped.map { "\($0.reason)" })
      errors.formUnion(crawl.links.compactMap(\.error))
      attempts.formUnion(crawl.pages.map(\.attempts))
      deepest = max(deepest, crawl.pages.map(\.depth).max() ?? 0)
      #expect(crawl.duplicates > 10)
      await Task.yield()
    }
    #expect(reasons == ["scheme", "nofollow", "scope", "exclude(0)", "depth", "redirects"])
    #expect(errors == ["redirects", "timeout", "connection", "robots"])
    #expect(attempts == [0, 1, 2, 3])
    #expect(deepest >= 5)
  }

  @Test("no page is nearer than its depth says, and its referrer leads to it", arguments: 0..<10 as Range<UInt64>)
  func depths(seed: UInt64) throws {
    let sample = SiteGenerator.sample(seed: seed, size: 50)
    let crawl = ReferenceCrawl(of: sample.site, Self.rules(sample, seed % 2 == 0 ? .host : .any))
    let pages = Dictionary(grouping: crawl.pages, by: \.identity)
    #expect(pages.values.allSatisfy { $0.count == 1 })
    for page in crawl.pages {
      guard let name = page.referrer else {
        #expect(page.depth == 0)
        continue
      }
      let referrer = try #require(pages[name]?.first)
      if case .redirect(_, let target) = referrer.outcome {
        #expect(target == page.identity)
        #expect(referrer.depth == page.depth)
      } else {
        #expect(referrer.depth == page.depth - 1)
        #expect(crawl.links.contains { $0.from == name && $0.to == page.identity && $0.reason != .nofollow })
      }
    }
    for link in crawl.links {
      guard let target = pages[link.to]?.first, link.reason != .nofollow, link.reason != .scope else { continue }
      #expect(target.depth <= link.depth + 1)
    }
  }

  @Test("what is served is what the site says, in every spelling")
  func served() {
    var site = SiteModel()
    site.put("http://a.example/~x", .status(500), .page(.init("<T>", links: [.init("/?a=1&b=\"", text: "a<b")])))
    site.put("http://a.example/r", .redirect(302, to: "/~x"))
    site.put("http://a.example/f", .failure("timeout"))
    site.disallow("/p/", of: "a.example")
    #expect(site.response(to: "http://a.example/%7ex#f").status == 500)
    #expect(
      site.response(to: "HTTP://A.example:80/~x", attempt: 2).body.contains(
        "<title>&lt;T></title></head><body>\n<p><a href=\"/?a=1&amp;b=&quot;\">a&lt;b</a></p>"))
    #expect(site.response(to: "http://a.example/~x", method: "HEAD", attempt: 3).body == "")
    #expect(site.response(to: "http://a.example/r").location == "/~x")
    #expect(site.response(to: "http://a.example/f").failure == "timeout")
    #expect(site.response(to: "http://a.example/robots.txt").body == "User-agent: *\nDisallow: /p/\n")
    #expect(site.response(to: "http://b.example/robots.txt").status == 404)
    #expect(site.response(to: "http://a.example/else").status == 404)
  }

  @Test("latency is by the URL, the attempt and the seed")
  func latency() {
    let urls = (0..<200).map { "http://a.example/\($0)" }
    let first = urls.map { SiteModel.latency(of: $0, attempt: 1, seed: 1) }
    #expect(first == urls.map { SiteModel.latency(of: $0 + "#f", attempt: 1, seed: 1) })
    #expect(first != urls.map { SiteModel.latency(of: $0, attempt: 1, seed: 2) })
    #expect(first != urls.map { SiteModel.latency(of: $0, attempt: 2, seed: 1) })
    #expect(first.allSatisfy { (1...1000).contains($0) })
    #expect(Set(first).count > 8)
  }
}
