import FoundationEssentials
import Glibc
import PipeTesting
import PracticeSite
import Testing

/// Crawls of the practice site's linked pages with the built `pipe`, against the reference that is told what the pages have.
@Suite("pipe, crawling the practice site", .timeLimit(.minutes(20)))
struct CrawlTests {
  private struct PageRow: Decodable, Hashable {
    var url: String
    var depth: Int
    var referrer: String?
    var status: Int?
  }

  private struct LinkRow: Decodable, Hashable {
    var from: String
    var to: String
    var text: String?
    var depth: Int
    var status: Int?
    var error: String?
  }

  private static func rows<Row: Decodable>(_ text: String) throws -> [Row] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
  }

  /// What the reference is told of a site: all pages that its links lead to, but for traps.
  private static func model(_ linked: LinkedSite, at origin: String) -> SiteModel {
    let root = origin + linked.root
    var model = SiteModel()
    model.disallow(linked.root + "closed/", of: String(origin.dropFirst("http://".count)))
    var waiting = [root]
    var seen = Set(waiting)
    while let url = waiting.popLast() {
      let page = linked.page(at: String(url.dropFirst(root.count)))
      var links: [SiteModel.Link] = []
      func add(_ href: String, base: String, text: String, isNofollow: Bool) {
        guard let target = PlainURL.resolved(href, at: base) else { return }
        links.append(SiteModel.Link(target, text: text, isNofollow: isNofollow))
      }
      if let location = page.location {
        model.put(url, .redirect(page.status, to: location))
        add(location, base: url, text: "", isNofollow: false)
      } else if page.status != 200 {
        model.put(url, .status(page.status))
      } else {
        let base = page.base.flatMap { PlainURL.resolved($0, at: url) } ?? url
        if let next = page.next { add(next, base: url, text: "", isNofollow: false) }
        for link in page.links {
          let text =
            switch link.element {
            case .a, .area: link.text;
            case .iframe, .link, .refresh: ""
            }
          add(link.href, base: base, text: text, isNofollow: link.isNofollow)
        }
        model.put(url, .page(SiteModel.Page(page.title, links: links, isNofollow: page.isNofollow)))
      }
      for link in links {
        let identity = PlainURL.identity(of: link.written)
        if identity.hasPrefix(root), !identity.hasPrefix(root + "trap/"), seen.insert(identity).inserted {
          waiting.append(identity)
        }
      }
    }
    return model
  }

  private static let spec = """
    sources: [{urls: ["SITE/crawl/NAME/"]}]
    fetch: {allow_private: [127.0.0.1], retry: 1, redirects: 50, per_host: {concurrency: 4}}
    crawl: {depth: 60, exclude: EXCLUDE}
    extract: [url, depth, referrer, status]
    sinks:
      - jsonl: pages.jsonl
      - jsonl: {path: links.jsonl, rows: links}
    """

  private static func spec(_ linked: LinkedSite, exclude: String = "[]") -> String {
    spec.replacing("NAME", with: "\(linked.seed)-\(linked.size)").replacing("EXCLUDE", with: exclude)
  }

  private static func expected(_ reference: ReferenceCrawl) -> Set<PageRow> {
    Set(
      reference.pages.map { page in
        let status: Int? =
          switch page.outcome {
          case .status(let status), .redirect(let status, _): status
          case .failure, .disallowed: nil
          }
        return PageRow(url: page.identity, depth: page.depth, referrer: page.referrer, status: status)
      })
  }

  private static func plain(_ row: PageRow) -> PageRow {
    PageRow(
      url: PlainURL.identity(of: row.url), depth: row.depth, referrer: row.referrer.map { PlainURL.identity(of: $0) },
      status: row.status)
  }

  @Test("pages, depths, referrers, rows of links and what is left out are those of the reference", arguments: 1...3)
  func equalsReference(seed: Int) async throws {
    let linked = LinkedSite(seed: seed, size: 200)
    try await Workplace.use(pages: 1) { place in
      var rules = CrawlRules([place.site.baseURL + linked.root], depth: 60)
      rules.exclude = ["/crawl/*/trap/*"]
      (rules.attempts, rules.redirects) = (1, 50)
      let reference = ReferenceCrawl(of: Self.model(linked, at: place.site.baseURL), rules)
      let outcome = try await place.pipe("run", try place.spec(Self.spec(linked, exclude: "[/crawl/*/trap/*]")))
      #expect(outcome.status == 0, "\(outcome.errors)")

      let pages: [PageRow] = try Self.rows(place.folder.text("pages.jsonl"))
      #expect(reference.pages.count > linked.size)
      #expect(pages.count == reference.pages.count)
      #expect(Set(pages.map(Self.plain)).symmetricDifference(Self.expected(reference)) == [])

      let links: [LinkRow] = try Self.rows(place.folder.text("links.jsonl"))
      let found = links.map { row in
        LinkRow(
          from: PlainURL.identity(of: row.from), to: PlainURL.identity(of: row.to), text: row.text ?? "",
          depth: row.depth, status: row.status, error: row.error.map { String($0.prefix { $0 != ":" }) })
      }
      let wanted = reference.links.map { row in
        LinkRow(from: row.from, to: row.to, text: row.text, depth: row.depth, status: row.status, error: row.error)
      }
      func counted(_ rows: [LinkRow]) -> [LinkRow: Int] { Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +) }
      #expect(counted(found).filter { counted(wanted)[$0.key] != $0.value } == [:])
      #expect(found.count == wanted.count)

      // Each URL that is left out counts once, by the reason of the link that came closest.
      let fetched = Set(reference.pages.map(\.identity))
      let dropped = Dictionary(grouping: reference.dropped.filter { !fetched.contains($0.to) }, by: \.to)
      // Out of scope is out of scope, whatever else there is to say of the link.
      let origin = place.site.baseURL + "/"
      func isElsewhere(_ url: String) -> Bool { !url.hasPrefix(origin) }
      func count(_ reason: ReferenceCrawl.Reason) -> Int {
        dropped.count { url, links in
          reason == .scope ? isElsewhere(url) : !isElsewhere(url) && links.contains { $0.reason == reason }
        }
      }
      let left = outcome.errors.split(separator: "\n").first { $0.hasPrefix("  left") } ?? ""
      for (count, words) in [
        (count(.scope), "out of scope"), (count(.nofollow), "nofollow"), (count(.exclude(0)), "by exclude[0]"),
      ] where count > 0 { #expect(left.contains(" \(count) \(words)"), "\(left)") }

      // The server saw each page once, and never more at once than is allowed.
      let requests = try place.site.requests()
      let targets = requests.map(\.target).filter { $0 != "/robots.txt" }
      #expect(requests.first?.target == "/robots.txt")
      #expect(Set(targets).count == targets.count)
      #expect(targets.count == reference.pages.count { $0.outcome != .disallowed })
      #expect(try place.site.peak() <= 4)
    }
  }

  @Test("each trap costs at most 50 requests, and no page outside of it is lost")
  func traps() async throws {
    let linked = LinkedSite(seed: 7, size: 120)
    try await Workplace.use(pages: 1) { place in
      var rules = CrawlRules([place.site.baseURL + linked.root], depth: 60)
      rules.exclude = ["/crawl/*/trap/*"]
      (rules.attempts, rules.redirects) = (1, 50)
      let reference = ReferenceCrawl(of: Self.model(linked, at: place.site.baseURL), rules)
      let outcome = try await place.pipe("run", try place.spec(Self.spec(linked)))
      #expect(outcome.status == 0, "\(outcome.errors)")
      let pages: [PageRow] = try Self.rows(place.folder.text("pages.jsonl"))
      let outside = pages.map(Self.plain).filter { !$0.url.contains("/trap/") }
      #expect(Set(outside).symmetricDifference(Self.expected(reference)) == [])
      let targets = try place.site.requests().map(\.target)
      for trap in LinkedSite.traps {
        let start = linked.root + "trap/" + trap.prefix { $0 != "/" && $0 != "?" }
        let count = targets.filter { $0.hasPrefix(start) }.count
        #expect((1...50).contains(count), "\(trap): \(count)")
      }
      #expect(outcome.errors.contains("  trap       "), "\(outcome.errors)")
    }
  }

  @Test("a delay between requests holds for all of them, robots.txt included")
  func delay() async throws {
    let linked = LinkedSite(seed: 2, size: 10)
    try await Workplace.use(pages: 1) { place in
      let text = Self.spec(linked, exclude: "[/crawl/*/trap/*]").replacing(
        "per_host: {concurrency: 4}", with: "per_host: {delay: 20ms}")
      let outcome = try await place.pipe("run", try place.spec(text))
      #expect(outcome.status == 0, "\(outcome.errors)")
      let begins = try place.site.requests().map(\.begin_us)
      #expect(begins.count > 20)
      // However late each arrives, from the first to the last there are so many delays.
      if let first = begins.first, let last = begins.last { #expect(last - first > (begins.count - 1) * 20_000 / 2) }
    }
  }

  @Test("an interrupt in a crawl leaves whole rows, and loses count of nothing")
  func interrupt() async throws {
    let linked = LinkedSite(seed: 5, size: 400)
    try await Workplace.use(pages: 1) { place in
      let text =
        Self.spec(linked).replacing("per_host: {concurrency: 4}", with: "per_host: {delay: 10ms}")
        .replacing("extract: [url, depth, referrer, status]", with: "extract: [url, status]") + "\n  - jsonl: \"-\""
      let command = try place.start(["run", try place.spec(text)])
      #expect(await command.waitUntil { output, _ in output.contains("\n") })
      command.send(SIGINT)
      let outcome = await command.outcome()
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(outcome.errors.contains("none lost"), "\(outcome.errors)")
      let pages = try RecordLine.all(place.folder.text("pages.jsonl.part"))
      #expect(pages == (try RecordLine.all(outcome.output)))
      let links: [LinkRow] = try Self.rows(place.folder.text("links.jsonl.part"))
      #expect(Set(links.map(\.from)).isSubset(of: Set(pages.compactMap(\.url))))
    }
  }

  @Test(
    "what the limit of pages leaves out is told by the summary, the rows of links and pipe why",
    arguments: ["crawl: {max_pages: 5}", "crawl: {}\nlimits: {records: 5}"])
  func beyondTheLimit(limit: String) async throws {
    try await Workplace.use(pages: 30) { place in
      let spec = try place.spec(
        """
        sources: [{urls: ["SITE/"]}]
        fetch: {robots: ignore, allow_private: [127.0.0.1]}
        \(limit)
        extract: [url]
        sinks: [{csv: out.csv}, {jsonl: {path: links.jsonl, rows: links}}]
        """)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try place.table("out.csv").rows(by: "url").count == 5)
      let counts = try #require(
        outcome.errors.firstMatch(
          of: #/([\d,]+) URLs seen, ([\d,]+) not followed\n +left +([\d,]+) beyond the limit of pages/#),
        "\(outcome.errors)")
      // Others are not followed for other reasons.
      #expect(Int(counts.1) == (Int(counts.2) ?? 0) + 5)
      struct Reason: Decodable { let to: String, reason: String? }
      let reasons: [Reason] = try Self.rows(place.folder.text("links.jsonl"))
      let left = reasons.filter { $0.reason == "beyond the limit of pages (max_pages or limits.records)" }
      #expect(Int(counts.3) == Set(left.map(\.to)).count)
      #expect(!left.isEmpty)
      let one = try #require(left.first).to
      let why = try await place.pipe("why", one, spec).output
      #expect(why.contains("not asked for it: beyond the limit of pages"), "\(why)")
    }
  }
}
