import PipeWeb
import Testing

@Suite("Durations in units")
struct DurationUnitsTests {
  @Test(
    "a duration is shown exactly, in the largest unit that needs no fraction",
    arguments: [
      (Duration.milliseconds(250), "250ms"), (.milliseconds(1500), "1500ms"), (.seconds(10), "10s"),
      (.seconds(60), "60s"),
      (.seconds(120), "2m"), (.seconds(601), "601s"), (.seconds(3600), "1h"), (.seconds(90 * 60), "90m"),
      (.zero, "0s"),
      (.microseconds(1), "1ms"), (.seconds(Int64.max), "9223372036854775807ms"),
    ])
  func shown(duration: Duration, text: String) { #expect(duration.shown == text) }

  @Test(
    "what no unit can hold is the most that it holds",
    arguments: [
      (Duration.seconds(Int64.max), Int.max), (.seconds(Int64.min + 1), .min), (.seconds(1), 1000),
      (.nanoseconds(1), 1),
    ])
  func milliseconds(duration: Duration, count: Int) { #expect(duration.milliseconds == count) }

  @Test(
    "nanoseconds are rounded up and never negative",
    arguments: [
      (Duration.seconds(Int64.max), 4_294_967_296_000_000_000), (.seconds(-1), 0), (.zero, 0),
      (.nanoseconds(7), 7),
      (Duration(secondsComponent: 0, attosecondsComponent: 1), 1),
    ])
  func nanoseconds(duration: Duration, count: Int) { #expect(duration.nanoseconds == UInt64(count)) }

  @Test(
    "so many times as long, or the longest that can be counted",
    arguments: [
      (Duration.milliseconds(1500), 3, Duration.milliseconds(4500)), (.seconds(3_600_000), 0, .zero),
      (.seconds(3_600_000), 3_000_000_000, .seconds(10_800_000_000_000_000)),
      (.seconds(3_600_000), Int.max, .seconds(Int64.max)), (.seconds(1), Int.max, .seconds(Int64.max)),
      (.nanoseconds(1), 1_000_000_000_000, .seconds(1000)), (.zero, Int.max, .zero),
    ])
  func times(duration: Duration, count: Int, product: Duration) { #expect(duration.times(count) == product) }

  @Test(
    "a long time is told in words a person reads",
    arguments: [
      (Duration.milliseconds(3240), "3.2 s"), (.seconds(252), "4 min 12 s"), (.seconds(7500), "2 h 5 min"),
      (.seconds(Int64.max), "2562047788015215 h 30 min"),
    ])
  func short(duration: Duration, text: String) { #expect(duration.short == text) }
}
