internal import CLibcurl
internal import Glibc
internal import PipeWeb

/// A place in the loop: an easy handle, used for one transfer after the other where that is safe.
///
/// Lives on the loop's thread; libcurl's callbacks point here.
final class TransferPlace {
  private(set) var handle: UnsafeMutableRawPointer
  /// Whether there was no memory for a new handle.
  private var isLost = false
  /// Whether what only TLS asks for is set.
  var isSetUpForTLS = false
  /// Whether the handle has carried a transfer.
  private var isUsed = false
  let settings: TransferSettings
  let sockets: LoopSockets
  private let errorText: UnsafeMutablePointer<CChar>
  @exclusivity(unchecked) private var url: TransferURL
  private(set) var request: (any TransferRequest)?
  /// The fields of all requests.
  private let common: [HTTPFields.Field]
  /// Header lists that libcurl reads while the transfer runs.
  private let commonHeaders: UnsafeMutablePointer<curl_slist>?
  private var ownHeaders: UnsafeMutablePointer<curl_slist>?
  private var hasOwnHeaders = false
  private var hasOwnMethod = false
  var hasOwnTarget = false
  private var keepsConnection = true

  // The transfer's state. What is read or written for every field and piece of content is not checked for overlapping
  // accesses at run time: nothing of the place is called while it is accessed.
  @exclusivity(unchecked) var head = TransferHead()
  var body: [UInt8] = []
  /// What tells when enough of the content is kept.
  var scanner: PageScanner?
  /// The page's encoding, once that is certain.
  var encoding: CharacterEncoding?
  /// The encoding that the header names.
  var labelled: CharacterEncoding?
  /// Whether the start of the page has been asked for it.
  var hasAskedForEncoding = false
  /// Whether all that is wanted but the encoding has been found.
  var lacksEncodingAlone = false
  /// Whether all of the page is kept, since it is not HTML that could be scanned while it arrives.
  var keepsWhole = false
  /// Whether what comes is still kept.
  @exclusivity(unchecked) var isKeeping = false
  @exclusivity(unchecked) var length = 0
  /// Bytes of content that this transfer takes.
  @exclusivity(unchecked) private(set) var maximumBody = 0
  /// Whether its content is kept as a whole, whatever the settings say.
  @exclusivity(unchecked) private(set) var takesAll = false
  var stop: TransferFailure?
  var isCut = false
  /// `nil` where the content has no coding, or none of it has come.
  var decoding: ContentDecoding?
  /// Why the codings of the content are not undone, where they are not.
  var undecoded: String?
  /// Why no socket was opened, by the address policy.
  var refusal: String?
  /// How often the request was sent, earlier transfers that came to nothing included.
  @exclusivity(unchecked) var sends = 0
  /// Whether this transfer has begun to send it.
  @exclusivity(unchecked) var isBegun = false
  /// Whether it has opened a socket, and not taken over a connection.
  @exclusivity(unchecked) var hasOpenedSocket = false
  /// The port of its connection on this machine.
  @exclusivity(unchecked) var localPort = 0
  /// What the machine had no more of when a socket was to be opened; a number of the system's.
  var shortage: Int32?
  /// Whether the address last tried is an IPv4 one.
  var isIPv4 = false
  /// Whether its connection is not to be used again (`ConnectionSharing`).
  var isOnSuspect = false
  /// Whether it takes no connection that was used before.
  var takesFreshConnection = false
  /// Whether libcurl does not read Content-Length.
  private(set) var ignoresLength = false
  /// Where the content ends, where libcurl does not know.
  @exclusivity(unchecked) var framing: ContentFraming?
  /// Whether HTTP/2 is not spoken for this request.
  var isHTTP11Only = false
  /// Whether frames of HTTP/2 come to libcurl one at a time.
  var isRelayed = false
  var relay: FrameRelay?
  /// Seconds that a connection may have been idle to be used again.
  var longestIdle = TransferPlace.ordinaryAge
  /// Whether it waits for a connection that another transfer is making (`ConnectionSharing`).
  var isWaitingForConnection = false
  /// The address that a proxy is told to connect to, as libcurl reads it while the transfer runs.
  var route: CURLList?
  @exclusivity(unchecked) var limits: TransferLimits
  /// Since when it is paused; `nil` while it is not.
  var pausedSince: UInt64?
  /// Whether libcurl has said what it wants of the transfer's connection.
  var isSeen = false
  /// Whether it goes on though bodies hold all the memory that they may: somebody has to come to an end.
  var isPrivileged = false
  /// Whether it has been without a connection for long, and another transfer runs in its stead.
  @exclusivity(unchecked) var isStalled = false
  /// When the transfer began; nanoseconds of the monotonic clock.
  var begun: UInt64 = 0

