import PipeTesting
import Testing

@testable import PipeWeb

struct TrapEvidenceTests {
  struct Page {
    var text: String
    var links: [String]
  }

  /// A plain crawler: breadth first, each URL once, as the crawl's own bounds allow.
  private func crawl(
    from start: String = "https://s.test/", limit: Int = 3000, _ site: (WebURL) -> Page?
  ) throws -> (fetched: [String], evidence: TrapEvidence) {
    var evidence = TrapEvidence()
    var queue = [try WebURL(parsing: start)]
    var seen: Set<String> = [queue[0].href]
    var fetched: [String] = []
    var next = 0
    while next < queue.count, fetched.count < limit {
      let url = queue[next]
      next += 1
      guard evidence.judge(url) else { continue }
      fetched.append(url.href)
      guard let page = site(url) else { continue }
      var leadsOutside = false
      for link in page.links {
        guard let target = try? WebURL(parsing: link, base: url),
          TrapBounds.reason(toDrop: target) == nil,
          seen.insert(target.href).inserted
        else { continue }
        if !leadsOutside { leadsOutside = evidence.leadsOutside(target, from: url) }
        queue.append(target)
      }
      evidence.learn(
        url, contentHash: PageSubstance.hash(of: page.text.utf8.span, at: url),
        hasNewLinksOutside: leadsOutside)
    }
    return (fetched, evidence)
  }

  private static let words = [
    "anchor", "barrel", "candle", "dune", "ember", "fern", "grove", "harbor", "island", "jetty",
    "kettle", "lantern",
    "meadow", "nettle", "orchard", "pebble", "quarry", "ridge", "saddle", "timber",
  ]

  /// Text that no other number has.
  private static func text(_ number: Int) -> String {
    (0..<5).map { words[number / [1, 20, 400, 8000, 160_000][$0] % 20] + "\($0 * 1000 + 700)" }
      .joined(separator: " ")
  }

  /// Pages of the site that are no trap, a hundred of them, and a way into the trap from the first.
  private func site(_ url: WebURL, trapAt entrance: String, _ trap: (WebURL) -> Page?) -> Page? {
    let path = url.href.dropFirst("https://s.test".count)
    if path == "/" {
      return Page(
        text: "welcome", links: [entrance] + (0..<50).map { "/\(Self.words[$0 % 20])/p\($0)" })
    }
    if let number = path.split(separator: "/").last.flatMap({
      $0.hasPrefix("p") ? Int($0.dropFirst()) : nil
    }) {
      return Page(
        text: Self.text(number), links: number < 50 ? ["/more/p\(number + 50)", "/"] : ["/"])
    }
    return trap(url)
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November",
    "December",
  ]

  private static func parameter(_ name: String, of url: WebURL) -> String? {
    url.href.split(separator: "?").dropFirst().first?.split(separator: "&").first {
      $0.hasPrefix(name + "=")
    }
    .map { String($0.dropFirst(name.count + 1)) }
  }

  enum Trap: String, CaseIterable {
    case calendarPath, calendarQuery, facets, facetPaths, sessions, ownPath, numbersInPath, escapes,
      echo, echoQuery
  }

