internal import CLibcurl

/// Which requests wait for a connection that another one is making, so that HTTP/2 carries them all over it.
///
/// A first burst of requests to a server would else make a connection each: nobody knows yet what it speaks. Where
/// it turns out to be HTTP/1.1, they go on as soon as the first handshake says so. Where there is no server, waiting
/// would line up one time limit behind the other: so whoever fails to connect sends the others on their way.
struct ConnectionSharing {
  /// By host and port: whether it was last seen to speak HTTP/2.
  private var known: [String: Bool] = [:]
  /// Places whose transfers were begun before anything was known.
  private var hopeful: [String: [TransferPlace]] = [:]

  private static let capacity = 4096

  /// Called when a transfer is about to begin.
  mutating func begins(_ place: TransferPlace) {
    guard place.maySpeakHTTP2 else { return place.waitForConnection(false) }
    let isShared = known[place.host]
    if isShared == nil { hopeful[place.host, default: []].append(place) }
    place.waitForConnection(isShared ?? true)
  }

  /// Called when a transfer has ended, its request still in its place.
  mutating func ended(_ place: TransferPlace) {
    guard place.maySpeakHTTP2 else { return }
    let host = place.host
    let isShared = place.long(CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0
    // A stream may break over a connection that stands.
    if known[host] == true, !isShared, place.large(CURLINFO_PRETRANSFER_TIME_T) > 0 { return }
    if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
    known[host] = isShared
    guard let others = hopeful.removeValue(forKey: host), !isShared else { return }
    for other in others where other.isActive && other.host == host { other.waitForConnection(false) }
  }
}

extension TransferPlace {
  /// Without TLS nothing is agreed on before the first answer, unless the spec says that it is HTTP/2.
  fileprivate var maySpeakHTTP2: Bool {
    switch settings.version {
    case .http11: false
    case .http2: isSecure || !Self.losesPlainHTTP2
    case .automatic: isSecure
    }
  }

  /// Whether this libcurl fails every request after the first one over an HTTP/2 connection without TLS: before
  /// 8.0.0 it began to speak HTTP/2 anew within it (curl pull request 10643).
  private static let losesPlainHTTP2 =
    curl_version_info(CURLVERSION_FIRST).map { $0.pointee.version_num < 0x08_0000 } ?? true

  /// Gives each request a connection of its own where libcurl could not use it again.
  func keepApart() {
    guard settings.version == .http2, Self.losesPlainHTTP2 else { return }
    pipe_easy_set_long(handle, CURLOPT_FRESH_CONNECT, isSecure ? 0 : 1)
    pipe_easy_set_long(handle, CURLOPT_FORBID_REUSE, isSecure ? 0 : 1)
  }

  fileprivate func waitForConnection(_ waits: Bool) {
    if waits == isWaitingForConnection { return }
    isWaitingForConnection = waits
    pipe_easy_set_long(handle, CURLOPT_PIPEWAIT, waits ? 1 : 0)
  }
}
