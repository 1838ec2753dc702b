import PipeTesting

/// A certificate authority of the tests' own, and the certificates that it issued. All of it is made by openssl(1)
/// once for the tests' process.
final class Certificates: Sendable {
  static let shared = Result { try Certificates() }

  private let folder: TemporaryFolder

  /// A certificate and its private key, as PEM files.
  struct Identity: Sendable {
    let certificate: String
    let key: String
  }

  /// The authority's own certificate.
  var authority: String { folder.path("ca.pem") }

  /// For every address of servers in these tests: they say which name they have.
  func server(_ address: String) throws -> Identity { try issue("server-\(address)", names: "IP:\(address)") }

  func named(_ name: String) throws -> Identity { try issue("named-\(name)", names: "DNS:\(name)") }

  /// It was valid for a day, long ago.
  func expired(_ address: String) throws -> Identity {
    try issue("expired-\(address)", names: "IP:\(address)", from: "20190101000000Z", to: "20190102000000Z")
  }

  func notYetValid(_ address: String) throws -> Identity {
    try issue("early-\(address)", names: "IP:\(address)", from: "20990101000000Z", to: "20991231000000Z")
  }

  func client() throws -> Identity { try issue("client", names: "email:client@a.example") }

  /// A certificate that only itself vouches for.
  func selfSigned(_ address: String) throws -> Identity {
    let name = "self-signed-\(address)"
    if folder.exists("\(name).pem") {
      return Identity(certificate: folder.path("\(name).pem"), key: folder.path("\(name).key"))
    }
    _ = try Program.output(
      [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2",
        "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:\(address)", "-keyout", folder.path("\(name).key"),
        "-out", folder.path("\(name).pem"),
      ])
    return Identity(certificate: folder.path("\(name).pem"), key: folder.path("\(name).key"))
  }

  private init() throws {
    folder = try TemporaryFolder()
    _ = try Program.output(
      [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2",
        "-subj", "/CN=Test authority", "-keyout", folder.path("ca.key"), "-out", folder.path("ca.pem"),
      ])
  }

  private func issue(
    _ name: String, names: String, from start: String = "20200101000000Z", to end: String = "20991231000000Z"
  ) throws -> Identity {
    let identity = Identity(certificate: folder.path("\(name).pem"), key: folder.path("\(name).key"))
    if folder.exists("\(name).done") { return identity }
    let configuration = """
      [ca]
      default_ca = tests
      [tests]
      database = \(folder.path("\(name).index"))
      new_certs_dir = \(folder.path)
      rand_serial = yes
      default_md = sha256
      policy = anything
      unique_subject = no
      x509_extensions = extensions
      [anything]
      commonName = supplied
      [extensions]
      subjectAltName = \(names)
      """
    try folder.write("\(name).cnf", configuration.utf8)
    try folder.write("\(name).index", [])
    _ = try Program.output(
      [
        "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", "/CN=\(name)",
        "-keyout", identity.key, "-out", folder.path("\(name).csr"),
      ])
    _ = try Program.output(
      [
        "openssl", "ca", "-batch", "-notext", "-config", folder.path("\(name).cnf"), "-cert", authority, "-keyfile",
        folder.path("ca.key"), "-startdate", start, "-enddate", end, "-in", folder.path("\(name).csr"), "-out",
        identity.certificate,
      ])
    try folder.write("\(name).done", [])
    return identity
  }
}