  init(_ settings: TransferSettings, _ sockets: LoopSockets) throws(TransferLoopError) {
    guard let handle = curl_easy_init(), let url = TransferURL() else {
      throw TransferLoopError(message: "libcurl has no memory")
    }
    self.handle = handle
    self.url = url
    self.settings = settings
    self.sockets = sockets
    limits = TransferLimits(settings)
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.pointee = 0
    common = settings.fields
    commonHeaders = TransferPlace.list(common, content: Self.content(settings.method, settings.body))
    setUp()
  }

  deinit {
    if !isLost { curl_easy_cleanup(handle) }
    curl_slist_free_all(ownHeaders)
    curl_slist_free_all(commonHeaders)
    errorText.deallocate()
  }

  static func of(_ context: UnsafeMutableRawPointer?) -> TransferPlace? {
    context.map { Unmanaged<TransferPlace>.fromOpaque($0).takeUnretainedValue() }
  }

  /// What a place answers to libcurl, which calls for every field and every piece of content: the loop keeps the place
  /// alive meanwhile, so that nobody counts a reference.
  @inline(__always)
  private static func lent(_ context: UnsafeMutableRawPointer?, _ answer: (TransferPlace) -> Int) -> Int {
    context.map { Unmanaged<TransferPlace>.fromOpaque($0)._withUnsafeGuaranteedRef(answer) } ?? 0
  }

  /// The place of an easy handle; `nil` for libcurl's own.
  static func of(easy: UnsafeMutableRawPointer?) -> TransferPlace? {
    var context: UnsafeMutableRawPointer?
    if easy != nil { pipe_easy_get_pointer(easy, CURLINFO_PRIVATE, &context) }
    return of(context)
  }

  /// Whether nothing has to come over a connection that libcurl lets go of: HTTP/2 has frames that belong to no
  /// transfer, and what is paused has its content still to come. Servers send the tickets of TLS 1.3 with the handshake,
  /// so they come ahead of the first answer.
  var leavesIdleConnection: Bool {
    let version = long(CURLINFO_HTTP_VERSION)
    return pausedSince == nil && (version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1)
  }

  /// Sets the handle up for a request.
  ///
  /// - Parameters:
  ///   - sends: How often it was sent already.
  ///   - ignoresLength: Whether Content-Length is not left to libcurl.
  /// - Throws: `TransferLoopError` where libcurl has no memory.
  func begin(
    _ request: any TransferRequest, sends: Int = 0, ignoresLength: Bool = false
  ) throws(TransferLoopError) {
    if isUsed, Self.losesHeaders { try renew() }
    isUsed = true
    self.request = request
    begun = sockets.now
    limits.begin(settings, spent: request.spent, now: begun)
    let contentLimit = request.contentLimit
    takesAll = contentLimit != nil
    maximumBody = contentLimit ?? settings.maximumBody
    head.begin(keepsFields: settings.keepsFields || contentLimit != nil)
    scanner = nil
    encoding = nil
    labelled = nil
    hasAskedForEncoding = false
    lacksEncodingAlone = false
    keepsWhole = false
    isKeeping = true
    isSeen = false
    length = 0
    stop = nil
    isCut = false
    decoding = nil
    undecoded = nil
    refusal = nil
    self.sends = sends
    isBegun = false
    hasOpenedSocket = false
    localPort = 0
    shortage = nil
    isOnSuspect = false
    relay = nil
    framing = nil
    if ignoresLength != self.ignoresLength {
      self.ignoresLength = ignoresLength
      pipe_easy_set_long(handle, CURLOPT_IGNORE_CONTENT_LENGTH, ignoresLength ? 1 : 0)
    }
    errorText.pointee = 0
    let own = request.href.withCString { url -> String? in
      pipe_easy_set_text(handle, CURLOPT_URL, url)
      let parts = self.url.parts(of: url)
      pipe_easy_set_pointer(handle, CURLOPT_CURLU, parts.map { UnsafeMutableRawPointer($0) })
      isSecure = strncmp(url, "https:", 6) == 0
      return parts == nil ? TransferURL.targetWithEmptyQuery(request.href) : nil
    }
    connect(for: request)
    let forwarded = forwardedTarget(of: request)
    setTarget(forwarded?.url ?? own)
    setUpSending(content: (request.body ?? settings.body)?.count ?? 0)
    let (method, content) = (request.transferMethod, request.body)
    // The settings' own content is that of their method.
    let given = content ?? (method == nil ? settings.body : nil)
    if method != nil || content != nil || hasOwnMethod {
      setMethod(method ?? settings.method, Self.content(method ?? settings.method, given))
      hasOwnMethod = method != nil || content != nil
    }
    let isSpecial =
      !request.headers.isEmpty || request.withholdsCredentials || request.withholdsContentFields || content != nil
      || method != nil && method != settings.method || method != nil && settings.body != nil || forwarded != nil
    if isSpecial || hasOwnHeaders {
      let sent = Self.content(method ?? settings.method, given)
      let list = isSpecial ? Self.list(request.fields(with: common, to: forwarded), content: sent) : nil
      pipe_easy_set_list(handle, CURLOPT_HTTPHEADER, isSpecial ? list : commonHeaders)
      curl_slist_free_all(ownHeaders)
      ownHeaders = list
      hasOwnHeaders = isSpecial
    }
  }

