import PipeTesting
import Testing

@Suite("TLS, against nginx", .serialized, .timeLimit(.minutes(20)))
struct TLSTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  /// What becomes of one page of a server.
  private func row(
    _ fetch: String, _ options: (_ address: String) throws -> WebServer.Options
  ) async throws -> PipelineRun.Row {
    let server = try WebServer(options)
    let run = try await PipelineRun([server.url()], fetch: fetch)
    try await server.stop()
    var row = try #require(run.rows.first)
    row.error = row.error.map {
      $0.replacing("\(server.address):\(server.port)", with: "HOST").replacing(server.address, with: "NAME")
    }
    return row
  }

  @Test("a server whose authority the spec names is trusted")
  func trusted() async throws {
    let row = try await row("tls: {ca_file: \(certificates.authority)}") {
      .init(identity: try certificates.server($0))
    }
    #expect(row.error == nil)
    #expect(row.status == 200)
    #expect(row.version == "2")
  }

  @Test("a server that cannot prove who it is fails, with words to act on")
  func untrusted() async throws {
    let authority = certificates.authority
    let unknown = try await row("") { .init(identity: try certificates.server($0)) }
    #expect(
      unknown.error
        == "tls: HOST: the certificate's authority is not known, or an intermediate certificate is missing; tls.ca_file can name it"
    )
    #expect(unknown.status == nil)
    let own = try await row("tls: {ca_file: \(authority)}") { .init(identity: try certificates.selfSigned($0)) }
    #expect(own.error == "tls: HOST: the certificate is self-signed; tls.ca_file can name it")
    let expired = try await row("tls: {ca_file: \(authority)}") { .init(identity: try certificates.expired($0)) }
    #expect(expired.error == "tls: HOST: the certificate has expired")
    let early = try await row("tls: {ca_file: \(authority)}") { .init(identity: try certificates.notYetValid($0)) }
    #expect(early.error == "tls: HOST: the certificate is not valid yet, or this machine's clock is wrong")
    let other = try await row("tls: {ca_file: \(authority)}") { _ in
      .init(identity: try certificates.named("other.example"))
    }
    #expect(other.error == "tls: HOST: the certificate is for another name than NAME")
  }

  @Test("with verify: false whatever certificate there is will do")
  func unverified() async throws {
    let makers: [@Sendable (String) throws -> Certificates.Identity] = [
      { [certificates] in try certificates.server($0) }, { [certificates] in try certificates.selfSigned($0) },
      { [certificates] in try certificates.expired($0) },
      { [certificates] _ in try certificates.named("other.example") },
    ]
    for make in makers {
      let row = try await row("tls: {verify: false}") { .init(identity: try make($0)) }
      #expect(row.error == nil)
      #expect(row.status == 200)
    }
  }

  @Test("a self-signed certificate can itself be named as trusted")
  func pinned() async throws {
    let server = try WebServer { .init(identity: try certificates.selfSigned($0)) }
    let file = try certificates.selfSigned(server.address).certificate
    let run = try await PipelineRun([server.url()], fetch: "tls: {ca_file: \(file)}")
    try await server.stop()
    #expect(run.rows.map(\.status) == [200])
  }

  @Test("a server that speaks no version of TLS that is new enough is refused")
  func versions() async throws {
    let authority = certificates.authority
    let old = try await row("tls: {ca_file: \(authority)}") {
      .init(identity: try certificates.server($0), protocols: "TLSv1.1")
    }
    #expect(old.error == "tls: HOST: the server speaks no TLS 1.2 or later")
    let notNew = try await row("tls: {ca_file: \(authority), min_version: 1.3}") {
      .init(identity: try certificates.server($0), protocols: "TLSv1.2")
    }
    #expect(notNew.error == "tls: HOST: the server speaks no TLS 1.3 or later")
    for version in ["1.2", "1.3"] {
      let row = try await row("tls: {ca_file: \(authority), min_version: \(version)}") {
        .init(identity: try certificates.server($0), protocols: "TLSv\(version)")
      }
      #expect(row.status == 200, "\(row.error ?? "")")
    }
  }

  @Test("https to a port that speaks http is told as such")
  func plainPort() async throws {
    let server = try WebServer { _ in .init(speaksHTTP2: false) }
    let url = server.url().replacing("http:", with: "https:")
    let run = try await PipelineRun([url])
    try await server.stop()
    #expect(run.rows.first?.error?.hasSuffix("the server does not speak TLS: the port may be an http port") == true)
  }
}

