import PipeEngine
import PipeSpec
import PipeTesting
import Testing

/// What a spec is told about the options of its connections: one case a line.
@Suite("Pipeline, diagnostics of connections")
struct ConnectionDiagnosticsTests {
  typealias Case = PipelineDiagnosticsTests.Case

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (name, labels) in [
      ("cert.pem", ["CERTIFICATE"]), ("key.pem", ["PRIVATE KEY"]), ("both.pem", ["EC PRIVATE KEY", "CERTIFICATE"]),
      ("encrypted.pem", ["ENCRYPTED PRIVATE KEY"]),
    ] {
      let text = labels.map { "-----BEGIN \($0)-----\nMAA=\n-----END \($0)-----\n" }.joined()
      try folder.write(name, text.utf8)
    }
    try folder.write("old.pem", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n".utf8)
    try folder.write("binary.der", [0x30, 0x82, 0, 0xFF])
  }

  private static let tls: [Case] = [
    Case("fetch: {tls: {}}"), Case("fetch: {tls: }"), Case("fetch: {tls: {verify: true, min_version: 1.2}}"),
    Case("fetch: {tls: {min_version: \"1.3\"}}"), Case("fetch: {tls: {min_version: 1.3}}"),
    Case("fetch: {tls: {min_version: 1.1}}", "bad-value 1:28"),
    Case("fetch: {tls: {min_version: 1}}", "bad-value 1:28"),
    Case("fetch: {tls: {min_version: TLSv1.2}}", "bad-value 1:28"),
    Case("fetch: {tls: {verify: false}}", "insecure 1:23"), Case("fetch: {tls: {verify: no}}", "wrong-type 1:23"),
    Case("fetch: {tls: true}", "wrong-type 1:14"), Case("fetch: {tls: {cafile: cert.pem}}", "unknown-key 1:15"),
    Case("fetch: {tls: {ca_file: cert.pem}}"), Case("fetch: {tls: {ca_file: none.pem}}", "unreadable-file 1:24"),
    Case("fetch: {tls: {ca_file: /tmp}}", "unreadable-file 1:24"),
    Case("fetch: {tls: {ca_file: /}}", "bad-value 1:24"),
    Case("fetch: {tls: {ca_file: binary.der}}", "bad-value 1:24"),
    Case("fetch: {tls: {ca_file: key.pem}}", "bad-value 1:24"),
    Case("fetch: {tls: {client_cert: cert.pem, client_key: key.pem}}"),
    Case("fetch: {tls: {client_cert: both.pem}}"),
    Case("fetch: {tls: {client_cert: cert.pem}}", "bad-value 1:28"),
    Case("fetch: {tls: {client_key: key.pem}}", "missing-key 1:14"),
    Case("fetch: {tls: {client_cert: cert.pem, client_key: cert.pem}}", "bad-value 1:50"),
    Case("fetch: {tls: {client_cert: cert.pem, client_key: encrypted.pem}}", "bad-value 1:50"),
    Case("fetch: {tls: {client_cert: cert.pem, client_key: old.pem}}", "bad-value 1:50"),
    Case(
      "fetch: {tls: {client_cert: none.pem, client_key: gone.pem, ca_file: not.pem}}", "unreadable-file 1:28",
      "unreadable-file 1:50", "unreadable-file 1:69"),
  ]

