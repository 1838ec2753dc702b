import FoundationEssentials
import Glibc
import PipeSpec
import PipeTesting
import PipeText
import PipeWeb
import Testing

@testable import PipeEngine
@testable import PipeStages

/// A list as people write it.
struct ListCase: Sendable, CustomTestStringConvertible {
  let name: String
  let format: InputFormat
  /// The bytes of a row, by its number.
  private let row: @Sendable (Int) -> [UInt8]
  private let head: [UInt8]
  private let coding: @Sendable ([UInt8]) throws -> [UInt8]
  /// What the spec says of how it is written.
  private(set) var csv = CSVForm()

  func read(as csv: CSVForm) -> ListCase {
    var list = self
    list.csv = csv
    return list
  }

  var testDescription: String { name }

  func content(_ rows: some Sequence<Int>) throws -> [UInt8] { try coding(head + rows.flatMap(row)) }

  init(
    _ name: String, _ format: InputFormat, head: String = "", coding: @escaping @Sendable ([UInt8]) throws -> [UInt8],
    row: @escaping @Sendable (Int) -> [UInt8]
  ) {
    (self.name, self.format, self.head, self.coding, self.row) = (name, format, Array(head.utf8), coding, row)
  }

  /// A long URL, now and then one that is longer than a piece of the input.
  private static func url(_ number: Int) -> String {
    "http://h.example/\(number)?" + String(repeating: "q=1&", count: number % 211 == 50 ? 20_000 : 40 + number % 30)
  }

  private static func text(
    _ name: String, _ format: InputFormat, head: String = "",
    coding: @escaping @Sendable ([UInt8]) throws -> [UInt8] = { $0 }, row: @escaping @Sendable (Int) -> String
  ) -> ListCase {
    ListCase(name, format, head: head, coding: coding) { Array(row($0).utf8) }
  }

  private static func lines(
    _ name: String, end: String = "\n", coding: @escaping @Sendable ([UInt8]) throws -> [UInt8] = { $0 }
  ) -> ListCase {
    text(name, .lines, coding: coding) { number in
      let before = number % 5 == 0 ? "# a comment\(end)\(end)" : ""
      // Characters of all lengths, and lines that are no URLs.
      return before + (number % 7 == 3 ? "  no\turl é\u{20AC}\u{1F600}" : url(number) + "é\u{1F600}") + end
    }
  }

