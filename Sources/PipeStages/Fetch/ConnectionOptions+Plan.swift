import PipeEngine
import PipeHTTP

extension ConnectionOptions {
  /// The plan's options as the loop takes them.
  init(_ fetch: FetchPlan) {
    self.init()
    proxy = fetch.proxy.map(Proxy.init)
    tls.verifies = fetch.tls.verifies
    tls.authorities = fetch.tls.authorities
    tls.certificate = fetch.tls.certificate
    tls.key = fetch.tls.key
    tls.minimumVersion =
      switch fetch.tls.minimumVersion {
      case .tls12: .tls12
      case .tls13: .tls13
      }
  }
}

extension Proxy {
  fileprivate init(_ settings: FetchPlan.Proxy) {
    let scheme: Scheme =
      switch settings.scheme {
      case .http: .http
      case .https: .https
      case .socks5, .socks5h: .socks5
      }
    self.init(
      scheme: scheme, name: settings.shown, authority: settings.authority, user: settings.username,
      password: settings.password, resolvesNames: settings.resolvesNames)
  }
}
