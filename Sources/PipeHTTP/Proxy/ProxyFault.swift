internal import CLibcurl
internal import Glibc

/// What went wrong at a proxy, or between it and its target.
///
/// What it refuses it would refuse once more, and a password that is asked for again and again locks accounts
/// (RFC 9110, 15.5.8): such failures are final. That it does not reach the target may pass.
enum ProxyFault {
  /// - Returns: `nil` where there is no proxy, or where it did what it should.
  static func failure(_ end: TransferEnd) -> TransferFailure? {
    guard let proxy = end.connection.proxy else { return nil }
    let name = "the proxy \(proxy.name)"
    switch end.code {
    // Only proxies answer so (RFC 9110, 15.5.8); over TLS it would be the server's own nonsense.
    case CURLE_OK where proxy.scheme != .socks5 && !end.isSecure && end.status == 407:
      return TransferFailure(.refusedByProxy, credentials(proxy))
    case CURLE_OK where end.isHeadWhole: return nil
    case CURLE_WRITE_ERROR where end.isCut: return nil
    case CURLE_COULDNT_RESOLVE_PROXY:
      return TransferFailure(.dns, "\(name) has no address")
    case CURLE_COULDNT_CONNECT where !end.isConnected:
      let words = end.systemError == 0 ? "no connection" : String(cString: strerror(end.systemError))
      return TransferFailure(.connect, "\(name): \(words)")
    case CURLE_PROXY:
      return socks(end, proxy)
    case CURLE_OPERATION_TIMEDOUT: return nil
    default: break
    }
    guard end.proxyAtFault != nil, !end.isCode(TransferEnd.tls) else { return nil }
    if proxy.scheme == .socks5 {
      return TransferFailure(.connect, "\(end.host): \(name) broke off")
    }
    // A request that it makes itself is told as any other.
    return end.isSecure ? tunnel(end, proxy) : nil
  }

  private static func tunnel(_ end: TransferEnd, _ proxy: Proxy) -> TransferFailure {
    let name = "the proxy \(proxy.name)"
    switch end.tunnelStatus {
    // Some proxies take 401 for 407.
    case 407, 401: return TransferFailure(.refusedByProxy, credentials(proxy))
    case 200...299:
      return TransferFailure(.connect, "\(end.host): \(name) broke off within its answer to CONNECT")
    // An interim answer has another one behind it (RFC 9110, 15.2), and libcurl (7.88) takes it for the last.
    case 100...199:
      let words = "answers CONNECT with an interim status, \(end.tunnelStatus), and only a final one is read"
      return TransferFailure(.refusedByProxy, "\(end.host): \(name) \(words)")
    // It has not reached the target, or is busy.
    case 408, 429, 500...:
      return TransferFailure(.connect, "\(end.host): \(name) makes no tunnel, status \(end.tunnelStatus)")
    case 300...:
      return TransferFailure(.refusedByProxy, "\(end.host): \(name) makes no tunnel, status \(end.tunnelStatus)")
    default:
      let isAnswer = end.detail.contains("response")
      return TransferFailure(
        .connect,
        "\(end.host): \(name) \(isAnswer ? "does not answer CONNECT by HTTP" : "broke off instead of a tunnel")")
    }
  }

  private static func credentials(_ proxy: Proxy) -> String {
    "the proxy \(proxy.name) wants \(proxy.user == nil ? "a user and a password" : "another user or password")"
  }

  /// The answers of a SOCKS proxy (RFC 1928, 6).
  private static func socks(_ end: TransferEnd, _ proxy: Proxy) -> TransferFailure {
    let (said, isFinal): (String, Bool) =
      switch CURLproxycode(UInt32(truncatingIfNeeded: end.proxyCode)) {
      case CURLPX_NO_AUTH, CURLPX_USER_REJECTED: (credentials(proxy), true)
      case CURLPX_REPLY_CONNECTION_REFUSED: ("says: connection refused", false)
      case CURLPX_REPLY_HOST_UNREACHABLE: ("says: host unreachable", false)
      case CURLPX_REPLY_NETWORK_UNREACHABLE: ("says: network unreachable", false)
      case CURLPX_REPLY_NOT_ALLOWED: ("says: not allowed", true)
      case CURLPX_REPLY_TTL_EXPIRED: ("says: no way there", false)
      case CURLPX_REPLY_COMMAND_NOT_SUPPORTED: ("says: connections are not supported", true)
      case CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED: ("says: addresses of this kind are not supported", true)
      case CURLPX_REPLY_GENERAL_SERVER_FAILURE: ("says: no connection", false)
      case CURLPX_REPLY_UNASSIGNED: ("answers with a code that SOCKS does not know", false)
      case CURLPX_BAD_VERSION: ("does not speak SOCKS 5", true)
      case CURLPX_BAD_ADDRESS_TYPE: ("answers with an invalid address", false)
      case CURLPX_GSSAPI, CURLPX_GSSAPI_PERMSG, CURLPX_GSSAPI_PROTECTION, CURLPX_UNKNOWN_MODE:
        ("wants a kind of login that is not spoken", true)
      case CURLPX_LONG_HOSTNAME: ("cannot be given a name of more than 255 bytes", true)
      case CURLPX_LONG_USER: ("cannot be given a user of more than 255 bytes", true)
      case CURLPX_LONG_PASSWD: ("cannot be given a password of more than 255 bytes", true)
      case CURLPX_RESOLVE_HOST: ("cannot be told an address: the name has none", false)
      default: ("broke off", false)
      }
    if said == credentials(proxy) { return TransferFailure(.refusedByProxy, "\(end.host): \(said)") }
    return TransferFailure(isFinal ? .refusedByProxy : .connect, "\(end.host): the proxy \(proxy.name) \(said)")
  }
}
