import PipeEngine

/// Lines of bytes out of chunks: ended by LF, CRLF or CR, the last one by the end.
struct LineCutter {
  /// Bytes of the longest line.
  let limit: Int

  private var rest: [UInt8] = []
  /// Whether the rest of a line is passed over, since it is too long.
  private var isSkipping = false
  private var isAfterReturn = false
  private(set) var number = 0

  init(limit: Int = 1 << 20, at place: RowPlace = RowPlace()) {
    self.limit = limit
    (number, isAfterReturn) = (place.line, place.isAfterReturn)
  }

  /// Where the line begins that has not ended.
  var place: RowPlace { RowPlace(line: number, isAfterReturn: isAfterReturn) }

  /// Its bytes so far; `nil` if they are not kept.
  var openBytes: Int? { isSkipping ? nil : rest.count }

  /// Gives each line without white space at its ends, and its number; `nil` for one that is too long.
  mutating func cut(
    _ chunk: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>?, Int) throws(RunError) -> Void
  ) throws(RunError) {
    var chunk = chunk
    if isAfterReturn, let first = chunk.first {
      isAfterReturn = false
      if first == UInt8(ascii: "\n") { chunk.removeFirst() }
    }
    while let end = chunk.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
      let isReturn = chunk[end] == UInt8(ascii: "\r")
      try endLine(chunk[..<end], body)
      chunk = chunk[(end + 1)...]
      guard isReturn else { continue }
      if let next = chunk.first {
        if next == UInt8(ascii: "\n") { chunk.removeFirst() }
      } else {
        isAfterReturn = true
      }
    }
    if isSkipping { return }
    rest += chunk
    if rest.count > limit {
      rest = []
      isSkipping = true
      try body(nil, number + 1)
    }
  }

  mutating func finish(_ body: (ArraySlice<UInt8>?, Int) throws(RunError) -> Void) throws(RunError) {
    if !rest.isEmpty || isSkipping { try endLine([], body) }
  }

  private mutating func endLine(
    _ end: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>?, Int) throws(RunError) -> Void
  ) throws(RunError) {
    number += 1
    if isSkipping {
      isSkipping = false
      return
    }
    if rest.isEmpty, end.count <= limit { return try body(Self.trimmed(end, isFirst: number == 1), number) }
    rest += end
    defer { rest.removeAll(keepingCapacity: true) }
    try body(rest.count > limit ? nil : Self.trimmed(rest[...], isFirst: number == 1), number)
  }

  /// Without white space at both ends, and the first line without a byte order mark.
  private static func trimmed(_ line: ArraySlice<UInt8>, isFirst: Bool) -> ArraySlice<UInt8> {
    var line = line
    if isFirst, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    while let last = line.last, last == 0x20 || last == 0x09 { line.removeLast() }
    while let first = line.first, first == 0x20 || first == 0x09 { line.removeFirst() }
    return line
  }
}

/// What a line is for its request.
enum LineMeaning {
  /// Its URL.
  case url
  /// Its one column, `line`.
  case column
  case both
}

/// `format: lines`.
struct LineRows: RowReader {
  private let name: String
  private let meaning: LineMeaning
  private var cutter = LineCutter()
  private var isFirst = true

  init(name: String, meaning: LineMeaning = .url) {
    self.name = name
    self.meaning = meaning
  }

  /// - Parameter place: Behind the first row.
  init(name: String, meaning: LineMeaning = .url, at place: RowPlace) {
    self.init(name: name, meaning: meaning)
    cutter = LineCutter(at: place)
    isFirst = false
  }

  var place: RowPlace { cutter.place }
  var openBytes: Int? { cutter.openBytes }

  mutating func rows(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow] {
    var rows: [InputRow] = []
    var isFirst = isFirst
    try cutter.cut(chunk) { [name, meaning] line, number throws(RunError) in
      try Self.append(line, number, name, meaning, isFirst: &isFirst, to: &rows)
    }
    self.isFirst = isFirst
    return rows
  }

  mutating func finish() throws(RunError) -> [InputRow] {
    var rows: [InputRow] = []
    var isFirst = isFirst
    try cutter.finish { [name, meaning] line, number throws(RunError) in
      try Self.append(line, number, name, meaning, isFirst: &isFirst, to: &rows)
    }
    return rows
  }

  /// How many rows a chunk holds, made of none of it.
  mutating func count(_ chunk: ArraySlice<UInt8>) throws(RunError) -> Int {
    var count = 0
    try cutter.cut(chunk) { [name] line, number throws(RunError) in
      guard let line else { throw Self.tooLong(number, name) }
      if Self.isRow(line) { count += 1 }
    }
    return count
  }

  /// How many rows the end completes.
  mutating func countAtEnd() throws(RunError) -> Int {
    var count = 0
    try cutter.finish { line, _ throws(RunError) in if let line, Self.isRow(line) { count += 1 } }
    return count
  }

  private static func tooLong(_ number: Int, _ name: String) -> RunError {
    RunError(name, "line \(number) is longer than 1 MiB", hint: "is it a list of URLs, one a line?")
  }

  /// Whether a line is a URL: neither blank nor a comment.
  static func isRow(_ line: ArraySlice<UInt8>) -> Bool { line.first.map { $0 != UInt8(ascii: "#") } ?? false }

  private static func append(
    _ line: ArraySlice<UInt8>?, _ number: Int, _ name: String, _ meaning: LineMeaning, isFirst: inout Bool,
    to rows: inout [InputRow]
  ) throws(RunError) {
    guard let line else { throw tooLong(number, name) }
    guard isRow(line) else { return }
    if isFirst {
      isFirst = false
      try checkHeader(line, number, name)
    }
    rows.append(InputRow(line, meaning, line: number))
  }

  /// A first line such as `url,title` is the header of a table, whose rows would be URLs with commas in them.
  private static func checkHeader(_ line: ArraySlice<UInt8>, _ number: Int, _ name: String) throws(RunError) {
    let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    guard line.count < 1000, let separator = separators.first(where: { line.contains($0) }) else { return }
    let names = line.split(separator: separator, omittingEmptySubsequences: false).map { cell in
      String(decoding: cell, as: UTF8.self).lowercased().filter { $0 != "\"" && $0 != " " }
    }
    let words: Set = ["url", "urls", "link", "links", "address", "uri", "href", "website"]
    guard !names.contains(where: { $0.contains("/") }), let column = names.first(where: words.contains) else { return }
    throw RunError(
      name, "line \(number) is the header of a table, not a URL",
      hint: column == "url" ? "write format: csv" : "write format: csv and the column that holds the URL")
  }
}