@Suite("TLS, client certificates", .serialized, .timeLimit(.minutes(20)))
struct ClientCertificateTests {
  private let certificates: Certificates
  private let client: Certificates.Identity

  init() throws {
    certificates = try Certificates.shared.get()
    client = try certificates.client()
  }

  private var options: String {
    "tls: {ca_file: \(certificates.authority), client_cert: \(client.certificate), client_key: \(client.key)}"
  }

  private func server(_ locations: String) throws -> WebServer {
    try WebServer {
      .init(
        identity: try certificates.server($0), clientAuthority: certificates.authority, locations: locations)
    }
  }

  @Test("the certificate is shown to a server that asks, with its key in a file of its own or in the same")
  func shown() async throws {
    let folder = try TemporaryFolder()
    let both = try Program.output(["cat", client.certificate, client.key])
    try folder.write("both.pem", both)
    for fetch in [options, "tls: {ca_file: \(certificates.authority), client_cert: \(folder.path("both.pem"))}"] {
      let server = try server("location / { return 200 $ssl_client_verify; }")
      let run = try await PipelineRun([server.url()], fetch: fetch)
      try await server.stop()
      #expect(run.rows.map(\.body) == ["SUCCESS"], "\(run.rows)")
    }
  }

  @Test("the certificate does not follow a redirect to another origin")
  func redirected() async throws {
    let other = try server("location / { return 200 $ssl_client_verify; }")
    let first = try server("location / { return 302 \(other.url()); }")
    let run = try await PipelineRun([first.url(), other.url()], fetch: options)
    try await first.stop()
    try await other.stop()
    #expect(run.rows.map(\.body) == ["NONE", "SUCCESS"])
  }

  @Test("paths start at the spec's folder")
  func relative() async throws {
    let folder = try TemporaryFolder()
    try folder.write("ca.pem", try Program.output(["cat", certificates.authority]))
    let server = try server("location / { return 200 \"\"; }")
    let run = try await PipelineRun([server.url()], fetch: "tls: {ca_file: ca.pem}", folder: folder.path)
    try await server.stop()
    #expect(run.rows.map(\.status) == [200])
  }

  @Test(
    "a server that insists on a certificate says so in the handshake, or after it in TLS 1.3",
    arguments: ["-tls1_2", "-tls1_3"])
  func required(version: String) async throws {
    let address = Loopback.freshAddress()
    let port = try Loopback.freePort(address)
    let identity = try certificates.server(address)
    let server = try LocalProgram(
      "openssl", at: address, port: port, in: try TemporaryFolder(),
      [
        "s_server", "-accept", "\(address):\(port)", "-cert", identity.certificate, "-key", identity.key, "-Verify",
        "1",
        "-CAfile", certificates.authority, "-verify_return_error", version, "-www", "-quiet",
      ])
    let url = "https://\(address):\(port)/"
    let without = try await PipelineRun([url], fetch: "tls: {ca_file: \(certificates.authority)}")
    #expect(without.rows.first?.errorCode == "tls", "\(without.rows)")
    #expect(without.rows.first?.error?.contains("wants a certificate") == true, "\(without.rows)")
    let with = try await PipelineRun([url], fetch: options)
    #expect(with.rows.first?.status == 200, "\(with.rows)")
    // One that nobody the server trusts has signed.
    let stranger = try certificates.selfSigned("127.0.0.1")
    let refused = try await PipelineRun(
      [url],
      fetch:
        "tls: {ca_file: \(certificates.authority), client_cert: \(stranger.certificate), client_key: \(stranger.key)}")
    #expect(refused.rows.first?.error?.hasSuffix("the server refuses client_cert") == true, "\(refused.rows)")
    await server.stop()
  }

  @Test("a key that does not belong to the certificate is a failure of each request, and no question on the terminal")
  func wrongKey() async throws {
    let other = try certificates.named("other.example")
    let server = try server("location / { return 200 \"\"; }")
    let run = try await PipelineRun(
      [server.url()],
      fetch: "tls: {ca_file: \(certificates.authority), client_cert: \(client.certificate), client_key: \(other.key)}")
    try await server.stop()
    #expect(run.rows.first?.error?.contains("client_cert cannot be used") == true, "\(run.rows)")
  }
}
