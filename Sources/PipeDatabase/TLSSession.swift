internal import CLibssl
internal import Glibc

/// One side of a TLS connection without a socket: bytes in, bytes out. Certificates are verified, and name the host.
///
/// OpenSSL reads and writes memory (`BIO_s_mem`), so that the connection alone waits, and can be broken off.
final class TLSSession {
  private let context: OpaquePointer
  private let session: OpaquePointer
  /// What was received and not yet read, owned by the session.
  private let incoming: OpaquePointer
  /// What is to be sent, owned by the session.
  private let outgoing: OpaquePointer
  private(set) var isReady = false

  /// - Parameters:
  ///   - host: The name or address that the certificate must have.
  ///   - authorities: A PEM file of those who are trusted; `nil` for the system's.
  init(host: String, authorities: String?) throws(RedisError) {
    guard let context = SSL_CTX_new(TLS_client_method()) else { throw Self.fault("TLS cannot be begun") }
    self.context = context
    _ = pipe_tls_require_1_2(context)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    let trusts =
      authorities.map { SSL_CTX_load_verify_locations(context, $0, nil) } ?? SSL_CTX_set_default_verify_paths(context)
    guard let session = SSL_new(context), let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem())
    else {
      SSL_CTX_free(context)
      throw Self.fault("TLS cannot be begun")
    }
    (self.session, self.incoming, self.outgoing) = (session, incoming, outgoing)
    SSL_set_bio(session, incoming, outgoing)
    pipe_tls_keep_open(incoming)
    pipe_tls_keep_open(outgoing)
    if trusts != 1 {
      throw .refused("the certificates of \(authorities ?? "the system's authorities") cannot be read")
    }
    var address = in6_addr()
    let isNumber = inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
    let isNamed =
      isNumber
      ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1
      : SSL_set1_host(session, host) == 1 && pipe_tls_set_name(session, host) == 1
    if !isNamed { throw .refused("its name cannot be one of a certificate") }
    SSL_set_connect_state(session)
  }

  deinit {
    SSL_free(session)
    SSL_CTX_free(context)
  }

  /// Goes on with the handshake.
  func shakeHands() throws(RedisError) {
    if isReady { return }
    ERR_clear_error()
    let result = SSL_do_handshake(session)
    if result == 1 {
      isReady = true
      return
    }
    switch SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
    default:
      let verdict = SSL_get_verify_result(session)
      if verdict != X509_V_OK, let words = X509_verify_cert_error_string(verdict) {
        throw .refused("its certificate is not trusted: \(String(cString: words))")
      }
      throw Self.fault("the TLS handshake failed")
    }
  }

  func encrypt(_ bytes: [UInt8]) throws(RedisError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      ERR_clear_error()
      // Memory takes all of it.
      let count = rest.withUnsafeBytes { SSL_write(session, $0.baseAddress, Int32(clamping: min($0.count, 1 << 20))) }
      if count <= 0 { throw Self.fault("TLS cannot encrypt") }
      rest = rest.dropFirst(Int(count))
    }
  }

  /// What is to be sent, which is taken with it.
  func takeOutgoing() -> [UInt8] {
    let count = BIO_ctrl_pending(outgoing)
    if count == 0 { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { room, written in
      written = max(0, Int(BIO_read(outgoing, room.baseAddress, Int32(clamping: count))))
    }
  }

  func received(_ bytes: ArraySlice<UInt8>) {
    _ = bytes.withUnsafeBytes { BIO_write(incoming, $0.baseAddress, Int32(clamping: $0.count)) }
  }

  /// What has come, decrypted; `nil` once the other side has ended it.
  func decrypt() throws(RedisError) -> [UInt8]? {
    var found: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      ERR_clear_error()
      let count = SSL_read(session, &room, Int32(room.count))
      if count > 0 {
        found += room[..<Int(count)]
        continue
      }
      switch SSL_get_error(session, count) {
      case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return found
      case SSL_ERROR_ZERO_RETURN: return found.isEmpty ? nil : found
      default: throw Self.fault("what came over TLS is broken")
      }
    }
  }

  private static func fault(_ what: String) -> RedisError {
    let code = ERR_get_error()
    guard code != 0, let reason = ERR_reason_error_string(code) else { return .lost(what) }
    return .lost("\(what): \(String(cString: reason))")
  }
}