  /// Whether this libcurl keeps a pointer to a header field of a handle's last transfer, which it has freed, and
  /// writes to it when the first line behind the next status line begins with a space: any server could have it
  /// corrupt its memory. Mended in 8.1.1 (curl pull request 11103).
  private static let losesHeaders =
    curl_version_info(CURLVERSION_FIRST).map { $0.pointee.version_num < 0x08_0101 } ?? true

  /// Puts a new handle in the place of the one that was used. Connections and names belong to the multi handle, so
  /// nothing is lost by it but the time it takes: 1 µs, as the new one is where the old one was, which the processor
  /// has at hand.
  private func renew() throws(TransferLoopError) {
    curl_easy_cleanup(handle)
    isLost = true
    guard let handle = curl_easy_init() else { throw TransferLoopError(message: "libcurl has no memory") }
    isLost = false
    self.handle = handle
    isSetUpForTLS = false
    hasOwnMethod = false
    hasOwnHeaders = false
    hasOwnTarget = false
    isWaitingForConnection = false
    keepsConnection = true
    takesFreshConnection = false
    isHTTP11Only = false
    ignoresLength = false
    longestIdle = Self.ordinaryAge
    setUp()
  }

  /// Whether the connection stays open for the next request to the host.
  func keepConnection(_ keeps: Bool) {
    if keeps == keepsConnection { return }
    keepsConnection = keeps
    pipe_easy_set_long(handle, CURLOPT_FORBID_REUSE, keeps ? 0 : 1)
  }

  /// Whether a transfer is under way.
  var isActive: Bool { request != nil }

  /// The host that the transfer goes to.
  var host: String { request?.host ?? "" }

  /// The request's method.
  var method: String { request?.transferMethod ?? settings.method }

  /// Whether it goes there by TLS; asked several times for each page.
  private(set) var isSecure = false

  /// What the transfer came to; the place is free afterwards.
  ///
  /// - Parameter limit: The limit of time that ended it.
  func end(_ code: CURLcode, because limit: TransferFailure? = nil) -> TransferResult? {
    guard let request else { return nil }
    letGo()
    var failure = stop ?? limit ?? failure(of: code)
    if failure == nil, isRedirect, head.leadsToTwoPlaces {
      // Which of them was meant is anybody's guess, and browsers refuse to make one.
      failure = TransferFailure(.protocol, "two Location fields that differ")
    }
    // Of what failed, an answer that broke off or stalled within its content is worth keeping, and where a redirect leads
    // in any case.
    let leavesAnAnswer = failure?.reason.leavesAnAnswer ?? true
    let isKept = head.isWhole && (leavesAnAnswer || isFollowed && failure?.reason == .tooLarge)
    let response = isKept ? makeResponse(isTruncated: isCut || failure != nil) : nil
    if failure == nil, let undecoded { failure = TransferFailure(.body, undecoded) }
    // Of a transfer that is ended by us, libcurl knows no more than when something last happened.
    let elapsed =
      limit == nil
      ? Duration.microseconds(large(CURLINFO_TOTAL_TIME_T)) : .nanoseconds(Int64(sockets.now - min(begun, sockets.now)))
    let first = large(CURLINFO_STARTTRANSFER_TIME_T)
    let connected = large(CURLINFO_PRETRANSFER_TIME_T)
    self.request = nil
    if !body.isEmpty { body = [] }
    scanner = nil
    decoding = nil
    return TransferResult(
      request: request, response: response, failure: failure, elapsed: elapsed,
      firstByte: first > 0 ? .microseconds(first) : nil,
      connected: connected > 0 ? .microseconds(connected) : nil, sends: max(1, sends))
  }

