import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// Crawls of sites whose pages differ in what is easily taken for nothing, and of traps that differ in what is not.
@Suite("Graph, crawling sites that a guard against traps could cut", .timeLimit(.minutes(20)))
struct CrawlInnocentTests {
  private static let origin = "http://site.example"

  struct Answer {
    var status = 200
    var type = "text/html"
    var location: String?
    var body = ""
    var links: [String] = []

    /// A page with its links behind what it says.
    static func page(_ body: String, _ links: [String] = [], text: String = "next") -> Answer {
      Answer(body: body + links.map { "<a href='\($0)'>\(text)</a>" }.joined(), links: links)
    }
  }

  private static func random(_ seed: Int) -> RepeatableRandom { RepeatableRandom(seed: UInt64(seed)) }

  private static func words(_ seed: Int, _ count: Int = 5) -> String {
    var random = random(seed)
    let letters = Array("bcdfgklmnprst")
    return (0..<count).map { _ in String((0..<6).map { _ in letters.randomElement(using: &random) ?? "b" }) }
      .joined(separator: " ")
  }

  private static func numbers(_ seed: Int, _ range: ClosedRange<Int>, _ count: Int) -> [Int] {
    var random = random(seed)
    return (0..<count).map { _ in Int.random(in: range, using: &random) }
  }

  private static func shuffled(_ list: [String], _ seed: Int) -> [String] {
    var random = random(seed)
    return list.shuffled(using: &random)
  }

  /// A name for a number that has nothing to do with it.
  private static func code(_ number: Int) -> Int { number * 7919 % 10_007 }

  private static let teams = [
    "Augsburg", "Berlin", "Bremen", "Bochum", "Dortmund", "Frankfurt", "Freiburg", "Kiel", "Leipzig", "Mainz",
  ]

  enum Site: String, CaseIterable {
    case jsonPages, jsonItems, xmlPages, textPages, atom, archive, documents, redirects, otherHosts, frames, league,
      weather, scores, years, rankings, counts, lazyImages, lazySets, backgrounds, scripts, descriptions, drawings,
      code,
      mail
  }

  private static let pages = 100

  private static func follow(_ site: Site) -> String {
    switch site {
    case .jsonPages, .jsonItems: ", follow: {regex: '/\"url\":\"([^\"]+)\"/'}"
    case .xmlPages: ", follow: {css: next}"
    case .atom: ", follow: {css: link}"
    case .textPages: ", follow: {regex: '/next=([^;]+);/'}"
    default: ""
    }
  }

