import PipeSpec
import PipeStorage
import PipeTesting
import PipeWeb
import Synchronization
import Testing

@testable import PipeEngine

@Suite("Crawls and the journal", .timeLimit(.minutes(20)))
struct CrawlJournalTests {
  private let storage = MemoryStorage(MemoryDisk(folders: ["/w"]))
  private var folder: JournalFolder { JournalFolder(path: "/w/.pipe/site", storage: storage) }

  private func plan(_ fields: String, _ crawl: String = "depth: 3") throws -> Plan {
    try MemoryPipeline(sources: [MemorySource(urls: []), MemorySource(urls: []), MemorySource(urls: [])]).plan(
      """
      extract: [\(fields)]
      crawl: {\(crawl)}
      fetch: {robots: ignore, retry: 1}
      """)
  }

  /// Writes what a crawl has found into a journal of small segments.
  private func write(_ findings: [[UInt8]]) throws {
    _ = try folder.lock()
    let header = JournalHeader(JournalFolder.Segment(run: 1, number: 1), began: 1, spec: "/w/site.yaml")
    var journal = try Journal(beginning: header, [], Checkpoint(), in: folder, segmentSize: 2000)
    for (index, payload) in findings.enumerated() {
      try journal.add(.findings, payload)
      if index % 3 == 0 { try journal.commit(journal.last, at: index) }
    }
    try journal.commit(journal.last, at: 0)
  }

  private func crawl(_ plan: Plan, _ key: URLFingerprint.Key?) throws -> Crawl {
    Crawl(
      try #require(plan.crawl), fetch: plan.fetch, sources: 3, lanes: 1, holds: plan.tellsPlaces, bounds: plan.bounds,
      ledger: Ledger(sources: 5), journal: CrawlJournal(key: key), tell: { _ in })
  }

  @Test("a crawl is rebuilt from all segments of its journal")
  func segments() async throws {
    let sample = SiteGenerator.sample(seed: 3, size: 40)
    let plan = try plan("url, depth")
    var random = RepeatableRandom(seed: 1)
    var before = ResumedCrawl(plan, sources: [sample.sources, [], []], StubFetcher(site: sample.site))
    _ = try await before.run(cutAfter: 50, checkpoints: 3, &random)
    try write(before.kept.findings)
    let past = try #require(try PastRun(lastIn: folder))
    #expect(past.header.segment.number > 1)
    let crawl = try crawl(plan, past.crawlKey(in: folder))
    try crawl.goOn(from: past, in: folder)
    #expect(crawl.memory == before.kept.memory)
  }

  @Test("what a crawl knows of a URL is told from its journal")
  func story() async throws {
    let site = StubFetcher { request in
      switch request.url?.pathname {
      case "/": .status(200, body: "<a href=/a><a href=/no rel=nofollow><a href=/x/1><a href=http://b.example/>")
      case "/a": .status(200, body: "<a href=/deep>")
      default: .status(200)
      }
    }
    let plan = try plan("url", "depth: 1, exclude: [/x/*]")
    var random = RepeatableRandom(seed: 1)
    var before = ResumedCrawl(plan, sources: [["http://a.example/"], [], []], site)
    _ = try await before.run(cutAfter: 50, checkpoints: 3, &random)
    try write(before.kept.findings)
    func story(_ url: String) throws -> CrawlStory? {
      try plan.crawlStory(of: webURL(url), run: 1, of: "site", in: "/w/.pipe", storage)
    }
    #expect(try story("http://a.example/deep")?.reason == "beyond depth 1")
    #expect(try story("http://a.example/deep")?.depth == 2)
    #expect(try story("http://a.example/no#part")?.reason == "nofollow")
    #expect(try story("http://b.example/")?.reason == "out of scope (host)")
    #expect(try story("http://a.example/x/1")?.reason?.hasPrefix("exclude[0] at spec.yaml:4:") == true)
    #expect(try story("http://a.example/a")?.reason == nil)
    #expect(try story("http://a.example/a")?.referrer == "http://a.example/")
    #expect(try story("http://a.example/else") == nil)
    #expect(try plan.crawlStory(of: webURL("http://a.example/"), run: 2, of: "site", in: "/w/.pipe", storage) == nil)
  }

  @Test("findings that do not fit are refused with the file")
  func doNotFit() async throws {
    let sample = SiteGenerator.sample(seed: 3, size: 40)
    let plan = try plan("url, depth")
    var random = RepeatableRandom(seed: 1)
    var before = ResumedCrawl(plan, sources: [sample.sources, [], []], StubFetcher(site: sample.site))
    _ = try await before.run(cutAfter: 50, checkpoints: 3, &random)
    var findings = before.kept.findings
    findings.remove(at: 1)
    try write(findings)
    let past = try #require(try PastRun(lastIn: folder))
    let crawl = try crawl(plan, past.crawlKey(in: folder))
    let error = try #require(throws: RunError.self) { try crawl.goOn(from: past, in: folder) }
    #expect("\(error)".contains("/w/.pipe/site"))
    #expect("\(error)".contains("damaged"))
  }

