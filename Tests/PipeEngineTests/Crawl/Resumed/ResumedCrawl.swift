import PipeSpec
import PipeTesting
import PipeWeb
import Synchronization
import Testing

@testable import PipeEngine

/// A crawl that is cut off and gone on with, as an engine does it, one step after the other in an order of chance: requests
/// wait, land and become rows, rows become durable, and at checkpoints all of it is kept that is durable then.
struct ResumedCrawl {
  var plan: Plan
  let sources: [[String]]
  var fetcher: StubFetcher
  /// What survives when a run is cut off: as of the last checkpoint.
  private(set) var kept: Kept
  private(set) var cuts = 0
  private(set) var failures = 0

  struct Kept {
    var findings: [[UInt8]] = []
    var done: [DoneSet]
    var pages: [RequestID: [Value]] = [:]
    var links: [RequestID: [Value]] = [:]
    /// What the crawl remembered.
    var memory: [String] = []
    /// What each request asks for.
    var texts: [RequestID: String] = [:]
  }

  init(_ plan: Plan, sources: [[String]], _ fetcher: StubFetcher) {
    self.plan = plan
    self.sources = sources
    self.fetcher = fetcher
    kept = Kept(done: Array(repeating: DoneSet(), count: sources.count + 2))
  }

  /// One run.
  ///
  /// - Parameters:
  ///   - steps: It is cut off after so many; `nil` for never.
  ///   - checkpoints: One comes after so many steps, on average.
  ///   - stops: Whether it is stopped by a person then, and lets go of what it has in order.
  /// - Returns: Whether it came to its end; not so either if the disk fails.
  mutating func run(
    cutAfter steps: Int?, checkpoints: Int, stops: Bool = false, _ random: inout RepeatableRandom
  ) async throws -> Bool {
    var session = try Session(self)
    var left = steps ?? .max
    while true {
      if left == 0 {
        cuts += 1
        if !stops || session.isOver { return false }
        try session.stop(&random)
        keep(&session)
        return false
      }
      left -= 1
      do {
        if random.oneIn(checkpoints) { try await checkpoint(&session, &random) }
        if try await !step(&session, &random) { break }
      } catch is RunError {
        // What came to its end before that is kept.
        failures += 1
        session.cut(&random, isLast: true)
        keep(&session, remembers: false)
        return false
      }
    }
    session.cut(&random, isLast: true)
    keep(&session)
    return true
  }

  /// A run of a few steps that is cut off behind a checkpoint at which no row is durable.
  mutating func runLosingRows(steps: Int, _ random: inout RepeatableRandom) async throws {
    var session = try Session(self)
    for _ in 0..<steps { _ = try await step(&session, &random) }
    keep(&session)
  }

  private mutating func step(_ session: inout Session, _ random: inout RepeatableRandom) async throws -> Bool {
    try await session.step(&random)
  }

  /// The cut of the ledger comes first, then what the crawl has to tell, which may be more by then.
  private mutating func checkpoint(_ session: inout Session, _ random: inout RepeatableRandom) async throws {
    session.cut(&random)
    for _ in 0..<Int.random(in: 0...2, using: &random) where try await !step(&session, &random) { break }
    keep(&session)
  }

  /// - Parameter remembers: Whether what the crawl remembers is what it has noted.
  private mutating func keep(_ session: inout Session, remembers: Bool = true) {
    for (id, values) in session.durable {
      let isLink = id.source > sources.count
      let other = isLink ? kept.links.updateValue(values, forKey: id) : kept.pages.updateValue(values, forKey: id)
      #expect(other == nil, "\(id) has two rows: \(values)")
    }
    for id in session.durable.map(\.0) + session.answered { kept.done[id.source].insert(id.ordinal) }
    session.durable = []
    session.answered = []
    // The same request asks for the same page in every run that knows it.
    for (id, text) in session.texts where kept.texts.updateValue(text, forKey: id) ?? text != text {
      Issue.record("\(id) asks for \(text)")
    }
    session.texts = [:]
    kept.findings += session.crawl.takeFindings()
    kept.memory = remembers ? session.crawl.memory : []
  }
}

