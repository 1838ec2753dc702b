internal import CLibcurl

/// What went wrong at a proxy, or between it and its target.
enum ProxyFault {
  /// - Returns: `nil` where there is no proxy, or where it did what it should.
  static func failure(_ code: CURLcode, _ place: TransferPlace) -> TransferFailure? {
    guard let proxy = place.settings.connection.proxy else { return nil }
    let name = "the proxy \(proxy.name)"
    switch code {
    // Only proxies answer so (RFC 9110, 15.5.8); over TLS it would be the server's own nonsense.
    case CURLE_OK where proxy.scheme != .socks5 && !place.isSecure && place.long(CURLINFO_RESPONSE_CODE) == 407:
      return TransferFailure(.connect, credentials(proxy))
    case CURLE_COULDNT_RESOLVE_PROXY:
      return TransferFailure(.dns, "\(name) has no address")
    case CURLE_COULDNT_CONNECT:
      return TransferFailure(.connect, "\(name): \(place.connectionWords)")
    case CURLE_PROXY:
      return TransferFailure(.connect, "\(place.host): \(socks(place, proxy))")
    case CURLE_OK, CURLE_WRITE_ERROR: return nil
    default: break
    }
    if let words = TLSFault.verification(place.long(CURLINFO_PROXY_SSL_VERIFYRESULT)), proxy.scheme == .https {
      return TransferFailure(.tls, "\(name): \(words)")
    }
    let status = place.long(CURLINFO_HTTP_CONNECTCODE)
    guard code == CURLE_RECV_ERROR, status >= 300 else { return nil }
    // Some proxies take 401 for 407.
    return TransferFailure(
      .connect,
      status == 407 || status == 401 ? credentials(proxy) : "\(place.host): \(name) makes no tunnel, status \(status)")
  }

  private static func credentials(_ proxy: Proxy) -> String {
    "the proxy \(proxy.name) wants \(proxy.user == nil ? "a user and a password" : "another user or password")"
  }

  /// The answers of a SOCKS proxy (RFC 1928, 6).
  private static func socks(_ place: TransferPlace, _ proxy: Proxy) -> String {
    let said: String
    switch CURLproxycode(UInt32(truncatingIfNeeded: place.long(CURLINFO_PROXY_ERROR))) {
    case CURLPX_NO_AUTH, CURLPX_USER_REJECTED: return credentials(proxy)
    case CURLPX_REPLY_CONNECTION_REFUSED: said = "connection refused"
    case CURLPX_REPLY_HOST_UNREACHABLE: said = "host unreachable"
    case CURLPX_REPLY_NETWORK_UNREACHABLE: said = "network unreachable"
    case CURLPX_REPLY_NOT_ALLOWED: said = "not allowed"
    case CURLPX_REPLY_TTL_EXPIRED: said = "no way there"
    case CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED: said = "addresses of this kind are not supported"
    case CURLPX_REPLY_GENERAL_SERVER_FAILURE: said = "no connection"
    default: said = place.detail
    }
    return "the proxy \(proxy.name) says: \(said)"
  }
}