  private static let token = "bearer: \"${secret:env:TOKEN}\""
  private static let auth: [Case] = [
    Case("fetch: {auth: {origin: https://a.example, \(token)}}"),
    Case("fetch: {auth: [{origin: https://a.example, \(token)}, {origin: \"https://a.example:444\", \(token)}]}"),
    Case("fetch: {auth: []}"),
    Case("fetch: {auth: {origin: https://a.example/, basic: {username: me, password: \"${secret:env:TOKEN}\"}}}"),
    // What stands in the spec is no secret.
    Case("fetch: {auth: {origin: https://a.example, bearer: t0ken}}", "insecure 1:51"),
    Case("fetch: {auth: {origin: https://a.example, basic: {username: me, password: pw}}}", "insecure 1:75"),
    Case("fetch: {auth: {origin: https://a.example, basic: {username: me, password: \"\"}}}"),
    Case("fetch: {auth: {origin: https://a.example, bearer: \"${env:OPEN}\"}}"),
    Case("fetch: {headers: {authorization: Basic eDp5, Cookie: a=b, X-Key: open}}", "insecure 1:34", "insecure 1:54"),
    // What travels in the clear neither, but on this machine.
    Case("fetch: {auth: {origin: http://a.example, \(token)}}", "insecure 1:24"),
    Case("fetch: {auth: {origin: \"http://127.0.0.1:81\", \(token)}}"),
    Case("fetch: {auth: {origin: http://localhost, \(token)}}"),
    Case("fetch: {auth: {origin: \"http://[::1]\", \(token)}}"),
    Case("fetch: {auth: {origin: a.example, \(token)}}", "bad-url 1:24"),
    Case("fetch: {auth: {origin: ftp://a.example, \(token)}}", "bad-url 1:24"),
    Case("fetch: {auth: {origin: https://a.example/x, \(token)}}", "bad-value 1:24"),
    Case("fetch: {auth: {origin: https://a.example?x, \(token)}}", "bad-value 1:24"),
    Case("fetch: {auth: {origin: \"https://me:pw@a.example\", \(token)}}", "bad-value 1:24"),
    Case("fetch: {auth: {origin: https://a.example}}", "missing-key 1:15"),
    Case("fetch: {auth: {\(token)}}", "missing-key 1:15"),
    Case(
      "fetch: {auth: {origin: https://a.example, \(token), basic: {username: me, password: \"\"}}}", "conflict 1:43"),
    Case(
      "fetch: {auth: [{origin: https://a.example, \(token)}, {origin: \"https://A.example:443\", \(token)}]}",
      "conflict 1:85"),
    Case("fetch: {auth: {origin: https://a.example, basic: {username: \"a:b\", password: \"\"}}}", "bad-value 1:61"),
    Case("fetch: {auth: {origin: https://a.example, basic: {username: me}}}", "missing-key 1:50"),
    Case("fetch: {auth: {origin: https://a.example, bearer: \"\"}}", "bad-value 1:51"),
    Case("fetch: {auth: {origin: https://a.example, bearer: }}", "wrong-type 1:50"),
    Case("fetch: {auth: {origin: https://a.example, bearer: \"Bearer ${secret:env:TOKEN}\"}}", "bad-value 1:51"),
    Case("fetch: {auth: me}", "wrong-type 1:15"),
    Case("fetch: {cookies: run}"), Case("fetch: {cookies: none}"), Case("fetch: {cookies: true}", "bad-value 1:18"),
  ]

  private static let robots: [Case] = [
    Case("fetch: {robots: obey}"), Case("fetch: {robots: ignore}"), Case("fetch: {robots: true}"),
    Case("fetch: {robots: {obey: true, agent: my-bot, max_delay: 0s}}"), Case("fetch: {robots: {obey: obey}}"),
    Case("fetch: {robots: {agent: My-Bot/1.0 (hello)}}"),
    Case("fetch: {robots: obeys}", "bad-value 1:17"), Case("fetch: {robots: yes}", "bad-value 1:17"),
    Case("fetch: {robots: {agent: \"my bot!\"}}"), Case("fetch: {robots: {agent: bot!}}", "bad-value 1:25"),
    Case("fetch: {robots: {agent: Mozilla/5.0}}", "bad-value 1:25"),
    Case("fetch: {robots: {agent: \"\"}}", "bad-value 1:25"),
    Case("fetch: {robots: {max_delay: 25h}}", "out-of-range 1:29"),
    Case("fetch: {robots: {agents: x}}", "unknown-key 1:18"),
    Case("fetch: {user_agent: \"Mozilla/5.0 (X11)\", robots: obey}", "no-effect 1:21"),
    Case("fetch: {user_agent: \"\", robots: obey}", "no-effect 1:21"),
    Case("fetch: {user_agent: \"Mozilla/5.0 (X11)\", robots: {agent: my-bot}}"),
    Case("fetch: {user_agent: \"Mozilla/5.0 (X11)\", robots: ignore}"),
    Case("fetch: {user_agent: \"Mozilla/5.0 (X11)\"}"),
  ]

