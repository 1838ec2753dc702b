import PipeWeb
import Testing

@Suite("Timestamp, clocks that are set wrong")
struct TimestampRangeTests {
  @Test(
    "a moment outside the years 0 to 9999 is the first or the last one",
    arguments: [
      (Int.min, "0000-01-01T00:00:00Z"), (-62_167_219_201, "0000-01-01T00:00:00Z"),
      (-62_167_219_200, "0000-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (0, "1970-01-01T00:00:00Z"),
      (253_402_300_799, "9999-12-31T23:59:59Z"), (253_402_300_800, "9999-12-31T23:59:59Z"),
      (.max, "9999-12-31T23:59:59Z"),
    ])
  func range(seconds: Int, text: String) {
    #expect(Timestamp(ofClock: (seconds, 0)).description == text)
    #expect(Timestamp(ofClock: (seconds, -5)).inMilliseconds == text.dropLast() + ".000Z")
  }
}
