import PipeEngine
import PipeSpec
import PipeWeb
import Testing

@testable import PipeReport

@Suite("What is drawn")
struct LiveViewTests {
  @Test(
    "no line is wider than the terminal, and the block no higher", arguments: [1, 2, 10, 20, 39, 80, 140, 400],
    [1, 2, 3, 24])
  func size(width: Int, height: Int) {
    var sample = RunSample(
      elapsed: 4000, done: 123_456, failed: 12, broken: 300, inFlight: 64, waiting: 9999, total: 1_000_000, rate: 12.5)
    sample.left = TimeLeft.Shown(
      seconds: 7000, host: TimeLeft.Host("日本語.example", left: 1204, rate: 1), hasRisen: false)
    sample.p50 = .milliseconds(12)
    sample.p95 = .seconds(3)
    sample.fills = [(.requests, 512, 512), (.frontier, 3, 1024), (.pages, 0, 0), (.rows(0), 5, 10), (.rows(1), 9, 10)]
    for isUnicode in [true, false] {
      let lines = LiveBlock(isUnicode: isUnicode).lines(sample, width: width, height: height)
      #expect(lines.count <= max(1, height - 1))
      #expect(lines.allSatisfy { TerminalCell.width(of: $0) <= max(1, width - 1) }, "\(lines)")
    }
  }

  @Test("what it says")
  func words() {
    var sample = RunSample(
      elapsed: 72.9, done: 4512, failed: 12, broken: 20, inFlight: 64, waiting: 5424, total: 10_000, rate: 24.5)
    sample.p50 = .milliseconds(120)
    sample.p95 = .milliseconds(480)
    sample.fills = [(.rows(0), 5, 10), (.rows(1), 9, 10)]
    #expect(
      LiveBlock(isUnicode: false).lines(sample, width: 80, height: 24) == [
        "[################......................]  45%  4,512 of 10,000",
        "ok 4,492   not ok 20   with an error 12   in flight 64   waiting 5,424",
        "25/s   p50 120ms   p95 480ms   1 min 12 s",
        "edges   rows 90%",
      ])
    sample.total = nil
    sample.found = 41_210
    #expect(LiveBlock(isUnicode: true).lines(sample, width: 80, height: 24)[0] == "4,512 done, 41,210 found")
    // Not all before it is.
    sample.total = 4513
    #expect(LiveBlock(isUnicode: true).lines(sample, width: 30, height: 24)[0] == "99%  4,512 of 4,513")
  }

  @Test("nothing is written where nothing has changed, and one text else")
  func frames() {
    var screen = LiveScreen()
    let first = screen.draw(["one", "two"], width: 80)
    #expect(first == "\u{1B}[?2026h\u{1B}[?7lone\r\ntwo\r\u{1B}[?7h\u{1B}[?2026l")
    let same = screen.draw(["one", "two"], width: 80)
    #expect(same == nil)
    let second = screen.draw(["one", "2"], width: 80)
    #expect(second?.contains("\r\u{1B}[1A\u{1B}[J") == true)
    // Of a narrower terminal, in which the first line takes three rows now.
    _ = screen.draw([String(repeating: "x", count: 50), "two"], width: 80)
    let narrow = screen.draw(["one", "two"], width: 20)
    #expect(narrow?.contains("\r\u{1B}[3A\u{1B}[J") == true)
    #expect(screen.message("said\n", width: 20).contains("\u{1B}[Jsaid\n\u{1B}[?7lone"))
    let gone = [screen.erase(width: 20), screen.erase(width: 20)]
    #expect(gone == ["\u{1B}[?2026h\r\u{1B}[1A\u{1B}[J\u{1B}[?2026l", ""])
    #expect(screen.message("said\n", width: 20) == "said\n")
  }

  @Test("plain lines come after 10 s, 30 s, and then each minute")
  func plain() {
    var schedule = PlainSchedule()
    let due = (0...200).filter { second in schedule.isDue(at: Double(second)) }
    #expect(due == [10, 30, 60, 120, 180])
  }

  @Test("a stall is told after 15 s in which nothing moves, and again each minute")
  func stall() {
    var watch = StallWatch()
    let told = (0...140).filter { second in
      watch.note([second < 5 ? second : 5], isBusy: true, at: Double(second)) != nil
    }
    #expect(told == [20, 80, 140])
    let later = (141...170).filter { second in
      watch.note([second < 161 ? 5 : 6], isBusy: second > 160, at: Double(second)) != nil
    }
    #expect(later == [])
  }
}
