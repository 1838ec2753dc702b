import PipeText
import Testing

struct CivilDateTests {
  @Test(arguments: [
    (1970, 1, 1, 0), (2000, 2, 29, 11_016), (1900, 3, 1, -25_508), (0, 1, 1, -719_528), (9999, 12, 31, 2_932_896),
  ])
  func daysAreCountedFrom1970(_ year: Int, _ month: Int, _ day: Int, _ count: Int) throws {
    let date = try #require(CivilDate(year: year, month: month, day: day))
    #expect(date.daysSince1970 == count)
    #expect(CivilDate(daysSince1970: count) == date)
  }

  @Test(arguments: [
    (2001, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1), (2026, 1, 0), (10_000, 1, 1),
  ])
  func aDayThatThereIsNotIsNone(_ year: Int, _ month: Int, _ day: Int) {
    #expect(CivilDate(year: year, month: month, day: day) == nil)
  }

  @Test(arguments: [
    ("jan", 1), ("Sept", 9), ("DECEMBER", 12), ("june", 6), ("ju", nil), ("", nil), ("junes", nil), ("mae", nil),
  ])
  func monthsGoByTheBeginningOfTheirNames(_ letters: String, _ month: Int?) {
    #expect(CivilDate.month(letters.utf8) == month)
  }
}
