import PipeTesting
import Testing

@Suite("Proxies, against tinyproxy and microsocks", .serialized, .timeLimit(.minutes(20)))
struct ProxyTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  /// A server with TLS, and one without.
  private func servers() throws -> (secure: WebServer, plain: WebServer) {
    (try WebServer { .init(identity: try certificates.server($0)) }, try WebServer { _ in .init(speaksHTTP2: false) })
  }

  /// Fetches a page of each through a proxy.
  private func run(
    _ proxy: String, environment: [String: String] = [:]
  ) async throws -> (rows: [PipelineRun.Row], servers: [[WebServer.LoggedRequest]]) {
    let servers = try servers()
    let run = try await PipelineRun(
      [servers.secure.url(), servers.plain.url()],
      fetch: "proxy: \(proxy)\ntls: {ca_file: \(certificates.authority)}", environment: environment)
    return (run.rows, [try await servers.secure.stop(), try await servers.plain.stop()])
  }

  @Test("http and https go through an HTTP proxy, the latter in a tunnel with HTTP/2")
  func http() async throws {
    let proxy = try ProxyServer.http()
    let (rows, _) = try await run("http://\(proxy.authority)")
    let log = await proxy.stop()
    #expect(rows.map(\.status) == [200, 200], "\(rows)")
    #expect(rows.first?.version == "2")
    #expect(rows.map(\.ip) == [proxy.address, proxy.address])
    #expect(log.contains("CONNECT 127.") && log.contains("GET http://127."), "\(log)")
  }

  @Test("http and https go through a SOCKS proxy", arguments: ["socks5", "socks5h"])
  func socks(scheme: String) async throws {
    let proxy = try ProxyServer.socks()
    let (rows, _) = try await run("\(scheme)://\(proxy.authority)")
    let log = await proxy.stop()
    #expect(rows.map(\.status) == [200, 200], "\(rows)")
    #expect(rows.map(\.ip) == [proxy.address, proxy.address])
    #expect(log.split(separator: "connected to 127.").count > 2, "\(log)")
  }

  @Test("a proxy is spoken to by TLS, and its certificate is verified")
  func https() async throws {
    let proxy = try ProxyServer.https { try certificates.server($0) }
    let (rows, _) = try await run("https://\(proxy.authority)")
    await proxy.stop()
    #expect(rows.map(\.status) == [200, 200], "\(rows)")
    let expired = try ProxyServer.https { try certificates.expired($0) }
    let refused = try await run("https://\(expired.authority)")
    await expired.stop()
    #expect(
      refused.rows.map(\.error)
        == Array(repeating: "tls: the proxy https://\(expired.authority): the certificate has expired", count: 2))
    #expect(refused.servers.allSatisfy { $0.isEmpty })
  }

  @Test("a proxy gets the user and the password that it wants, in either form")
  func credentials() async throws {
    for scheme in ["http", "socks5"] {
      let user = ("me", "pw1")
      let proxy = try scheme == "http" ? ProxyServer.http(user: user) : ProxyServer.socks(user: user)
      let url = "\(scheme)://\(proxy.authority)"
      let forms = [
        "\(scheme)://me:pw1@\(proxy.authority)", "\"\(scheme)://me:${secret:env:PW}@\(proxy.authority)\"",
        "{url: \"\(url)\", username: me, password: \"${secret:env:PW}\"}",
      ]
      for form in forms {
        let (rows, _) = try await run(form, environment: ["PW": "pw1"])
        #expect(rows.map(\.status) == [200, 200], "\(form): \(rows)")
      }
      let none = try await run(url)
      #expect(
        none.rows.map { $0.error?.hasSuffix("the proxy \(url) wants a user and a password") } == [true, true],
        "\(none.rows)")
      #expect(none.rows.allSatisfy { $0.status == nil && $0.errorCode == "connect" })
      let wrong = try await run("{url: \"\(url)\", username: me, password: other}")
      #expect(wrong.rows.first?.error?.hasSuffix("the proxy \(url) wants another user or password") == true)
      // tinyproxy answers 401 then, which for plain http could be the server's.
      #expect(wrong.rows.last?.status == (scheme == "http" ? 401 : nil))
      #expect((none.servers + wrong.servers).allSatisfy { $0.isEmpty })
      await proxy.stop()
    }
  }

  @Test("what a proxy does not reach or refuses is told as its own words")
  func refusals() async throws {
    let filtering = try ProxyServer.http(refusing: "^127\\.")
    let (rows, servers) = try await run("http://\(filtering.authority)")
    await filtering.stop()
    // For plain http its page is an answer: nothing tells it from the server's own.
    #expect(rows.map(\.status) == [nil, 403])
    #expect(
      rows.first?.error?.hasSuffix("the proxy http://\(filtering.authority) makes no tunnel, status 403") == true,
      "\(rows)")
    #expect(servers.allSatisfy { $0.isEmpty })

    let socks = try ProxyServer.socks()
    let port = try Loopback.refusingPort()
    let refused = try await PipelineRun(["http://127.0.0.1:\(port)/"], fetch: "proxy: socks5://\(socks.authority)")
    await socks.stop()
    #expect(
      refused.rows.map(\.error)
        == ["connect: 127.0.0.1:\(port): the proxy socks5://\(socks.authority) says: connection refused"])
  }

  @Test("a proxy that is not there is the proxy's failure, not the site's")
  func absent() async throws {
    let port = try Loopback.refusingPort()
    let (rows, _) = try await run("http://127.0.0.1:\(port)")
    #expect(
      rows.map(\.error)
        == Array(repeating: "connect: the proxy http://127.0.0.1:\(port): Connection refused", count: 2))
    let unknown = try await run("http://no-such-proxy.invalid:3128")
    #expect(
      unknown.rows.map(\.error)
        == Array(repeating: "dns: the proxy http://no-such-proxy.invalid:3128 has no address", count: 2))
  }

  @Test("the credential of an origin and the client's own fields do not go to the proxy of a tunnel")
  func tunnel() async throws {
    let seen = Recorder<String>()
    let proxy = try RawServer(Loopback.freshAddress()) { _ in
      [
        .serve { request in
          seen.append(request)
          return Array("HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n".utf8)
        }
      ]
    }
    defer { proxy.close() }
    _ = try await PipelineRun(
      ["https://127.0.0.1:1/x"],
      fetch: """
        proxy: http://me:pw@\(proxy.address):\(proxy.port)
        auth: {origin: "https://127.0.0.1:1", bearer: b0und}
        headers: {X-Own: hers}
        """)
    let request = seen.all.first ?? ""
    #expect(request.hasPrefix("CONNECT 127.0.0.1:1 HTTP/1.1\r\n"), "\(request)")
    #expect(request.contains("Proxy-Authorization: Basic bWU6cHc=\r\n"))
    #expect(!request.contains("b0und") && !request.contains("hers") && !request.contains("/x"), "\(request)")
  }
}

