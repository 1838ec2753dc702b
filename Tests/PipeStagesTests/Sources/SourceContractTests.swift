import FoundationEssentials
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// A source as a spec declares it, with input of any length. A new source belongs into `all`.
struct SourceCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// The component, and the file that it reads; `nil` for one that reads none.
  let component: String
  let file: String?
  /// What stands in the spec for so many requests.
  let spec: @Sendable (_ count: Int) -> String
  /// What the file holds then, or what is fetched.
  let content: @Sendable (_ count: Int) throws -> [UInt8]

  var testDescription: String { name }

  static func url(_ number: Int) -> String { "http://h\(number % 7).example/\(number)" }
  static func urls(_ count: Int) -> [String] { (0..<count).map(url) }

  /// The URLs that it yields.
  func urls(_ count: Int) -> [String] {
    ["range", "sitemap"].contains(component) ? (0..<count).map { "http://a.example/?n=\($0 + 1)" } : Self.urls(count)
  }

  private init(
    _ name: String, _ component: String, spec: @escaping @Sendable (Int) -> String
  ) {
    (self.name, self.component, self.spec) = (name, component, spec)
    file = nil
    content = { _ in [] }
  }

  /// One that reads a file.
  private init(
    _ name: String, _ component: String = "file", file: String, _ spec: String,
    content: @escaping @Sendable (Int) throws -> [UInt8]
  ) {
    (self.name, self.component, self.file, self.content) = (name, component, file, content)
    self.spec = { _ in spec }
  }

  /// One that fetches its list.
  private init(
    fetched component: String, _ spec: String, content: @escaping @Sendable (Int) throws -> [UInt8]
  ) {
    (name, self.component, self.content) = (component, component, content)
    file = nil
    self.spec = { _ in spec }
  }

  /// Answers every URL with the list.
  func fetcher(_ count: Int) throws -> SourceFetcher {
    let content = try content(count)
    return SourceFetcher { url, _ in
      SourceResponse(
        url: url, response: HTTPResponse(status: 200, version: .http11, body: content, length: content.count))
    }
  }

  private static func lines(_ count: Int) -> [UInt8] { Array(urls(count).map { $0 + "\n" }.joined().utf8) }

  private static func compressed(_ bytes: [UInt8], by program: String) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    return try Program.output([program, "-c", folder.write("input", bytes)])
  }

  static let all = [
    SourceCase(fetched: "sitemap", "sitemap: http://a.example/sitemap.xml") { count in
      Array((0..<count).map { "http://a.example/?n=\($0 + 1)\n" }.joined().utf8)
    },
    SourceCase(fetched: "feed", "feed: http://a.example/feed.xml") { count in
      Array(("<rss><channel>" + urls(count).map { "<item><link>\($0)</link></item>" }.joined()).utf8)
    },
    SourceCase("urls", "urls") { count in "urls: [\(urls(count).map { "\"\($0)\"" }.joined(separator: ", "))]" },
    SourceCase("range", "range") { count in "range: {url: \"http://a.example/?n={n}\", to: \(count)}" },
    SourceCase("file of lines", file: "a.txt", "file: a.txt", content: lines),
    SourceCase("file of lines, gzip", file: "a.gz", "file: a.gz") { try compressed(lines($0), by: "gzip") },
    SourceCase("file of lines, zstd", file: "a.zst", "file: a.zst") { try compressed(lines($0), by: "zstd") },
    SourceCase("file of CSV", file: "a.csv", "file: {path: a.csv, format: csv}") { count in
      Array(("url,more\r\n" + urls(count).map { $0 + ",\"x, y\"\r\n" }.joined()).utf8)
    },
    SourceCase("file of JSON lines", file: "a.jsonl", "file: {path: a.jsonl, format: jsonl}") { count in
      Array(urls(count).map { #"{"url":"\#($0)","more":[1,2]}"# + "\n" }.joined().utf8)
    },
    SourceCase(
      "sqlite", "sqlite", file: "a.db", "sqlite: {path: a.db, query: SELECT url FROM t ORDER BY id}", content: database),
    SourceCase(
      "sqlite with a key", "sqlite", file: "a.db", "sqlite: {path: a.db, query: \"SELECT * FROM t;\", key: id}",
      content: database),
    SourceCase("postgres", "postgres") { "postgres: {\(generated($0))}" },
    SourceCase("postgres with a key", "postgres") { "postgres: {\(generated($0)), key: n}" },
  ]

  /// A query that makes its rows.
  private static func generated(_ count: Int) -> String {
    let url = (try? PostgresInstance.shared.get().url("postgres")) ?? "postgres://127.0.0.1:1/none"
    return "database: \"\(url)\", query: \"SELECT 'http://h' || (n % 7) || '.example/' || n AS url, n "
      + "FROM generate_series(0, \(count - 1)) n ORDER BY n\""
  }

  /// A database with a table of URLs.
  private static func database(_ count: Int) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let connection = try SQLiteConnection(folder.path("a.db"), .write(creates: true))
    try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, url TEXT)")
    try connection.execute("BEGIN")
    for url in urls(count) { _ = try connection.rows("INSERT INTO t (url) VALUES (?1)", [.text(url)]) }
    try connection.execute("COMMIT")
    return try folder.bytes("a.db")
  }

  static let files = all.filter { $0.file != nil }
}

