import PipeTesting
import Testing

/// Checks of links with the built `pipe`, over the wire.
@Suite("Checked links", .timeLimit(.minutes(20)))
struct CheckedLinksTests {
  /// A server with its log.
  private final class Host: Sendable {
    let server: RawServer
    /// `HEAD /x`, with the moment at which it was read.
    let log: Recorder<(request: String, time: ContinuousClock.Instant)>

    /// - Parameter answer: What is sent for `HEAD /x`; nothing at all leaves the client waiting.
    init(_ address: String, answer: @escaping @Sendable (_ request: String) -> [UInt8]?) throws {
      let log = Recorder<(request: String, time: ContinuousClock.Instant)>()
      self.log = log
      server = try RawServer(address) { _ in
        [
          .serve { request in
            let line = request.split(separator: " ").prefix(2).joined(separator: " ")
            log.append((line, .now))
            return answer(line)
          }
        ]
      }
    }

    func count(_ request: String) -> Int { log.all.count { $0.request == request } }
  }

  private static func answer(_ status: Int, _ body: String = "", _ fields: String = "", length: Int? = nil) -> [UInt8] {
    let head = "HTTP/1.1 \(status) OK\r\nContent-Type: text/html\r\nContent-Length: \(length ?? body.utf8.count)\r\n"
    return Array("\(head)\(fields)\r\n\(body)".utf8)
  }

  /// Crawls a host.
  private func crawl(
    _ site: Host, fetch: String, crawl: String
  ) async throws -> (rows: [String], outcome: RunningCommand.Outcome) {
    let folder = try TemporaryFolder()
    let spec = """
      version: 1
      sources: [{urls: ["\(site.server.url("/"))"]}]
      fetch: {allow_private: [127.0.0.1, 127.0.0.2], retry: 1, \(fetch)}
      crawl: {\(crawl)}
      extract: [url, status]
      sinks:
        - csv: pages.csv
        - csv: {path: links.csv, rows: links, fields: [to, status, ok, reason, error]}
      """
    try folder.write("spec.yaml", spec.utf8)
    let outcome = await (try RunningCommand(BuiltBinary.path(), ["run", "spec.yaml"], folder: folder.path)).outcome()
    #expect(outcome.status == 0, "\(outcome.errors)")
    return (try folder.text("links.csv").split(whereSeparator: \.isNewline).dropFirst().map(String.init), outcome)
  }

  @Test("each link to another host is asked once, spaced as its pages would be, by HEAD or GET")
  func politeness() async throws {
    let far = try Host("127.0.0.2") { request in
      switch request {
      case "GET /robots.txt": Self.answer(200, "User-agent: *\nDisallow: /closed\n")
      // It has no business to send content.
      case "HEAD /content": Self.answer(200, "content", "Connection: close\r\n")
      case "HEAD /no-head": Self.answer(405)
      // The content never comes.
      case "GET /no-head": Self.answer(200, "<p>", length: 1 << 30)
      case "HEAD /closes": nil
      case "HEAD /hangs": []
      case "HEAD /moved": Self.answer(301, "", "Location: /target\r\n")
      default: Self.answer(request.hasSuffix("/gone") ? 404 : 200)
      }
    }
    let targets = ["/content", "/no-head", "/closes", "/hangs", "/moved", "/gone", "/closed", "/ok"]
    let links = targets.map { "<a href='\(far.server.url($0))#x'>x</a>" }.joined()
    let pages = (0..<20).map { "<a href=/p\($0)>p</a>" }.joined()
    let site = try Host("127.0.0.1") { request in
      request == "GET /robots.txt" ? Self.answer(404) : Self.answer(200, (request == "GET /" ? pages : "") + links)
    }
    let (rows, outcome) = try await crawl(
      site, fetch: "timeout: 2s, per_host: {concurrency: 2, delay: 20ms}", crawl: "check: external")
    #expect(rows.count == 20 + 21 * targets.count)
    func row(_ path: String) -> Set<String> {
      Set(rows.filter { $0.hasPrefix(far.server.url(path)) }.map { String($0.dropFirst(far.server.url(path).count)) })
    }
    for path in ["/content", "/no-head", "/closes", "/hangs", "/moved", "/ok"] {
      #expect(row(path) == ["#x,200,true,,"], "\(path)")
    }
    #expect(row("/gone") == ["#x,404,false,,"])
    #expect(row("/closed").allSatisfy { $0.hasPrefix("#x,,true,robots: disallowed by line 2") })
    // On a connection that was kept, a request that nothing answers is sent once more.
    #expect(far.count("HEAD /closes") > 0)
    #expect(
      far.log.all.map(\.request).filter { $0 != "HEAD /closes" }.sorted() == [
        "GET /closes", "GET /gone", "GET /hangs", "GET /no-head", "GET /robots.txt", "HEAD /content", "HEAD /gone",
        "HEAD /hangs", "HEAD /moved", "HEAD /no-head", "HEAD /ok", "HEAD /target",
      ])
    #expect(site.count("GET /robots.txt") == 1)
    #expect(site.log.all.count == 22)
    for host in [far, site] {
      let times = host.log.all.filter { $0.request != "HEAD /closes" }.map(\.time).sorted()
      // Arrivals may be late, but not early.
      let span = times[0].duration(to: times[times.count - 1])
      #expect(span > .milliseconds(20) * (times.count - 1) - .milliseconds(15), "\(span)")
    }
    #expect(outcome.errors.contains("checked    9 URLs besides the pages: 6 well, 1 broken, 1 not known, 1 redirect"))
  }

  @Test("a host that is down is tried a few times, and every link to it is broken")
  func down() async throws {
    let port = try Loopback.refusingPort()
    let links = (0..<30).map { "<a href=http://127.0.0.1:\(port)/\($0)>x</a>" }.joined()
    let site = try Host("127.0.0.1") { request in
      request == "GET /robots.txt" ? Self.answer(404) : Self.answer(200, links)
    }
    for robots in ["obey", "ignore"] {
      let (rows, _) = try await crawl(site, fetch: "robots: \(robots)", crawl: "check: external, depth: 0")
      #expect(rows.count == 30)
      #expect(rows.allSatisfy { $0.contains(",,false,,") && $0.contains("connect: ") }, "\(rows.first ?? "")")
    }
  }
}