  @Test("a run that has found nothing has no key")
  func nothing() throws {
    try write([])
    let past = try #require(try PastRun(lastIn: folder))
    #expect(try past.crawlKey(in: folder) == nil)
    let crawl = try crawl(try plan("url"), nil)
    try crawl.goOn(from: past, in: folder)
    #expect(try crawl.admitUnfinished() == 0)
    #expect(crawl.takeFindings().isEmpty)
  }

  @Test("requests of several sources that ask for the same pages are told apart by their ordinals", arguments: 0..<20)
  func duplicates(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    let sample = SiteGenerator.sample(seed: seed, size: 25)
    let pages = sample.site.identities.filter { $0.hasPrefix("http://site.example/p") }
    let sources = (0..<3).map { _ in
      (0..<8).map { _ in pages.prefix(8).randomElement(using: &random) ?? sample.sources[0] }
    }
    var plan = try plan("url, depth, referrer, source")
    // Then each of them is a request of its own.
    if seed % 4 == 3 { plan.fetch.method = .post }
    func rows(cuts: Int) async throws -> [[Value]: Int] {
      var crawl = ResumedCrawl(plan, sources: sources, StubFetcher(site: sample.site))
      for _ in 0..<cuts {
        let steps = Int.random(in: 0...30, using: &random)
        if try await crawl.run(cutAfter: steps, checkpoints: 4, stops: random.oneIn(4), &random) { break }
      }
      if cuts == 0 || crawl.cuts == cuts { _ = try await crawl.run(cutAfter: nil, checkpoints: 4, &random) }
      let rows = crawl.kept.pages.values.map { row in
        [.string(PlainURL.identity(of: text(row[0]))), row[1], .string(PlainURL.identity(of: text(row[2]))), row[3]]
      }
      return Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +)
    }
    let expected = try await rows(cuts: 0)
    #expect(try await rows(cuts: 5) == expected)
  }

  @Test("sources' requests that were let in before are let in though many are asked for: these are the ones")
  func noRoom() async throws {
    let plan = try plan("url")
    let settings = try #require(plan.crawl)
    func crawl(_ key: URLFingerprint.Key?) -> Crawl {
      Crawl(
        settings, fetch: plan.fetch, sources: 1, lanes: 1, holds: false, bounds: plan.bounds,
        ledger: Ledger(sources: 3),
        sourceRoom: 2, journal: CrawlJournal(key: key), tell: { _ in })
    }
    let requests = ["a", "b", "a", "c"].enumerated().map { ordinal, page in
      Request(id: RequestID(source: 0, ordinal: ordinal), written: "http://a.example/\(page)")
    }
    let before = crawl(nil)
    #expect(try await before.admit(requests).map(\.id.ordinal) == [0, 1, 3])
    let findings = before.takeFindings()
    let after = crawl(findings.first.flatMap { FindingsReader.key(in: $0) })
    after.beginReplay(done: [DoneSet([1]), DoneSet(), DoneSet()])
    for payload in findings { try after.replay(payload) }
    try after.endReplay()
    #expect(try await after.admit(Array(requests.dropFirst())).map(\.id.ordinal) == [3])
    #expect(try await after.admit(Array(requests.prefix(1))).map(\.id.ordinal) == [0])
    #expect(after.takeFindings().isEmpty)
  }

  private func text(_ value: Value) -> String { if case .string(let text) = value { text } else { "" } }

  @Test("a run that fails for want of disk is gone on with where there is more", arguments: 0..<10)
  func fullDisk(seed: UInt64) async throws {
    let sample = SiteGenerator.sample(seed: seed, size: 120)
    var bounds = Bounds()
    (bounds.seenBytes, bounds.orderBytes, bounds.disk) = (1, 1, 1 << 30)
    let whole = try plan("url, depth, referrer", "depth: 5").with(bounds: bounds)
    var random = RepeatableRandom(seed: seed)
    var crawl = ResumedCrawl(whole, sources: [sample.sources, [], []], StubFetcher(site: sample.site))
    for _ in 0..<4 {
      // Each time there is more, or none could get further.
      bounds.disk = (crawl.failures * 2 + 1) * 8192
      crawl.plan = whole.with(bounds: bounds)
      do {
        if try await crawl.run(cutAfter: nil, checkpoints: 20, &random) { break }
      } catch is CrawlState.ReplayFailure {
        // What is known has no room already.
        continue
      }
    }
    crawl.plan = whole
    _ = try await crawl.run(cutAfter: nil, checkpoints: 20, &random)
    var undisturbed = ResumedCrawl(whole, sources: [sample.sources, [], []], StubFetcher(site: sample.site))
    _ = try await undisturbed.run(cutAfter: nil, checkpoints: 20, &random)
    func rows(_ crawl: ResumedCrawl) -> Set<[Value]> {
      Set(crawl.kept.pages.values.map { [.string(PlainURL.identity(of: text($0[0]))), $0[1]] })
    }
    #expect(crawl.failures > 0)
    #expect(rows(crawl) == rows(undisturbed))
    #expect(crawl.kept.pages.count == undisturbed.kept.pages.count)
  }
}
