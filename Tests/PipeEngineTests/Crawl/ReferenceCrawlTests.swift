import PipeTesting
import PipeWeb
import Testing

/// The reference itself, on sites small enough to be worked out by hand.
@Suite("The reference crawl")
struct ReferenceCrawlTests {
  private static let a = "http://a.example"

  /// A site of pages that have only links: `["/": "/x /y"]`; `301 /z` is a redirect.
  private static func site(_ pages: [String: String]) -> SiteModel {
    var site = SiteModel()
    for (path, content) in pages {
      let words = content.split(separator: " ").map(String.init)
      let url = path.hasPrefix("/") ? a + path : path
      if let first = words.first, let status = Int(first) {
        site.put(url, words.count > 1 ? .redirect(status, to: words[1]) : .status(status))
      } else {
        site.put(url, links: words)
      }
    }
    return site
  }

  /// `/x 1 /`: path, depth, and the path of the referrer.
  private static func described(_ crawl: ReferenceCrawl) -> [String] {
    crawl.pages.map { page in
      let referrer = page.referrer.map { " " + $0.replacing(a, with: "") } ?? ""
      return "\(page.identity.replacing(a, with: "")) \(page.depth)\(referrer)"
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let pages: [String: String]
    let depth: Int
    let expected: [String]
    var sources = ["/"]

    init(_ words: String, depth: Int = 3, _ pages: [String: String], _ expected: [String], sources: [String] = ["/"]) {
      (testDescription, self.pages, self.depth, self.expected, self.sources) = (words, pages, depth, expected, sources)
    }
  }

  static let cases = [
    Case("one page", ["/": ""], ["/ 0"]),
    Case("a cycle ends", ["/": "/x", "/x": "/y /", "/y": "/x"], ["/ 0", "/x 1 /", "/y 2 /x"]),
    Case("depth 0 is the sources' pages", depth: 0, ["/": "/x"], ["/ 0"]),
    Case("the depth bounds", depth: 2, ["/": "/1", "/1": "/2", "/2": "/3"], ["/ 0", "/1 1 /", "/2 2 /1"]),
    Case(
      "the shorter of two ways counts, and what lies behind is reached by it", depth: 3,
      ["/": "/l /s", "/l": "/m", "/m": "/e", "/s": "/e", "/e": "/b"],
      ["/ 0", "/l 1 /", "/s 1 /", "/m 2 /l", "/e 2 /s", "/b 3 /e"]),
    Case(
      "of two ways of one length that of the earlier page counts", ["/": "/x /y", "/x": "/z", "/y": "/z"],
      ["/ 0", "/x 1 /", "/y 1 /", "/z 2 /x"]),
    Case(
      "the order of the sources decides before that of the documents", ["/x": "/w /z", "/y": "/z"],
      ["/y 0", "/x 0", "/z 1 /y", "/w 1 /x"], sources: ["/y", "/x"]),
    Case(
      "a source that is named twice is one", ["/": "/x"], ["/ 0", "/x 1 /"],
      sources: ["/", "/#a", "http://A.example:80"]),
    Case(
      "a redirect has no length", depth: 1, ["/": "/r", "/r": "301 /s", "/s": "302 /t", "/t": "/u"],
      ["/ 0", "/r 1 /", "/s 1 /r", "/t 1 /s"]),
    Case(
      "a link comes before a redirect", ["/": "/r /x", "/r": "301 /y", "/x": "/z", "/y": "/z"],
      ["/ 0", "/r 1 /", "/x 1 /", "/y 1 /r", "/z 2 /x"]),
    Case(
      "a link of the same page comes before a redirect to the same target", ["/": "/r /y", "/r": "301 /y"],
      ["/ 0", "/r 1 /", "/y 1 /"]),
    Case("a loop of redirects ends", ["/": "/r", "/r": "301 /s", "/s": "301 /r"], ["/ 0", "/r 1 /", "/s 1 /r"]),
    Case("a redirect to itself is one page", ["/": "301 /"], ["/ 0"]),
    Case(
      "spellings are one page", ["/": "/%7Ex HTTP://A.example:80/~x /y/../~x#f /~X /%7ex?", "/~x": ""],
      ["/ 0", "/~x 1 /", "/~X 1 /", "/~x? 1 /"]),
    Case(
      "another host is out of scope", ["/": "http://b.example/ http://a.example:81/ https://a.example/x"],
      ["/ 0", "https://a.example/x 1 /"]),
    Case("answers of 404 are pages without links", ["/": "/x /y", "/x": "404"], ["/ 0", "/x 1 /", "/y 1 /"]),
  ]

  @Test("pages, depths and referrers are as worked out by hand", arguments: cases)
  func pages(test: Case) {
    let sources = test.sources.map { $0.hasPrefix("/") ? Self.a + $0 : $0 }
    let crawl = ReferenceCrawl(of: Self.site(test.pages), CrawlRules(sources, depth: test.depth))
    #expect(Self.described(crawl) == test.expected)
  }

  // MARK: Redirects

  /// A chain of redirects: `/0` to `/1` and so on.
  private static func chain(_ length: Int, _ pages: [String: String]) -> SiteModel {
    site(pages.merging((0..<length).map { ("/\($0)", "301 /\($0 + 1)") }) { $1 })
  }

  @Test("a chain of redirects counts against the bound", arguments: [0, 1, 3, 10])
  func longChain(bound: Int) {
    var rules = CrawlRules([Self.a + "/"])
    rules.redirects = bound
    let crawl = ReferenceCrawl(of: Self.chain(12, ["/": "/0"]), rules)
    #expect(crawl.pages.map(\.identity) == [Self.a + "/"] + (0...bound).map { "\(Self.a)/\($0)" })
    #expect(crawl.dropped.map(\.from) == ["\(Self.a)/\(bound)"])
    #expect(crawl.dropped.map(\.to) == ["\(Self.a)/\(bound + 1)"])
    #expect(crawl.dropped.map(\.reason) == [.redirects])
    #expect(crawl.links.map(\.error) == ["redirects"])
  }

  @Test("a chain counts from its beginning at the least depth, and not from a deeper link into it")
  func linkIntoChain() {
    var rules = CrawlRules([Self.a + "/"])
    rules.redirects = 3
    let site = Self.chain(5, ["/": "/0 /x", "/x": "/y", "/y": "/3"])
    #expect(
      Self.described(ReferenceCrawl(of: site, rules)) == [
        "/ 0", "/0 1 /", "/x 1 /", "/1 1 /0", "/2 1 /1", "/3 1 /2", "/y 2 /x",
      ])
    rules.sources.append(Self.a + "/3")
    #expect(
      Self.described(ReferenceCrawl(of: site, rules)) == [
        "/ 0", "/3 0", "/4 0 /3", "/5 0 /4", "/0 1 /", "/x 1 /", "/1 1 /0", "/2 1 /1", "/y 2 /x",
      ])
  }

  @Test("a link's outcome is that of the end of its chain")
  func ends() {
    let crawl = ReferenceCrawl(
      of: Self.site([
        "/": "/r /loop /off /gone /x", "/r": "301 /s", "/s": "302 /x", "/x": "", "/loop": "301 /loop",
        "/off": "301 http://b.example/",
      ]), CrawlRules([Self.a + "/"]))
    #expect(crawl.links.map(\.status) == [200, nil, nil, 404, 200])
    #expect(crawl.links.map(\.error) == [nil, "redirects", nil, nil, nil])
    #expect(crawl.links.map(\.reason) == [nil, nil, .scope, nil, nil])
    #expect(crawl.duplicates == 2, "/x after /s or /, and the loop")
  }

  // MARK: Scope and patterns

  @Test("a source takes its scope along to www and to https, and not elsewhere", arguments: CrawlRules.Scope.allCases)
  func scopes(scope: CrawlRules.Scope) {
    let site = Self.site([
      "/docs/": "301 https://www.a.example/",
      "https://www.a.example/": "/docs/x /y http://a.example/docs/z http://a.example/w",
      "/elsewhere": "301 http://b.example/",
    ])
    let crawl = ReferenceCrawl(of: site, CrawlRules([Self.a + "/docs/", Self.a + "/elsewhere"], scope: scope))
    let www = "https://www.a.example"
    let all = ["/docs/", "/elsewhere"].map { Self.a + $0 } + [www + "/"]
    // The front page is not in the folder of /docs/, but in that of /elsewhere, which stays at its host.
    let expected: [String] =
      switch scope {
      case .page: all
      case .prefix: Array(all.dropLast())
      case .host: all + [www + "/docs/x", www + "/y", Self.a + "/docs/z", Self.a + "/w"]
      case .any:
        all + ["http://b.example/", www + "/docs/x", www + "/y", Self.a + "/docs/z", Self.a + "/w"]
      }
    #expect(crawl.pages.map(\.identity) == expected)
  }

  @Test("patterns decide about links and redirects, not about sources")
  func patterns() {
    var rules = CrawlRules([Self.a + "/start"])
    rules.include = ["/in/*", "*?page=*"]
    rules.exclude = ["/in/secret*", "*.pdf"]
    let crawl = ReferenceCrawl(
      of: Self.site(["/start": "/in/x /in/secret/y /in/z.pdf /out /list?page=2 /in/r", "/in/r": "301 /out"]), rules)
    #expect(
      crawl.pages.map(\.identity) == ["/start", "/in/x", "/list?page=2", "/in/r"].map { Self.a + $0 })
    #expect(crawl.dropped.map(\.reason) == [.exclude(0), .exclude(1), .include, .include])
  }

  @Test("links that are not to be followed are followed only where another link leads there", arguments: [true, false])
  func nofollow(respects: Bool) {
    var site = SiteModel()
    site.put(
      Self.a + "/",
      .page(.init("", links: [.init("/x", isNofollow: true), .init("/y", isNofollow: true), .init("/z"), .init("/w")])))
    site.put(Self.a + "/z", links: ["/y"])
    site.put(Self.a + "/w", .page(.init("", links: [.init("/v")], isNofollow: true)))
    var rules = CrawlRules([Self.a + "/"])
    rules.respectsNofollow = respects
    let crawl = ReferenceCrawl(of: site, rules)
    #expect(
      Self.described(crawl)
        == (respects
          ? ["/ 0", "/z 1 /", "/w 1 /", "/y 2 /z"] : ["/ 0", "/x 1 /", "/y 1 /", "/z 1 /", "/w 1 /", "/v 2 /w"]))
    #expect(crawl.dropped.map(\.reason) == (respects ? [.nofollow, .nofollow, .nofollow] : []))
    #expect(crawl.links.first { $0.to == Self.a + "/y" }?.status == 404, "its target is known all the same")
  }

  @Test("what robots.txt disallows is a page that was not asked for")
  func robots() {
    var site = Self.site(["/": "/private/x /public", "/private/x": "/y"])
    site.disallow("/private/", of: "a.example")
    var rules = CrawlRules([Self.a + "/"])
    let crawl = ReferenceCrawl(of: site, rules)
    #expect(Self.described(crawl) == ["/ 0", "/private/x 1 /", "/public 1 /"])
    #expect(crawl[Self.a + "/private/x"]?.outcome == .disallowed)
    #expect(crawl.pages.map(\.attempts) == [1, 0, 1])
    rules.obeysRobots = false
    #expect(ReferenceCrawl(of: site, rules).pages.count == 4)
  }

  // MARK: Failures

  @Test(
    "a failure is that of the last attempt",
    arguments: [
      (["500", "ok"], "200", 2), (["timeout", "500", "ok"], "200", 3), (["500", "500", "500", "ok"], "500", 3),
      (["404", "ok"], "404", 1), (["timeout"], "timeout", 3), (["ok", "500"], "200", 1),
    ])
  func failures(answers: [String], outcome: String, attempts: Int) {
    var site = Self.site(["/": "/x"])
    site.put(
      Self.a + "/x",
      answers.map { word in
        word == "ok" ? .page(.init("", links: [.init("/y")])) : Int(word).map { .status($0) } ?? .failure(word)
      })
    let crawl = ReferenceCrawl(of: site, CrawlRules([Self.a + "/"]))
    #expect(crawl[Self.a + "/x"]?.outcome == (Int(outcome).map { .status($0) } ?? .failure(outcome)))
    #expect(crawl[Self.a + "/x"]?.attempts == attempts)
    #expect((crawl[Self.a + "/y"] != nil) == (outcome == "200"))
    #expect(crawl.links.first?.status == Int(outcome))
    #expect(crawl.links.first?.error == (Int(outcome) == nil ? outcome : nil))
  }
}
