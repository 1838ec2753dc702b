import Glibc
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

@Suite("OutputFile")
struct OutputFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func csv(
    _ name: String, mode: OutputMode = .replace, publish: PublishMode? = nil, mark: Bool = false
  ) -> CSVSink {
    CSVSink(
      output: OutputOptions(name.hasPrefix("/") ? name : folder.path(name), mode: mode, publish: publish),
      dialect: CSVDialect(lineEnd: .lf, hasByteOrderMark: mark))
  }

  @Test("replace writes the file anew")
  func replace() throws {
    try folder.write("x.csv", Array("something much longer than the new rows\n".utf8))
    try csv("x.csv").write([[.int(1)]])
    #expect(try folder.text("x.csv") == "a\n1\n")
  }

  @Test("append adds rows; the header and the byte order mark are at the start alone")
  func append() throws {
    let sink = csv("x.csv", mode: .append, mark: true)
    try sink.write([[.int(1)]])
    try sink.write([[.int(2)]])
    #expect(try folder.text("x.csv") == "\u{FEFF}a\n1\n2\n")
    try JSONLinesSink(output: OutputOptions(folder.path("y"), mode: .append)).write([[.int(1)]])
    try JSONLinesSink(output: OutputOptions(folder.path("y"), mode: .append)).write([[.int(2)]])
    #expect(try folder.text("y") == "{\"a\":1}\n{\"a\":2}\n")
  }

  @Test("a byte order mark that stands alone in a file is not written twice", arguments: [true, false])
  func appendToMark(mark: Bool) throws {
    try folder.write("x.csv", [0xEF, 0xBB, 0xBF])
    try csv("x.csv", mode: .append, mark: mark).write([[.int(1)]])
    #expect(try folder.text("x.csv") == "\u{FEFF}a\n1\n")
  }

  @Test(
    "an open file of the process keeps what it has, and gets the rows behind it",
    arguments: [nil, .live] as [PublishMode?])
  func openDescriptor(publish: PublishMode?) throws {
    let path = try folder.write("x.csv", Array("a\n1\n".utf8))
    let descriptor = Glibc.open(path, O_WRONLY)
    defer { close(descriptor) }
    #expect(lseek(descriptor, 0, SEEK_END) == 4)
    let sink = csv("/dev/fd/\(descriptor)", publish: publish)
    #expect(sink.prospect() == .new)
    try sink.write([[.int(2)]])
    #expect(Glibc.write(descriptor, "end\n", 4) == 4)
    #expect(try folder.text("x.csv") == "a\n1\na\n2\nend\n")
    #expect(!folder.exists("x.csv.part"))
  }

  @Test("an open file of the process that cannot be written is refused before the run")
  func readOnlyDescriptor() throws {
    let descriptor = Glibc.open(try folder.write("x.csv", Array("old".utf8)), O_RDONLY)
    defer { close(descriptor) }
    let path = "/dev/fd/\(descriptor)"
    #expect(
      csv(path).prospect()
        == .refused(RunError(path, "is closed, or open for reading alone", hint: "redirect it, or name a file")))
    #expect(try folder.text("x.csv") == "old")
  }

  @Test("fail does not touch a file that is there")
  func fail() throws {
    try csv("x.csv", mode: .fail).write([[.int(1)]])
    let error = #expect(throws: RunError.self) { try csv("x.csv", mode: .fail).write([[.int(2)]]) }
    #expect(error?.reason == "is there already, and mode is fail")
    #expect(error?.hint != nil)
    #expect(try folder.text("x.csv") == "a\n1\n")
  }

  @Test("what would become of a file is told without touching it")
  func prospects() throws {
    #expect(csv("x.csv").prospect() == .new)
    #expect(csv("a/b/x.csv").prospect() == .new)
    #expect(!folder.exists("a"))
    try folder.write("x.csv", Array("mine".utf8))
    #expect(csv("x.csv").prospect() == .replaced)
    #expect(csv("x.csv", mode: .append).prospect() == .addedTo)
    #expect(
      csv("x.csv", mode: .fail).prospect()
        == .refused(
          RunError(
            folder.path("x.csv"), "is there already, and mode is fail", hint: "remove it, or write mode: replace")))
    #expect(
      csv("x.csv/y.csv").prospect()
        == .refused(RunError(folder.path("x.csv/y.csv"), "cannot be written: Not a directory")))
    #expect(csv(folder.path).prospect() == .refused(RunError(folder.path, "cannot be written: Is a directory")))
    #expect(csv("/dev/null").prospect() == .new)
    #expect(try folder.text("x.csv") == "mine")
  }

  @Test("folders are made")
  func folders() throws {
    try csv("a/b/c/x.csv").write([[.int(1)]])
    try csv("a/b/c/y.csv").write([[.int(1)]])
    #expect(folder.exists("a/b/c/x.csv"))
    #expect(folder.exists("a/b/c/y.csv"))
  }

  @Test("what stands in the way is told", arguments: ["file/x.csv", "file/sub/x.csv", "folder"])
  func obstacles(name: String) throws {
    try folder.write("file", [])
    try csv("folder/x.csv").write([])
    let error = #expect(throws: RunError.self) { try csv(name).write([[.int(1)]]) }
    #expect(error?.subject == folder.path(name))
    #expect(error?.reason.contains("cannot be") == true)
  }

  @Test("a sink without a header begins with its rows; one without rows has its header")
  func headers() throws {
    var sink = csv("x.csv")
    try sink.write([], columns: ["url", "a,b"])
    #expect(try folder.text("x.csv") == "url,\"a,b\"\n")
    sink = CSVSink(output: sink.output, dialect: CSVDialect(hasHeader: false, lineEnd: .lf))
    try sink.write([[.int(1)]])
    #expect(try folder.text("x.csv") == "1\n")
  }

  @Test("rows beyond the buffer are all there, and the position is that of the file")
  func manyRows() throws {
    let rows: [[Value]] = (0..<20_000).map { [.int($0), .string("some text that fills the buffer")] }
    var writer = try csv("x.csv", publish: .live).open([Column(name: "n", index: 0), Column(name: "text", index: 1)])
    for start in stride(from: 0, to: rows.count, by: 1000) {
      try writer.write(rows[start..<start + 1000].map { Record(id: RequestID(source: 0, ordinal: 0), values: $0) })
    }
    let position = try writer.flush()
    #expect(position.rows == 20_000)
    #expect(position.bytes == (try folder.bytes("x.csv").count))
    try writer.close()
    #expect(try folder.text("x.csv").split(separator: "\n").count == 20_001)
  }

  @Test("appended to, the position is that of the whole file")
  func positionAfterAppending() throws {
    try csv("x.csv").write([[.int(1)]])
    var writer = try csv("x.csv", mode: .append).open([Column(name: "a", index: 0)])
    try writer.write([Record(id: RequestID(source: 0, ordinal: 0), values: [.int(22)])])
    #expect(try writer.flush() == FileExtent(bytes: 7, rows: 1))
  }

  @Test("a full disk ends the run, with the file, the reason and what to do")
  func fullDisk() throws {
    let error = #expect(throws: RunError.self) { try csv("/dev/full").write([[.int(1)]]) }
    #expect(
      error
        == RunError(
          "/dev/full", "cannot be written: No space left on device", hint: "make room on the disk and run it again"))
    #expect(throws: RunError.self) { try JSONLinesSink(output: OutputOptions("/dev/full")).write([[.int(1)]]) }
  }

  @Test("a disk that is full in the middle of a long run is told while the rows are written")
  func fullDiskWhileWriting() throws {
    var writer = try csv("/dev/full").open([Column(name: "a", index: 0)])
    let record = Record(id: RequestID(source: 0, ordinal: 0), values: [.string(String(repeating: "x", count: 1000))])
    #expect(throws: RunError.self) { try writer.write(Array(repeating: record, count: 1000)) }
  }

  @Test("a socket is told as one")
  func socketOutput() throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = folder.path("socket")
    try #require(path.utf8.count < 100)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    try #require(isBound)
    let error = #expect(throws: RunError.self) { try csv("socket").write([[.int(1)]]) }
    #expect(error?.reason == "is a socket, or a device that is not there, and cannot be written like a file")
  }

  @Test("a pipe whose reader has gone ends the run instead of the process")
  func brokenPipe() throws {
    // As the command does when it starts.
    signal(SIGPIPE, SIG_IGN)
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    let reader = Glibc.open(folder.path("pipe"), O_RDONLY | O_NONBLOCK)
    var writer = try csv("pipe").open([Column(name: "a", index: 0)])
    try writer.write([Record(id: RequestID(source: 0, ordinal: 0), values: [.int(1)])])
    #expect(try writer.flush() == FileExtent(bytes: nil, rows: 1))
    close(reader)
    try writer.write([Record(id: RequestID(source: 0, ordinal: 1), values: [.int(2)])])
    let error = #expect(throws: RunError.self) { _ = try writer.flush() }
    #expect(error?.reason == "cannot be written: Broken pipe")
  }
}
