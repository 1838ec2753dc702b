import PipeTesting
import Testing

@testable import PipeEngine

struct RequestEventTests {
  private static let now = 1_700_000_000_000

  private func event(_ random: inout RepeatableRandom, isPlain: Bool) -> RequestEvent {
    var event = RequestEvent(
      id: RequestID(
        source: isPlain ? 0 : Int.random(in: -1...3, using: &random),
        ordinal: Int.random(in: 0...1_000_000, using: &random)),
      url: URLMark(of: "http://h/\(random.next())"), bytes: Int.random(in: 0...200_000, using: &random), rows: [1, 1])
    for _ in 0..<(isPlain ? 1 : Int.random(in: 0...3, using: &random)) {
      let outcome: RequestEvent.Attempt.Outcome =
        random.oneIn(2) || isPlain
        ? .answered(status: isPlain ? 200 : Int.random(in: 100...999, using: &random))
        : .failed(RequestError.Code.allCases.randomElement(using: &random) ?? .dns)
      event.attempts.append(
        RequestEvent.Attempt(
          start: Self.now + Int.random(in: -5000...90_000, using: &random),
          elapsed: Int.random(in: 0...40_000, using: &random), outcome: outcome))
    }
    if isPlain { return event }
    if random.oneIn(3) {
      event.redirects = [RequestEvent.Redirect(url: "http://h/ü", status: 301), .init(url: "", status: 308)]
    }
    if random.oneIn(3) { event.error = RequestError(.timeout, "no answer within 10s", .connectionLost) }
    if random.oneIn(3) { event.rows = [0, 5, 1] }
    event.isCheck = random.oneIn(3)
    return event
  }

  @Test(arguments: Effort.seeds(20))
  func `Events are read as they were written`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let events = (0..<40).map { _ in event(&random, isPlain: Bool.random(using: &random)) }
    #expect(RequestEventCodec.decode(RequestEventCodec.encode(events)) == events)
  }

  @Test func `Every property of an event is written and read`() {
    // A property that is added later changes this number, and is to be tried above.
    let event = RequestEvent(id: RequestID(source: 0, ordinal: 0), url: URLMark(bits: 1))
    #expect(Mirror(reflecting: event).children.count == 8)
    #expect(RequestEventCodec.decode(RequestEventCodec.encode([event])) == [event])
    #expect(RequestEventCodec.decode(RequestEventCodec.encode([])) == [])
  }

  @Test func `The largest and the smallest numbers are told as they are`() {
    for number in [Int.min, -1, 0, Int.max] {
      let event = RequestEvent(
        id: RequestID(source: number, ordinal: number), url: URLMark(bits: .max),
        attempts: [.init(start: number, elapsed: Int.max, outcome: .failed(.dns))], bytes: .max, rows: [.max])
      #expect(RequestEventCodec.decode(RequestEventCodec.encode([event, event])) == [event, event])
    }
  }

  @Test func `A plain success takes no more than twenty bytes`() {
    var random = RepeatableRandom(seed: 1)
    // A thousand pages of 14 kB in a second, which come in another order than they were asked for.
    let events = (0..<1000).map { index in
      RequestEvent(
        id: RequestID(source: 0, ordinal: 9_000_000 + (index / 64) * 64 + (index * 37) % 64),
        url: URLMark(of: "http://h/\(index)"),
        attempts: [
          .init(
            start: Self.now + index, elapsed: Int.random(in: 5...400, using: &random), outcome: .answered(status: 200))
        ],
        bytes: Int.random(in: 1500...200_000, using: &random), rows: [1, 1, 1])
    }
    let size = Double(RequestEventCodec.encode(events).count) / 1000
    #expect(size <= 15)
  }

  @Test(arguments: Effort.seeds(5))
  func `Bytes that are cut off or changed are refused, or read as other events`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let bytes = RequestEventCodec.encode((0..<5).map { _ in event(&random, isPlain: false) })
    for _ in 0..<Effort.times(300) {
      var broken = bytes
      if random.oneIn(3) { broken.removeLast(Int.random(in: 1...bytes.count, using: &random)) }
      if !broken.isEmpty, random.oneIn(2) {
        broken[Int.random(in: broken.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = RequestEventCodec.decode(broken)
    }
    #expect(RequestEventCodec.decode([2]) == nil, "another version")
  }

  @Test func `Totals count each request once`() {
    var totals = RunTotals()
    let failed = RequestEvent(
      id: RequestID(source: 0, ordinal: 1), url: URLMark(bits: 1),
      attempts: [
        .init(start: 0, elapsed: 1, outcome: .failed(.timeout)),
        .init(start: 9, elapsed: 1, outcome: .failed(.timeout)),
      ], error: RequestError(.timeout, "no answer"))
    let answered = RequestEvent(
      id: RequestID(source: 0, ordinal: 2), url: URLMark(bits: 2),
      attempts: [.init(start: 0, elapsed: 1, outcome: .answered(status: 404))],
      redirects: [.init(url: "http://h/b", status: 301)], bytes: 10)
    let skipped = RequestEvent(
      id: RequestID(source: 0, ordinal: 3), url: URLMark(bits: 3), error: RequestError(.robots, "disallowed"))
    for event in [failed, answered, skipped] { totals.add(event) }
    #expect(
      totals
        == RunTotals(
          requests: 3, retries: 1, redirects: 1, bytes: 10, failed: 2, skipped: 1, statuses: [404: 1],
          errors: ["timeout": 1, "robots": 1]))
  }

  @Test func `The mark of a URL is the same in every process`() {
    // FNV-1a of "a" is AF63DC4C8601EC8C.
    let hash: UInt64 = 0xAF63_DC4C_8601_EC8C
    #expect(URLMark(of: "a") == URLMark(bits: hash ^ hash >> 32))
    #expect(URLMark(of: "http://h/1") != URLMark(of: "http://h/2"))
  }
}