  private static func recoded(
    _ encoding: String.Encoding, mark: [UInt8] = []
  ) -> @Sendable ([UInt8]) throws -> [UInt8] {
    { mark + Array(try #require(String(decoding: $0, as: UTF8.self).data(using: encoding))) }
  }

  private static func members(_ compression: Compression, of size: Int) -> @Sendable ([UInt8]) throws -> [UInt8] {
    { bytes in
      let compressor = try compression.makeCompressor()
      var members: [UInt8] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        try compressor.compress(Array(bytes[start..<min(start + size, bytes.count)]), ends: true, into: &members)
      }
      return members
    }
  }

  static let all: [ListCase] = [
    lines("lines"), lines("lines, CRLF", end: "\r\n"), lines("lines, CR", end: "\r"),
    lines("lines, UTF-8 with a mark") { [0xEF, 0xBB, 0xBF] + $0 },
    lines("lines, UTF-16", coding: recoded(.utf16LittleEndian, mark: [0xFF, 0xFE])),
    lines("lines, UTF-16, big", end: "\r\n", coding: recoded(.utf16BigEndian, mark: [0xFE, 0xFF])),
    lines("lines, UTF-32", coding: recoded(.utf32LittleEndian, mark: [0xFF, 0xFE, 0, 0])),
    lines("lines, gzip", coding: members(.gzip, of: .max)), lines("lines, zstd", coding: members(.zstd, of: .max)),
    lines("lines, members of gzip", end: "\r\n", coding: members(.gzip, of: 10_007)),
    lines("lines, gzip of zstd") { try members(.gzip, of: 100_003)(members(.zstd, of: 30_011)($0)) },
    lines("lines, UTF-16 in gzip") {
      try members(.gzip, of: .max)(recoded(.utf16LittleEndian, mark: [0xFF, 0xFE])($0))
    },
    ListCase("lines, Latin-1", .lines, coding: { $0 }) { Array(url($0).utf8) + [0xE9, 0xFC, 0x0A] },
    text("CSV", .csv, head: "n,url,note\n") { "\($0),\(url($0)),\"a \"\"b\"\"\n, c\"\n" },
    text("CSV, CRLF", .csv, head: "\u{FEFF}n,url,note\r\n") {
      "\($0),\"\(url($0))\",\"x\r\n\($0)\"\r\n" + ($0 % 9 == 1 ? "\r\n,,\r\n" : "")
    },
    text("CSV, CR and semicolons", .csv, head: "sep=;\rurl;n\r") { "\(url($0));\($0),5\r" },
    text("CSV with broken rows", .csv, head: "url,n\n") { $0 % 4 == 2 ? "\(url($0)),1,2,3\n" : "\(url($0)),\($0)\n" },
    text("CSV, tabs, zstd", .csv, head: "url\tn\n", coding: members(.zstd, of: 50_021)) { "\(url($0))\t\($0)\n" },
    text("CSV, UTF-16", .csv, head: "n,url\r\n", coding: recoded(.utf16LittleEndian, mark: [0xFF, 0xFE])) {
      "\"é\n\u{1F600}\",\(url($0))\r\n"
    },
    ListCase("CSV, windows-1252", .csv, head: "url,n\n", coding: { $0 }) { Array(url($0).utf8) + [0x2C, 0xE9, 0x0A] },
    ListCase("CSV, windows-1251 and quotes", .csv, head: "url|n\n", coding: { $0 }) {
      Array("'\(url($0))'|".utf8) + [0xE9, 0x27, 0x27, 0x0A]
    }.read(as: CSVForm(delimiter: UInt8(ascii: "|"), quote: UInt8(ascii: "'"), encoding: .windows1251)),
    text("CSV, UTF-16 as the spec says", .csv, head: "n,url\n", coding: recoded(.utf16BigEndian)) {
      "\"é\n\u{1F600}\",\(url($0))\n"
    }.read(as: CSVForm(encoding: .utf16BE)),
    text("JSON lines", .jsonl) {
      $0 % 6 == 5
        ? "{broken \($0)\r\n" : #"{"url":"\#(url($0))","n":{"a":[\#($0)]},"method":"post","body":"é"}"# + "\n"
    },
    text("JSON lines, gzip", .jsonl, coding: members(.gzip, of: 70_001)) {
      #"{"n":\#($0),"url":"\#(url($0))"}"# + "\n"
    },
  ]
}

@Suite(.timeLimit(.minutes(20)))
struct FileResumeTests {
  private let folder: TemporaryFolder
  private static let columns: Set<ExactText> = ["n", "note"]

  init() throws { folder = try TemporaryFolder() }

  private func source(_ list: ListCase) -> FileSource {
    FileSource(
      path: Located("list", at: .wholeFile),
      options: InputOptions(
        format: list.format, column: "url", csv: list.csv, takesRequests: list.format == .jsonl))
  }

  private func source(_ format: InputFormat) -> FileSource {
    FileSource(path: Located("list", at: .wholeFile), options: InputOptions(format: format, column: "url"))
  }

  /// Reads a file from a bookmark.
  private func read(
    _ source: FileSource, after progress: SourceProgress?, onBatch: (SourceMemory, Int) -> Void = { _, _ in }
  ) async throws -> [Request] {
    let memory = try SourceMemory(0, .fromMark, after: progress, distance: .init(requests: 1, bytes: 1))
    let edge = Edge<Request>("requests", elements: 1)
    let environment = SourceEnvironment(SourceFolder(folder.path))
    let task = Task {
      defer { edge.close() }
      var output = RequestOutput(
        source: 0, columns: Self.columns, outlet: Outlet(edge), control: RunControl(), counter: StageCounter(),
        memory: memory)
      try await output.read(source, in: environment)
    }
    var requests: [Request] = []
    var batches = edge.batches()
    while let batch = try await batches.next() {
      requests += batch
      onBatch(memory, requests.count)
    }
    try await task.value
    return requests
  }

  @Test(arguments: ListCase.all)
  func `From each of its bookmarks a list yields the same requests, whatever is done`(one: ListCase) async throws {
    var random = RepeatableRandom(seed: 7)
    try folder.write("list", one.content(0..<500))
    let source = source(one)
    var bookmarks: [SourceBookmark] = []
    let all = try await read(source, after: nil) { memory, count in
      for done in max(0, count - 256)...count {
        if let bookmark = memory.step(done: DoneSet(0..<done)).progress.bookmark, bookmarks.last != bookmark {
          bookmarks.append(bookmark)
        }
      }
    }
    let places = Set(bookmarks.map(\.ordinal))
    #expect(places.count > 2, "\(places)")
    #expect(all.map(\.id.ordinal) == Array(0..<all.count))
    for bookmark in bookmarks.shuffled(using: &random).prefix(Effort.times(5)) {
      var done = DoneSet(0..<bookmark.ordinal)
      for _ in 0..<random.next() % 4 {
        let first = Int.random(in: 0..<all.count, using: &random)
        done.insert(first..<min(all.count, first + Int.random(in: 1...200, using: &random)))
      }
      let rest = try await read(
        source, after: SourceProgress(done: done, yielded: all.count, bookmark: bookmark))
      let expected = all.filter { !done.contains($0.id.ordinal) }
      #expect(rest.map(\.bytes) == expected.map(\.bytes), "from \(bookmark.ordinal)")
    }
  }

