import PipeText
import Testing

@testable import PipeWeb

struct DateFormTests {
  @Test(
    arguments: [
      ("%d.%m.%Y", "31.1.2026", "2026-01-31T00:00:00Z"), ("%d.%m.%Y", "31.2.2026", nil),
      ("%Y-%m-%dT%H:%M:%S.%f%z", "2026-01-31T10:20:30.25+0100", "2026-01-31T09:20:30.25Z"),
      ("%A, %d. %B %Y", "Saturday, 31. January 2026", "2026-01-31T00:00:00Z"),
      ("%A, %d. %B %Y", "saturday,31. jan 2026", "2026-01-31T00:00:00Z"),
      ("%a %d %b %Y %T %Z", "Sat 31 Jan 2026 10:20:30 CET", "2026-01-31T09:20:30Z"),
      ("%Y%j", "2026031", "2026-01-31T00:00:00Z"), ("%Y%j", "2026366", nil),
      ("%Y %j", "2024 366", "2024-12-31T00:00:00Z"),
      ("%D %I:%M%p", "01/31/26 12:05am", "2026-01-31T00:05:00Z"),
      ("%D %I:%M%p", "01/31/26 12:05PM", "2026-01-31T12:05:00Z"),
      ("%D %I:%M%p", "01/31/26 13:05PM", nil), ("%D %I:%M %p", "01/31/26 3:05\u{202F}p.m.", "2026-01-31T15:05:00Z"),
      ("%F %R", "2026-01-31  10:20", "2026-01-31T10:20:00Z"),
      ("am %F um %R Uhr", "Am 2026-01-31 um 10:20 UHR", "2026-01-31T10:20:00Z"), ("%F", "2026-01-31x", nil),
      ("%y", "68", "2068-01-01T00:00:00Z"), ("%y", "69", "1969-01-01T00:00:00Z"), ("%s", "-1", "1969-12-31T23:59:59Z"),
      ("%s", "999999999999", nil), ("100%% %Y", "100% 2026", "2026-01-01T00:00:00Z"),
      ("%Y年%m月%d日", "2026年1月31日", "2026-01-31T00:00:00Z"),
      ("%d. %b. %Y", "31. Jan. 2026", "2026-01-31T00:00:00Z"),
      ("%d %B %Y", "1st\u{A0}Sept. 2026", "2026-09-01T00:00:00Z"),
      ("%dth %b %Y", "4th may 2026", "2026-05-04T00:00:00Z"),
      ("%B %d, %Y", "August 22nd, 2026", "2026-08-22T00:00:00Z"),
      ("%B %d, %Y", "August 22nds, 2026", nil), ("[%F %T%z]", "[2026-01-31 10:20:30+01:00]", "2026-01-31T09:20:30Z"),
      ("%m/%d/%Y", "\u{200E}1\u{200E}/\u{200E}31\u{200E}/\u{200E}2026", "2026-01-31T00:00:00Z"),
      ("%Q", "1769854800123", "2026-01-31T10:20:00.123Z"), ("%Q", "-1", "1969-12-31T23:59:59.999Z"),
      ("%Q", "999999999999999999999", nil), ("%s.%f", "1769854800.5", "2026-01-31T10:20:00.5Z"),
      ("%F %T", "9999-12-31 23:59:60", nil), ("%F", "0000-01-01", "0000-01-01T00:00:00Z"),
      ("%F %T%z", "9999-12-31 23:59:59-01:00", nil), ("%F %T%z", "0000-01-01 00:00:00+01:00", nil),
      ("%F %T", "2026-06-30 23:59:60", "2026-07-01T00:00:00Z"), ("%F", "", nil), ("%Y %b", "2026 ", nil),
      ("%Y", "202", nil), ("%F %z", "2026-01-31 Z", "2026-01-31T00:00:00Z"), ("%F %z", "2026-01-31 +2x", nil),
    ] as [(String, String, String?)])
  func `A date of a form is read`(form: String, text: String, expected: String?) throws {
    #expect(try DateForm(form).timestamp(text)?.description == expected)
  }

  @Test(arguments: [
    ("", "it has no directives"), ("dd.MM.yyyy", "it has no directives"), ("%d.%m", "it has no year (%Y)"),
    ("%H:%M", "it has no year (%Y)"), ("%Y%Y", "'%Y' stands twice"), ("%Y %y", "'%Y' and '%y' say the same"),
    ("%d %e %m %Y", "'%d' and '%e' say the same"), ("%F %m", "'%m' stands twice"),
    ("%Y-%M-%d", "it has minutes (%M) and no"),
    ("%d %Y", "it has a day and no month"), ("%Y %j %b", "'%j' is the day of the year"),
    ("%F %I:%M", "'%I' is an hour of twelve"), ("%F %H:%M %p", "'%p' (AM or PM) needs %I"),
    ("%F %H %S", "it has seconds (%S) and no minutes"), ("%s %Y", "'%s' and '%Q' are whole moments"),
    ("%Y%", "nothing follows '%'"), ("%-d %m %Y", "'%-' is unknown"), ("%Y %é", "'%"),
  ])
  func `A form that gives no dates, or other ones than it seems to, is refused`(form: String, message: String) {
    do throws(DateForm.Fault) {
      _ = try DateForm(form)
      Issue.record("it is taken")
    } catch {
      #expect(error.message.hasPrefix(message), "\(error.message)")
      #expect(error.range.map { $0.upperBound <= form.utf8.count } ?? true)
    }
  }
}
