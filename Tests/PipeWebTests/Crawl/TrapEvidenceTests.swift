import Testing

@testable import PipeWeb

struct TrapEvidenceTests {
  struct Page {
    var text: String
    var links: [String]
  }

  /// A plain crawler: breadth first but for what barren pages alone lead to, each URL once, as the crawl's own bounds
  /// allow, with eight pages in flight.
  private func crawl(
    from start: String = "https://s.test/", limit: Int = 3000, readsAll: Bool = true, _ site: (WebURL) -> Page?
  ) throws -> (fetched: [String], evidence: TrapEvidence, reads: Int) {
    var evidence = TrapEvidence()
    var queue = [try WebURL(parsing: start)]
    var doubtful: [WebURL] = []
    // Whether only barren pages lead to a URL.
    var isDoubtful = [queue[0].href: false]
    var wasDoubtful: Set<String> = []
    var refused: Set<String> = []
    var fetched: [String] = []
    var inFlight: [WebURL] = []
    var next = 0
    var reads = 0
    while next < queue.count || !doubtful.isEmpty || !inFlight.isEmpty, fetched.count < limit {
      while inFlight.count < 8, next < queue.count || !doubtful.isEmpty {
        let url: WebURL
        if let last = doubtful.last, inFlight.count < 4 || next == queue.count {
          url = last
          doubtful.removeLast()
        } else if next < queue.count {
          url = queue[next]
          next += 1
        } else {
          break
        }
        if isDoubtful[url.href] == true, evidence.isExhausted(url) {
          evidence.drop(url)
          refused.insert(url.href)
        } else {
          if isDoubtful[url.href] == true { wasDoubtful.insert(url.href) }
          fetched.append(url.href)
          inFlight.append(url)
        }
      }
      if inFlight.isEmpty { break }
      let url = inFlight.removeFirst()
      guard let page = site(url) else { continue }
      let place = evidence.page(url)
      var content = TrapEvidence.Content.unread
      if readsAll || evidence.wantsContent(of: url) {
        reads += 1
        // A text of a zero stands for a redirect.
        content =
          page.text == "\u{0}" ? .nothing : .substance(PageSubstance.hash(ofHTML: page.text.utf8.span, at: url))
      }
      var links: [WebURL] = []
      var leadsOutside = false
      for link in page.links {
        guard let target = try? WebURL(parsing: link, base: url), TrapBounds.reason(toDrop: target) == nil else {
          continue
        }
        links.append(target)
        if isDoubtful[target.href] == nil, !leadsOutside { leadsOutside = evidence.leadsOutside(target, from: place) }
      }
      let brought = evidence.learn(
        content, of: place, hasNewLinksOutside: leadsOutside, isDoubtful: wasDoubtful.contains(url.href))
      for target in links {
        let isBarren = brought == .nothing || brought == .nothingSoFar && evidence.isInside(target, place)
        let isNew = isDoubtful.updateValue(isBarren && isDoubtful[target.href] ?? true, forKey: target.href) == nil
        if isNew, isBarren { doubtful.append(target) }
        if isNew && !isBarren || !isBarren && refused.remove(target.href) != nil { queue.append(target) }
      }
    }
    return (fetched, evidence, reads)
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

  @Test(arguments: Trap.allCases, [true, false])
  func `A trap costs at most 50 pages, and no other page is lost`(trap: Trap, readsAll: Bool) throws {
    let entrance =
      trap == .calendarPath
      ? "/trap/2024/5" : trap == .echo || trap == .ownPath ? "/trap/" : "/trap"
    let (fetched, _, _) = try crawl(readsAll: readsAll) { url in site(url, trapAt: entrance) { page(trap, $0) } }
    let innocent = fetched.filter { url in
      url == "https://s.test/"
        || (url.split(separator: "/").last.map { $0.hasPrefix("p") && Int($0.dropFirst()) != nil }
          ?? false)
    }
    #expect(innocent.count == 101)
    #expect(fetched.count - innocent.count <= 50)
  }

  enum Site: String, CaseIterable {
    case pagination, forum, news, wiki, listOfItems, endlessArticles, soft404s, shop, sameTexts, gallery, sorted, tiny,
      redirects, rootArticles, deepSection

    /// The pages that it has at least.
    var count: Int {
      switch self {
      case .shop: 1000
      case .rootArticles: 2000
      case .sameTexts, .redirects: 600
      default: 501
      }
    }
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
    // Lists by twenty of products that differ in their number and price alone, and lead to others like them.
    case .shop:
      if path.hasPrefix("/product") {
        return Page(
          text: "Product \(number). Price \(number % 28 + 1). Buy now", links: ["/", "/product?id=\(number / 2)"])
      }
      return Page(
        text: "Our products: " + (0..<20).map { "Product \(number * 20 + $0)" }.joined(separator: ", "),
        links: (0..<20).map { "/product?id=\(number * 20 + $0)" } + (number < 50 ? ["/list?page=\(number + 1)"] : []))
    // One list of pages that all say the same, as those that a script fills.
    case .sameTexts:
      if path.hasPrefix("/app/") { return Page(text: "Please enable scripts", links: ["/", "/app/\(number / 2)"]) }
      return Page(text: "All", links: (0..<600).map { "/app/\($0)" })
    // Pictures without a word, each with a link to the next alone.
    case .gallery:
      return Page(
        text: "<img src=/img/\(number).jpg alt=''> Next", links: number < 500 ? ["/photo/\(number + 1)"] : [])
    case .sorted:
      let descends = path.contains("desc")
      let first = descends ? 83 - number : number
      if path.hasPrefix("/topic") {
        return Page(text: Self.text(number), links: ["/forum?page=\(number / 6)&sort=asc"])
      }
      return Page(
        text: (0..<6).map { Self.text(first * 6 + $0) }.joined(separator: " "),
        links: ["/forum?page=\(number)&sort=desc", "/forum?page=\(number)&sort=asc"]
          + (number < 83 ? ["/forum?page=\(number + 1)&sort=\(descends ? "desc" : "asc")"] : [])
          + (0..<6).map { "/topic/\(first * 6 + $0)" })
    case .tiny:
      return Page(
        text: Self.words[number % 20] + "x\(number / 20)y", links: number < 500 ? ["/blog/\(number + 1)"] : [])
    case .redirects:
      if path.hasPrefix("/go/") { return Page(text: "\u{0}", links: ["/item/\(number)"]) }
      if path.hasPrefix("/item/") { return Page(text: Self.text(number), links: ["/"]) }
      return Page(text: "Our items", links: (0..<300).map { "/go/\($0)" })
    case .rootArticles:
      return Page(
        text: Self.text(number), links: number < 2000 ? ["/title-\(number + 1)", "/title-\(number / 2)"] : [])
    // A trap beside others deep in the same section, of which some come late.
    case .deepSection:
      if path.hasPrefix("/en/x/calendar/") {
        return Page(text: "Nothing on this day", links: ["/en/x/calendar/\(number + 1)", "/"])
      }
      return Page(
        text: Self.text(number),
        links: (number < 500 ? ["/en/team/\(Self.words[number % 20])/n\(number + 1)"] : [])
          + (number == 3 ? ["/en/x/calendar/1"] : []))
    // One page in three is not there.
    case .soft404s:
      return Page(
        text: number % 3 == 0 ? "Not found" : Self.text(number),
        links: number < 500 ? ["/shop/\(number + 1)"] : [])
    }
  }

