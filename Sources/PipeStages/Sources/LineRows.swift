import PipeEngine

/// Lines of bytes out of chunks: ended by LF or CRLF, the last one by the end.
struct LineCutter {
  /// A longer line is no URL and no honest row.
  static let limit = 1 << 20

  private var rest: [UInt8] = []
  private(set) var number = 0
  private let name: String

  init(name: String) { self.name = name }

  mutating func cut(_ chunk: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>, Int) -> Void) throws(RunError) {
    var start = chunk.startIndex
    while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
      number += 1
      if rest.isEmpty {
        body(Self.trimmed(chunk[start..<end], isFirst: number == 1), number)
      } else {
        rest += chunk[start..<end]
        body(Self.trimmed(rest[...], isFirst: number == 1), number)
        rest.removeAll(keepingCapacity: true)
      }
      start = end + 1
    }
    rest += chunk[start...]
    if rest.count > Self.limit {
      throw RunError(name, "line \(number + 1) is longer than 1 MiB", hint: "is it a list of URLs, one a line?")
    }
  }

  mutating func finish(_ body: (ArraySlice<UInt8>, Int) -> Void) {
    if rest.isEmpty { return }
    number += 1
    body(Self.trimmed(rest[...], isFirst: number == 1), number)
    rest = []
  }

  /// Without white space at both ends, and the first line without a byte order mark.
  private static func trimmed(_ line: ArraySlice<UInt8>, isFirst: Bool) -> ArraySlice<UInt8> {
    var line = line
    if isFirst, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    while let last = line.last, last == 0x20 || last == 0x09 || last == 0x0D { line.removeLast() }
    while let first = line.first, first == 0x20 || first == 0x09 { line.removeFirst() }
    return line
  }
}

/// `format: lines`.
struct LineRows: RowReader {
  private var cutter: LineCutter

  init(name: String) { cutter = LineCutter(name: name) }

  mutating func rows(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow] {
    var rows: [InputRow] = []
    try cutter.cut(chunk) { line, _ in Self.append(line, to: &rows) }
    return rows
  }

  mutating func finish() throws(RunError) -> [InputRow] {
    var rows: [InputRow] = []
    cutter.finish { line, _ in Self.append(line, to: &rows) }
    return rows
  }

  /// Whether a line is a URL: neither blank nor a comment.
  static func isRow(_ line: ArraySlice<UInt8>) -> Bool { line.first.map { $0 != UInt8(ascii: "#") } ?? false }

  private static func append(_ line: ArraySlice<UInt8>, to rows: inout [InputRow]) {
    if isRow(line) {
      rows.append(InputRow(url: String(decoding: line, as: UTF8.self)))
    }
  }
}
