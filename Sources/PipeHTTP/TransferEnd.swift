internal import CLibcurl
internal import PipeWeb

/// What is known of a transfer that did not end well: a value, from which is told what went wrong.
///
/// `detail` is read, never shown: libcurl's and OpenSSL's sentences speak to those who write programs.
struct TransferEnd {
  var code: CURLcode
  /// Host and port.
  var host = ""
  var isSecure = false
  /// libcurl's own words.
  var detail = ""
  var status = 0
  /// What the proxy answered to CONNECT; 0 for nothing.
  var tunnelStatus = 0
  /// What the proxy made of the request, by SOCKS.
  var proxyCode = 0
  /// OpenSSL's reasons not to trust the server's certificate, and the proxy's.
  var verification = 0
  var proxyVerification = 0
  /// The system's number for why there is no connection.
  var systemError: Int32 = 0
  /// Whether the name's address is found.
  var isResolved = false
  /// Whether TCP connected, to the proxy where there is one.
  var isConnected = false
  /// Whether the handshake of TLS came to its end.
  var isHandshaken = false
  /// Whether the request was sent, or begun to be.
  var isSent = false
  /// Whether the connection was used before.
  var isReused = false
  var isHTTP2 = false
  var isHeadWhole = false
  var headBytes = 0
  /// Bytes of content.
  var length = 0
  /// Whether we ended it ourselves, with what fits.
  var isCut = false
  /// Why no socket was opened, by the address policy.
  var refusal: String?
  /// The coding whose data came to no end.
  var unfinished: String?
  var connection = ConnectionOptions()
  var connectTimeout = Duration.zero
  var totalTimeout = Duration.zero

  init(code: CURLcode) { self.code = code }

  init(_ code: CURLcode, _ place: TransferPlace) {
    self.code = code
    host = place.host
    isSecure = place.isSecure
    detail = place.detail
    status = place.long(CURLINFO_RESPONSE_CODE)
    tunnelStatus = place.long(CURLINFO_HTTP_CONNECTCODE)
    proxyCode = place.long(CURLINFO_PROXY_ERROR)
    verification = place.long(CURLINFO_SSL_VERIFYRESULT)
    proxyVerification = place.long(CURLINFO_PROXY_SSL_VERIFYRESULT)
    systemError = Int32(truncatingIfNeeded: place.long(CURLINFO_OS_ERRNO))
    isResolved = place.large(CURLINFO_NAMELOOKUP_TIME_T) > 0
    isConnected = place.large(CURLINFO_CONNECT_TIME_T) > 0
    isHandshaken = place.large(CURLINFO_APPCONNECT_TIME_T) > 0
    isSent = place.large(CURLINFO_PRETRANSFER_TIME_T) > 0
    isReused = place.sends > 0 && place.long(CURLINFO_NUM_CONNECTS) == 0
    isHTTP2 = place.long(CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0
    isHeadWhole = place.head.isWhole
    headBytes = place.head.bytes
    length = place.length
    isCut = place.isCut
    refusal = place.refusal
    unfinished = place.decoding?.unfinished?.name
    connection = place.settings.connection
    connectTimeout = place.settings.connectTimeout
    totalTimeout = place.settings.totalTimeout
  }

  /// The host without its port.
  var hostname: Substring { Self.hostname(of: host) }

  static func hostname(of host: String) -> Substring {
    guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return host[...] }
    return host[..<colon]
  }

  /// The proxy, where it was the one who was spoken to when this happened: an HTTP proxy makes requests without TLS
  /// itself, and for others it opens a tunnel first.
  var proxyAtFault: Proxy? {
    guard let proxy = connection.proxy else { return nil }
    switch proxy.scheme {
    case .http, .https:
      // What follows on a tunnel is TLS, which has codes of its own.
      let isTunnelled = isSent || tunnelStatus / 100 == 2 && (isHandshaken || isCode(Self.tls + Self.unclear))
      return !isSecure || !isTunnelled ? proxy : nil
    case .socks5: return isSent || detail.contains("SSL") || isCode(Self.tls) ? nil : proxy
    }
  }

  /// Words for what was received, with the proxy's name where it was the proxy that said it.
  func told(_ words: String) -> String { proxyAtFault.map { "the proxy \($0.name): \(words)" } ?? words }

  /// Who was spoken to, for messages.
  var peer: String { proxyAtFault.map { "the proxy \($0.name)" } ?? host }

  func isCode(_ codes: [CURLcode]) -> Bool { codes.contains { $0 == code } }

  /// Codes that may be of a tunnel or of what follows on it.
  private static let unclear = [CURLE_OPERATION_TIMEDOUT, CURLE_OUT_OF_MEMORY]

  /// The codes by which libcurl tells of TLS.
  static let tls = [
    CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CERTPROBLEM,
    CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED, CURLE_SSL_CRL_BADFILE,
    CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_SHUTDOWN_FAILED,
    CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT,
  ]
}