  @Test(arguments: ListCase.all)
  func `A list that only grew is read on`(one: ListCase) async throws {
    try folder.write("list", one.content(0..<150))
    let sessions = SourceSessions(source(one), in: folder.path)
    sessions.columns = Self.columns
    let first = try await sessions.run(done: { $0 != 20 })
    try folder.write("list", one.content(0..<300))
    let all = try await sessions.source.requests(in: folder.path, columns: Self.columns)
    let second = try await sessions.run()
    #expect(second.failure == nil)
    #expect(
      second.requests.map(\.bytes) == ([all[20]] + all[first.requests.count...]).map(\.bytes))
    #expect(try await sessions.run().requests.isEmpty)
  }

  @Test(arguments: ListCase.all, [true, false])
  func `A list that changed in what was read is refused, also behind the place where it is read on`(
    one: ListCase, isStopped: Bool
  ) async throws {
    try folder.write("list", one.content(0..<500))
    let sessions = SourceSessions(source(one), in: folder.path)
    // The first request stays open, so that it is read on from the start.
    _ = try await sessions.run(stoppingAfter: isStopped ? 300 : .max, done: { $0 > 0 })
    try folder.write("list", one.content((0..<100).map { $0 == 90 ? 91 : $0 } + Array(100..<500)))
    let session = try await sessions.run()
    #expect(session.requests.isEmpty)
    let failure = try #require(session.failure)
    #expect(failure.subject == "list")
    // Rows have different lengths.
    #expect(failure.reason.contains(" the part that was already read (line 1 to "), "\(failure.reason)")
    #expect(failure.hint == "undo the change, or begin anew with --restart")
    // Undone, it goes on.
    try folder.write("list", one.content(0..<500))
    #expect(try await sessions.run().failure == nil)
    #expect(sessions.done.firstMissing == sessions.done.count)
  }

