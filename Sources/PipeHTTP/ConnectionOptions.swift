internal import CLibcurl

/// How connections are made: whom to trust.
package struct ConnectionOptions: Sendable {
  package var tls = TLS()

  package struct TLS: Sendable {
    /// Whether a server's certificate is verified, and its name.
    package var verifies = true
    /// The path of a PEM file of certificates to trust instead of the system's.
    package var authorities: String?
    /// The path of a PEM file with the certificate to show to servers that ask.
    package var certificate: String?
    /// The path of its private key's PEM file; `nil` where the certificate's has it.
    package var key: String?
    package var minimumVersion = Version.tls12
  }

  package enum Version: String, Sendable {
    case tls12 = "1.2"
    case tls13 = "1.3"
  }

  package init() {}
}

extension TransferPlace {
  /// Sets up what no request changes.
  func setUpConnections() {
    let options = settings.connection
    // No .netrc, and no proxy but the spec's own: what is not in the spec does not steer a run.
    pipe_easy_set_text(handle, CURLOPT_PROXY, "")
    setUp(options.tls)
  }

  private func setUp(_ tls: ConnectionOptions.TLS) {
    let version = tls.minimumVersion == .tls13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2
    pipe_easy_set_long(handle, CURLOPT_SSLVERSION, Int(version))
    if !tls.verifies {
      pipe_easy_set_long(handle, CURLOPT_SSL_VERIFYPEER, 0)
      pipe_easy_set_long(handle, CURLOPT_SSL_VERIFYHOST, 0)
    }
    // The file alone, where there is one: with a folder of certificates beside it, libcurl reads the whole file
    // anew for every connection (19 ms each) instead of once.
    if tls.authorities != nil || hasDefaultAuthorities { pipe_easy_set_text(handle, CURLOPT_CAPATH, nil) }
    if let file = tls.authorities { pipe_easy_set_text(handle, CURLOPT_CAINFO, file) }
    // A key that turns out to be encrypted fails; OpenSSL would ask for its passphrase on the terminal.
    if tls.certificate != nil { pipe_easy_set_text(handle, CURLOPT_KEYPASSWD, "") }
    showCertificate(true)
  }

  /// Whether libcurl was built to know the file of the system's certificate authorities.
  private var hasDefaultAuthorities: Bool {
    var path: UnsafePointer<CChar>?
    pipe_easy_get_text(handle, CURLINFO_CAINFO, &path)
    return path != nil
  }

  /// Sets up what depends on the request.
  func connect(for request: any TransferRequest) {
    keepApart()
    if settings.connection.tls.certificate != nil { showCertificate(!request.withholdsCredentials) }
  }

  /// The certificate is a credential: no server is shown it that was only redirected to.
  private func showCertificate(_ shows: Bool) {
    let tls = settings.connection.tls
    guard let certificate = tls.certificate else { return }
    pipe_easy_set_text(handle, CURLOPT_SSLCERT, shows ? certificate : nil)
    pipe_easy_set_text(handle, CURLOPT_SSLKEY, shows ? tls.key : nil)
  }
}
