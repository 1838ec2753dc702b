internal import CLibcurl

/// Which requests wait for a connection that another one is making, so that HTTP/2 carries them all over it.
///
/// A first burst of requests to a server would else make a connection each: nobody knows yet what it speaks. Where
/// it turns out to be HTTP/1.1, they go on as soon as the first handshake says so. Where there is no server, waiting
/// would line up one time limit behind the other: so whoever fails to connect sends the others on their way.
///
/// A connection over which nothing comes any more would have its host's requests time out one after the other: what lies
/// between may have forgotten it (a NAT, a load balancer), or the server. So a request that timed out makes its
/// connection suspect, unless others heard from it meanwhile: no request begins over it, and it is closed when the last
/// one has ended.
struct ConnectionSharing {
  private struct Host {
    /// Whether it was last seen to speak HTTP/2.
    var isShared: Bool
    /// The connection that an answer last came over, by its port on this machine, and when.
    var port = 0
    var heard: UInt64 = 0
  }

  /// By host and port.
  private var known: [String: Host] = [:]
  /// Places whose transfers were begun before anything was known.
  private var hopeful: [String: [TransferPlace]] = [:]
  /// How many transfers are under way over suspect connections, by host and port.
  private var suspects: [String: Int] = [:]

  private static let capacity = 4096

  /// Called when a transfer is about to begin.
  ///
  /// - Parameter isFresh: Whether it must not go over a connection that was used before.
  mutating func begins(_ place: TransferPlace, isFresh: Bool) {
    place.takeFreshConnection(isFresh || place.isKeptApart || !suspects.isEmpty && suspects[place.host] != nil)
    guard place.maySpeakHTTP2 else { return place.waitForConnection(false) }
    let isShared = known[place.host]?.isShared
    if isShared == nil { hopeful[place.host, default: []].append(place) }
    place.waitForConnection(isShared ?? true)
  }

  /// Called when a transfer has ended, its request still in its place.
  mutating func ended(_ place: TransferPlace) {
    guard place.maySpeakHTTP2 else { return }
    let host = place.host
    if place.isOnSuspect { release(host) }
    let isShared = place.long(CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0
    let before = known[host]
    // A stream may break over a connection that stands.
    if before?.isShared == true, !isShared, place.large(CURLINFO_PRETRANSFER_TIME_T) > 0 { return }
    if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
    let isLater = place.limits.lastByte >= before?.heard ?? 0
    known[host] = Host(
      isShared: isShared, port: isLater ? place.localPort : before?.port ?? 0,
      heard: max(place.limits.lastByte, before?.heard ?? 0))
    guard let others = hopeful.removeValue(forKey: host), !isShared else { return }
    for other in others where other.isActive && other.host == host { other.waitForConnection(false) }
  }

  /// Called when a transfer has taken too long, before it ends.
  mutating func timedOut(_ place: TransferPlace, among all: [TransferPlace], now: UInt64) {
    let host = place.host
    guard place.maySpeakHTTP2, place.localPort > 0, !place.isOnSuspect, known[host]?.isShared != false else { return }
    let others = all.filter { $0.isActive && $0 !== place && $0.host == host }
    let sharers = others.filter { $0.localPort == place.localPort }
    let last = known[host].map { $0.port == place.localPort ? $0.heard : 0 } ?? 0
    let heard = sharers.reduce(last) { max($0, $1.limits.lastByte) }
    // The others began while it was waiting, so that something may have come in the meantime: but not lately.
    let waited = now - min(now, place.waitingSince)
    if heard > 0, now - min(now, heard) < waited / 2 { return }
    suspect(sharers + [place], host)
    for one in others where one.localPort == 0 { one.takeFreshConnection(true) }
  }

  private mutating func suspect(_ places: [TransferPlace], _ host: String) {
    for place in places where !place.isOnSuspect {
      place.isOnSuspect = true
      place.keepConnection(false)
      suspects[host, default: 0] += 1
    }
  }

  private mutating func release(_ host: String) {
    guard let count = suspects[host] else { return }
    suspects[host] = count > 1 ? count - 1 : nil
  }
}

extension TransferPlace {
  /// Without TLS nothing is agreed on before the first answer, unless the spec says that it is HTTP/2.
  fileprivate var maySpeakHTTP2: Bool {
    switch settings.version {
    case .http11: false
    case .automatic where isHTTP11Only: false
    case .http2: isSecure || !Self.losesPlainHTTP2
    case .automatic: isSecure
    }
  }

  /// Whether this libcurl fails every request after the first one over an HTTP/2 connection without TLS: before
  /// 8.0.0 it began to speak HTTP/2 anew within it (curl pull request 10643).
  private static let losesPlainHTTP2 =
    curl_version_info(CURLVERSION_FIRST).map { $0.pointee.version_num < 0x08_0000 } ?? true

  /// Whether each request has a connection of its own, since libcurl could not use it again.
  fileprivate var isKeptApart: Bool { settings.version == .http2 && Self.losesPlainHTTP2 && !isSecure }

  /// Gives each request a connection of its own where libcurl could not use it again.
  func keepApart() {
    guard settings.version == .http2, Self.losesPlainHTTP2 else { return }
    pipe_easy_set_long(handle, CURLOPT_FORBID_REUSE, isSecure ? 0 : 1)
  }

  fileprivate func waitForConnection(_ waits: Bool) {
    if waits == isWaitingForConnection { return }
    isWaitingForConnection = waits
    pipe_easy_set_long(handle, CURLOPT_PIPEWAIT, waits ? 1 : 0)
  }
}
