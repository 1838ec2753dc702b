import PipeText
import Testing

@testable import PipeWeb

@Suite("Cookie dates")
struct CookieDateTests {
  /// 1994-11-06T08:49:37Z
  private static let moment = 784_111_777

  @Test(
    "a date is read in whatever order and dress its parts come",
    arguments: [
      "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
      "06 nov 1994 08:49:37", "1994 NOVEMBER 6 8:49:37", "08:49:37 6 Nov 94", "Sun,06-Nov-1994,08:49:37",
      "6-nov-94;8:49:37",
      "(Sun) 06/Nov/1994 @ 08:49:37 {GMT}", "\t06\tNov\t1994\t08:49:37\t", "6th Nov 1994 08:49:37",
      "06 Nov 1994th 08:49:37",
      "06 Nov 1994 08:49:37.123", "06 Nov 1994 08:49:37 +0100", "06 Nov 1994 08:49:37 10 Dec 2010 10:10:10",
    ])
  func forms(text: String) { #expect(CookieDate.seconds(text) == Self.moment) }

  @Test(
    "a year of two digits is between 1970 and 2069",
    arguments: [("70", 1970), ("99", 1999), ("00", 2000), ("69", 2069), ("1601", 1601), ("9999", 9999)])
  func years(text: String, year: Int) {
    let seconds = CivilDate(year: year, month: 1, day: 2).map { $0.daysSince1970 * 86_400 }
    #expect(CookieDate.seconds("02 Jan \(text) 00:00:00") == seconds)
  }

  @Test(
    "what is no date is none",
    arguments: [
      "", "now", "0", "-1", "06 Nov 1994", "08:49:37", "Nov 1994 08:49:37", "06 1994 08:49:37", "06 Nov 08:49:37",
      "32 Jan 2000 00:00:00", "00 Jan 2000 00:00:00", "29 Feb 2001 00:00:00", "31 Apr 2001 00:00:00",
      "01 Jan 1600 00:00:00", "01 Jan 2000 24:00:00", "01 Jan 2000 00:60:00", "01 Jan 2000 00:00:60",
      "01 Jan 2000 00:00", "01 Jan 2000 00-00-00", "01 Jan 20000 00:00:00", "001 Jan 2000 00:00:00",
      "01 Jän 2000 00:00:00",
      "01 Jan 2000 000:00:00", "01 Jan 2000 00:000:00", "01 J 2000 00:00:00", "2000-01-01T00:00:00Z",
    ])
  func noDate(text: String) { #expect(CookieDate.seconds(text) == nil) }
}