extension ResumedCrawl {
  /// One run as it goes.
  private struct Session {
    /// Whether the run is stopped.
    final class Flag: Sendable {
      let isSet = Mutex(false)
    }

    let plan: Plan
    let crawl: Crawl
    private let stopped = Flag()
    let extraction: Extraction
    let fetcher: StubFetcher
    /// What sources have not yielded.
    var rows: [Request] = []
    var isDry = false
    var isOver = false
    var waiting: [Request] = []
    var pagesLeft = Int.max
    /// Rows on their way.
    var pending: [(RequestID, [Value])] = []
    /// Rows of the last cut, and requests without one.
    var durable: [(RequestID, [Value])] = []
    var answered: [RequestID] = []
    private var checked: [RequestID] = []
    /// What the requests ask for that waited since the last checkpoint.
    var texts: [RequestID: String] = [:]

    init(_ past: ResumedCrawl) throws {
      let kept = past.kept
      plan = past.plan
      fetcher = past.fetcher
      let settings = try #require(plan.crawl)
      let stopped = stopped
      let key = try kept.findings.first.map { try #require(FindingsReader.key(in: $0)) }
      crawl = Crawl(
        settings, fetch: plan.fetch, sources: past.sources.count, lanes: 1, holds: plan.tellsPlaces,
        bounds: plan.bounds,
        ledger: Ledger(sources: past.sources.count + 2), journal: CrawlJournal(key: key),
        isCutShort: { stopped.isSet.withLock { $0 } }, tell: { _ in })
      extraction = Extraction(plan, links: crawl.reader)
      pagesLeft = plan.pageLimit ?? .max
      for (source, urls) in past.sources.enumerated() {
        for (ordinal, url) in urls.enumerated() where !kept.done[source].contains(ordinal) {
          rows.append(Request(id: RequestID(source: source, ordinal: ordinal), written: url))
        }
      }
      if key == nil { return }
      crawl.beginReplay(done: kept.done)
      for frame in kept.findings { try crawl.replay(frame) }
      try crawl.endReplay()
      if !kept.memory.isEmpty { #expect(crawl.memory == kept.memory) }
      let asked = try crawl.admitUnfinished()
      if pagesLeft < .max { pagesLeft = max(0, pagesLeft - asked) }
      while case let requests = try crawl.takeUnfinished(upTo: 3), !requests.isEmpty { try add(requests) }
    }

    mutating func cut(_ random: inout RepeatableRandom, isLast: Bool = false) {
      for row in pending where isLast || random.oneIn(2) { durable.append(row) }
      let ids = Set(durable.map(\.0))
      pending.removeAll { ids.contains($0.0) }
      answered += checked
      checked = []
    }

    /// Ends the run before its time: a few that are in flight land, the others are given up.
    mutating func stop(_ random: inout RepeatableRandom) throws {
      stopped.isSet.withLock { $0 = true }
      waiting.shuffle(using: &random)
      let inFlight = waiting.prefix(min(3, pagesLeft))
      crawl.leave(waiting.count - inFlight.count)
      waiting = []
      if !isDry { #expect(try crawl.sourcesEnded().isEmpty) }
      for request in inFlight { try land(request) }
      crawl.leave(waiting.count)
      #expect(crawl.laneEnded())
      #expect(!crawl.listsLinks)
      _ = crawl.leaveHeld()
      cut(&random, isLast: true)
    }

    private mutating func add(_ requests: [Request]) throws {
      for request in requests { texts[request.id] = request.url?.href ?? request.written }
      let dropped = pagesLeft == 0 ? requests.filter(\.isNewPage) : []
      waiting += pagesLeft == 0 ? requests.filter { !$0.isNewPage } : requests
      if !dropped.isEmpty { try add(crawl.pagesEnded()) }
    }

    /// - Returns: Whether there is more to do.
    mutating func step(_ random: inout RepeatableRandom) async throws -> Bool {
      if !isDry, waiting.isEmpty || random.oneIn(3) {
        if rows.isEmpty {
          isDry = true
          try add(crawl.sourcesEnded())
        } else {
          let count = Int.random(in: 1...min(3, rows.count), using: &random)
          try add(await crawl.admit(Array(rows.prefix(count))))
          rows.removeFirst(count)
        }
        return true
      }
      if !waiting.isEmpty {
        try land(waiting.remove(at: Int.random(in: waiting.indices, using: &random)))
        return true
      }
      if !isOver {
        isOver = true
        guard crawl.laneEnded() else { return true }
        while let held = try crawl.takeHeld() { note(held.record, held.standing) }
        return true
      }
      guard plan.crawl?.keepsLinks == true, let batch = try crawl.nextLinkRows() else { return false }
      pending += batch.map { ($0.id, $0.values) }
      return true
    }

    private mutating func land(_ waited: Request) throws {
      var request = waited
      if crawl.mayLeaveOut, request.isNewPage {
        switch crawl.judge(request) {
        case .begins: break
        case .isLeftOut: return try add(crawl.goOn())
        case .waits: return waiting.append(request)
        }
      }
      if request.isNewPage, request.fault == nil, pagesLeft < .max {
        pagesLeft -= 1
        if pagesLeft == 0 {
          let count = waiting.count
          waiting.removeAll(where: \.isNewPage)
          if waiting.count < count { try add(crawl.pagesEnded()) }
        }
      }
      if crawl.wantsContent(of: request) { request = request.keepingPage() }
      var random = SystemRandomNumberGenerator()
      var fetched = Fetched(request: request, response: nil, error: request.fault, attempts: 0)
      while request.fault == nil {
        fetched = try #require(fetcher.fetched(request))
        if let next = CheckRule.asGET(fetched) {
          request = next
        } else if RetryRule.wait(after: fetched, plan.fetch.retry, random: &random) != nil {
          request = request.triedAgain(after: fetched.attempts)
        } else {
          break
        }
      }
      if request.purpose == .check {
        try add(crawl.checked(fetched))
        checked.append(request.id)
        return
      }
      let step = try crawl.settle(
        request, extraction.extract(fetched, mediaTypes: MediaTypeMemory()), wasSent: fetched.attempts > 0)
      try add(step.requests)
      for ready in step.ready { note(ready.record, ready.standing) }
    }

    private mutating func note(_ record: Extracted, _ standing: PageStanding?) {
      let placed = standing.map { extraction.placed(record, at: $0) } ?? record
      pending.append((placed.record.id, placed.record.values))
    }
  }
}

extension Crawl {
  /// All that it remembers, a line for each thing.
  var memory: [String] {
    storage.withLock { storage in
      var lines = [
        "\(storage.state.counts)", "\(storage.state.step) \(storage.state.level) \(storage.state.hops)",
        "\(storage.state.openCount) \(storage.state.openSources) \(storage.state.sentCount) \(storage.state.wantedCount)",
        "\(storage.state.checks.openCount) \(storage.state.checks.queue.count) \(storage.state.checks.left)",
        "\(storage.state.areSourcesDry) \(storage.state.isEnding) \(storage.state.scope)".sortedWords,
      ]
      func numbers(_ list: borrowing NumberList) -> String {
        "\((0..<list.count).map { try? list.number(at: $0) })"
      }
      lines += [numbers(storage.state.current), numbers(storage.state.next), numbers(storage.state.order)]
      for number in 0..<storage.state.seenCount {
        let note = try? storage.state.note(number)
        lines.append(
          """
          \(number) \(note?.rawValue ?? 0) \((try? storage.state.book.url(of: number)) ?? "") \
          \(String(describing: try? storage.state.book.parent(of: number))) \
          \(String(describing: try? storage.state.book.links(of: number))) \
          \(String(describing: try? storage.state.book.outcome(of: number))) \
          \(String(describing: try? storage.state.book.check(of: number))) \
          \(String(describing: try? storage.state.book.hops(of: number)))
          """)
      }
      return lines
    }
  }
}

extension String {
  /// Sets have no order.
  fileprivate var sortedWords: String {
    split { " ,[]()".contains($0) }.sorted().joined(separator: " ")
  }
}
