/// What an HTTP proxy that forwards a request is told of its target: the URL in absolute form, and the field Host
/// (RFC 9112, 3.2 and 3.2.2).
///
/// libcurl writes them from what it knows of the connection to the proxy, which requests to other hosts used before: a
/// name gets the brackets of an IPv6 address, or an address has none. Of a URL it loses a query that is empty.
struct ForwardedTarget {
  /// The URL without user, password and fragment.
  let url: String
  /// Host and port.
  let authority: String

  /// - Returns: `nil` for what is not a serialized http URL.
  init?(_ href: String) {
    guard href.hasPrefix("http://") else { return nil }
    let rest = href.utf8.dropFirst(7)
    guard let path = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    // A serialized user holds no at sign of its own (WHATWG URL, userinfo percent-encode set).
    let user = rest[..<path].firstIndex(of: UInt8(ascii: "@"))
    let host = href[(user.map { href.utf8.index(after: $0) } ?? rest.startIndex)..<path]
    let end = rest.firstIndex(of: UInt8(ascii: "#")) ?? rest.endIndex
    if host.isEmpty { return nil }
    authority = String(host)
    url = "http://\(host)\(href[path..<end])"
  }
}

extension TransferPlace {
  /// What the proxy is told; `nil` for a request that it does not see, since it goes through a tunnel or there is none.
  func forwardedTarget(of request: any TransferRequest) -> ForwardedTarget? {
    guard let proxy = settings.connection.proxy, proxy.scheme != .socks5 else { return nil }
    // An address that the proxy is told to connect to makes libcurl ask for a tunnel.
    if isSecure || request is AddressedRequest { return nil }
    return ForwardedTarget(request.href)
  }
}