  /// A page of a site, by its path with the query.
  private static func answer(_ site: Site, _ path: String) -> Answer {
    let number = path.split { !$0.isNumber }.last.flatMap { Int($0) } ?? 1
    let next = number < pages ? ["/\(site)/\(number + 1)"] : []
    switch site {
    case .jsonPages:
      let link = number < pages ? "/jsonPages?page=\(number + 1)" : nil
      return Answer(
        type: "application/json", body: "{\"items\":[\"\(words(number))\"],\"url\":\"\(link ?? "")\"}",
        links: link.map { [$0] } ?? [])
    case .jsonItems:
      if path.contains("item") {
        return Answer(type: "application/json", body: "{\"id\":\(number),\"text\":\"\(words(number))\"}")
      }
      let links =
        (0..<5).map { "/jsonItems/item/\(number * 5 + $0)" } + (number < pages ? ["/jsonItems?page=\(number + 1)"] : [])
      return Answer(
        type: "application/json", body: links.map { "{\"url\":\"\($0)\"}" }.joined(separator: ","), links: links)
    case .xmlPages:
      let link = number < pages ? ["/xmlPages?page=\(number + 1)"] : []
      return Answer(
        type: "application/xml",
        body: "<r><item>\(words(number))</item>\(link.map { "<next>\($0)</next>" }.joined())</r>", links: link)
    case .textPages:
      let link = number < pages ? ["/textPages?page=\(number + 1)"] : []
      return Answer(
        type: "text/plain", body: words(number) + link.map { "\nnext=\($0);" }.joined(), links: link)
    case .atom:
      if path.contains("/a/") { return .page(words(number, 20)) }
      let links = (0..<5).map { "/atom/a/\(number * 5 + $0)" } + (number < pages ? ["/atom?page=\(number + 1)"] : [])
      return Answer(
        type: "application/atom+xml",
        body: "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>\(words(number))</title></entry>"
          + links.map { "<link href='\($0)'/>" }.joined() + "</feed>", links: links)
    // Folders by year, month and day, which all look the same, and files that say nothing but their own name.
    case .archive:
      if path.hasSuffix(".csv") { return Answer(type: "text/csv", body: path) }
      let depth = path.split(separator: "/").count - 1
      let names =
        switch depth {
        case 0: (1995..<2025).map { "\($0)/" }
        case 1: (1...12).map { ($0 < 10 ? "0" : "") + "\($0)/" }
        case 2: ["01/", "11/", "21/"]
        default: ["obs.csv"]
        }
      let folder = path.hasSuffix("/") ? path : path + "/"
      let size =
        depth < 3 ? "-" : "\(numbers(path.utf8.reduce(7) { $0 &* 31 % 1_000_003 + Int($1) }, 1000...99_999, 1)[0])"
      return Answer(
        body: "<h1>Index of \(folder)</h1><a href='../'>../</a>"
          + names.map { "<a href='\(folder)\($0)'>\($0)</a> 01-Mar-2024 10:12 \(size)\n" }.joined(),
        links: names.map { folder + $0 })
    case .documents:
      if path.hasSuffix(".pdf") { return Answer(type: "application/pdf", body: "%PDF-1.4 \u{0}\(number)") }
      let links = (0..<5).map { "/documents/f/x\(code(number * 5 + $0)).pdf" }
      return .page("Files", links + (number < pages ? ["/documents?page=\(number + 1)"] : []), text: "Download")
    case .redirects:
      if path.contains("/go/") {
        return Answer(
          status: 302, location: "/redirects/t/\(words(number, 1))", links: ["/redirects/t/\(words(number, 1))"])
      }
      if path.contains("/t/") {
        return .page(words(path.utf8.reduce(7) { $0 &* 31 % 1_000_003 + Int($1) }))
      }
      return .page(
        "Archive",
        (0..<5).map { "/redirects/go/\(number * 5 + $0)" } + (number < pages ? ["/redirects/page/\(number + 1)"] : []),
        text: "article")
    case .otherHosts:
      return .page("Directory <a href='https://\(words(number, 1)).example/'>visit</a>", next)
    case .mail: return .page("Members <a href='mailto:\(words(number, 1))@mail.example'>write</a>", next)
    case .frames: return .page("<iframe src='https://video.example/embed/x\(code(number))'></iframe>", next)
    case .league:
      let (year, day) = (2024 - (number - 1) / 34, 34 - (number - 1) % 34)
      let teams = shuffled(teams, number)
      let goals = numbers(number, 0...5, 10)
      return .page(
        "<h1>Matchday \(day), season \(year)</h1><table>"
          + stride(from: 0, to: 10, by: 2).map {
            "<tr><td>\(teams[$0])<td>\(teams[$0 + 1])<td>\(goals[$0]):\(goals[$0 + 1])"
          }
          .joined() + "</table>", next)
    case .weather:
      let values = numbers(number, 0...31, 4)
      return .page(
        "Weather of \(number % 28 + 1) May 2024: low \(values[0]) °C, high \(values[1]) °C, "
          + "wind \(values[2]), rain \(values[3])",
        next)
    case .scores:
      let values = numbers(number, 0...31, 5)
      return .page(
        "Home team \(values[0]), away team \(values[1]), points \(values[2]) \(values[3]) \(values[4])", next)
    case .years:
      let values = numbers(number, 1900...2020, 2)
      return .page("Population \(values[0]) inhabitants \(values[1])", next)
    case .rankings: return .page("<ol>" + shuffled(teams, number).map { "<li>\($0)" }.joined(), next)
    case .counts: return .page(numbers(number, 0...1, 40).map { ["head", "tail"][$0] }.joined(separator: " "), next)
    case .lazyImages:
      return .page("<img src='/blank.gif' data-src='/img/a\(code(number)).jpg' alt=''>", next)
    case .lazySets: return .page("<img src='/blank.gif' data-srcset='/img/a\(code(number)).jpg 2x'>", next)
    case .backgrounds: return .page("<div style='background-image:url(/img/a\(code(number)).jpg)'></div>", next)
    case .scripts:
      return .page("<script>window.STATE={\"text\":\"\(words(number))\"}</script><div id=app></div>", next)
    case .descriptions: return .page("<meta name=description content='\(words(number))'>", next)
    case .drawings: return .page("<svg><path d='M\(code(number)).5 1'/></svg>", next)
    case .code:
      let marks = numbers(number, 0...7, 40).map { ["+", "-", "*", "[", "]", ".", ",", ">"][$0] }.joined()
      return .page("<pre>\(marks)</pre>", next)
    }
  }

