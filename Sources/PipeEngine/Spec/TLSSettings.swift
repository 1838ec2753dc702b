package import PipeSpec

/// The `tls` map of `fetch`: whom to trust, and who one is.
package struct TLSSettings: Sendable {
  package var verify = true
  /// Trusted instead of the system's certificate authorities.
  package var authorities: Located<String>?
  package var clientCertificate: Located<String>?
  /// `nil` where the certificate's file holds the key too.
  package var clientKey: Located<String>?
  package var minimumVersion = Version.tls12

  package init() {}

  package enum Version: String, CaseIterable, Sendable {
    case tls12 = "1.2"
    case tls13 = "1.3"
  }
}

extension TLSSettings {
  static let map = MapShape<TLSSettings>(
    Key(
      "verify", verification, default: true, shown: "true",
      "Whether server certificates are verified. Without verification, anybody on the network path can read and change everything."
    ),
    Key(
      optional: "ca_file", path,
      "Certificates to trust instead of the system's, in PEM form; a relative path starts at the spec's folder.",
      example: "company-ca.pem"),
    Key(
      optional: "client_cert", path,
      "The certificate to show where a server asks for one, in PEM form. It does not follow a redirect to another origin.",
      example: "client.pem"),
    Key(
      optional: "client_key", path,
      "The certificate's private key, in PEM form and unencrypted; without it, client_cert holds the key too.",
      example: "client.key"),
    Key(
      "min_version", Version.shape, default: Version.tls12, shown: "1.2", "The oldest TLS version accepted."),
    make: {
      (
        verify: Bool, authorities: Located<String>?, certificate: Located<String>?, key: Located<String>?,
        version: Version
      ) in
      var settings = TLSSettings()
      settings.verify = verify
      settings.authorities = authorities
      settings.clientCertificate = certificate
      settings.clientKey = key
      settings.minimumVersion = version
      return settings
    }
  ).checked { (settings, map, context) -> TLSSettings? in
    if settings.clientKey != nil, settings.clientCertificate == nil {
      context.report(
        .missingKey, at: SourceSpan(map.span.start, map.span.start),
        "\(context.place) needs 'client_cert' beside 'client_key': the certificate that the key belongs to",
        hint: "for example: client_cert: client.pem")
      return nil
    }
    return settings
  }

  private static let path = Shape.path.located

  private static let verification = Shape<Bool>.bool.map { verify, node, context in
    if !verify {
      context.report(
        .insecure, on: node,
        "certificates are not verified: anybody on the network path can read and change everything",
        hint: "to trust an authority of your own, name its certificate in ca_file")
    }
    return verify
  }
}

extension TLSSettings.Version {
  static let shape = Shape<Self>.choice { _ in "" }
}

extension TLSSettings {
  /// Reports files that cannot be read, or that do not hold what they should.
  func check(in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    if let authorities, let file = PEMFile(authorities, in: folder, report) {
      file.require(.certificate, report)
    }
    guard let clientCertificate, let file = PEMFile(clientCertificate, in: folder, report) else {
      if let clientKey { _ = PEMFile(clientKey, in: folder, report)?.require(.key, report) }
      return
    }
    file.require(.certificate, report)
    if let clientKey {
      PEMFile(clientKey, in: folder, report)?.require(.key, report)
    } else {
      file.require(.key, report, hint: "name the file of the key in client_key")
    }
  }
}

/// A file of certificates and keys (RFC 7468), looked at before it is used.
private struct PEMFile {
  enum Item {
    case certificate, key
  }

  /// What OpenSSL takes for a certificate.
  private static let labels = ["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"]

  private let path: Located<String>
  private let text: String

  /// - Returns: `nil` once it is reported that the file cannot be read.
  init?(_ path: Located<String>, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    self.path = path
    let file = folder.resolve(path.value)
    if FileContents.isPipe(file) {
      report(.unreadable(path, in: folder, "it is a pipe, and the file is read for every connection"))
      return nil
    }
    switch FileContents.read(file) {
    case .success(let bytes): text = String(decoding: bytes, as: UTF8.self)
    case .failure(let failure):
      report(.unreadable(path, in: folder, failure.reason))
      return nil
    }
  }

  func require(_ item: Item, _ report: (Diagnostic) -> Void, hint: String? = nil) {
    switch item {
    case .certificate where !Self.labels.contains(where: { text.contains("-----BEGIN \($0)-----") }):
      fault("holds no certificate in PEM form", report, "openssl x509 -inform der makes PEM of a binary one")
    case .key where !text.contains("PRIVATE KEY-----"):
      fault("holds no private key in PEM form", report, hint)
    case .key where text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("4,ENCRYPTED"):
      // libcurl would ask for the passphrase on the terminal.
      fault("holds an encrypted key", report, "decrypt it with openssl pkey, and let nobody else read the file")
    case .certificate, .key: break
    }
  }

  private func fault(_ words: String, _ report: (Diagnostic) -> Void, _ hint: String?) {
    report(Diagnostic(.badValue, at: path.span, "'\(path.value)' \(words)", hint: hint))
  }
}