  private static func bound(_ origin: String, _ sources: String, _ findings: String...) -> Case {
    let spec = "fetch: {auth: {origin: \"\(origin)\", \(token)}}\nsources: \(sources)"
    return Case(spec, findings)
  }

  /// A credential that no URL of the sources asks for is sent nowhere.
  private static let origins: [Case] = [
    bound("https://a.example", "[urls: [\"https://b.example/\", \"https://a.example:443/x\"]]"),
    bound("https://a.example", "[urls: \"https://A.example/x\"]"),
    bound("https://a.example", "[urls: \"https://user@a.example/\"]"),
    bound("https://a.example", "[range: {url: \"https://a.example/{n}\", to: 3}]"),
    bound("https://a.example", "[range: {url: \"https://{n}.example/\", to: 3}]"),
    bound("https://a.example", "[range: {url: \"https://b.example/{n}\", to: 3}]", "no-effect 1:24"),
    bound("https://a.example", "[urls: \"http://a.example/\"]", "no-effect 1:24"),
    bound("https://a.example", "[urls: \"https://a.example:444/\"]", "no-effect 1:24"),
    bound("https://a.example", "[urls: \"https://www.a.example/\"]", "no-effect 1:24"),
    bound("https://a.example", "[{urls: \"https://b.example/\"}, stdin]"),
    bound("https://a.example", "[{urls: \"https://b.example/\"}, {urls: \"https://a.example/\"}]"),
    bound("https://a.example", "[{urls: \"https://b.example/\"}, {urls: \"ftp://a.example/\"}]", "bad-url 2:48"),
    Case(
      "fetch: {auth: [{origin: https://a.example, \(token)}, {origin: https://b.example, \(token)}]}\n"
        + "sources: [urls: \"https://a.example/\"]", "no-effect 1:85"),
  ]

  private static let pw = "\"${secret:env:TOKEN}\""
  private static let proxy: [Case] = [
    Case("fetch: {proxy: \"http://proxy.example:3128\"}"), Case("fetch: {proxy: \"https://proxy.example\"}"),
    Case("fetch: {proxy: \"socks5://127.0.0.1:1080\"}"), Case("fetch: {proxy: \"socks5h://[::1]:1080/\"}"),
    Case("fetch: {proxy: {url: \"HTTP://proxy.example:80\", resolve: proxy}}"),
    Case("fetch: {proxy: \"http://me:${secret:env:TOKEN}@proxy.example:3128\"}"),
    Case("fetch: {proxy: \"http://me@proxy.example:3128\"}"),
    Case("fetch: {proxy: \"http://me:pw@proxy.example:3128\"}", "insecure 1:16"),
    Case("fetch: {proxy: {url: \"http://p.example:1\", username: me, password: \(pw)}}"),
    Case("fetch: {proxy: {url: \"http://p.example:1\", username: me, password: pw}}", "insecure 1:68"),
    Case("fetch: {proxy: {url: \"http://p.example:1\", password: \(pw)}}", "missing-key 1:16"),
    Case("fetch: {proxy: {url: \"http://me@p.example:1\", username: me}}", "conflict 1:47"),
    Case("fetch: {proxy: {username: me}}", "missing-key 1:16"),
    Case("fetch: {proxy: {url: \"socks5h://p.example:1\", resolve: here}}", "conflict 1:56"),
    Case("fetch: {proxy: {url: \"socks5h://p.example:1\", resolve: proxy}}"),
    Case("fetch: {proxy: {url: \"http://p.example:1\", resolve: there}}", "bad-value 1:53"),
    Case("fetch: {proxy: proxy.example}", "bad-value 1:16"),
    Case("fetch: {proxy: \"proxy.example:3128\"}", "bad-value 1:16"),
    Case("fetch: {proxy: \"socks4://p.example:1\"}", "bad-value 1:16"),
    Case("fetch: {proxy: \"ftp://me:pw@p.example:1\"}", "bad-value 1:16"),
    Case("fetch: {proxy: \"http://p.example:99999\"}", "bad-url 1:16"),
    Case("fetch: {proxy: \"http://:3128\"}", "bad-url 1:16"),
    Case("fetch: {proxy: \"http://p.example:1/path\"}", "bad-value 1:16"),
    Case("fetch: {proxy: \"http://p.example:1?q\"}", "bad-value 1:16"),
    Case("fetch: {proxy: []}", "wrong-type 1:16"), Case("fetch: {proxy: }", "bad-value 1:15"),
  ]

