import FoundationEssentials
import PipeText
import Testing

@testable import PipeWeb

struct ZoneRulesTests {
  private func zone(_ name: String) throws -> ZoneRules {
    let data = try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\(name)"))
    return try #require(ZoneRules(file: Array(data)))
  }

  @Test(
    arguments: [
      ("Europe/Berlin", "2026-01-31T10:20", "2026-01-31T09:20:00Z"),
      ("Europe/Berlin", "2026-07-01T00:00", "2026-06-30T22:00:00Z"),
      // By the rule, long after the last transition that is written.
      ("Europe/Berlin", "2099-07-01T00:00", "2099-06-30T22:00:00Z"),
      ("Europe/Berlin", "2099-12-01T00:00", "2099-11-30T23:00:00Z"),
      // The hour that comes twice, and the one that does not come.
      ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"),
      ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00Z"),
      ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z"),
      ("America/New_York", "2050-03-13T02:30", "2050-03-13T07:30:00Z"),
      ("Australia/Sydney", "2060-01-01T12:00", "2060-01-01T01:00:00Z"),
      ("Australia/Sydney", "2060-07-01T12:00", "2060-07-01T02:00:00Z"),
      ("Asia/Kolkata", "2026-01-01T00:00", "2025-12-31T18:30:00Z"),
      ("Asia/Gaza", "2080-01-01T12:00", "2080-01-01T10:00:00Z"),
      ("Africa/Casablanca", "2026-06-01T12:00", "2026-06-01T11:00:00Z"),
      ("Europe/Berlin", "1910-06-01T12:00", "1910-06-01T11:00:00Z"),
      ("Europe/Dublin", "2060-07-01T12:00", "2060-07-01T11:00:00Z"),
    ])
  func `Clocks of a place show`(name: String, clock: String, moment: String) throws {
    #expect(try Timestamp(written: clock, in: zone(name)).description == moment)
  }

  @Test(arguments: [
    ("Z", 0), ("utc", 0), ("+02:00", 7200), ("-0530", -19_800), ("+01", 3600), ("-00:00", 0),
  ])
  func `An offset is a zone`(text: String, seconds: Int) {
    #expect(ZoneRules(written: text) == ZoneRules(offset: seconds))
  }

  @Test(arguments: ["", "+", "+1", "+24:00", "+0:100", "+02:60", "2:00", "+02:0", "+02::0", "CET", "+02:00:00"])
  func `What is not an offset is not a zone`(text: String) { #expect(ZoneRules(written: text) == nil) }

  @Test func `A damaged file is no zone, wherever it is damaged`() throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Berlin")))
    for length in stride(from: 0, to: bytes.count - 1, by: 7) {
      #expect(ZoneRules(file: Array(bytes[..<length])) == nil)
    }
    // None of them crashes, nor does any moment.
    for place in stride(from: 0, to: bytes.count, by: 3) {
      for value in [0, 0x7F, 0xFF] as [UInt8] {
        var broken = bytes
        broken[place] = value
        guard let zone = ZoneRules(file: broken) else { continue }
        for moment in [-62_167_219_200, 0, 1_800_000_000, 253_402_300_799] { _ = zone.moment(ofClock: moment) }
      }
    }
  }

  @Test(arguments: [
    "EST5", "<-03>3", "EST5EDT,M3.2.0,M11.1.0", "IST-2IDT,M3.4.4/26,M10.5.0", "<+0330>-3:30<+0430>,J79/24,J263/24",
    "EET-2EEST,M3.4.4/50,M10.4.4/50", "IST-1GMT0,M10.5.0,M3.5.0/1", "CET-1CEST,59,300",
  ])
  func `A rule of POSIX is read`(text: String) { #expect(ZoneRule(text) != nil) }

  @Test(arguments: [
    "", "E5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5x",
  ])
  func `What is not a rule is none`(text: String) { #expect(ZoneRule(text) == nil) }
}
