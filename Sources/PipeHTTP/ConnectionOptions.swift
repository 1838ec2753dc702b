internal import CLibcurl
internal import PipeWeb

/// How connections are made: through whom, and whom to trust.
package struct ConnectionOptions: Sendable {
  package var proxy: Proxy?
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
    setUp(settings.connection.proxy)
    if let wire = settings.wire { write(to: wire) }
  }

  /// No proxy but the spec's own, and that one for all hosts: what is not in the spec does not steer a run. Without
  /// these options libcurl asks the environment.
  private func setUp(_ proxy: Proxy?) {
    _ = (proxy?.url ?? "").withCString { pipe_easy_set_text(handle, CURLOPT_PROXY, $0) }
    _ = "".withCString { pipe_easy_set_text(handle, CURLOPT_NOPROXY, $0) }
    guard let proxy else { return }
    // Servers have it among the fields of each request; this one is for the proxy that a tunnel is asked of.
    pipe_easy_set_text(handle, CURLOPT_USERAGENT, settings.userAgent)
    // What a proxy says of a tunnel is not part of the answer.
    pipe_easy_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    pipe_easy_set_long(handle, CURLOPT_PROXYAUTH, pipe_auth_basic)
    pipe_easy_set_long(handle, CURLOPT_SOCKS5_AUTH, pipe_auth_basic)
    if let user = proxy.user {
      pipe_easy_set_text(handle, CURLOPT_PROXYUSERNAME, user)
      pipe_easy_set_text(handle, CURLOPT_PROXYPASSWORD, proxy.password ?? "")
    }
  }

  /// The same for servers and for an https proxy, but for the client's certificate, which is for servers alone.
  private func setUp(_ tls: ConnectionOptions.TLS) {
    let version = Int(tls.minimumVersion == .tls13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2)
    for option in [CURLOPT_SSLVERSION, CURLOPT_PROXY_SSLVERSION] { pipe_easy_set_long(handle, option, version) }
    if !tls.verifies {
      for option in [
        CURLOPT_SSL_VERIFYPEER, CURLOPT_SSL_VERIFYHOST, CURLOPT_PROXY_SSL_VERIFYPEER, CURLOPT_PROXY_SSL_VERIFYHOST,
      ] {
        pipe_easy_set_long(handle, option, 0)
      }
    }
    // The file alone, where there is one: with a folder of certificates beside it, libcurl reads the whole file
    // anew for every connection (19 ms each) instead of once.
    if tls.authorities != nil || hasDefaultAuthorities {
      for option in [CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH] { pipe_easy_set_text(handle, option, nil) }
    }
    if let file = tls.authorities {
      for option in [CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO] { pipe_easy_set_text(handle, option, file) }
    }
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
    if !isSetUpForTLS, isSecure || settings.connection.proxy != nil {
      setUp(settings.connection.tls)
      isSetUpForTLS = true
    }
    if settings.connection.tls.certificate != nil { showCertificate(!request.withholdsCredentials) }
    if settings.connection.proxy != nil {
      // For any host and port, that address and the same port.
      let route = (request as? AddressedRequest).map { CURLList(["::\($0.address.inURL):"]) }
      pipe_easy_set_list(handle, CURLOPT_CONNECT_TO, route?.pointer)
      self.route = route
    }
  }

  /// The certificate is a credential: no server is shown it that was only redirected to.
  private func showCertificate(_ shows: Bool) {
    let tls = settings.connection.tls
    guard let certificate = tls.certificate else { return }
    pipe_easy_set_text(handle, CURLOPT_SSLCERT, shows ? certificate : nil)
    pipe_easy_set_text(handle, CURLOPT_SSLKEY, shows ? tls.key : nil)
  }
}

/// A list that libcurl reads as long as it may.
final class CURLList {
  let pointer: UnsafeMutablePointer<curl_slist>?

  init(_ texts: [String]) { pointer = texts.reduce(nil) { list, text in curl_slist_append(list, text) ?? list } }

  deinit { curl_slist_free_all(pointer) }
}

extension IPAddress {
  /// As a URL has it: an IPv6 address in brackets.
  fileprivate var inURL: String {
    if case .v6 = self { "[\(self)]" } else { description }
  }
}
