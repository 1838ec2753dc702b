import PipeTesting
import PipeWeb
import Testing

@testable import PipeHTTP

/// The limits of time by a clock of the tests' own, in nanoseconds.
@Suite("TransferLimits")
struct TransferLimitsTests {
  private static let second: UInt64 = 1_000_000_000
  private let start = 7_000 * Self.second

  private func limits(
    total: Duration = .seconds(30), firstByte: Duration? = nil, idle: Duration = .seconds(15), spent: Duration = .zero
  ) -> TransferLimits {
    var settings = TransferSettings.loopback
    (settings.totalTimeout, settings.firstByteTimeout, settings.idleTimeout) = (total, firstByte, idle)
    var limits = TransferLimits(settings)
    limits.begin(settings, spent: spent, now: start)
    return limits
  }

  @Test("the total counts from the start, whatever comes")
  func total() {
    var limits = limits(total: .seconds(3))
    for millisecond in stride(from: UInt64(0), to: 2999, by: 100) {
      limits.lastByte = start + millisecond * 1_000_000
      #expect(limits.overstepped(at: limits.lastByte + 1, sent: start) == nil)
    }
    #expect(limits.overstepped(at: start + 3 * Self.second - 1, sent: start) == nil)
    #expect(limits.overstepped(at: start + 3 * Self.second, sent: start) == .total)
  }

  @Test("what earlier transfers took is part of the total, and a millisecond is always left")
  func spent() {
    var limits = limits(total: .seconds(3), spent: .milliseconds(2500))
    #expect(limits.overstepped(at: start + Self.second / 2 - 1, sent: nil) == nil)
    #expect(limits.overstepped(at: start + Self.second / 2, sent: nil) == .total)
    var late = self.limits(total: .seconds(3), spent: .seconds(100))
    #expect(late.overstepped(at: start + 999_999, sent: nil) == nil)
    #expect(late.overstepped(at: start + 1_000_000, sent: nil) == .total)
  }

  @Test("the wait for the first byte counts from the request sent, and ends with that byte")
  func firstByte() {
    var limits = limits(firstByte: .seconds(2), idle: .seconds(5))
    #expect(limits.overstepped(at: start + 9 * Self.second, sent: nil) == nil, "nothing is sent yet")
    let sent = start + 9 * Self.second
    #expect(limits.overstepped(at: sent + 2 * Self.second - 1, sent: sent) == nil)
    #expect(limits.overstepped(at: sent + 2 * Self.second, sent: sent) == .firstByte)
    limits.lastByte = sent + Self.second
    #expect(limits.overstepped(at: sent + 3 * Self.second, sent: sent) == nil)
  }

  @Test("a pause counts from the last byte, and before the first there is none")
  func idle() {
    var limits = limits(idle: .seconds(1))
    #expect(limits.overstepped(at: start + 20 * Self.second, sent: start) == nil)
    limits.lastByte = start + 21 * Self.second
    #expect(limits.overstepped(at: start + 22 * Self.second - 1, sent: start) == nil)
    limits.lastByte = start + 22 * Self.second - 1
    #expect(limits.overstepped(at: start + 22 * Self.second, sent: start) == nil, "bytes that keep coming are no pause")
    #expect(limits.overstepped(at: start + 23 * Self.second - 1, sent: start) == .idle)
  }

  @Test("a transfer that we held up has that time more, and its pause begins anew")
  func heldUp() {
    var limits = limits(total: .seconds(10), idle: .seconds(1))
    limits.lastByte = start + 5 * Self.second
    limits.extend(by: 4 * Self.second, now: start + 9 * Self.second)
    #expect(limits.overstepped(at: start + 10 * Self.second - 1, sent: start) == nil)
    #expect(limits.overstepped(at: start + 10 * Self.second, sent: start) == .idle)
    limits.lastByte = start + 13 * Self.second
    #expect(limits.overstepped(at: start + 14 * Self.second - 1, sent: start) == nil)
    #expect(limits.overstepped(at: start + 14 * Self.second, sent: start) == .total)
  }

  @Test("a limit of less than a nanosecond is one, and none is so large that the clock overflows")
  func extremes() {
    var short = limits(total: Duration(secondsComponent: 0, attosecondsComponent: 1))
    #expect(short.overstepped(at: start + 1_000_000, sent: nil) == .total)
    var long = limits(total: .seconds(Int64.max), firstByte: .seconds(Int64.max), idle: .seconds(Int64.max))
    #expect(long.overstepped(at: start + 3600 * Self.second, sent: start) == nil)
    #expect(Duration.seconds(-1).nanoseconds == 0)
  }

  /// What a server does: the moments when the request is sent and when bytes come.
  private struct Script {
    let sent: UInt64?
    let bytes: [UInt64]
  }

  /// The limit that is overstepped first, and when, by the words of the documentation.
  private func expected(_ script: Script, total: UInt64, firstByte: UInt64?, idle: UInt64) -> (
    TransferLimits.Limit, UInt64
  ) {
    var found = (TransferLimits.Limit.total, start + total)
    func consider(_ limit: TransferLimits.Limit, _ moment: UInt64) {
      if moment < found.1 { found = (limit, moment) }
    }
    if let firstByte, let sent = script.sent, script.bytes.first.map({ $0 > sent + firstByte }) ?? true {
      consider(.firstByte, sent + firstByte)
    }
    for (index, moment) in script.bytes.enumerated() {
      let next = index + 1 < script.bytes.count ? script.bytes[index + 1] : .max
      if next > moment + idle { consider(.idle, moment + idle) }
    }
    return found
  }

  @Test(
    "looked at only when it says so, a transfer ends at the very moment of its limit",
    arguments: 0..<400 as Range<UInt64>)
  func looks(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    func time(_ range: ClosedRange<UInt64>) -> UInt64 { UInt64.random(in: range, using: &random) * 1_000_003 }
    let (total, idle) = (time(1...9000), time(1...3000))
    let firstByte = random.oneIn(2) ? time(1...3000) : nil
    let sent = random.oneIn(5) ? nil : start + time(1...2000)
    var bytes: [UInt64] = []
    if let sent, !random.oneIn(4) {
      var moment = sent
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        moment += time(1...(random.oneIn(9) ? 4000 : 500)) + 1
        bytes.append(moment)
      }
    }
    let script = Script(sent: sent, bytes: bytes)
    var limits = limits(
      total: .nanoseconds(Int64(total)), firstByte: firstByte.map { .nanoseconds(Int64($0)) },
      idle: .nanoseconds(Int64(idle)))
    let (limit, moment) = expected(script, total: max(total, 1_000_000), firstByte: firstByte, idle: idle)
    var found: TransferLimits.Limit?
    var now = start
    var looks = 0
    while found == nil, looks < 100_000 {
      now = max(now, limits.nextLook)
      looks += 1
      limits.lastByte = bytes.last { $0 <= now } ?? 0
      found = limits.overstepped(at: now, sent: sent.flatMap { $0 <= now ? $0 : nil })
    }
    #expect(found == limit)
    #expect(now == moment, "\(Int64(now) - Int64(moment)) ns late")
    #expect(looks < 20_000)
  }
}