  @Test("every fault has its code and its place", arguments: tls + auth + origins + proxy + robots)
  func findings(_ test: Case) throws {
    let variables = Variables(environment: ["TOKEN": "t0ken", "OPEN": "open"])
    // The URLs are not known, so that any credential may be of use.
    let sources = test.spec.contains("sources:") ? "" : "\nsources: [stdin]"
    let pipeline = Pipeline(spec: test.spec + sources, variables: variables, folder: folder.path)
    #expect(pipeline.brief == test.findings, "\(pipeline.diagnostics.map(\.message))")
    #expect((pipeline.plan != nil) == !pipeline.diagnostics.contains { $0.severity == .error })
  }

  @Test("a credential is shown nowhere, not even where its line is quoted")
  func hidden() throws {
    let spec = """
      fetch:
        auth:
          - {origin: https://a.example, basic: {username: me, password: "hunter\\x32"}}
          - {origin: http://b.example, bearer: sesame}
        headers: {Authorization: Basic b3Blbg==, Cookie: id=c00kie}
        proxy: "http://me:p%70w0rd@proxy.example:3128"
        timeout: hunter2
      sources: [stdin]
      """
    let pipeline = Pipeline(spec: spec)
    #expect(pipeline.brief.count == 7, "\(pipeline.brief)")
    let report = [DiagnosticReport(pipeline.file, pipeline.diagnostics)]
    let texts = [
      TextDiagnosticRenderer(colour: false).render(report), JSONDiagnosticRenderer().render(report),
      SARIFDiagnosticRenderer(version: "1").render(report),
    ]
    for text in texts {
      for secret in ["hunter\\x32", "sesame", "b3Blbg", "c00kie", "p%70w0rd", "ppw0rd"] {
        #expect(!text.contains(secret), "\(text)")
      }
    }
    let plan = try #require(Pipeline(spec: spec.replacing("timeout: hunter2", with: "timeout: 9s")).plan)
    let notes = PlanOutline(plan).stages.first { $0.kind == .fetch }?.notes ?? []
    #expect(
      notes.suffix(3) == [
        "a credential (basic) for https://a.example, and for nobody else",
        "a credential (bearer) for http://b.example, and for nobody else",
        "through http://proxy.example:3128, names resolved here",
      ])
  }

  @Test("a plan tells what is unusual of its connections")
  func notes() throws {
    let fetch = "{tls: {verify: false, ca_file: cert.pem, client_cert: both.pem, min_version: 1.3}}"
    let plan = try #require(Pipeline(spec: "fetch: \(fetch)", folder: folder.path).plan)
    let notes = try #require(PlanOutline(plan).stages.first { $0.kind == .fetch }).notes
    #expect(
      notes.suffix(4) == [
        "certificates are NOT verified", "trusts the certificates of cert.pem alone",
        "sends the client certificate both.pem to servers that request one", "TLS 1.3 or later",
      ])
    let plain = try #require(Pipeline(spec: "name: x").plan)
    #expect(PlanOutline(plain).stages.first { $0.kind == .fetch }?.notes.count == 3)
  }
}