@Suite("Proxies, what may be reached through them", .serialized, .timeLimit(.minutes(20)))
struct ProxyScreenTests {
  private static let refusedTargets = [
    ("http://127.0.0.2/", "127.0.0.2 is a loopback address"),
    ("http://0x7f.2/", "127.0.0.2 is a loopback address"),
    ("https://10.1.2.3/", "10.1.2.3 is a private address"),
    ("http://169.254.169.254/", "169.254.169.254 is a link-local address"),
    ("http://[::ffff:10.0.0.1]/", "::ffff:a00:1 is an IPv4-mapped address for 10.0.0.1, a private address"),
  ]

  @Test(
    "an address that the policy refuses is not asked for, whatever the proxy", arguments: ["http", "socks5", "socks5h"])
  func addresses(scheme: String) async throws {
    let proxy = try scheme == "http" ? ProxyServer.http() : ProxyServer.socks()
    let run = try await PipelineRun(
      Self.refusedTargets.map(\.0) + ["http://localhost:1/", "http://x.localhost:1/"],
      fetch: "proxy: \(scheme)://\(proxy.authority)", allowing: "[]")
    let log = await proxy.stop()
    #expect(
      run.rows.prefix(Self.refusedTargets.count).map(\.error)
        == Self.refusedTargets.map { "forbidden: \($0.1); allow_private can name it" })
    #expect(run.rows.suffix(2).allSatisfy { $0.errorCode == "forbidden" }, "\(run.rows)")
    #expect(!log.contains("127.0.0.2") && !log.contains("localhost"), "\(log)")
  }

  @Test(
    "a name is resolved here and judged by its addresses; a SOCKS proxy is given the address",
    arguments: ["http", "socks5"])
  func names(scheme: String) async throws {
    let proxy = try scheme == "http" ? ProxyServer.http() : ProxyServer.socks()
    let server = try RawServer(answering: { _ in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" })
    defer { server.close() }
    let urls = (0..<5).map { "http://localhost:\(server.port)/\($0)" } + ["http://no-such-host.invalid/"]
    let allowed = try await PipelineRun(urls, fetch: "proxy: \(scheme)://\(proxy.authority)", allowing: "[localhost]")
    #expect(allowed.rows.map(\.status) == Array(repeating: 200, count: 5) + [nil], "\(allowed.rows)")
    #expect(allowed.rows.last?.error == "dns: no-such-host.invalid has no address")
    #expect(server.requests.first?.contains("Host: localhost:\(server.port)") == true)
    let log = await proxy.stop()
    if scheme == "socks5" { #expect(!log.contains("localhost"), "\(log)") }
  }

  @Test("with resolve: proxy names go to the proxy as they are")
  func resolvedThere() async throws {
    let proxy = try ProxyServer.http()
    let run = try await PipelineRun(
      ["https://no-such-host.invalid/"], fetch: "proxy: {url: \"http://\(proxy.authority)\", resolve: proxy}",
      allowing: "[]")
    let log = await proxy.stop()
    #expect(run.rows.first?.error?.contains("makes no tunnel") == true, "\(run.rows)")
    #expect(log.contains("CONNECT no-such-host.invalid:443"), "\(log)")
    let socks = try ProxyServer.socks()
    let server = try RawServer(answering: { _ in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" })
    defer { server.close() }
    let named = try await PipelineRun(
      ["http://localhost:\(server.port)/"], fetch: "proxy: socks5h://\(socks.authority)", allowing: "[localhost]")
    #expect(named.rows.map(\.status) == [200], "\(named.rows)")
    #expect(await socks.stop().contains("connected to localhost:\(server.port)"))
  }

  @Test("a redirect through a proxy is judged as the first request was")
  func redirects() async throws {
    let proxy = try ProxyServer.http()
    let server = try RawServer(answering: { _ in
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.9:1/\r\nContent-Length: 0\r\n\r\n"
    })
    defer { server.close() }
    let run = try await PipelineRun(
      [server.url()], fetch: "proxy: http://\(proxy.authority)", allowing: "[127.0.0.1]")
    await proxy.stop()
    #expect(run.rows.map(\.error) == ["forbidden: 127.0.0.9 is a loopback address; allow_private can name it"])
  }
}