  private func failure(of code: CURLcode) -> TransferFailure? {
    var code = code
    if let framing {
      // We ended it where the content does; to libcurl that is the end of the connection.
      if framing.isWhole { code = CURLE_OK } else if code == CURLE_OK { code = CURLE_PARTIAL_FILE }
    }
    if let relay, relay.fault != 0 {
      return relay.fault == ETIMEDOUT
        ? TransferFailure(.connectTimeout, "no connection within \(settings.connectTimeout.shown)")
        : TransferFailure(.connect, "\(host): \(String(cString: strerror(relay.fault)))")
    }
    if relay?.isAnswered == true, head.isWhole, decoding == nil { return nil }
    let isWell = code == CURLE_OK && head.isWhole && decoding == nil && settings.connection.proxy == nil
    return isWell ? nil : TransferOutcome.failure(TransferEnd(code, self))
  }

  /// The request, where the transfer is given up.
  func giveUp() -> (any TransferRequest)? {
    defer { request = nil }
    letGo()
    return request
  }

  /// Takes the transfer out of what the loop counts.
  private func letGo() {
    sockets.held -= body.count
    if pausedSince != nil { sockets.paused.removeAll { $0 === self } }
    pausedSince = nil
    isPrivileged = false
    hasConnection()
  }

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    pipe_easy_get_long(handle, info, &value)
    return value
  }

  func large(_ info: CURLINFO) -> Int {
    var value: curl_off_t = 0
    pipe_easy_get_large(handle, info, &value)
    return Int(value)
  }

  /// libcurl's own words for what went wrong.
  var detail: String { String(cString: errorText) }

  private func setUp() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    pipe_easy_set_pointer(handle, CURLOPT_PRIVATE, context)
    pipe_easy_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
    pipe_easy_set_long(handle, CURLOPT_NOSIGNAL, 1)
    pipe_easy_set_long(handle, CURLOPT_PATH_AS_IS, 1)
    pipe_easy_set_long(handle, CURLOPT_BUFFERSIZE, settings.receiveBuffer)
    pipe_easy_allow_http(handle)
    setUpConnections()
    // For each name that it looks up, libcurl walks through all that it remembers: with many hosts that comes to more
    // than everything else (5 ms a page with 80,000 of them in the 60 s that it has by itself).
    pipe_easy_set_long(handle, CURLOPT_DNS_CACHE_TIMEOUT, 2)
    pipe_easy_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout.milliseconds)
    pipe_easy_set_long(handle, CURLOPT_HTTP_VERSION, ordinaryVersion)
    if settings.method != "GET" || settings.body != nil {
      setMethod(settings.method, Self.content(settings.method, settings.body))
    }
    if commonHeaders != nil { pipe_easy_set_list(handle, CURLOPT_HTTPHEADER, commonHeaders) }
    pipe_easy_set_data_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      TransferPlace.lent(context) { $0.received(UnsafeRawBufferPointer(start: bytes, count: size * count)) }
    }
    pipe_easy_set_pointer(handle, CURLOPT_WRITEDATA, context)
    pipe_easy_set_data_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      TransferPlace.lent(context) { $0.receivedHead(UnsafeRawBufferPointer(start: bytes, count: size * count)) }
    }
    pipe_easy_set_pointer(handle, CURLOPT_HEADERDATA, context)
    pipe_easy_set_prerequest_function(handle) { context, _, _, _, port in
      TransferPlace.lent(context) { $0.mayBeSent(from: Int(port)) ? 0 : 1 } == 0
        ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }
    pipe_easy_set_pointer(handle, CURLOPT_PREREQDATA, context)
    pipe_easy_set_open_socket_function(handle) { context, _, address in
      guard let place = TransferPlace.of(context), let address else { return CURL_SOCKET_BAD }
      return place.openSocket(address)
    }
    pipe_easy_set_pointer(handle, CURLOPT_OPENSOCKETDATA, context)
    pipe_easy_set_close_socket_function(handle) { context, descriptor in
      LoopSockets.of(context)?.readiness.closed(descriptor)
      return close(descriptor)
    }
    pipe_easy_set_pointer(handle, CURLOPT_CLOSESOCKETDATA, sockets.context)
  }
}
