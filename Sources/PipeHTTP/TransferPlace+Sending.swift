internal import CLibcurl
internal import Glibc

// What libcurl asks before it sends a request.
extension TransferPlace {
  /// Called when there is a connection and the request is about to be sent over it.
  ///
  /// libcurl sends a request again by itself, up to five times, where a kept connection was closed before a byte of the
  /// answer came. The server may have acted on it all the same (RFC 9110, 9.2.2), and its host may want its pause: so the
  /// request goes back to whoever it came from. libcurl also does so where a server has said that it did nothing: by a
  /// refused stream (RFC 9113, 8.7), by HTTP_1_1_REQUIRED or by 417 (RFC 9110, 10.1.1).
  ///
  /// - Parameter port: The connection's own port on this machine.
  /// - Returns: Whether it may be sent.
  func mayBeSent(from port: Int) -> Bool {
    localPort = port
    sends += 1
    let isFirst = !isBegun
    isBegun = true
    if isFirst {
      // Should this connection turn out to be closed, the others that are kept may be as well.
      if !hasOpenedSocket { takeFreshConnection(true) }
      return true
    }
    if head.bytes > 0 || detail.contains("(err 13)") { return true }
    // Over a new connection, libcurl gives a request another try only if the stream was refused; and over one of
    // HTTP/2, it has words for everything else.
    let wasReused = long(CURLINFO_NUM_CONNECTS) < sends
    let isRefused = !wasReused || isWaitingForConnection && detail.isEmpty
    if sends <= 2, isRefused { return true }
    sends -= 1
    stop =
      isRefused
      ? TransferFailure(.refused, "the HTTP/2 stream was reset (REFUSED_STREAM)")
      : TransferFailure(comesBack ? .keptConnection : .connection, "the kept connection was closed without an answer")
    return false
  }

  /// What the machine lacked for the transfer, if that is why it failed: a number of the system's.
  ///
  /// - Parameter any: Any open descriptor.
  func lacks(_ code: CURLcode, any: Int32) -> Int32? {
    switch code {
    case CURLE_OK: return nil
    case CURLE_COULDNT_CONNECT:
      if let shortage { return shortage }
      // An IPv6 address may not be reachable from here at all.
      return isIPv4 && long(CURLINFO_OS_ERRNO) == Int(EADDRNOTAVAIL) ? EADDRNOTAVAIL : nil
    // libcurl's resolver, and files of certificates, need descriptors too.
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
      CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_AGAIN:
      return sends > 0 ? nil : MachineShortage.lacksDescriptors(any)
    default: return nil
    }
  }

  /// Whether what came over a kept connection is no answer, and may be left over from the one before (RFC 9112, 9.2):
  /// a new connection will tell.
  func isFaultOfKeptConnection(_ code: CURLcode) -> Bool {
    guard code != CURLE_OK, !head.isWhole, comesBack else { return false }
    let isFault = code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY || stop?.reason == .protocol
    return sends == 1 && isFault && long(CURLINFO_NUM_CONNECTS) == 0
  }

  /// Whether a request that a kept connection has let down goes back to be sent once more.
  private var comesBack: Bool { isIdempotent && request?.isSentAgain == false }

  /// Whether libcurl has refused a Content-Length that may go on in the next line (RFC 9112, 5.2), which it has not
  /// read: the request is sent once more, and the field is read here.
  func mayHaveFoldedLength(_ code: CURLcode) -> Bool {
    code == CURLE_WEIRD_SERVER_REPLY && isIdempotent && !ignoresLength && stop == nil
      && detail.contains("Invalid Content-Length")
  }

  /// Whether the request may be sent twice (RFC 9110, 9.2.2).
  var isIdempotent: Bool { method != "POST" && method != "PATCH" }

  /// Sets up how the request may be sent. A server that closes what is idle may do so while the next request is under
  /// way: one that must not be sent twice takes no connection that has been idle for a second.
  func setUpSending(content: Int) {
    let longest = isIdempotent ? Self.ordinaryAge : 1
    if longest != longestIdle {
      longestIdle = longest
      pipe_easy_set_long(handle, CURLOPT_MAXAGE_CONN, longest)
    }
    isRelayed =
      content > Self.window && settings.version == .http2 && !isSecure && settings.connection.proxy == nil
      && Self.losesEarlyAnswers
    let isHTTP11Only = content > Self.window && settings.version == .automatic && isSecure
    if isHTTP11Only != self.isHTTP11Only {
      self.isHTTP11Only = isHTTP11Only
      pipe_easy_set_long(handle, CURLOPT_HTTP_VERSION, isHTTP11Only ? CURL_HTTP_VERSION_1_1 : ordinaryVersion)
    }
  }

  /// Has a relay between libcurl and the server.
  ///
  /// - Parameter address: The server's; libcurl connects to what it is afterwards.
  /// - Returns: The socket for libcurl.
  func relay(_ server: Int32, to address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
    // It goes on behind the type's end, as addresses are of several lengths.
    let start = UnsafeMutableRawPointer(address) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
    let count = min(Int(address.pointee.addrlen), MemoryLayout<sockaddr_storage>.size)
    relay = FrameRelay(
      server, to: [UInt8](UnsafeRawBufferPointer(start: start, count: count)), limit: settings.connectTimeout)
    guard let relay else {
      close(server)
      return -1
    }
    start.copyMemory(from: relay.address, byteCount: min(relay.address.count, MemoryLayout<sockaddr_storage>.size))
    address.pointee.family = AF_UNIX
    address.pointee.addrlen = UInt32(relay.address.count)
    return relay.descriptor
  }

  var ordinaryVersion: Int {
    switch settings.version {
    case .automatic: CURL_HTTP_VERSION_2TLS
    case .http11: CURL_HTTP_VERSION_1_1
    case .http2: CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
    }
  }

  /// The content that a server takes before it says more (RFC 9113, 6.9.2). One that answers before all of a larger
  /// content has come, and then resets the stream, as Apache, lighttpd and Caddy do (RFC 9113, 8.1), would have its
  /// answer dropped by libcurl (7.88): HTTP/1.1 is spoken for larger ones, unless the spec says HTTP/2 (`FrameRelay`).
  static let window = 65_535

  private static let losesEarlyAnswers =
    curl_version_info(CURLVERSION_FIRST).map { $0.pointee.version_num < 0x08_0100 } ?? true

  /// Takes a new connection, whatever there is, or any.
  func takeFreshConnection(_ takes: Bool) {
    if takes == takesFreshConnection { return }
    takesFreshConnection = takes
    pipe_easy_set_long(handle, CURLOPT_FRESH_CONNECT, takes ? 1 : 0)
  }

  /// libcurl's own, in seconds.
  static let ordinaryAge = 118
}

extension TransferPlace {
  /// The host without its port.
  var hostname: Substring { TransferEnd.hostname(of: host) }
}