  private func page(_ trap: Trap, _ url: WebURL) -> Page? {
    let segments = url.href.dropFirst("https://s.test/".count).split(separator: "/")
    let name = segments.first.map { String($0.prefix { $0 != "?" }) } ?? ""
    switch trap {
    case .calendarPath:
      guard segments.count == 3, let year = Int(segments[1]), let month = Int(segments[2]) else {
        return nil
      }
      let (next, previous) = (year * 12 + month, year * 12 + month - 2)
      return Page(
        text: "Events in \(Self.months[month - 1]) \(year): none. Mon Tue Wed 1 2 3 4 5 28 29 30",
        links: [next, previous].map { "/trap/\($0 / 12)/\($0 % 12 + 1)" } + ["/"])
    case .calendarQuery:
      let month = Self.parameter("month", of: url).flatMap { Int($0) } ?? 600
      return Page(
        text: "Events in \(Self.months[month % 12]) \(1970 + month / 12): none",
        links: ["?month=\(month + 1)", "?month=\(month - 1)", "/"])
    case .facets:
      let chosen =
        url.href.split(separator: "?").dropFirst().first.map {
          $0.split(separator: "&").map(String.init)
        } ?? []
      let all = [
        "color=red", "color=blue", "size=s", "size=l", "sort=up", "sort=down", "brand=x", "brand=y",
        "sale=1",
      ]
      return Page(
        text: "boots shoes hats 15 results",
        links: all.filter { !chosen.contains($0) }.map {
          "/trap?" + (chosen + [$0]).joined(separator: "&")
        } + ["/"])
    case .facetPaths:
      let all = Self.words
      return Page(
        text: "boots shoes hats",
        links: all.map {
          "/trap/" + (segments.dropFirst().map(String.init) + [$0]).joined(separator: "/")
        })
    case .sessions:
      let session = abs(url.href.hashValue) % 1_000_000
      let pages = (0..<20).map { "/\(Self.words[$0])?sid=\(session)" }
      return Page(text: "the page " + name, links: pages + ["/"])
    case .ownPath: return Page(text: "a page", links: ["a/", "/"])
    case .numbersInPath:
      return Page(text: "a page", links: ["\(segments.count)/", "\(segments.count + 900)/", "/"])
    case .escapes:
      return Page(
        text: "a page", links: [url.href + (url.href.contains("?") ? "&amp;x=1" : "?x=1"), "/"])
    case .echo:
      return Page(
        text: "You asked for \(url.href), which is not here",
        links: ["\(segments.count)x/", "y\(segments.count)/", "/"])
    case .echoQuery:
      let query = url.href.split(separator: "?").dropFirst().first ?? "q=a"
      return Page(
        text: "Results for \(query): none", links: ["/trap?\(query)b", "/trap?\(query)c", "/"])
    }
  }

  @Test(arguments: Trap.allCases)
  func `A trap costs at most 50 pages, and no other page is lost`(trap: Trap) throws {
    let entrance =
      trap == .calendarPath
      ? "/trap/2024/5" : trap == .echo || trap == .ownPath ? "/trap/" : "/trap"
    let (fetched, _) = try crawl { url in site(url, trapAt: entrance) { page(trap, $0) } }
    let innocent = fetched.filter { url in
      url == "https://s.test/"
        || (url.split(separator: "/").last.map { $0.hasPrefix("p") && Int($0.dropFirst()) != nil }
          ?? false)
    }
    #expect(innocent.count == 101)
    #expect(fetched.count - innocent.count <= 50)
  }

  enum Site: String, CaseIterable {
    case pagination, forum, news, wiki, listOfItems, endlessArticles, soft404s
  }

  private func page(_ kind: Site, _ url: WebURL) -> Page? {
    let path = String(url.href.dropFirst("https://s.test".count))
    let number = path.split { !$0.isNumber }.last.flatMap { Int($0) } ?? 0
    switch kind {
    // A list that shows only what its items say, and the next page.
    case .pagination:
      return Page(text: Self.text(number), links: number < 500 ? ["/list?page=\(number + 1)"] : [])
    case .forum:
      return Page(
        text: "Topic: " + Self.text(number),
        links: number < 500 ? ["/topic?id=\(number + 1)", "/topic?id=\(number / 2)"] : [])
    case .news:
      let day = number % 28 + 1
      return Page(
        text: Self.text(number),
        links: number < 500 ? ["/2024/\(number % 12 + 1)/\(day)/title-\(number + 1)"] : [])
    case .wiki:
      return Page(
        text: Self.text(number), links: number < 500 ? ["/index.php?title=Page_\(number + 1)"] : [])
    // Lists that all say the same, and lead to items.
    case .listOfItems:
      if path.hasPrefix("/item/") { return Page(text: Self.text(number), links: ["/"]) }
      return Page(
        text: "Our items",
        links: number < 250 ? ["/list?page=\(number + 1)", "/item/\(number)"] : [])
    case .endlessArticles:
      return Page(text: Self.text(number), links: number < 500 ? ["/read/\(number + 1)"] : [])
    // One page in three is not there.
    case .soft404s:
      return Page(
        text: number % 3 == 0 ? "Not found" : Self.text(number),
        links: number < 500 ? ["/shop/\(number + 1)"] : [])
    }
  }

