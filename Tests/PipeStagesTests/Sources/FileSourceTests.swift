import Glibc
import PipeSpec
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

@Suite("FileSource", .timeLimit(.minutes(20)))
struct FileSourceTests {
  private func source(_ path: String, _ format: InputFormat = .lines) -> FileSource {
    FileSource(path: Located(path, at: .wholeFile), options: InputOptions(format: format, column: "url"))
  }

  @Test("the rows of a file are its requests, in their order, beyond one chunk and one batch")
  func rows() async throws {
    let folder = try TemporaryFolder()
    let urls = (0..<5000).map { "http://h.example/a/rather/long/path/so/that/there/are/chunks/\($0)" }
    try folder.write("urls.txt", Array(urls.joined(separator: "\n").utf8))
    let source = source("urls.txt")
    let requests = try await source.requests(in: folder.path)
    #expect(requests.map(\.written) == urls)
    #expect(requests.map(\.id.ordinal) == Array(0..<5000))
    #expect(source.count(in: SourceFolder(folder.path)) == .exactly(5000))
  }

  @Test("a count is of what will be yielded", arguments: ["", "a", "a\n", "# x\n\na\r\n  b\n", "\u{FEFF}# x\na"])
  func count(text: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write("urls.txt", Array(text.utf8))
    let count = try await source("urls.txt").requests(in: folder.path).count
    #expect(source("urls.txt").count(in: SourceFolder(folder.path)) == .exactly(count))
  }

  @Test("a relative path starts at the spec's folder, an absolute one does not")
  func paths() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("urls.txt", Array("a\n".utf8))
    #expect(try await source(path).requests(in: "/nowhere").count == 1)
    #expect(try await source("urls.txt").requests(in: folder.path).count == 1)
  }

  @Test("a file that cannot be read ends the run, with its name and the reason")
  func unreadable() async throws {
    let folder = try TemporaryFolder()
    let error = await #expect(throws: RunError.self) { try await source("no.txt").requests(in: folder.path) }
    #expect(error?.subject.hasSuffix("no.txt") == true)
    #expect(error?.reason == "cannot be read: No such file or directory")
  }

  @Test("rows of a pipe go on as they come, before the pipe ends")
  func pipe() async throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    let mayEnd = Gate()
    try Loopback.startThread {
      let descriptor = open(folder.path("pipe"), O_WRONLY)
      write(descriptor, "http://a.example/\nhttp://b.ex", 29)
      mayEnd.wait()
      write(descriptor, "ample/\n", 7)
      close(descriptor)
    }
    let edge = Edge<Request>("requests", elements: 100)
    let source = source("pipe")
    let run = Task {
      defer { edge.close() }
      var output = RequestOutput(source: 0, outlet: Outlet(edge), control: RunControl(), counter: StageCounter())
      try await source.run(&output, in: SourceEnvironment(SourceFolder(folder.path)))
      try await output.flush()
    }
    var batches = edge.batches()
    let first = try await batches.next()?.map(\.written)
    #expect(first == ["http://a.example/"])
    mayEnd.open()
    let second = try await batches.next()?.map(\.written)
    #expect(second == ["http://b.example/"])
    let end = try await batches.next()
    #expect(end == nil)
    try await run.value
  }

  @Test("a source that waits for a pipe is let go when the run stops")
  func cancellation() async throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    let mayEnd = Gate()
    let ended = Turnstile()
    try Loopback.startThread {
      let descriptor = open(folder.path("pipe"), O_WRONLY)
      write(descriptor, "http://a.example/\n", 18)
      mayEnd.wait()
      close(descriptor)
      ended.pass()
    }
    let edge = Edge<Request>("requests", elements: 100)
    let source = source("pipe")
    let run = Task {
      var output = RequestOutput(source: 0, outlet: Outlet(edge), control: RunControl(), counter: StageCounter())
      try await source.run(&output, in: SourceEnvironment(SourceFolder(folder.path)))
    }
    var batches = edge.batches()
    let batch = try await batches.next()
    #expect(batch?.count == 1)
    run.cancel()
    await #expect(throws: CancellationError.self) { try await run.value }
    mayEnd.open()
    await ended.wait()
  }

  @Test(
    "compressed rows are read in every format, from a file of any name",
    arguments: [InputFormat.lines, .csv, .jsonl], Compression.allCases)
  func compressed(format: InputFormat, compression: Compression) async throws {
    let folder = try TemporaryFolder()
    let urls = (0..<3000).map { "http://h.example/\($0)" }
    let text =
      switch format {
      case .lines: urls.joined(separator: "\r\n")
      case .csv: "\u{FEFF}sku,url\n" + urls.map { "x,\"\($0)\"\n" }.joined()
      case .jsonl: urls.map { "{\"url\": \"\($0)\"}\n" }.joined()
      }
    let middle = text.index(text.startIndex, offsetBy: 12_345)
    try folder.write("rows", try compression.members(String(text[..<middle]), "", String(text[middle...])))
    let source = source("rows", format)
    #expect(try await source.requests(in: folder.path).map(\.written) == urls)
    #expect(source.count(in: SourceFolder(folder.path)) == (format == .lines ? .exactly(3000) : .unknown))
  }

  @Test(
    "rows before the place where a file breaks off are read, and the place is told",
    arguments: Compression.allCases, [false, true])
  func brokenOff(compression: Compression, isPipe: Bool) async throws {
    let folder = try TemporaryFolder()
    let first = (0..<1000).map { "http://h.example/\($0)\n" }.joined()
    let bytes = try Array((compression.members(first) + compression.members("http://h.example/")).dropLast())
    if isPipe {
      #expect(mkfifo(folder.path("rows.gz"), 0o600) == 0)
      try Loopback.startThread {
        let descriptor = open(folder.path("rows.gz"), O_WRONLY)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
      }
    } else {
      try folder.write("rows.gz", bytes)
    }
    let edge = Edge<Request>("requests", elements: .max)
    var output = RequestOutput(source: 0, outlet: Outlet(edge), control: RunControl(), counter: StageCounter())
    let error = await #expect(throws: RunError.self) {
      try await source("rows.gz").run(&output, in: SourceEnvironment(SourceFolder(folder.path)))
    }
    #expect(error?.subject == "rows.gz")
    let reason = "is cut off in the middle of a \(compression.memberName), after 1000 rows"
    #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "-")")
    #expect(error?.hint == "it was perhaps not copied to its end")
    try await output.flush()
    edge.close()
    var batches = edge.batches()
    let batch = try await batches.next()
    #expect(batch?.count == 1000)
    if !isPipe { #expect(source("rows.gz").count(in: SourceFolder(folder.path)) == .unknown) }
  }

  @Test("a small file that holds a great deal is let go when the run stops")
  func cancellationOfABomb() async throws {
    let folder = try TemporaryFolder()
    // 20 GB of blank lines.
    let frame = try Compression.zstd.members(String(repeating: "\n", count: 16 << 20))
    let bytes = (0..<1200).flatMap { _ in frame }
    try folder.write("rows.zst", bytes)
    let source = source("rows.zst")
    let run = Task { try await source.requests(in: folder.path) }
    run.cancel()
    await #expect(throws: CancellationError.self) { try await run.value }
  }
}
