package import PipeSpec
package import PipeWeb

/// A line of the log: something that has happened in a run.
package struct LogLine: Sendable {
  package enum Value: Hashable, Sendable {
    case text(String)
    case count(Int)
    /// Of milliseconds.
    case milliseconds(Duration)
  }

  package let time: Timestamp
  /// `trace`, `debug`, `info`, `notice`, `warning`, `error`
  package let level: String
  /// What has happened, in a word: `landed`.
  package let message: String
  package let fields: [(name: String, value: Value)]

  package init(_ time: Timestamp, _ level: String, _ message: String, _ fields: [(name: String, value: Value)]) {
    self.time = time
    self.level = level
    self.message = message
    // In one order, whoever has told them.
    self.fields = fields.sorted { Self.rank(of: $0.name) < Self.rank(of: $1.name) }
  }

  /// The names that fields have, in the order in which they stand.
  package static let names = [
    "pipeline", "spec_sha256", "pipe", "request", "url", "to", "host", "attempt", "status", "error", "elapsed_ms",
    "after_ms", "sink", "rows", "reason", "lost",
  ]

  private static func rank(of name: String) -> Int { names.firstIndex(of: name) ?? names.count }

  /// Bytes of a value at the most: with as many values as a line has, a pipe takes it at once (PIPE_BUF, pipe(7)).
  package static let longestValue = 1024

  /// `2026-11-30T18:55:13.123Z info landed request=1:7 url=http://example.com/ status=200 elapsed_ms=12.3`
  package var text: String {
    var words = [time.inMilliseconds, level, message]
    for (name, value) in fields { words.append("\(name)=\(Self.word(value))") }
    return words.joined(separator: " ")
  }

  /// A line of JSON, by schemas/progress.schema.json.
  package var json: JSONText {
    let entries: [(key: String, value: JSONText)] = [
      (key: "event", value: "log"), (key: "time", value: .string(time.inMilliseconds)),
      (key: "level", value: .string(level)), (key: "message", value: .string(message)),
    ]
    return .object(
      entries
        + fields.map { name, value in
          switch value {
          case .text(let text): (key: name, value: .string(Self.shown(text)))
          case .count(let count): (key: name, value: .int(count))
          case .milliseconds(let time): (key: name, value: JSONText(thousandths: time.seconds * 1000))
          }
        })
  }

  private static func word(_ value: Value) -> String {
    switch value {
    case .count(let count): return "\(count)"
    case .milliseconds(let time): return JSONText(thousandths: time.seconds * 1000).text
    case .text(let text):
      let shown = shown(text)
      let isPlain = !shown.isEmpty && !shown.utf8.contains { $0 == 0x20 || $0 == 0x22 || $0 == 0x3D }
      return isPlain || isURL(shown) ? shown : JSONText.string(shown).text
    }
  }

  /// A URL has neither blanks nor quotes, and stands as it is although its query may have `=`.
  private static func isURL(_ text: String) -> Bool {
    text.contains("://") && !text.utf8.contains { $0 == 0x20 || $0 == 0x22 }
  }

  /// Neither drives a terminal nor shows a line as it is not, and is not endless.
  private static func shown(_ text: String) -> String {
    // A little more than may stay, so that what is missing is seen.
    let start =
      text.utf8.count > longestValue ? String(decoding: text.utf8.prefix(longestValue + 16), as: UTF8.self) : text
    return TerminalCell.shown(start).cut(to: longestValue)
  }
}

extension String {
  /// The start of a text, of so many bytes at the most, with a mark if something is missing.
  fileprivate func cut(to bytes: Int) -> String {
    if utf8.count <= bytes { return self }
    var start = ""
    for character in unicodeScalars {
      if start.utf8.count + 8 > bytes { break }
      start.unicodeScalars.append(character)
    }
    return start + "…"
  }
}
