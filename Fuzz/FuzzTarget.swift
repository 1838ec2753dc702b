internal import Glibc

/// What is fuzzed: a function that ends whatever the bytes are, within bounds of time and memory, and keeps its
/// promises.
struct FuzzTarget: Sendable {
  let name: String
  let summary: String
  let run: @Sendable (UnsafeBufferPointer<UInt8>) -> Void

  static let all = [
    spec, html, xml, encoding, css, xpath, regex, json, jsonpath, url, robots, fields, extract, coding, sitemap, feed,
    journal, findings, template, redis,
  ]

  /// Ends the process, which is how libFuzzer is told of a failure.
  static func require(_ holds: Bool, _ promise: StaticString) {
    if holds { return }
    let message = Array("pipe-fuzz: \(promise)\n".utf8)
    _ = write(STDERR_FILENO, message, message.count)
    abort()
  }
}

/// An input of two parts: its first line, and the rest.
struct TwoParts {
  let line: String
  let rest: [UInt8]

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    line = String(decoding: bytes[..<end], as: UTF8.self)
    rest = Array(bytes[min(end + 1, bytes.count)...])
  }

  /// The rest as text.
  var text: String { String(decoding: rest, as: UTF8.self) }
}
