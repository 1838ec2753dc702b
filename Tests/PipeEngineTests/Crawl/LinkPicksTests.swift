import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Crawl: what a spec picks to follow")
struct LinkPicksTests {
  private static let site: [String: (type: String, body: String)] = [
    "/": (
      "text/html",
      "<base href=/in/><a href=no>no</a><p class=next><a href=a>x</a><a href=b rel=nofollow>y</a></p>"
        + "<div data-url='/c?q=\u{E9}'></div><script>{\"next\": \"/d\"}</script><p id=way>/e</p>"
    ),
    "/in/a": ("text/html", "<a href=/in/no>no</a><p class=next><a href=/>home</a></p>"),
    "/c?q=%C3%A9": ("application/json", #"{"next": "f", "other": "no"}"#),
    "/d": ("text/html", "<meta name=robots content=nofollow><p class=next><a href=/no>no</a></p>"),
    "/f": ("text/xml", "<a><next>/g</next></a>"),
  ]

  /// The paths of the pages that a crawl asks for, and the faults of its rows.
  private func crawl(_ crawl: String) async throws -> (paths: Set<String>, errors: Set<String>) {
    let pipeline = MemoryPipeline(sources: [MemorySource(urls: ["http://a.test/"])])
    let plan = try pipeline.plan("extract: [url, error]\ncrawl: \(crawl)")
    let fetcher = StubFetcher(places: 5) { request in
      guard let url = request.url else { return .status(404) }
      guard let page = Self.site["\(url.pathname)\(url.search)"] else { return .status(404) }
      return .status(200, type: page.type, body: page.body)
    }
    try await Graph(plan, fetcher: fetcher).runConserving()
    let rows = pipeline.sinks[0].rows.all
    return (
      Set(rows.compactMap { $0[0].textAlone.map { String($0.dropFirst("http://a.test".count)) } }),
      Set(rows.compactMap { $0[1].textAlone })
    )
  }

  @Test(
    "only what is picked is followed",
    arguments: [
      ("{depth: 0, follow: {css: .next}}", ["/"]),
      ("{follow: {css: .next}}", ["/", "/in/a"]),
      ("{follow: {css: .next}, nofollow: ignore}", ["/", "/in/a", "/in/b"]),
      ("{follow: {css: {selector: div, attribute: data-url}}}", ["/", "/c?q=%C3%A9"]),
      ("{follow: {xpath: '//div/@data-url'}}", ["/", "/c?q=%C3%A9"]),
      ("{follow: {xpath: ['string(//p[@id])', '//*[local-name()=\"next\"]']}}", ["/", "/e"]),
      ("{follow: {regex: '/\"next\": *\"([^\"]+)\"/'}}", ["/", "/d"]),
      (
        "{follow: {css: [div, next], xpath: '//div/@data-url', regex: '/\"next\": *\"([^\"]+)\"/'}}",
        ["/", "/c?q=%C3%A9", "/d", "/f", "/g"]
      ),
      ("{follow: {regex: '/ata-url=.(.c)/'}, exclude: [/c*]}", ["/"]),
    ] as [(String, [String])])
  func picked(spec: String, paths: [String]) async throws {
    let found = try await crawl(spec)
    #expect(found.paths == Set(paths))
    #expect(found.errors.isEmpty)
  }

  @Test("a pattern that takes too long is told in the page's row")
  func tooLong() async throws {
    let found = try await crawl(#"{follow: {regex: '/(?:(?:[^#]+)+)+#never/'}}"#)
    #expect(found.paths == ["/"])
    #expect(found.errors.count == 1)
    #expect(found.errors.first?.hasPrefix("extract: crawl.follow: the pattern '") == true)
  }

  @Test(
    "a spec that picks nothing that could be a link is refused",
    arguments: [
      ("{follow: {}}", "missing-key"), ("{follow: {css: []}}", "missing-key"), ("{follow: a.next}", "wrong-type"),
      ("{follow: {css: 'a['}}", "bad-selector"), ("{follow: {xpath: 'count(//a)'}}", "bad-value"),
      ("{follow: {xpath: '//a['}}", "bad-selector"), ("{follow: {regex: '/(/'}}", "bad-regex"),
      ("{follow: {css: {attribute: href}}}", "missing-key"), ("{follow: {json: $.next}}", "unknown-key"),
      ("{follow: {css: {selector: a, atribute: href}}}", "unknown-key"),
    ])
  func refused(crawl: String, code: String) {
    let diagnostics = MemoryPipeline([]).compile("extract: [url]\ncrawl: \(crawl)").diagnostics
    #expect(diagnostics.map(\.code.rawValue) == [code])
  }
}

extension Value {
  fileprivate var textAlone: String? { if case .string(let text) = self { text } else { nil } }
}
