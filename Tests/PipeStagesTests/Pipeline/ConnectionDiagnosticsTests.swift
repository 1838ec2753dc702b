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
    Case("fetch: {tls: {ca_file: /}}", "unreadable-file 1:24"),
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

  @Test("every fault has its code and its place", arguments: tls)
  func findings(_ test: Case) throws {
    let pipeline = Pipeline(spec: test.spec, folder: folder.path)
    #expect(pipeline.brief == test.findings, "\(pipeline.diagnostics.map(\.message))")
    #expect((pipeline.plan != nil) == !pipeline.diagnostics.contains { $0.severity == .error })
  }

  @Test("a plan tells what is unusual of its connections")
  func notes() throws {
    let fetch = "{tls: {verify: false, ca_file: cert.pem, client_cert: both.pem, min_version: 1.3}}"
    let plan = try #require(Pipeline(spec: "fetch: \(fetch)", folder: folder.path).plan)
    let notes = try #require(PlanOutline(plan).stages.first { $0.kind == .fetch }).notes
    #expect(
      notes.suffix(4) == [
        "certificates are NOT verified", "trusts the certificates of cert.pem alone",
        "shows the certificate of both.pem to who asks", "TLS 1.3 or later",
      ])
    let plain = try #require(Pipeline(spec: "name: x").plan)
    #expect(PlanOutline(plain).stages.first { $0.kind == .fetch }?.notes.count == 2)
  }
}