  @Test(arguments: Site.allCases, [true, false])
  func `A site that has much to say is fetched whole`(kind: Site, readsAll: Bool) throws {
    let (fetched, evidence, _) = try crawl(readsAll: readsAll) { page(kind, $0) }
    #expect(fetched.count >= kind.count)
    if kind == .deepSection { return }
    #expect(evidence.exhausted.map(\.dropped).reduce(0, +) == 0, "\(evidence.exhausted)")
  }

  @Test func `Groups are named with their pages and what was dropped`() throws {
    let (_, evidence, _) = try crawl { url in site(url, trapAt: "/trap") { page(.calendarQuery, $0) } }
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
    var branches = PathBranches()
    let parsed = try WebURL(parsing: url)
    #expect(URLShape(of: parsed, &branches).name(of: .pages, parsed) == shape)
  }

  @Test func `Memory is bounded, and traps that were found stay so`() throws {
    var evidence = TrapEvidence()
    let trap = try WebURL(parsing: "https://s.test/trap/1")
    for _ in 0...TrapEvidence.patience {
      let page = evidence.page(trap)
      _ = evidence.learn(.substance(1), of: page, hasNewLinksOutside: false)
    }
    var isExhausted = evidence.isExhausted(trap)
    #expect(isExhausted)
    for number in 0..<5000 {
      let page = evidence.page(try WebURL(parsing: "https://h\(number).test/x/\(number % 3)z?y=1"))
      _ = evidence.learn(.substance(UInt64(number + 2)), of: page, hasNewLinksOutside: false)
    }
    isExhausted = evidence.isExhausted(trap)
    #expect(isExhausted)
    #expect(evidence.groupCount <= TrapEvidence.mostGroups)
    #expect(evidence.pathCount <= PathBranches.mostPaths)
    #expect(evidence.forgottenTraps == 0)
  }

  @Test func `Of many traps the ones that cost least are forgotten, and counted`() throws {
    var evidence = TrapEvidence()
    for number in 0..<4200 {
      let page = evidence.page(try WebURL(parsing: "https://h\(number).test/x/1"))
      for _ in 0..<TrapEvidence.patience {
        _ = evidence.learn(.nothing, of: page, hasNewLinksOutside: false)
      }
    }
    #expect(evidence.groupCount <= TrapEvidence.mostGroups)
    // One is forgotten before it is known for a trap.
    #expect(evidence.forgottenTraps + evidence.exhausted.count >= 4199)
    #expect(evidence.forgottenTraps > 2000)
  }

  @Test func `Few pages of a site that says much are read`() throws {
    let (fetched, _, reads) = try crawl(limit: 3000, readsAll: false) { url in
      let number = url.href.split { !$0.isNumber }.last.flatMap { Int($0) } ?? 0
      return Page(text: Self.text(number), links: (1...3).map { "/item/\(number + $0)" })
    }
    #expect(fetched.count == 3000)
    #expect(reads < TrapEvidence.firstContents + 3000 / 10)
  }
}
