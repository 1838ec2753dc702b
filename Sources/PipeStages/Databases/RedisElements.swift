import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// The number of an entry of a stream: a time in milliseconds and a number within it.
struct RedisStreamID: Hashable, Comparable {
  let time: UInt64
  let number: UInt64

  init?(_ text: String) {
    let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") }), let time = UInt64(parts[0]),
      let number = parts.count == 2 ? UInt64(parts[1]) : 0
    else { return nil }
    (self.time, self.number) = (time, number)
  }

  static func < (left: RedisStreamID, right: RedisStreamID) -> Bool {
    (left.time, left.number) < (right.time, right.number)
  }
}

/// The elements of a list, set or stream, a page at a time.
struct RedisElements {
  struct Element {
    let row: InputRow
    /// What gives it back, if it was taken: the ID of an entry, or the element itself.
    let receipt: [UInt8]
  }

  private let place: RedisSource.Place
  private let server: RedisServer
  private let column: String?
  private var cursor: Cursor
  private var count = 0
  /// Of a set, fingerprints of the members that have come: a set that changes is told some of them twice.
  private var seen: Set<Int> = []

  private enum Cursor {
    /// Elements of a list from a place on.
    case index(Int)
    /// What an earlier run has taken and not given back, from a place on.
    case taken(Int)
    /// What nobody has taken.
    case new
    /// Entries behind this one.
    case entry(String)
    /// Entries that this consumer has and has not acknowledged, behind this one.
    case pending(String)
    /// Those that others have had for too long.
    case idle(String)
    case scan(String)
    case end
  }

  private static let pageSize = 500
  /// Bytes that a page may hold.
  private static let pageBytes = 64 << 20

  /// - Parameter column: The column that holds the URL; `nil` if a template makes it.
  init(_ place: RedisSource.Place, on server: RedisServer, column: String?) {
    (self.place, self.server, self.column) = (place, server, column)
    cursor =
      switch place {
      case .list(_, let takes): takes ? .taken(0) : .index(0)
      case .set: .scan("0")
      case .stream(_, let after): .entry(after ?? "0-0")
      case .group: .pending("0-0")
      }
  }

  /// The list in which elements are from when they are taken until their rows are durable.
  static func taken(from list: String) -> String { list + ":pipe" }

  /// Whether what is read next may have been taken by an earlier run, or by an earlier session of this one.
  var readsTaken: Bool {
    switch cursor {
    case .taken, .pending: true
    default: false
    }
  }

  /// Looks whether the server is there, and makes the group of a stream if that is not.
  func begin() throws(RunError) {
    _ = try server.answers(RedisCommands("PING"))
    guard case .group(let group, let stream, _, _) = place else { return }
    let reply = try server.replies(to: RedisCommands("XGROUP", "CREATE", stream, group, "0", "MKSTREAM"))[0]
    if let words = reply.error, !words.hasPrefix("BUSYGROUP") { throw .redis(server.name, .refused(words)) }
  }

  /// - Returns: `nil` behind the last one. A page may be empty.
  mutating func next() throws(RunError) -> [Element]? {
    switch (place, cursor) {
    case (_, .end): return nil
    case (.list(let key, _), .index(let start)): return try range(of: key, from: start) { .index($0) }
    case (.list(let key, _), .taken(let start)):
      if let left = try range(of: Self.taken(from: key), from: start, { .taken($0) }) { return left }
      cursor = .new
      return []
    case (.list(let key, _), _): return try move(from: key)
    case (.set(let key), .scan(let scan)): return try members(of: key, scan)
    case (.stream(let key, _), .entry(let last)): return try entries(of: key, behind: last)
    case (.group, .pending(let last)): return try pending(behind: last)
    case (.group(let group, let stream, let consumer, let idle), .idle(let start)):
      return try claim(group, stream, consumer, idle ?? .zero, start)
    case (.group, .new): return try newEntries()
    default: return nil
    }
  }

  private func answer(_ words: String...) throws(RunError) -> RedisReply {
    var commands = RedisCommands()
    commands.add(words.map { Array($0.utf8) })
    return try server.retrying { () throws(RunError) in try server.answers(commands, atMost: Self.pageBytes) }[0]
  }

  private var foreign: RunError { .redis(server.name, .foreign("it answers with something else than was asked for")) }

  // MARK: Lists and sets

  private mutating func range(of key: String, from start: Int, _ next: (Int) -> Cursor) throws(RunError) -> [Element]? {
    let reply = try answer("LRANGE", key, String(start), String(start + Self.pageSize - 1))
    guard let elements = reply.elements else { throw foreign }
    if elements.isEmpty {
      cursor = .end
      return nil
    }
    cursor = next(start + elements.count)
    return elements.compactMap(\.bytes).map { element($0) }
  }

  private mutating func move(from key: String) throws(RunError) -> [Element]? {
    var commands = RedisCommands()
    for _ in 0..<Self.pageSize { commands.add("LMOVE", key, Self.taken(from: key), "LEFT", "RIGHT") }
    // Elements of which the answer is lost are in the other list, and come in the next run.
    let replies = try server.retrying { () throws(RunError) in
      try server.replies(to: commands, atMost: Self.pageBytes)
    }
    if let words = replies.lazy.compactMap(\.error).first { throw .redis(server.name, .refused(words)) }
    let elements = replies.compactMap(\.bytes)
    if elements.isEmpty { cursor = .end }
    return elements.isEmpty ? nil : elements.map { element($0) }
  }