  private func crawl(
    _ start: String, more: String = "", seed: UInt64, _ answer: @escaping @Sendable (String) -> Answer
  ) async throws -> [String] {
    let pipeline = MemoryPipeline([Self.origin + start])
    let plan = try pipeline.plan(
      "extract: [url, depth]\ncrawl: {depth: 200\(more)}\nfetch: {robots: ignore, per_host: {concurrency: 8}}")
    let fetcher = StubFetcher(places: 8, seed: seed) { request in
      let path = request.url.map { String($0.hrefWithoutFragment.dropFirst(Self.origin.count)) } ?? ""
      let answer = answer(path)
      return .status(answer.status, location: answer.location, type: answer.type, body: answer.body)
    }
    try await Graph(plan, fetcher: fetcher).runConserving()
    return fetcher.log.all.compactMap { line in
      line.firstRange(of: Self.origin).map { String(line[$0.upperBound...]) }
    }
  }

  @Test("every page of an innocent site is fetched", arguments: Site.allCases, 0..<UInt64(2))
  func innocents(site: Site, seed: UInt64) async throws {
    let start = "/\(site)" + (site == .archive ? "/" : "")
    var expected: Set<String> = [start]
    var waiting = [start]
    while let path = waiting.popLast() {
      for link in Self.answer(site, path).links where expected.insert(link).inserted { waiting.append(link) }
    }
    let fetched = try await crawl(start, more: Self.follow(site), seed: seed) { Self.answer(site, $0) }
    #expect(expected.count >= Self.pages)
    #expect(Set(fetched).count == fetched.count)
    #expect(expected.subtracting(fetched).count == 0)
  }

  enum Trap: String, CaseIterable {
    case duration, milliseconds, pixel, counter, token, clock, share, feed
  }

  @Test(
    "a trap that says something else each time without saying anything costs at most 50 pages",
    arguments: Trap.allCases, 0..<UInt64(2))
  func traps(trap: Trap, seed: UInt64) async throws {
    let fetched = try await crawl("/c/", seed: seed) { path in
      let number = path.split { !$0.isNumber }.last.flatMap { Int($0) } ?? 5000
      let code = Self.code(number &* 31 + 7)
      if trap == .feed, path.hasPrefix("/ics/") {
        return Answer(type: "text/calendar", body: "BEGIN:VCALENDAR\nX-URL:\(Self.origin)\(path)\nEND:VCALENDAR")
      }
      let extra =
        switch trap {
        case .duration: "Page generated in 0.\(code) seconds"
        case .milliseconds: "<footer>\(code)ms, \(code + 4) ms</footer>"
        case .pixel: "<img src='https://t.example/p.gif?x=\(code)' width=1 height=1>"
        case .counter: "<img src='https://t.example/count.gif?rnd=\(code)'>"
        case .token: "<form><input type=hidden name=csrf value='\(code)'></form><script>nonce='a\(code)Bc'</script>"
        case .clock: "It is \(code % 24):\(10 + code % 50):\(10 + code % 49)"
        case .share: "<a href='https://social.example/share?u=http%3A%2F%2Fsite.example\(path)'>share</a>"
        case .feed: "<a href='/ics/\(number)'>subscribe</a>"
        }
      return .page("No events on this day. " + extra, [-12, -1, 1, 12].map { "/c/?m=\(number + $0)" })
    }
    #expect(fetched.count <= (trap == .feed ? 100 : 50))
  }
}