  @Test(arguments: ListCase.all)
  func `A list that is shorter than what was read is refused`(one: ListCase) async throws {
    try folder.write("list", one.content(0..<300))
    let sessions = SourceSessions(source(one), in: folder.path)
    _ = try await sessions.run(done: { $0 > 0 })
    try folder.write("list", one.content(0..<200))
    let failure = try await sessions.run().failure
    #expect(
      failure?.reason.hasPrefix("is shorter than the part that was already read") == true, "\(failure?.reason ?? "-")")
  }

  @Test func `A list that changed only behind what was read is read on`() async throws {
    func line(_ number: Int) -> String { "http://h.example/\(number)?" + String(repeating: "x", count: 500) + "\n" }
    try folder.write("list", (0..<3000).flatMap { Array(line($0).utf8) })
    let sessions = SourceSessions(source(.lines), in: folder.path)
    _ = try await sessions.run(stoppingAfter: 256)
    try folder.write("list", (0..<3000).flatMap { Array(line($0 < 2500 ? $0 : $0 + 10_000).utf8) })
    let session = try await sessions.run()
    #expect(session.failure == nil)
    #expect(session.requests.last?.written.hasPrefix("http://h.example/12999?") == true)
  }

  @Test(
    arguments: [
      ("http://a/1\nhttp://a/2", "3\n", "goes on in line 2, which was its last one and was already read"),
      ("http://a/1\nhttp://a/2", "\nhttp://a/3", nil), ("http://a/1\nhttp://a/2", "\r\nhttp://a/3", nil),
      ("http://a/1\nhttp://a/2\n", "http://a/3", nil), ("http://a/1\rhttp://a/2\r", "http://a/3", nil),
      ("http://a/1\rhttp://a/2\r", "\nhttp://a/3", nil),
      ("\u{FEFF}http://a/1\n# x", "y\n", "goes on in line 2, which was its last one and was already read"),
    ] as [(String, String, String?)])
  func `A last line without a break must not have gone on`(text: String, more: String, reason: String?) async throws {
    try folder.write("list", Array(text.utf8))
    let sessions = SourceSessions(source(.lines), in: folder.path)
    let first = try await sessions.run()
    try folder.write("list", Array((text + more).utf8))
    let second = try await sessions.run()
    #expect(second.failure?.reason == reason)
    #expect(second.requests.map(\.written) == (reason == nil ? ["http://a/3"] : []))
    #expect(second.requests.allSatisfy { $0.id.ordinal == first.requests.count })
  }

  @Test(arguments: [("url,n\r\nhttp://a/1,2", "3\r\n", false), ("url,n\r\nhttp://a/1,2\r\n", "http://a/2,1\r\n", true)])
  func `So must the last row of a CSV file`(text: String, more: String, isSound: Bool) async throws {
    try folder.write("list", Array(text.utf8))
    let sessions = SourceSessions(source(.csv), in: folder.path)
    _ = try await sessions.run()
    try folder.write("list", Array((text + more).utf8))
    let second = try await sessions.run()
    #expect((second.failure == nil) == isSound)
    #expect(second.requests.count == (isSound ? 1 : 0))
  }

  @Test func `A list that was compressed, touched or copied is the same list`() async throws {
    let one = try #require(ListCase.all.first)
    let bytes = try one.content(0..<500)
    try folder.write("list", bytes)
    let sessions = SourceSessions(source(.lines), in: folder.path)
    _ = try await sessions.run(stoppingAfter: 300)
    try FileManager.default.removeItem(atPath: folder.path("list"))
    try folder.write("list", Compression.gzip.members(String(decoding: bytes, as: UTF8.self)))
    _ = try await sessions.run(stoppingAfter: 300)
    try folder.write("list", bytes)
    #expect(try await sessions.run().failure == nil)
    #expect(sessions.done.firstMissing == sessions.done.count)
  }

  /// What the system says of a file is enough as long as it says the same, unless the file is too new to tell.
  @Test func `A list that was changed is found out, if its size and time are put back, too`() async throws {
    let one = try #require(ListCase.all.first)
    let path = try folder.write("list", one.content(0..<500))
    func setTime() {
      var times = [timespec(tv_sec: 1_700_000_000, tv_nsec: 5), timespec(tv_sec: 1_700_000_000, tv_nsec: 5)]
      utimensat(AT_FDCWD, path, &times, 0)
    }
    setTime()
    try await Task.sleep(for: .milliseconds(3100))
    let sessions = SourceSessions(source(.lines), in: folder.path)
    _ = try await sessions.run(stoppingAfter: 300)
    // Changed where it was read already.
    let file = open(path, O_WRONLY)
    pwrite(file, "X", 1, 3)
    close(file)
    setTime()
    #expect(try await sessions.run().failure?.reason.hasPrefix("has changed") == true)
    // With a file that is too new to tell, the content counts.
    try folder.write("list", one.content(0..<500))
    let others = SourceSessions(source(.lines), in: folder.path)
    _ = try await others.run(stoppingAfter: 300)
    try folder.write("list", [UInt8(ascii: "X")] + one.content(0..<500).dropFirst())
    #expect(try await others.run().failure?.reason.hasPrefix("has changed") == true)
  }

  @Test func `A list that is gone, or not a file any more, is told`() async throws {
    try folder.write("list", Array("http://a/\n".utf8))
    let sessions = SourceSessions(source(.lines), in: folder.path)
    _ = try await sessions.run(done: { _ in false })
    try FileManager.default.removeItem(atPath: folder.path("list"))
    #expect(try await sessions.run().failure?.reason == "cannot be read: No such file or directory")
    #expect(mkfifo(folder.path("list"), 0o600) == 0)
    #expect(try await sessions.run().failure?.reason == "is not a regular file any more")
  }

  @Test func `Bytes of places that are broken are refused`() throws {
    var reach = InputReach(FileState(stat()))
    (reach.offset, reach.sum, reach.line) = (123_456_789_012, .max, 4096)
    for form in [InputText.Form.utf8, .utf16(isLittle: true), .utf32(isLittle: false)] {
      reach.form = form
      reach.endsInRow.toggle()
      #expect(InputReach(reach.bytes) == reach)
    }
    var place = InputPlace()
    (place.offset, place.sum, place.row) = (123_456_789_012, .max, RowPlace(line: 5, isAfterReturn: true))
    #expect(InputPlace(place.bytes) == place)
    for count in reach.bytes.indices { #expect(InputReach(Array(reach.bytes[..<count])) == nil) }
    for count in place.bytes.indices { #expect(InputPlace(Array(place.bytes[..<count])) == nil) }
    #expect(InputPlace(place.bytes + [0]) == nil)
    #expect(InputReach([2] + reach.bytes.dropFirst()) == nil)
  }
}
