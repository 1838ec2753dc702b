import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, what cannot be fetched", .timeLimit(.minutes(20)))
struct TroubleTests {
  /// Fetches one URL; every field that says what became of it.
  private func record(
    of url: String, _ place: borrowing Workplace, fetch: String = "retry: 1, allow_private: [127.0.0.1]"
  ) async throws -> RecordLine {
    let spec = try place.spec(
      """
      sources: [{urls: ["\(url)"]}]
      fetch: {timeout: 5s, \(fetch)}
      extract: [url, final_url, status, title, length, truncated, error]
      sinks: [{jsonl: "-"}]
      """)
    let outcome = try await place.pipe("run", spec)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("1 read, 1 recorded, none lost"), "\(outcome.errors)")
    let records = try RecordLine.all(outcome.output)
    #expect(records.count == 1)
    return try #require(records.first)
  }

  @Test("a refused connection is a record")
  func refused() async throws {
    try await Workplace.use(pages: 1) { place in
      let port = place.site.refusedPort
      let record = try await record(of: "http://127.0.0.1:\(port)/", place)
      #expect(record.error == "connect: 127.0.0.1:\(port): Connection refused")
      #expect(record.status == nil)
      #expect(record.title == nil)
      #expect(record.length == nil)
    }
  }

  @Test("a host without an address is a record")
  func unknownHost() async throws {
    try await Workplace.use(pages: 1) { place in
      let record = try await record(of: "http://no-such-host.invalid/", place)
      #expect(record.error == "dns: no-such-host.invalid has no address")
      #expect(record.status == nil)
    }
  }

  @Test("a private address is refused unless allow_private names it", arguments: ["allow_private: []", "redirects: 5"])
  func privateAddress(fetch: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let record = try await record(of: "SITE/", place, fetch: fetch)
      #expect(record.error == "forbidden: 127.0.0.1 is a loopback address; allow_private can name it")
      #expect(record.status == nil)
      #expect(try place.site.peak() == 0)
    }
  }

  @Test(
    "redirects in a loop, too many, or to where none is allowed, end in a record",
    arguments: [
      ("/redirect-loop", "redirects: more than 10 redirects, the last to SITE/redirect-loop, which was visited before"),
      ("/redirect/20", "redirects: more than 10 redirects, the last to SITE/redirect/9"),
      ("/broken/redirect-to-file", "forbidden: a redirect to 'file:' is not followed"),
      ("/broken/redirect-to-loopback2", "forbidden: 127.0.0.2 is a loopback address; allow_private can name it"),
    ])
  func redirects(path: String, error: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let record = try await record(of: "SITE" + path, place)
      let site = place.site.baseURL
      #expect(record.error == error.split(separator: "SITE", omittingEmptySubsequences: false).joined(separator: site))
      // The home page, where the last of them leads.
      #expect(try place.site.served("/") == 0)
    }
  }

  @Test("an answer that does not come in time is a record, and nothing hangs")
  func neverAnswers() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        """
        sources: [{urls: ["SITE/broken/never-answers"]}]
        fetch: {timeout: 300ms, allow_private: [127.0.0.1]}
        extract: [url, status, error]
        sinks: [{jsonl: "-"}]
        """)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0)
      #expect(outcome.time < .seconds(10))
      let url = place.site.baseURL + "/broken/never-answers"
      #expect(
        try RecordLine.all(outcome.output) == [RecordLine(url: url, error: "timeout: no answer within 300ms")])
    }
  }

  @Test(
    "a body beyond max_body is cut off, or fails the request", arguments: [true, false],
    ["/bytes/5000", "/broken/endless-body", "/broken/gzip-bomb?mb=100"])
  func bodyLimit(fails: Bool, path: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let choice = fails ? "fail" : "truncate"
      let record = try await record(
        of: "SITE" + path, place, fetch: "max_body: 1KiB, on_max_body: \(choice), allow_private: [127.0.0.1]")
      // A request that failed has no status; what was cut off has one.
      #expect(record.status == (fails ? nil : 200))
      #expect(record.length == (fails ? nil : 1024))
      #expect(record.truncated == (fails ? nil : true))
      #expect(record.errorCode == (fails ? "too-large" : nil))
    }
  }

  /// What a broken answer comes to: its error code, and the bytes of its content where there are any.
  struct Broken: Sendable, CustomTestStringConvertible {
    let path: String
    let code: String?
    var hasHead = false
    var isTruncated = false
    var title: String?
    var testDescription: String { path }

    /// As the site counts it.
    var route: String {
      path.hasPrefix("drop-at/") ? "/broken/drop-at/{count}" : "/broken/" + path.prefix { $0 != "?" }
    }
  }

  private static let title = "A page that breaks off"
  private static let broken = [
    Broken(path: "close-before-head", code: "connection"),
    Broken(path: "close-before-head?reset", code: "connection"),
    Broken(path: "close-in-head", code: "connection"),
    Broken(path: "drop-at/0", code: "connection"),
    Broken(path: "drop-at/10", code: "connection"),
    Broken(path: "endless-headers", code: "protocol"),
    Broken(path: "http09", code: "protocol"),
    Broken(path: "garbage", code: "protocol"),
    Broken(path: "nul-in-header", code: "protocol"),
    Broken(path: "two-content-lengths", code: "protocol"),
    Broken(path: "close-in-body", code: "body", hasHead: true, isTruncated: true, title: title),
    Broken(path: "close-in-body?reset", code: "body", hasHead: true, isTruncated: true, title: title),
    Broken(path: "bad-chunk", code: "body", hasHead: true, isTruncated: true, title: title),
    Broken(path: "no-last-chunk", code: "body", hasHead: true, isTruncated: true, title: title),
    Broken(path: "drop-at/2000", code: "body", hasHead: true, isTruncated: true, title: "The quiet harbour, page 1"),
    Broken(path: "bad-gzip?kind=garbage", code: "body", hasHead: true, isTruncated: true),
    Broken(path: "bad-gzip?kind=crc", code: "body", hasHead: true, isTruncated: true, title: title),
    // What goes beyond the length that was told is no part of the answer (RFC 9112, 6.3).
    Broken(path: "wrong-content-length-short", code: nil, hasHead: true, title: title),
  ]

  @Test("a broken answer is one record, with its error and with what was received", arguments: broken)
  func brokenAnswer(broken: Broken) async throws {
    try await Workplace.use(pages: 1) { place in
      let record = try await record(of: "SITE/broken/" + broken.path, place)
      #expect(record.errorCode == broken.code)
      #expect(record.status == (broken.hasHead ? 200 : nil))
      #expect((record.length != nil) == broken.hasHead)
      #expect(record.title == broken.title)
      if broken.hasHead { #expect(record.truncated == broken.isTruncated) }
      #expect(try place.site.served(broken.route) == 1)
    }
  }

  @Test("every broken answer at once is a record each, and the run is complete")
  func allAtOnce() async throws {
    try await Workplace.use(pages: 1) { place in
      let paths = Self.broken.map(\.path) + ["never-answers", "endless-body", "gzip-bomb?mb=100"]
      try place.folder.write("urls.txt", paths.map { "\(place.site.baseURL)/broken/\($0)\n" }.joined().utf8)
      let spec = try place.spec(
        """
        sources: [{file: urls.txt}]
        fetch: {timeout: 2s, retry: 1, max_body: 100KiB, per_host: {concurrency: 30}, allow_private: [127.0.0.1]}
        extract: [url, title, error]
        sinks: [{csv: out.csv}]
        """)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.time < .seconds(15))
      #expect(outcome.errors.contains("\(paths.count) read, \(paths.count) recorded, none lost"))
      let rows = try place.table("out.csv").rows(by: "url")
      #expect(rows.count == paths.count)
    }
  }
}