/// What every source keeps to.
@Suite("Every source", .timeLimit(.minutes(20)))
struct SourceContractTests {
  /// `InputsTests` has the tests of standard input, of which a process has one: it shares its reading with `file`. Those with a
  /// server have tests of their own.
  private static let elsewhere = ["stdin", "mysql", "redis"]
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The source with input for so many requests.
  private func source(_ one: SourceCase, _ count: Int) throws -> any Source {
    if let file = one.file { try folder.write(file, one.content(count)) }
    return try compiled(one, count)
  }

  private func compiled(_ one: SourceCase, _ count: Int) throws -> any Source {
    let pipeline = Pipeline(spec: "sources:\n  - \(one.spec(count))\n", folder: folder.path)
    return try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))").sources[0].source
  }

  @Test("is tried here, or it is said where")
  func completeness() {
    let tried = Set(SourceCase.all.map(\.component)).union(Self.elsewhere)
    #expect(Catalogue.standard.sources.map(\.name).filter { !tried.contains($0) } == [])
  }

  @Test("yields its requests in order, numbered from 0, with the URLs as they are written", arguments: SourceCase.all)
  func order(one: SourceCase) async throws {
    let requests = try await source(one, 1000).requests(in: folder.path, fetcher: one.fetcher(1000))
    #expect(requests.map(\.written) == one.urls(1000))
    #expect(requests.map(\.id) == (0..<1000).map { RequestID(source: 0, ordinal: $0) })
    #expect(requests.allSatisfy { $0.fault == nil && $0.attempt == 1 && $0.depth == 0 && $0.referrer == nil })
  }

  @Test("yields as many as it says, where it can say that", arguments: SourceCase.all, [1, 255, 256, 257])
  func count(one: SourceCase, count: Int) async throws {
    let source = try source(one, count)
    let requests = try await source.requests(in: folder.path, fetcher: one.fetcher(count))
    #expect(requests.count == count)
    if case .exactly(let number) = source.count(in: SourceFolder(folder.path)) { #expect(number == count) }
    if let hosts = source.requestsByHost {
      #expect(hosts == Dictionary(grouping: requests, by: \.host).mapValues(\.count))
    }
  }

  @Test("yields the same whenever it runs, also twice at once", arguments: SourceCase.all)
  func again(one: SourceCase) async throws {
    let source = try source(one, 600)
    let fetcher = try one.fetcher(600)
    async let first = source.requests(in: folder.path, fetcher: fetcher)
    async let second = source.requests(in: folder.path, fetcher: fetcher)
    let (one, other) = try await (first, second)
    #expect(one.map(\.written) == other.map(\.written))
    #expect(one.map(\.id) == other.map(\.id))
    #expect(try await source.requests(in: folder.path, fetcher: fetcher).count == 600)
  }

  @Test("says in one line what it is, without reading anything", arguments: SourceCase.all)
  func summary(one: SourceCase) throws {
    let summary = try source(one, 3).summary
    #expect(!summary.isEmpty)
    #expect(!summary.contains("\n"))
  }

  @Test("ends where its task is cancelled while nobody takes what it yields", arguments: SourceCase.all)
  func cancellation(one: SourceCase) async throws {
    let source = try source(one, 5000)
    let edge = Edge<Request>("requests", elements: 1)
    let (counter, sent) = (StageCounter(), Flow())
    let environment = SourceEnvironment(SourceFolder(folder.path), fetcher: try one.fetcher(5000))
    let run = Task {
      var output = RequestOutput(
        source: 0, columns: [], outlet: Outlet(edge, sent: sent), control: RunControl(), counter: counter)
      try await source.run(&output, in: environment)
      try await output.flush()
    }
    // The first batch is taken by the edge, and the second one waits for room.
    while counter.count().generated < 512 { try await Task.sleep(for: .milliseconds(1)) }
    run.cancel()
    await #expect(throws: CancellationError.self) { try await run.value }
    let count = counter.count(sent: sent.count)
    #expect(count.generated < 5000)
    #expect(count.isConserved)
  }

  @Test("ends where the run stops", arguments: SourceCase.all)
  func stop(one: SourceCase) async throws {
    let source = try source(one, 5000)
    let control = RunControl()
    let edge = Edge<Request>("requests", elements: .max)
    let sent = Flow()
    control.stop(by: .now)
    await #expect(throws: CancellationError.self) {
      var output = RequestOutput(
        source: 0, columns: [], outlet: Outlet(edge, sent: sent), control: control, counter: StageCounter())
      try await source.run(
        &output, in: SourceEnvironment(SourceFolder(folder.path), fetcher: one.fetcher(5000)))
      try await output.flush()
    }
    #expect(sent.count == 0)
  }

  @Test("yields nothing from a file in which nothing is", arguments: SourceCase.files)
  func empty(one: SourceCase) async throws {
    // A CSV file has its header at least.
    let source = try source(one, 0)
    #expect(try await source.requests(in: folder.path).isEmpty)
    if case .exactly(let number) = source.count(in: SourceFolder(folder.path)) { #expect(number == 0) }
  }

  @Test("says which file it cannot read, before the run and in it", arguments: SourceCase.files, [true, false])
  func unreadable(one: SourceCase, isFolder: Bool) async throws {
    let file = try #require(one.file)
    let source = try source(one, 1)
    try FileManager.default.removeItem(atPath: folder.path(file))
    if isFolder {
      try FileManager.default.createDirectory(atPath: folder.path(file), withIntermediateDirectories: true)
    }
    var found: [Diagnostic] = []
    source.check(at: .wholeFile, in: SourceFolder(folder.path)) { found.append($0) }
    #expect(found.map(\.code) == [.unreadableFile])
    #expect(found.first?.message.contains(file) == true)
    if case .exactly(let number) = source.count(in: SourceFolder(folder.path)) { Issue.record("it counted \(number)") }
    let error = await #expect(throws: RunError.self) { _ = try await source.requests(in: folder.path) }
    #expect(error?.subject.hasSuffix(file) == true, "\(String(describing: error))")
  }

  @Test("a file that ends without a line break has its last row all the same", arguments: SourceCase.files)
  func noLastLineBreak(one: SourceCase) async throws {
    let file = try #require(one.file)
    guard !file.hasSuffix("gz"), !file.hasSuffix("zst"), !file.hasSuffix("db") else { return }
    var bytes = try one.content(3)
    while bytes.last == 0x0A || bytes.last == 0x0D { bytes.removeLast() }
    try folder.write(file, bytes)
    #expect(try await compiled(one, 3).requests(in: folder.path).map(\.written) == one.urls(3))
  }
}
