import Glibc
import PipeTesting
import PracticeSite
import Synchronization
import Testing

/// robots.txt with the built `pipe`, from servers that mean well and others.
@Suite("robots.txt", .timeLimit(.minutes(20)))
struct RobotsTests {
  /// A server with a robots.txt and pages, and its log.
  private final class Site: Sendable {
    let server: RawServer
    /// What was asked for, in order, with the moment at which it was read.
    let log: Recorder<(target: String, time: ContinuousClock.Instant)>
    /// The most requests that it had at once.
    let peak: @Sendable () -> Int

    /// - Parameters:
    ///   - first: What happens on the first connection once robots.txt was asked for there.
    ///   - pause: How long each answer takes.
    ///   - robots: The answer to robots.txt when it is asked for so often.
    init(
      _ address: String = "127.0.0.1", first: [RawServer.Step]? = nil, pause: Duration = .zero,
      robots: @escaping @Sendable (_ count: Int) -> [UInt8] = { _ in RobotsTests.answer(404) }
    ) throws {
      let log = Recorder<(target: String, time: ContinuousClock.Instant)>()
      self.log = log
      let state = Busy()
      peak = { state.most }
      let asked = Turnstile()
      server = try RawServer(address) { connection in
        if connection == 0, let first {
          return [.read, .run { log.append(("/robots.txt", .now)) }] + first
        }
        return [
          .serve { request in
            let target = String(request.split(separator: " ")[1])
            log.append((target, .now))
            state.begin()
            defer { state.end() }
            if pause > .zero { usleep(UInt32(pause / .microseconds(1))) }
            guard target == "/robots.txt" else { return RobotsTests.answer(200, "<title>\(target)</title>") }
            asked.pass()
            return robots(asked.count)
          }
        ]
      }
    }

    var targets: [String] { log.all.map(\.target) }
  }

  private final class Busy: Sendable {
    private let counts = Mutex((now: 0, most: 0))
    var most: Int { counts.withLock { $0.most } }
    func begin() {
      counts.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
    }
    func end() { counts.withLock { $0.now -= 1 } }
  }

  private static func answer(_ status: Int, _ body: String = "", _ fields: String = "") -> [UInt8] {
    Array("HTTP/1.1 \(status) OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)".utf8)
  }

  private static let rules = "User-agent: *\nDisallow: /no\n"

  /// Runs `pipe` over URLs.
  private func run(_ urls: [String], _ fetch: String = "retry: 1") async throws -> (
    outcome: RunningCommand.Outcome, rows: [RecordLine]
  ) {
    let folder = try TemporaryFolder()
    try folder.write("urls.txt", urls.joined(separator: "\n").utf8)
    let spec = """
      version: 1
      sources: [{file: urls.txt}]
      fetch: {allow_private: [127.0.0.1, 127.0.0.2], robots: obey, \(fetch)}
      extract: [url, status, error]
      sinks: [jsonl: out.jsonl]
      """
    try folder.write("spec.yaml", spec.utf8)
    let outcome = await (try RunningCommand(BuiltBinary.path(), ["run", "spec.yaml"], folder: folder.path)).outcome()
    #expect(outcome.status == 0, "\(outcome.errors)")
    return (outcome, try RecordLine.all(folder.text("out.jsonl")).sorted { ($0.url ?? "") < ($1.url ?? "") })
  }

  /// The errors of `/no` and `/yes`, and what was asked for.
  private func visit(_ site: Site, _ fetch: String = "retry: 1") async throws -> (no: String?, yes: String?) {
    let rows = try await run([site.server.url("/no"), site.server.url("/yes")], fetch).rows
    #expect(rows.count == 2)
    #expect(site.targets.first == "/robots.txt")
    return (rows.first?.error, rows.last?.error)
  }

  @Test("an answer's status decides", arguments: [200, 401, 403, 404, 410, 429, 500, 503])
  func status(status: Int) async throws {
    let site = try Site { _ in Self.answer(status, Self.rules) }
    let errors = try await visit(site)
    let file = "\(site.server.address):\(site.server.port)"
    switch status {
    case 200:
      #expect(errors.no == "robots: disallowed by line 2 of http://\(file)/robots.txt")
      #expect(errors.yes == nil)
      #expect(site.targets == ["/robots.txt", "/yes"])
    case 429, 500...:
      let words = "robots: robots.txt of http://\(file) cannot be had (\(status))"
      #expect([errors.no, errors.yes] == [words, words])
      #expect(site.targets == ["/robots.txt"])
    default:
      #expect([errors.no, errors.yes] == [nil, nil])
      #expect(site.targets.first == "/robots.txt" && site.targets.count == 3)
    }
  }