  @Test(arguments: Site.allCases)
  func `A site that has much to say is fetched whole`(kind: Site) throws {
    let (fetched, evidence) = try crawl { page(kind, $0) }
    #expect(fetched.count >= 501)
    #expect(evidence.exhausted.isEmpty)
  }

  @Test func `Groups are named with their pages and what was dropped`() throws {
    let (_, evidence) = try crawl { url in site(url, trapAt: "/trap") { page(.calendarQuery, $0) } }
    let exhausted = evidence.exhausted
    #expect(exhausted.map(\.shape).contains("https://s.test/trap?month"))
    #expect(exhausted.allSatisfy { $0.pages <= 50 })
    #expect(exhausted.contains { $0.dropped > 0 })
  }

  @Test(arguments: [
    ("https://a.test/", "https://a.test"), ("https://a.test:81/x", "https://a.test:81/x"),
    ("https://a.test/x/12/y?b=1&a=2&a=3#f", "https://a.test/x/*/y?a&b"),
    ("https://a.test/2024-05-03/1/2/title", "https://a.test/*/title"),
    ("https://a.test/x/550e8400-e29b-41d4-a716-446655440000", "https://a.test/x/*"),
    ("https://a.test/deadbeef/cafe12345", "https://a.test/deadbeef/*"),
    ("https://a.test/x?", "https://a.test/x"),
    ("https://a.test/x?q", "https://a.test/x?q"),
    ("https://a.test/x?amp;a=1&amp;amp;b=2", "https://a.test/x?amp;"),
  ])
  func `A shape keeps what tells pages apart`(url: String, shape: String) throws {
    #expect(URLShape(of: try WebURL(parsing: url)) { _, _ in false }.text == shape)
  }

  @Test func `Memory is bounded, and traps that were found stay so`() throws {
    var evidence = TrapEvidence()
    let trap = try WebURL(parsing: "https://s.test/trap/1")
    for _ in 0...TrapEvidence.patience {
      evidence.learn(trap, contentHash: 1, hasNewLinksOutside: false)
    }
    var mayBeFetched = evidence.judge(trap)
    #expect(!mayBeFetched)
    for number in 0..<2500 {
      let url = try WebURL(parsing: "https://h\(number).test/x?y=1")
      evidence.learn(url, contentHash: UInt64(number + 2), hasNewLinksOutside: false)
    }
    mayBeFetched = evidence.judge(trap)
    #expect(!mayBeFetched)
    #expect(evidence.groupCount <= TrapEvidence.mostGroups)
  }

  @Test func `What pages of a trap say otherwise is not substance`() throws {
    func hash(_ text: String, _ url: String) throws -> UInt64 {
      PageSubstance.hash(of: text.utf8.span, at: try WebURL(parsing: url))
    }
    let one = try hash("May 2024: nothing on 3, 4 and 5", "https://s.test/c?m=5")
    #expect(try hash("nothing on 30, 31 AND May, 1999", "https://s.test/c?m=5") == one)
    #expect(try hash("June 2024: nothing on 3, 4 and 5", "https://s.test/c?m=5") != one)
    #expect(try hash("May 2024: nothing on 3, 4 and 500", "https://s.test/c?m=5") != one)
    #expect(
      try hash("no foo here", "https://s.test/foo") == hash("no bar here", "https://s.test/bar"))
  }
}
