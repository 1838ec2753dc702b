internal import CLibcurl

/// What went wrong with TLS, told so that a person can act on it.
enum TLSFault {
  /// The words for a transfer's end; `nil` where TLS had no part in it.
  static func words(_ code: CURLcode, _ place: TransferPlace) -> String? {
    switch code {
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
      return verification(place.long(CURLINFO_SSL_VERIFYRESULT)) ?? name(place) ?? place.detail
    case CURLE_SSL_CERTPROBLEM:
      return "client_cert cannot be used: \(place.detail)"
    case CURLE_SSL_CACERT_BADFILE:
      return "ca_file cannot be used: \(place.detail)"
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
      return handshake(place) ?? place.detail
    // In TLS 1.3 a server says what it thinks of the client's certificate after the handshake (RFC 8446, 4.4.2).
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_GOT_NOTHING:
      return handshake(place)
    default: return nil
    }
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

  private static func name(_ place: TransferPlace) -> String? {
    place.detail.contains("target host name") ? "the certificate is for another name than \(place.hostname)" : nil
  }

  /// OpenSSL's reasons of its library for TLS; those from 1000 are alerts that the server sent (RFC 8446, 6).
  private static func handshake(_ place: TransferPlace) -> String? {
    let tls = place.settings.connection.tls
    let hasCertificate = tls.certificate != nil
    guard let reason = reason(in: place.detail) else { return nil }
    switch reason {
    case 258, 1070: return "the server speaks no TLS \(tls.minimumVersion.rawValue) or later"
    case 267: return "what answers there is not TLS: the port may be one for http"
    case 294: return "the server broke off the handshake"
    case 1040 where !hasCertificate:
      return "the server refuses the handshake: no cipher in common, or it wants a certificate (tls.client_cert)"
    case 1116, 1042...1049:
      return hasCertificate ? "the server refuses client_cert" : "the server wants a certificate (tls.client_cert)"
    case 1112: return "the server knows no host of that name"
    case 1000...: return "the server refuses the handshake: \(place.detail)"
    default: return place.detail
    }
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

extension TransferPlace {
  /// The host without its port.
  var hostname: Substring {
    guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return host[...] }
    return host[..<colon]
  }
}
