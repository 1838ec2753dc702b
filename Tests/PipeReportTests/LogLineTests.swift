import PipeEngine
import PipeReport
import PipeSpec
import PipeWeb
import Testing

@Suite("Lines of the log")
struct LogLineTests {
  private static let time = Timestamp(seconds: 1_796_066_127, nanoseconds: 697_000_000)

  private func line(_ fields: (name: String, value: LogLine.Value)...) -> LogLine {
    LogLine(Self.time, "info", "landed", fields)
  }

  @Test("text has the time in UTC, the level, what has happened, and the fields in one order")
  func text() {
    let line = line(
      ("elapsed_ms", .milliseconds(.microseconds(12_300))), ("status", .count(404)),
      ("url", .text("http://a.example/?q=1")), ("request", .text("1:7")))
    #expect(
      line.text
        == "2026-11-30T19:15:27.697Z info landed request=1:7 url=http://a.example/?q=1 status=404 elapsed_ms=12.3")
    #expect(
      line.json.text == """
        {"event": "log", "time": "2026-11-30T19:15:27.697Z", "level": "info", "message": "landed", "request": "1:7", \
        "url": "http://a.example/?q=1", "status": 404, "elapsed_ms": 12.3}
        """)
  }

  @Test(
    "a value cannot pass for another field, another line, or a command to the terminal",
    arguments: [
      ("a b", "\"a b\""), ("a=b", "\"a=b\""), ("a\"b", #""a\"b""#), ("", "\"\""), ("a\nlevel", #"a\nlevel"#),
      ("\u{1B}[2J", #"\u{1B}[2J"#), ("\u{202E}gpj.exe", #"\u{202E}gpj.exe"#),
      ("http://a/?b=c d", "\"http://a/?b=c d\""),
    ])
  func quoting(value: String, word: String) {
    #expect(line(("host", .text(value))).text.hasSuffix(" host=\(word)"))
  }

  @Test(
    "a line is one that a pipe takes at once, whatever is in it", arguments: ["a", "\u{1B}", "\"", "日", "\u{202E}"])
  func length(character: String) {
    let long = String(repeating: character, count: 1 << 16)
    let line = line(("url", .text(long)), ("error", .text("timeout")))
    #expect(line.text.utf8.count < 4096)
    #expect(line.json.text.utf8.count < 4096)
    #expect(line.text.contains("…"))
  }

  @Test("failures of pages weigh more than pages, and less than trouble with hosts")
  func levels() {
    let id = RequestID(source: 0, ordinal: 0)
    let events: [(RunEvent, LogEntry.Level)] = [
      (.begun(id, nil, attempt: 1), .trace), (.landed(id, nil, status: 200, error: nil, elapsed: .zero), .debug),
      (.landed(id, nil, status: 404, error: nil, elapsed: .zero), .info),
      (.landed(id, nil, status: nil, error: .timeout, elapsed: .zero), .info), (.recorded(id, error: nil), .debug),
      (.hostSlowed("a"), .notice), (.hostGivenUp("a", id), .warning), (.stopped(.complete), .info),
      (.stopped(.stopped(by: .interrupted)), .warning), (.stopped(.failed(by: RunError("a", "b"))), .error),
    ]
    for (event, level) in events {
      #expect(LogEntry.level(of: event) == level)
      #expect(LogEntry(event, shown: { $0 }, sinks: []).level == level)
    }
    #expect(LogEntry.Level.warning.isAtLeast(.info) && LogEntry.Level.info.isAtLeast(.info))
    #expect(!LogEntry.Level.debug.isAtLeast(.info))
  }
}
