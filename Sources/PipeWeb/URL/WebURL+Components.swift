// The components as the standard's API tells them (WHATWG URL 6.1): parts of `href`, nothing is copied.
extension WebURL {
  /// The length of `href` in bytes.
  package var length: Int { href.utf8.count }

  /// The scheme without its colon, in lowercase.
  package var scheme: Substring { part(0, layout.schemeEnd) }

  /// Whether the scheme is http or https.
  package var isHTTP: Bool { layout.scheme == .http || layout.scheme == .https }

  /// The username, percent-encoded; empty for none.
  package var username: Substring {
    layout.hasHost ? part(layout.authorityStart, layout.usernameEnd) : ""
  }

  /// The password, percent-encoded; empty for none.
  package var password: Substring {
    guard hasUserinfo, layout.hostStart > layout.usernameEnd + 1 else { return "" }
    return part(layout.usernameEnd + 1, layout.hostStart - 1)
  }

  /// Whether there is a username or a password.
  package var hasUserinfo: Bool { layout.hasHost && layout.hostStart > layout.authorityStart }

  /// The host without the port; an IPv6 address has its brackets; empty for none.
  package var hostname: Substring { part(layout.hostStart, layout.hostEnd) }

  /// The host, with the port if it is not the scheme's own.
  package var host: Substring {
    layout.hasHost ? part(layout.hostStart, layout.pathStart) : ""
  }

  /// The port if it is not the scheme's own.
  package var port: UInt16? { layout.port }

  /// The port to connect to: the port, or else the scheme's own.
  package var effectivePort: UInt16? { layout.port ?? layout.scheme.defaultPort }

  package var pathname: Substring { part(layout.pathStart, layout.queryStart) }

  /// The query with its `?`; empty when there is none or when it is empty.
  package var search: Substring {
    layout.fragmentStart - layout.queryStart > 1 ? part(layout.queryStart, layout.fragmentStart) : ""
  }

  /// The fragment with its `#`; empty when there is none or when it is empty.
  package var hash: Substring {
    href.utf8.count - Int(layout.fragmentStart) > 1 ? part(layout.fragmentStart, UInt32(href.utf8.count)) : ""
  }

  /// Whether the path is opaque, as that of `mailto:` is: nothing relative resolves against it.
  package var hasOpaquePath: Bool { layout.hasOpaquePath }

  /// What the host is.
  package enum HostKind: Hashable, Sendable {
    /// No host, as in `mailto:`.
    case none
    /// An empty host, as in `file:///`.
    case empty
    case domain
    case address(IPAddress)
    /// The host of a scheme that is not special, not interpreted.
    case opaque
  }

  package var hostKind: HostKind {
    switch layout.host {
    case .none: return .none
    case .empty: return .empty
    case .domain: return .domain
    case .opaque: return .opaque
    case .ipv4, .ipv6:
      let text = href.utf8.span.extracting(Int(layout.hostStart)..<Int(layout.hostEnd))
      return HostParser.address(text, layout.host).map(HostKind.address) ?? .opaque
    }
  }

  /// `href` without the fragment: what names the resource.
  package var hrefWithoutFragment: Substring { part(0, layout.fragmentStart) }

  /// `href` without username and password: what may go to a server.
  package var hrefWithoutUserinfo: String {
    guard hasUserinfo else { return href }
    return String(part(0, layout.authorityStart)) + part(layout.hostStart, UInt32(href.utf8.count))
  }

  /// `href` with `***` for username and password: what may be shown.
  package var redacted: String {
    guard hasUserinfo else { return href }
    return String(part(0, layout.authorityStart)) + "***@" + part(layout.hostStart, UInt32(href.utf8.count))
  }

  func part(_ start: UInt32, _ end: UInt32) -> Substring {
    let utf8 = href.utf8
    let from = utf8.index(utf8.startIndex, offsetBy: Int(start))
    let to = utf8.index(utf8.startIndex, offsetBy: Int(end))
    return href[from..<to]
  }
}
