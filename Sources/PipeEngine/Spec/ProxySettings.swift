internal import PipeSpec
internal import PipeWeb

/// The `proxy` that all requests go through.
package struct ProxySettings: Sendable {
  package var scheme: Scheme
  /// With brackets around an IPv6 address.
  package var host: String
  package var port: Int
  package var username: String?
  package var password: String?
  package var resolve: Resolve

  package enum Scheme: String, CaseIterable, Sendable {
    case http, https, socks5, socks5h

    fileprivate var defaultPort: Int {
      switch self {
      case .http: 80
      case .https: 443
      case .socks5, .socks5h: 1080
      }
    }
  }

  /// Who finds the address of a name.
  package enum Resolve: String, CaseIterable, Sendable {
    case here, proxy
  }

  /// What may be shown of it: its scheme, host and port, unless they came as a secret.
  package var shown = ""

  package var authority: String { "\(host):\(port)" }
}

extension ProxySettings {
  private struct Parts: Sendable {
    let url: Located<ProxySettings>
    let username: String?
    let password: String?
    let resolve: Resolve?
  }

  static let map = MapShape<Parts>(
    main: "url",
    Key(
      "url", url,
      "Its scheme, host and port: http, https or socks5. It may be at any address. A user and a password may stand in it.",
      example: "http://proxy.example:3128"),
    Key(optional: "username", .text("a user's name"), "The user name, if the proxy requires one.", example: "me"),
    Key(
      optional: "password", Shape.credential("a password"), "The password.",
      example: "${secret:env:PROXY_PASSWORD}"),
    Key(
      optional: "resolve", Resolve.shape,
      "Where host names are resolved; here, unless the scheme is socks5h.", example: "proxy"),
    make: Parts.init
  ).checked { (parts, map, context) -> ProxySettings? in
    var proxy = parts.url.value
    let (user, password) = (map.entry("username"), map.entry("password"))
    if let other = user ?? password, proxy.username != nil {
      context.report(
        .conflict, at: other.key.span, "\(context.place).url has a user already",
        hint: "give the user and the password in one place", notes: [Diagnostic.Note("there", at: parts.url.span)])
      return nil
    }
    if parts.password != nil, parts.username == nil {
      context.report(
        .missingKey, at: SourceSpan(map.span.start, map.span.start),
        "\(context.place) needs 'username' beside 'password'", hint: "for example: username: me")
      return nil
    }
    proxy.username = proxy.username ?? parts.username
    proxy.password = proxy.password ?? parts.password
    if let resolve = parts.resolve {
      if proxy.scheme == .socks5h, resolve == .here {
        context.report(
          .conflict, at: map.entry("resolve")?.value.span ?? map.span,
          "socks5h says that the proxy finds addresses, and resolve: here that this machine does",
          hint: "write socks5:// for addresses that are found here",
          notes: [Diagnostic.Note("socks5h is here", at: parts.url.span)])
        return nil
      }
      proxy.resolve = resolve
    }
    return proxy
  }

  private static let url = Shape<ResolvedText>.scalar(
    .text(
      name: "a proxy's URL", pattern: "://", examples: ["http://proxy.example:3128", "socks5://127.0.0.1:1080"])
  ) { text throws(ScalarFault) in text }.map { text, node, context -> Located<ProxySettings>? in
    do throws(ScalarFault) {
      var proxy = try parse(text.text)
      if let masked = text.masked { proxy.shown = (try? parse(masked))?.shown ?? Secrets.mask }
      if !(proxy.password ?? "").isEmpty { context.protect(text) }
      return Located(proxy, at: node.span)
    } catch {
      // What cannot be read may hold a password all the same.
      context.mask(node)
      context.report(error.code, on: node, "\(context.place) \(error.message)", hint: error.hint)
      return nil
    }
  }

  private static func parse(_ text: String) throws(ScalarFault) -> ProxySettings {
    let example = "write it as http://proxy.example:3128"
    guard let mark = text.firstRange(of: "://") else { throw ScalarFault(.badValue, "has no scheme", hint: example) }
    let name = text[..<mark.lowerBound].lowercased()
    guard let scheme = Scheme(rawValue: name) else {
      throw ScalarFault(
        .badValue, "cannot be of the scheme '\(excerpt(name))'",
        hint: "the schemes are \(Scheme.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    // Read as an http URL, whose host is looked into; its default port is not told from none.
    let rest = text[mark.upperBound...]
    let url: WebURL
    do throws(WebURL.Failure) {
      url = try WebURL(parsing: "http://" + rest)
    } catch {
      throw ScalarFault(.badURL, "is not a URL: \(error.message)", hint: example)
    }
    guard url.pathname == "/", url.search.isEmpty, url.hash.isEmpty else {
      throw ScalarFault(.badValue, "is more than scheme, host and port", hint: example)
    }
    let authority = rest.prefix { $0 != "/" }
    let hasPort = url.port != nil || authority.hasSuffix(":80")
    var proxy = ProxySettings(
      scheme: scheme, host: String(url.hostname), port: hasPort ? Int(url.effectivePort ?? 80) : scheme.defaultPort,
      resolve: scheme == .socks5h ? .proxy : .here)
    proxy.shown = "\(scheme.rawValue)://\(proxy.authority)"
    proxy.username = url.user?.name
    proxy.password = url.user?.password
    return proxy
  }
}

extension ProxySettings.Resolve {
  static let shape = Shape<Self>.choice { choice in
    switch choice {
    case .here: "this machine does, and refuses names of private addresses as without a proxy"
    case .proxy: "the proxy does, and guards its network itself; only addresses in URLs are checked here"
    }
  }
}
