import PipeEngine
import PipeHTTP
import PipeSpec

extension ConnectionOptions {
  /// The spec's options as the loop takes them: paths resolved.
  init(_ fetch: FetchSettings, in folder: SourceFolder) {
    self.init()
    proxy = fetch.proxy.map(Proxy.init)
    tls.verifies = fetch.tls.verify
    tls.authorities = fetch.tls.authorities.map { folder.resolve($0.value) }
    tls.certificate = fetch.tls.clientCertificate.map { folder.resolve($0.value) }
    tls.key = fetch.tls.clientKey.map { folder.resolve($0.value) }
    tls.minimumVersion =
      switch fetch.tls.minimumVersion {
      case .tls12: .tls12
      case .tls13: .tls13
      }
  }
}

extension Proxy {
  fileprivate init(_ settings: ProxySettings) {
    let scheme: Scheme =
      switch settings.scheme {
      case .http: .http
      case .https: .https
      case .socks5, .socks5h: .socks5
      }
    self.init(
      scheme: scheme, name: settings.shown, authority: settings.authority, user: settings.username,
      password: settings.password, resolvesNames: settings.resolve == .proxy)
  }
}
