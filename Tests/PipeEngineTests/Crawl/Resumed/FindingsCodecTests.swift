import PipeStorage
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("What a crawl has found, as bytes")
struct FindingsCodecTests {
  private static let key = URLFingerprint.Key(low: 1, high: 2)
  private static let standing = Finding.Standing(seen: 7, wanted: 3, open: 2, openChecks: 1)

  /// A frame with each kind of call.
  private static func frame() throws -> [UInt8] {
    var writer = FindingsWriter(key: key)
    func note(_ text: String) throws { writer.note(text: try #require(WebURL(text)).href.utf8.span) }
    try note("http://a.example/b")
    writer.add(.admitted(source: 3, ordinal: 500, isOwn: false), at: standing)
    try note("http://a.example/")
    writer.add(.admitted(source: 0, ordinal: 0, isOwn: true), at: standing)
    writer.add(.sourcesEnded, at: standing)
    var page = CrawlState.ComePage(isRedirect: false)
    page.isCut = true
    page.outcome = PageOutcome(status: 200).encoded()
    page.names = [1, .max]
    page.says = .substance(1 << 63)
    page.block = LinkBlock.encode([(4, false), (5, true), (0, false)], details: [])
    for text in ["http://a.example/bc", "http://b.example/"] { try note(text) }
    for answer in [0, 0, 0, 6] as [UInt8] { writer.note(answer: answer) }
    for _ in 0..<70 { writer.note(answer: 2) }
    writer.add(.page(CrawlPlace(number: 300, hops: 2, source: 1), depth: 4, page), at: standing)
    var redirect = CrawlState.ComePage(isRedirect: true)
    redirect.wasSent = false
    redirect.says = .nothing
    redirect.block = LinkBlock.encode([(2, false)], details: [])
    try note("http://b.example/")
    writer.add(.page(CrawlPlace(number: 1, source: 0), depth: 0, redirect), at: standing)
    var empty = CrawlState.ComePage(isRedirect: false)
    empty.says = .unread
    writer.add(.page(CrawlPlace(number: 2, source: 0), depth: 1, empty), at: standing)
    writer.add(
      .check(number: 5, ordinal: 9, CheckAnswer(outcome: PageOutcome(status: 404), target: 6, location: "x")),
      at: standing)
    writer.add(.leftOut(number: 5, ordinal: 77), at: standing)
    writer.add(.goneOn, at: standing)
    writer.add(.pagesEnded, at: standing)
    writer.add(.ended, at: standing)
    writer.close()
    let frames = writer.take()
    #expect(frames.count == 1)
    return try #require(frames.first)
  }

  /// What a frame tells, a line each.
  private func lines(_ frame: [UInt8]) throws -> [String] {
    var reader = try FindingsReader(frame)
    var lines: [String] = []
    while let call = try reader.next() {
      lines.append("\(call.finding) \(call.urls.map(\.href)) \(Array(call.answers))")
    }
    lines.append("\(String(describing: reader.standing))")
    return lines
  }

  @Test("every kind of call is read as it was written")
  func roundTrip() throws {
    let frame = try Self.frame()
    #expect(FindingsReader.key(in: frame) == Self.key)
    var reader = try FindingsReader(frame)
    var calls: [FindingsReader.Call] = []
    while let call = try reader.next() { calls.append(call) }
    #expect(reader.standing == Self.standing)
    #expect(calls.count == 12)
    #expect(calls[1].urls.map(\.href) == ["http://a.example/b"])
    guard case .admitted(source: 3, ordinal: 500, isOwn: false) = calls[1].finding,
      case .admitted(source: 0, ordinal: 0, isOwn: true) = calls[2].finding, case .sourcesEnded = calls[3].finding,
      case .page(let place, depth: 4, let page) = calls[4].finding,
      case .page(_, depth: 0, let redirect) = calls[5].finding, case .page(_, depth: 1, let empty) = calls[6].finding,
      case .check(number: 5, ordinal: 9, let answer) = calls[7].finding,
      case .leftOut(number: 5, ordinal: 77) = calls[8].finding, case .goneOn = calls[9].finding,
      case .pagesEnded = calls[10].finding, case .ended = calls[11].finding
    else {
      Issue.record("\(try lines(frame))")
      return
    }
    #expect(place == CrawlPlace(number: 300, hops: 2, source: 1))
    #expect(page.isCut && page.wasSent && !page.isRedirect)
    #expect(page.outcome == PageOutcome(status: 200).encoded() && page.names == [1, .max])
    #expect(page.says == .substance(1 << 63))
    #expect(page.block.map { LinkBlock.links(in: $0).map(\.number) } == [4, 5, 0])
    #expect(calls[4].urls.map(\.href) == ["http://a.example/bc", "http://b.example/"])
    var told = ToldAnswers(urls: [], runs: calls[4].answers)
    #expect((0..<74).map { _ in told.answer(below: 7) } == [0, 0, 0, 6] + Array(repeating: 2, count: 70))
    #expect(told.areSpent)
    #expect(told.answer(below: 7) == nil && !told.areSpent)
    #expect(redirect.isRedirect && !redirect.wasSent && redirect.says == .nothing)
    #expect(empty.says == .unread && empty.block == nil && empty.outcome == nil && empty.names == nil)
    #expect(answer.target == 6 && answer.location == "x" && answer.outcome.status == 404)
  }

  @Test("a frame that is cut, or of which a bit is another, is refused")
  func damaged() throws {
    let frame = try Self.frame()
    for length in 0..<frame.count { #expect(throws: FindingsFault.self) { try lines(Array(frame[..<length])) } }
    for place in frame.indices {
      for bit in 0..<8 {
        var other = frame
        other[place] ^= 1 << UInt8(bit)
        #expect(throws: FindingsFault.self) { try lines(other) }
      }
    }
    #expect(throws: FindingsFault.self) { try lines(frame + [0]) }
  }

  @Test("a frame that is too large for one payload comes in parts, in their order")
  func parts() throws {
    let small = try Self.frame()
    #expect(FindingsPart.split(small) == [small])
    let large = [UInt8](repeating: 7, count: FindingsPart.largest * 2 + 1)
    let parts = FindingsPart.split(large)
    #expect(parts.map { $0[0] } == [2, 2, 3])
    #expect(parts.flatMap { $0.dropFirst() } == large)
  }

  // MARK: Frames of a whole crawl

  /// What a crawl of a made-up site has noted, and what it is crawled by.
  private func recorded(_ seed: UInt64) async throws -> (CrawlPlan, [[UInt8]]) {
    let sample = SiteGenerator.sample(seed: seed, size: 30)
    let pipeline = MemoryPipeline(
      sources: [MemorySource(urls: sample.sources)], sinks: [MemorySink("pages"), MemorySink("links")])
    let plan = try pipeline.plan(
      """
      extract: [url, depth, referrer, status]
      crawl: {depth: 3, check: external, fragments: true}
      fetch: {robots: ignore, retry: 1}
      sinks: [{sink0: {fields: [url, depth, referrer, status]}}, {sink1: {rows: links}}]
      """)
    var random = RepeatableRandom(seed: seed)
    var crawl = ResumedCrawl(plan, sources: [sample.sources], StubFetcher(site: sample.site))
    _ = try await crawl.run(cutAfter: nil, checkpoints: 10, &random)
    return (try #require(plan.crawl), crawl.kept.findings)
  }

  private func state(_ plan: CrawlPlan, _ key: URLFingerprint.Key) -> CrawlState {
    CrawlState(
      plan, redirects: 10, tracksFinals: true, memory: 1 << 16, disk: TemporaryDisk(limit: 1 << 24), key: key,
      traps: TrapGuard())
  }

  @Test("frames with checksums that hold, and calls that cannot have been, are refused", arguments: Effort.seeds(8))
  func hostile(seed: UInt64) async throws {
    let (plan, frames) = try await recorded(seed)
    let first = try #require(frames.first)
    let key = try #require(FindingsReader.key(in: first))
    var random = RepeatableRandom(seed: seed)
    var refused = 0
    let tries = 25
    for _ in 0..<tries {
      let damaged = Int.random(in: frames.indices, using: &random)
      var state = state(plan, key)
      do throws(CrawlState.ReplayFailure) {
        for (index, frame) in frames.enumerated() {
          var bytes = frame
          if index == damaged {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
              bytes[Int.random(in: 1..<bytes.count - 8, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(8)
            let sum = FindingsWriter.checksum(of: bytes.span)
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: sum >> UInt64(8 * shift))) }
          }
          try state.replay(bytes, sources: 1) { _ in }
        }
        // Whatever it has become, rows can be made of it.
        do throws(RunError) { while try state.nextLinkRows() != nil {} } catch { Issue.record("\(error)") }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  @Test("a frame that is missing, or comes twice, is refused")
  func missing() async throws {
    let (plan, frames) = try await recorded(3)
    let key = try #require(frames.first.flatMap { FindingsReader.key(in: $0) })
    #expect(frames.count > 4)
    func replay(_ frames: [[UInt8]]) throws(CrawlState.ReplayFailure) {
      var state = state(plan, key)
      for frame in frames { try state.replay(frame, sources: 1) { _ in } }
    }
    try replay(frames)
    #expect(throws: CrawlState.ReplayFailure.self) { try replay(Array(frames.dropFirst())) }
    #expect(throws: CrawlState.ReplayFailure.self) { try replay(Array(frames[..<2] + frames[3...])) }
    #expect(throws: CrawlState.ReplayFailure.self) { try replay(Array(frames[...2] + frames[2...])) }
  }

  @Test("whatever calls a frame tells of, a replay ends", arguments: Effort.seeds(8))
  func anyCalls(seed: UInt64) throws {
    // http://a.example/ has links to /b, to another host and to itself.
    let calls: [UInt8] =
      [17, 0, 0, 1, 0, 17] + Array("http://a.example/".utf8) + [2, 51, 0, 0, 0, 0, 18, 4, 3, 4, 5, 6]
      + [2, 17, 1] + Array("b".utf8) + [7, 10] + Array("b.example/".utf8) + [3, 0, 0xC0, 0x20, 255, 3, 1, 1, 0]
    #expect(try FindingsTrial.replay(calls))
    var random = RepeatableRandom(seed: seed)
    for _ in 0..<Effort.times(400) {
      var other = calls
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: other.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: other[place] = UInt8.random(in: 0...255, using: &random)
        case 1: other.remove(at: place)
        case 2: other.insert(calls[Int.random(in: calls.indices, using: &random)], at: place)
        default: other[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
      }
      _ = try FindingsTrial.replay(other)
    }
  }
}