  @Test("a server in trouble is asked for its file as often as for a page, and a later answer counts")
  func retries() async throws {
    let site = try Site { count in count < 3 ? Self.answer(503) : Self.answer(200, Self.rules) }
    let errors = try await visit(site, "retry: {attempts: 5, base: 1ms, max: 1ms}")
    #expect(errors.no?.hasPrefix("robots: disallowed") == true)
    #expect(errors.yes == nil)
    #expect(site.targets == ["/robots.txt", "/robots.txt", "/robots.txt", "/yes"])
  }

  @Test("a host that refuses connections is told from one that has no file")
  func refused() async throws {
    let port = try Loopback.refusingPort()
    let rows = try await run(["http://127.0.0.1:\(port)/"]).rows
    #expect(
      rows.first?.error?.hasPrefix("robots: robots.txt of http://127.0.0.1:\(port) cannot be had (connect: ") == true)
  }

  @Test("only the first 500 KiB of ten megabytes count")
  func large() async throws {
    let filler = String(repeating: "# nothing to see in this line of a robots.txt\n", count: 220_000)
    let site = try Site { _ in Self.answer(200, Self.rules + filler + "Disallow: /\n") }
    let errors = try await visit(site)
    #expect(errors.no?.hasPrefix("robots: disallowed by line 2") == true)
    #expect(errors.yes == nil)
  }

  @Test("a file without an end is read to 500 KiB")
  func endless() async throws {
    let chunk = "1000\r\n" + String(repeating: "Allow: /endless\n", count: 256) + "\r\n"
    let site = try Site(
      first: [
        .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n\(Self.rules)\r\n"),
        .send(String(repeating: chunk, count: 5000)), .hold,
      ])
    let errors = try await visit(site)
    #expect(errors.no?.hasPrefix("robots: disallowed by line 2") == true)
    #expect(errors.yes == nil)
  }

  @Test("a file that comes byte by byte is waited for as long as a page is")
  func slow() async throws {
    let bytes = (0..<200).flatMap { _ in [RawServer.Step.run { usleep(20_000) }, .send("U")] }
    let site = try Site(first: [.send("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")] + bytes)
    let errors = try await visit(site, "retry: 1, timeout: 500ms")
    #expect(errors.no?.contains("cannot be had (") == true && errors.no?.contains("timeout: ") == true, "\(errors)")
    #expect(errors.no == errors.yes)
    #expect(site.targets == ["/robots.txt"])
  }

  @Test("a file that breaks off allows nothing")
  func brokenOff() async throws {
    let site = try Site(first: [.send("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n\(Self.rules)")])
    let errors = try await visit(site)
    #expect(errors.yes?.contains("cannot be had (200, body: ") == true, "\(errors)")
    #expect(site.targets == ["/robots.txt"])
  }

  @Test(
    "what is not a robots.txt has no rules",
    arguments: ["<!doctype html><title>Disallow: /</title>", "\u{0}\u{1}\u{2}"])
  func otherContent(body: String) async throws {
    let body = String(repeating: body, count: 1000)
    let site = try Site { _ in Self.answer(200, body, "Content-Type: text/html\r\n") }
    let errors = try await visit(site)
    #expect([errors.no, errors.yes] == [nil, nil])
  }

  @Test("a loop of redirects ends after five, and allows everything")
  func loop() async throws {
    let site = try Site { _ in Self.answer(302, "", "Location: /robots.txt\r\n") }
    let errors = try await visit(site)
    #expect([errors.no, errors.yes] == [nil, nil])
    #expect(site.targets.filter { $0 == "/robots.txt" }.count == 6)
  }

  @Test(
    "a redirect to a private address is not followed", arguments: ["http://10.0.0.1/robots.txt", "file:///etc/passwd"])
  func privateTarget(target: String) async throws {
    let site = try Site { _ in Self.answer(302, "", "Location: \(target)\r\n") }
    let errors = try await visit(site)
    #expect([errors.no, errors.yes] == [nil, nil])
  }

  @Test("rules that another host has count for the host that was asked")
  func otherHost() async throws {
    let other = try Site("127.0.0.2") { _ in Self.answer(200, Self.rules) }
    let place = other.server.url("/robots.txt")
    let site = try Site { _ in Self.answer(301, "", "Location: \(place)\r\n") }
    let rows = try await run([site.server.url("/no"), site.server.url("/yes"), other.server.url("/page")]).rows
    #expect(rows.map { $0.error != nil } == [true, false, false])
    // The other host's own file is asked for on its own account: it may say another thing to others.
    #expect(other.targets.sorted() == ["/page", "/robots.txt", "/robots.txt"])
    #expect(other.targets.first == "/robots.txt")
  }

  @Test("a file that says another thing each time is asked for once")
  func changing() async throws {
    let site = try Site { count in Self.answer(200, count == 1 ? Self.rules : "User-agent: *\nDisallow: /") }
    let urls = (0..<60).map { site.server.url($0 % 3 == 0 ? "/no/\($0)" : "/yes/\($0)") }
    let rows = try await run(urls, "retry: 1, per_host: {concurrency: 3}").rows
    #expect(rows.filter { $0.error == nil }.count == 40)
    #expect(site.targets.filter { $0 == "/robots.txt" }.count == 1)
    #expect(site.targets.first == "/robots.txt")
    #expect(!site.targets.contains { $0.hasPrefix("/no") })
    #expect(site.peak() <= 3)
  }

  @Test("a Crawl-delay is kept by all requests, one at a time")
  func crawlDelay() async throws {
    let site = try Site(pause: .milliseconds(30)) { _ in
      Self.answer(200, "User-agent: *\nCrawl-delay: 0.2\nDisallow: /no")
    }
    let urls = (0..<8).map { site.server.url($0 % 2 == 0 ? "/\($0)" : "/no/\($0)") }
    let rows = try await run(urls).rows
    #expect(rows.filter { $0.error == nil }.count == 4)
    #expect(site.peak() == 1)
    let times = site.log.all.map(\.time)
    #expect(times.count == 5)
    // However late each arrives, from the first to the last there are four delays.
    if let first = times.first, let last = times.last { #expect(last - first > .milliseconds(4 * 200 / 2)) }
  }

  @Test("a Crawl-delay beyond max_delay fails the host's requests at once")
  func excessiveDelay() async throws {
    let site = try Site { _ in Self.answer(200, "User-agent: *\nCrawl-delay: 100") }
    let errors = try await visit(site)
    #expect(errors.yes?.hasSuffix("asks for 100s between two requests, more than max_delay (60s)") == true)
    #expect(site.targets == ["/robots.txt"])
  }

  @Test("the practice site is visited as its robots.txt says, and its sitemap is found with the same request")
  func practiceSite() async throws {
    try await Workplace.use(pages: 20) { place in
      let spec = try place.spec(
        """
        sources: [{sitemap: {discover: "SITE/"}}, {urls: [SITE/private/1, SITE/private/2]}]
        fetch: {allow_private: [127.0.0.1], robots: obey}
        extract: [url, status, error]
        sinks: [jsonl: out.jsonl]
        """)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let rows = try RecordLine.all(place.folder.text("out.jsonl"))
      #expect(rows.filter { $0.errorCode == "robots" }.count == 2)
      #expect(rows.filter { $0.status == 200 }.count == 20)
      let targets = try place.site.requests().map(\.target)
      #expect(targets.first == "/robots.txt")
      #expect(targets.filter { $0 == "/robots.txt" }.count <= 2)
      #expect(!targets.contains { $0.hasPrefix("/private/") })
    }
  }

  @Test("a stop while a file is waited for ends at once")
  func stop() async throws {
    let folder = try TemporaryFolder()
    let asked = Turnstile()
    let server = try RawServer { _ in [.read, .run { asked.pass() }, .hold] }
    let spec = """
      version: 1
      sources: [{urls: ["\(server.url("/1"))", "\(server.url("/2"))"]}]
      fetch: {allow_private: [127.0.0.1], robots: obey, timeout: 1h}
      extract: [url]
      sinks: [jsonl: {path: out.jsonl, publish: live}]
      """
    try folder.write("spec.yaml", spec.utf8)
    let command = try RunningCommand(BuiltBinary.path(), ["run", "spec.yaml"], folder: folder.path)
    await asked.wait(for: 1)
    command.send(SIGINT)
    try await Task.sleep(for: .milliseconds(700))
    command.send(SIGINT)
    let outcome = await command.outcome()
    #expect(outcome.status == 130, "\(outcome.errors)")
    #expect(!outcome.isKilledByTimeLimit)
    #expect(outcome.time < .seconds(30))
  }
}