  private mutating func members(of key: String, _ scan: String) throws(RunError) -> [Element]? {
    let reply = try answer("SSCAN", key, scan, "COUNT", String(Self.pageSize))
    guard let parts = reply.elements, parts.count == 2, let next = parts[0].text, let members = parts[1].elements else {
      throw foreign
    }
    cursor = next == "0" ? .end : .scan(next)
    var page: [Element] = []
    for member in members.compactMap(\.bytes) where seen.insert(member.hashValue).inserted {
      page.append(element(member))
    }
    return page
  }

  /// A URL, or a JSON object with columns.
  private mutating func element(_ bytes: [UInt8]) -> Element {
    count += 1
    let first = bytes.first { $0 > 0x20 }
    guard first == UInt8(ascii: "{") else {
      var row = InputRow(bytes[...], line: count)
      row.hasLine = false
      row.columns = ["url": .string(row.url)]
      return Element(row: row, receipt: bytes)
    }
    guard case .object(let object)? = try? JSONValue(parsing: bytes.span),
      String(validating: bytes, as: UTF8.self) != nil
    else {
      var row = InputRow([:], line: count)
      row.fault = "not a URL, and not a JSON object"
      return Element(row: row, receipt: bytes)
    }
    var columns: [ExactText: Value] = [:]
    for member in object.members { columns[ExactText(member.name)] = Value(member.value) }
    return Element(row: row(columns), receipt: bytes)
  }

  /// A row whose columns tell its URL, if no template does.
  private func row(_ columns: [ExactText: Value]) -> InputRow {
    var row = InputRow(columns, line: count)
    guard let column else { return row }
    if case .string(let text)? = columns[ExactText(column)] {
      let written = WrittenURL(text)
      row.url = written.text
      row.fault = written.fault.map { "the field '\(column)': \($0)" }
    } else {
      row.fault = "no field '\(column)' with a URL"
    }
    return row
  }

  // MARK: Streams

  private mutating func entries(of key: String, behind last: String) throws(RunError) -> [Element]? {
    let reply = try answer("XRANGE", key, "(" + last, "+", "COUNT", String(Self.pageSize))
    guard let entries = reply.elements else { throw foreign }
    let page = try elements(entries)
    cursor = page.last.map { .entry(String(decoding: $0.receipt, as: UTF8.self)) } ?? .end
    return page.isEmpty ? nil : page
  }

  private mutating func pending(behind last: String) throws(RunError) -> [Element]? {
    let page = try read(from: last)
    if let last = page.last {
      cursor = .pending(String(decoding: last.receipt, as: UTF8.self))
      return page
    }
    if case .group(_, _, _, let idle) = place { cursor = idle == nil ? .new : .idle("0-0") }
    return []
  }

  private mutating func newEntries() throws(RunError) -> [Element]? {
    let page = try read(from: ">")
    if page.isEmpty { cursor = .end }
    return page.isEmpty ? nil : page
  }

  private mutating func read(from start: String) throws(RunError) -> [Element] {
    guard case .group(let group, let stream, let consumer, _) = place else { return [] }
    let reply = try answer(
      "XREADGROUP", "GROUP", group, consumer, "COUNT", String(Self.pageSize), "STREAMS", stream, start)
    if reply == .null { return [] }
    guard let streams = reply.elements, streams.count == 1, let parts = streams[0].elements, parts.count == 2,
      let entries = parts[1].elements
    else { throw foreign }
    return try elements(entries)
  }

  private mutating func claim(
    _ group: String, _ stream: String, _ consumer: String, _ idle: Duration, _ start: String
  ) throws(RunError) -> [Element]? {
    let reply = try answer(
      "XAUTOCLAIM", stream, group, consumer, String(idle.milliseconds), start, "COUNT", String(Self.pageSize))
    guard let parts = reply.elements, parts.count >= 2, let next = parts[0].text, let entries = parts[1].elements else {
      throw foreign
    }
    cursor = next == "0-0" ? .new : .idle(next)
    return try elements(entries)
  }

  /// The entries of a reply: an ID and fields each. One that was deleted has no fields.
  private mutating func elements(_ entries: [RedisReply]) throws(RunError) -> [Element] {
    var page: [Element] = []
    for entry in entries {
      guard let parts = entry.elements, parts.count == 2, let id = parts[0].bytes else { throw foreign }
      count += 1
      guard let fields = parts[1].elements else {
        var row = InputRow([:], line: count)
        row.fault = "an entry that was deleted from the stream"
        page.append(Element(row: row, receipt: id))
        continue
      }
      let texts = fields.map { $0.text ?? "" }
      var columns: [ExactText: Value] = [:]
      for place in stride(from: 0, to: texts.count - 1, by: 2) {
        columns[ExactText(texts[place])] = .string(texts[place + 1])
      }
      page.append(Element(row: row(columns), receipt: id))
    }
    return page
  }
}
