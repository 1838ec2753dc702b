import Glibc
import PipeTesting
import PracticeSite
import Testing

/// Outputs that are whole or not there, that belong to one run, and that a stop can always leave.
@Suite(.timeLimit(.minutes(20)))
struct WholeOutputsTests {
  /// 3,000 requests of 0.1 s, which go to a file and to standard output.
  private static func slow(_ sink: String) -> String {
    """
    sources: [{range: {url: "SITE/delay/0.1?n={n}", to: 3000}}]
    fetch: {concurrency: 4, allow_private: [127.0.0.1]}
    extract: [url, status]
    sinks: [{csv: {\(sink)}}, {csv: "-"}]
    """
  }

  private static func quick(_ sink: String, sources: String = "{range: {url: \"SITE/get?n={n}\", to: 5}}") -> String {
    """
    sources: [\(sources)]
    fetch: {allow_private: [127.0.0.1]}
    extract: [url]
    sinks: [{csv: {\(sink)}}]
    """
  }

  private static func hasRows(_ count: Int) -> @Sendable (String, String) -> Bool {
    { output, _ in output.utf8.count { $0 == 0x0A } > count }
  }

  @Test func `A run that is killed leaves the old file whole, and the next run begins anew`() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("out.csv", "yesterday's".utf8)
      let command = try place.start(["run", try place.spec(Self.slow("path: out.csv"))])
      #expect(await command.waitUntil(Self.hasRows(10)))
      #expect(try place.folder.text("out.csv") == "yesterday's", "a reader sees the old file")
      command.send(SIGKILL)
      #expect(await command.outcome().status == 128 + SIGKILL)
      #expect(try place.folder.text("out.csv") == "yesterday's")
      #expect(place.folder.exists("out.csv.part"))
      let outcome = try await place.pipe("run", try place.spec(Self.quick("path: out.csv")))
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try place.table("out.csv").rows.count == 5)
      #expect(!place.folder.exists("out.csv.part"))
    }
  }

  @Test(arguments: ["path: out.csv", "path: out.csv, mode: append", "path: out.csv, publish: live", "path: new.csv.gz"])
  func `A second run on an output is refused before it fetches anything`(sink: String) async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("out.csv", "url,status,error\r\n".utf8)
      let first = try place.start(["run", try place.spec(Self.slow(sink))])
      #expect(await first.waitUntil(Self.hasRows(1)))
      let served = try place.site.served("/get")
      let second = try await place.pipe(
        "run", try place.spec(Self.quick(sink).replacing("[url]", with: "[url, status]"), named: "second.yaml"))
      #expect(second.status == 1)
      #expect(second.errors.contains("is being written by another run, so this one does not begin"), "\(second.errors)")
      #expect(try place.site.served("/get") == served)
      first.send(SIGINT)
      #expect(await first.outcome().status == 130)
    }
  }

  @Test(
    arguments: ["path: od/out.csv", "path: od/out.csv, publish: live", "path: od/out.csv, mode: append"], [true, false])
  func `An output that is removed or replaced fails the run`(sink: String, isReplaced: Bool) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        """
        sources: [{file: urls.fifo}]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url, status]
        sinks: [{csv: {\(sink)}}, {csv: "-"}]
        """)
      // Its list has no end before the output is another's, however slow this machine is.
      #expect(mkfifo(place.folder.path("urls.fifo"), 0o600) == 0)
      let list = try #require(fopen(place.folder.path("urls.fifo"), "r+"))
      fputs("\(place.site.baseURL)/get\n", list)
      fflush(list)
      let command = try place.start(["run", spec])
      #expect(await command.waitUntil(Self.hasRows(1)))
      for name in ["od/out.csv", "od/out.csv.part"] where place.folder.exists(name) {
        unlink(place.folder.path(name))
        if isReplaced { try place.folder.write(name, "another's".utf8) }
      }
      fclose(list)
      let outcome = await command.outcome()
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(
        outcome.errors.contains(
          "od/out.csv: was \(isReplaced ? "replaced by another file" : "removed") while it was written"),
        "\(outcome.errors)")
    }
  }

  @Test func `A link stays a link, a file keeps its permissions, and another hard link the old rows`() async throws {
    try await Workplace.use(pages: 1) { place in
      #expect(mkdir(place.folder.path("real"), 0o700) == 0)
      try place.folder.write("real/file.csv", "old".utf8)
      #expect(chmod(place.folder.path("real/file.csv"), 0o604) == 0)
      #expect(link(place.folder.path("real/file.csv"), place.folder.path("hard.csv")) == 0)
      #expect(symlink("real/file.csv", place.folder.path("link.csv")) == 0)
      #expect(symlink("real/new.csv", place.folder.path("dangling.csv")) == 0)
      for name in ["link.csv", "dangling.csv"] {
        let outcome = try await place.pipe("run", try place.spec(Self.quick("path: \(name)")))
        #expect(outcome.status == 0, "\(outcome.errors)")
        var status = stat()
        #expect(lstat(place.folder.path(name), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      }
      for name in ["real/file.csv", "real/new.csv"] { #expect(try place.table(name).rows.count == 5) }
      var status = stat()
      #expect(stat(place.folder.path("real/file.csv"), &status) == 0 && status.st_mode & 0o777 == 0o604)
      #expect(try place.folder.text("hard.csv") == "old")
      #expect(!place.folder.exists("link.csv.part") && !place.folder.exists("real/file.csv.part"))
    }
  }

  @Test func `Where no .part can be made, the run does not start, and what works is told`() async throws {
    try await Workplace.use(pages: 1) { place in
      let name = String(repeating: "n", count: 252)
      let refused = try await place.pipe("run", try place.spec(Self.quick("path: \(name)")))
      #expect(refused.status == 1)
      #expect(refused.errors.contains("its .part file cannot be written: File name too long"), "\(refused.errors)")
      #expect(refused.errors.contains("publish: live writes the file in place"))
      #expect(try place.site.served("/get") == 0)
      let live = try await place.pipe("run", try place.spec(Self.quick("path: \(name), publish: live")))
      #expect(live.status == 0, "\(live.errors)")
    }
  }

  @Test func `What has the name of the .part and is not a run's is left alone`() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("urls.txt", "\(place.site.baseURL)/get\n".utf8)
      try place.folder.write("in.csv.part", "\(place.site.baseURL)/get\n".utf8)
      #expect(symlink("urls.txt", place.folder.path("link.csv.part")) == 0)
      #expect(mkdir(place.folder.path("folder.csv.part"), 0o700) == 0)
      for (sink, status, reason) in [
        ("in.csv", 2, "that file is read by"), ("link.csv", 1, "its .part file cannot be written"),
        ("folder.csv", 1, "its .part file cannot be written"),
      ] {
        let outcome = try await place.pipe(
          "run", try place.spec(Self.quick("path: \(sink)", sources: "{file: in.csv.part}")))
        #expect(outcome.status == Int32(status))
        #expect(outcome.errors.contains(reason), "\(outcome.errors)")
      }
      #expect(try place.folder.text("in.csv.part").hasSuffix("/get\n"))
      #expect(try place.folder.text("urls.txt").hasSuffix("/get\n"))
    }
  }

  @Test(arguments: ["path: out.csv", "path: out.csv, publish: live", "path: out.csv, mode: append"])
  func `A run whose source cannot begin leaves its outputs alone`(sink: String) async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("list.csv", "name,address\nx,y\n".utf8)
      for source in ["{file: {path: list.csv, format: csv, column: link}}", "{stdin: {format: csv, column: link}}"] {
        let spec = try place.spec(Self.quick(sink, sources: source))
        let fresh = try await place.pipe("run", spec, input: "a,b\n1,2\n")
        // A file's header is looked at before the run already.
        #expect([1, 2].contains(fresh.status), "\(fresh.errors)")
        #expect(!place.folder.exists("out.csv") && !place.folder.exists("out.csv.part"))
        try place.folder.write("out.csv", "url,error\r\nold,\r\n".utf8)
        let again = try await place.pipe("run", spec, input: "a,b\n1,2\n")
        #expect([1, 2].contains(again.status))
        #expect(again.errors.contains("no column 'link'"), "\(again.errors)")
        #expect(try place.folder.text("out.csv") == "url,error\r\nold,\r\n")
        unlink(place.folder.path("out.csv"))
      }
    }
  }

  @Test func `A second interrupt ends a run whose pipe nobody reads, and names the pipe`() async throws {
    try await Workplace.use(pages: 1) { place in
      try #require(mkfifo(place.folder.path("pipe"), 0o600) == 0)
      let command = try place.start(["run", try place.spec(Self.slow("path: pipe"))])
      #expect(await command.waitUntil(Self.hasRows(1)))
      command.send(SIGINT)
      #expect(try await command.send(SIGTERM, after: "pipe: stopping"))
      let outcome = await command.outcome()
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(outcome.errors.contains("pipe: is a pipe that nobody has opened for reading"), "\(outcome.errors)")
    }
  }

  @Test func `A second interrupt ends a run whose reader stands still, and names the pipe`() async throws {
    try await Workplace.use(pages: 1) { place in
      try #require(mkfifo(place.folder.path("pipe"), 0o600) == 0)
      // Open for reading, and never read.
      let reader = open(place.folder.path("pipe"), O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      let spec = try place.spec(
        """
        sources: [{range: {url: "SITE/get?n={n}", to: 3000}}]
        fetch: {allow_private: [127.0.0.1]}
        extract: {url: url, text: {const: "\(String(repeating: "x", count: 1000))"}}
        sinks: [{csv: pipe}]
        """)
      let command = try place.start(["run", spec, "--progress", "json"])
      #expect(await command.waitUntil { _, errors in errors.contains("\"in_flight\"") })
      command.send(SIGINT)
      #expect(try await command.send(SIGINT, after: "pipe: stopping"))
      let outcome = await command.outcome()
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(outcome.errors.contains("pipe: takes no more rows: nobody reads them"), "\(outcome.errors)")
    }
  }

  @Test func `A pipe is opened once its reader comes`() async throws {
    try await Workplace.use(pages: 1) { place in
      try #require(mkfifo(place.folder.path("pipe"), 0o600) == 0)
      let command = try place.start(["run", try place.spec(Self.quick("path: pipe"))])
      let reader = try RunningCommand("/bin/cat", ["pipe"], folder: place.folder.path)
      #expect(await command.outcome().status == 0)
      #expect(try CSVTable(await reader.outcome().output).rows.count == 5)
    }
  }

  @Test func `The first interrupt ends a run whose source is a pipe that nobody writes`() async throws {
    try await Workplace.use(pages: 1) { place in
      try #require(mkfifo(place.folder.path("in"), 0o600) == 0)
      try place.folder.write("out.csv", "old".utf8)
      let spec = try place.spec(Self.quick("path: out.csv, publish: live", sources: "{file: in}"))
      let command = try place.start(["run", spec, "--progress", "json"])
      #expect(await command.waitUntil { _, errors in errors.contains("\"in_flight\"") })
      command.send(SIGINT)
      let outcome = await command.outcome()
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(!outcome.isKilledByTimeLimit)
    }
  }
}
