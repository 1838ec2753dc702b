import PipeWeb
import Testing

struct StatedDateTests {
  @Test(arguments: [
    ("2026", "2026-01-01T00:00:00Z", "2026-12-31T23:59:59.999999999Z"),
    ("2024-02", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59.999999999Z"),
    ("2025-12", "2025-12-01T00:00:00Z", "2025-12-31T23:59:59.999999999Z"),
    (" 2026-01-31\n", "2026-01-31T00:00:00Z", "2026-01-31T23:59:59.999999999Z"),
    ("20260131", "2026-01-31T00:00:00Z", "2026-01-31T23:59:59.999999999Z"),
    ("2026-W05", "2026-01-26T00:00:00Z", "2026-02-01T23:59:59.999999999Z"),
    ("2026-W05-6", "2026-01-31T00:00:00Z", "2026-01-31T23:59:59.999999999Z"),
    ("2026-01-31T10:20Z", "2026-01-31T10:20:00Z", "2026-01-31T10:20:59.999999999Z"),
    ("2026-01-31T10:20+01:00", "2026-01-31T09:20:00Z", "2026-01-31T09:20:59.999999999Z"),
    ("2026-01-31T10:20:30-08:00", "2026-01-31T18:20:30Z", "2026-01-31T18:20:30.999999999Z"),
    ("2026-01-31T10:20:30.25Z", "2026-01-31T10:20:30.25Z", "2026-01-31T10:20:30.25Z"),
    // Without a zone it is UTC.
    ("2026-01-31T10:20:30", "2026-01-31T10:20:30Z", "2026-01-31T10:20:30.999999999Z"),
    ("2026-01-31 10:20:30", "2026-01-31T10:20:30Z", "2026-01-31T10:20:30.999999999Z"),
    ("20260131T102030Z", "2026-01-31T10:20:30Z", "2026-01-31T10:20:30Z"),
    ("Sun, 06 Sep 2009 16:20:00 +0000", "2009-09-06T16:20:00Z", "2009-09-06T16:20:00.999999999Z"),
    ("6 Sep 2009 16:20 GMT", "2009-09-06T16:20:00Z", "2009-09-06T16:20:59.999999999Z"),
    ("06 Sep 2009", "2009-09-06T00:00:00Z", "2009-09-06T23:59:59.999999999Z"),
    ("9999", "9999-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"),
    ("9999-12", "9999-12-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"),
  ])
  func `A date stands for all of the time that it may mean`(text: String, first: String, last: String) throws {
    let span = try #require(StatedDate(text)?.span)
    #expect(span.lowerBound.description == first)
    #expect(span.upperBound.description == last)
  }

  @Test(arguments: [
    ("2026-01-31", true), ("2026-01-30", false), ("2026-01", true), ("2025", false), ("2026", true), ("never", true),
    ("2026-01-31T10:19", false), ("2026-01-31T10:20", true), ("2026-01-31T10:20:29Z", false),
    ("2026-01-31T10:20:30Z", true), ("2026-01-31T11:20:30+01:00", true), ("2026-01-31T11:20:30+02:00", false),
  ])
  func `What may have changed since a moment is told`(text: String, mayBe: Bool) throws {
    let moment = try Timestamp(written: "2026-01-31T10:20:30Z")
    #expect(StatedDate(text)?.mayBe(since: moment) == mayBe)
  }

  @Test func `A text without anything in it is not a date, and one that cannot be read is kept as written`() {
    #expect(StatedDate(" \n") == nil)
    #expect(StatedDate(" yesterday ")?.written == "yesterday")
    #expect(StatedDate("yesterday")?.span == nil)
  }
}
