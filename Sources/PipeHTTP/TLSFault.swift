internal import CLibcurl

/// What went wrong with TLS, told so that a person can act on it.
enum TLSFault {
  /// The words for a transfer's end; `nil` where TLS had no part in it.
  static func words(_ end: TransferEnd) -> String? {
    switch end.code {
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
      let result = end.proxyAtFault == nil ? end.verification : end.proxyVerification
      return verification(result) ?? unverified(result, end)
    case CURLE_SSL_CERTPROBLEM: return clientCertificate(end)
    case CURLE_SSL_CACERT_BADFILE: return "ca_file cannot be used: it is not a PEM file of certificates"
    case _ where end.isCode(TransferEnd.tls): return handshake(end) ?? "the handshake failed"
    // In TLS 1.3 a server says what it thinks of the client's certificate after the handshake (RFC 8446, 4.4.2).
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE:
      return reason(in: end.detail).flatMap { _ in handshake(end) }
    default: return nil
    }
  }

  /// Whether a connection was lost between the end of the handshake and the request. A server that refuses the client's
  /// certificate does so, in TLS 1.3, and its reset may overtake what it says of it.
  static func isBrokenOff(_ end: TransferEnd) -> Bool {
    end.isSecure && end.isHandshaken && !end.isSent && end.headBytes == 0
      && end.isCode([CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE])
  }

  static func brokenOff(_ end: TransferEnd) -> String {
    "the server broke off right after the handshake: it may "
      + (end.connection.tls.certificate == nil ? "want a certificate (tls.client_cert)" : "refuse client_cert")
  }

  /// OpenSSL's reasons not to trust a certificate (openssl-verification-options).
  static func verification(_ result: Int) -> String? {
    switch result {
    case 9: "the certificate is not valid yet, or this machine's clock is wrong"
    case 10: "the certificate has expired"
    case 18: "the certificate is self-signed; tls.ca_file can name it"
    case 2, 19, 20, 21:
      "the certificate's authority is not known, or an intermediate certificate is missing; tls.ca_file can name it"
    case 23: "the certificate is revoked"
    case 24, 26, 79: "the certificate is not one for servers, or its authority's not one for signing"
    case 66, 67, 68: "the certificate's key or signature is too weak"
    default: nil
    }
  }

  /// OpenSSL trusts the certificate, so that libcurl found another name in it; or OpenSSL has a reason that is rare.
  private static func unverified(_ result: Int, _ end: TransferEnd) -> String {
    if result == 0 || end.detail.contains("target host") {
      let name = end.proxyAtFault.map { $0.authority[...] } ?? end.hostname
      return "the certificate is for another name than \(name)"
    }
    return "the certificate is not trusted (OpenSSL's verification result \(result))"
  }

  private static func clientCertificate(_ end: TransferEnd) -> String {
    let detail = end.detail.lowercased()
    if detail.contains("does not match") { return "client_cert cannot be used: its key is another's" }
    if detail.contains("private key") {
      return "client_cert cannot be used: its key is not a PEM file of a key without a passphrase"
    }
    return "client_cert cannot be used: it is not a PEM file of a certificate"
  }

  /// OpenSSL's reasons of its library for TLS; those from 1000 are alerts that the server sent (RFC 8446, 6).
  private static func handshake(_ end: TransferEnd) -> String? {
    let tls = end.connection.tls
    // An https proxy is not shown the certificate.
    let hasCertificate = tls.certificate != nil && end.proxyAtFault == nil
    let server = end.proxyAtFault == nil ? "the server" : "it"
    guard let reason = reason(in: end.detail) else {
      return end.isCode([CURLE_SSL_CONNECT_ERROR]) ? brokenHandshake(end) : nil
    }
    switch reason {
    case 258, 1070: return "\(server) speaks no TLS \(tls.minimumVersion.rawValue) or later"
    case 267: return "the server does not speak TLS: the port may be an http port"
    case 294: return brokenHandshake(end)
    case 1040 where !hasCertificate:
      return "\(server) refuses the handshake: no cipher in common, or it wants a certificate (tls.client_cert)"
    case 1116, 1042...1046, 1048, 1049:
      return hasCertificate ? "\(server) refuses client_cert" : "\(server) wants a certificate (tls.client_cert)"
    case 1112: return "\(server) knows no host of that name"
    case 1120: return "\(server) speaks neither HTTP/1.1 nor HTTP/2"
    case 1000...1255: return "\(server) refuses the handshake (TLS alert \(reason - 1000))"
    default: return "the handshake failed (OpenSSL's reason \(reason))"
    }
  }

  /// Behind a proxy, nobody knows which of the two it was.
  private static func brokenHandshake(_ end: TransferEnd) -> String {
    if end.proxyAtFault != nil { return "it broke off the handshake" }
    guard let proxy = end.connection.proxy else { return "the server broke off the handshake" }
    return "the connection through the proxy \(proxy.name) was closed within the handshake"
  }

  /// The number of the reason in words such as `error:0A00042E:SSL routines::…`.
  private static func reason(in detail: String) -> Int? {
    guard let mark = detail.firstRange(of: "error:"),
      let code = UInt32(detail[mark.upperBound...].prefix(8), radix: 16)
    else { return nil }
    // ERR_GET_LIB and ERR_GET_REASON of OpenSSL 3; 20 is ERR_LIB_SSL.
    return code >> 23 & 0xFF == 20 ? Int(code & 0x7F_FFFF) : nil
  }
}
