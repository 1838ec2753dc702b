/// The proxy that connections go through.
package struct Proxy: Sendable {
  package enum Scheme: Sendable {
    case http, https, socks5
  }

  /// How it is spoken to.
  package let scheme: Scheme
  /// What messages call it: `socks5://127.0.0.1:1080`, without user and password.
  package let name: String
  /// Host and port.
  package let authority: String
  package let user: String?
  package let password: String?
  /// Whether names go to the proxy as they are, so that only addresses in URLs can be checked.
  package let resolvesNames: Bool

  package init(
    scheme: Scheme, name: String, authority: String, user: String?, password: String?, resolvesNames: Bool
  ) {
    self.scheme = scheme
    self.name = name
    self.authority = authority
    self.user = user
    self.password = password
    self.resolvesNames = resolvesNames
  }

  /// As libcurl is told of it.
  var url: String {
    switch scheme {
    case .http: "http://\(authority)"
    case .https: "https://\(authority)"
    case .socks5: resolvesNames ? "socks5h://\(authority)" : "socks5://\(authority)"
    }
  }
}
