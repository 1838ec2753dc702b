internal import CLibcurl
internal import PipeWeb

// What libcurl knows of an answer, as the answer's own value.
extension TransferPlace {
  func makeResponse(isTruncated: Bool) -> HTTPResponse {
    let status = long(CURLINFO_RESPONSE_CODE)
    let version: HTTPVersion =
      switch long(CURLINFO_HTTP_VERSION) {
      case CURL_HTTP_VERSION_1_0: .http10
      case CURL_HTTP_VERSION_2_0: .http2
      case CURL_HTTP_VERSION_3: .http3
      default: .http11
      }
    let contentType = contentType
    let scanned = scanned()
    // All is known that the page was kept for; to hand its bytes to another core costs more than to look at them here.
    let isSpent = scanned?.encoding?.isASCIICompatible == true
    let content = isSpent ? [] : body
    if isSpent { body.removeAll(keepingCapacity: body.capacity <= Self.spareCapacity) } else { body = [] }
    return HTTPResponse(
      status: status, version: version, fields: head.fields?.all ?? HTTPFields(),
      contentType: contentType,
      location: 300..<400 ~= status ? field("Location") : nil,
      retryAfter: status == 429 || status == 503 ? field("Retry-After") : nil, body: content,
      scanned: scanned, length: length, isTruncated: isTruncated,
      address: settings.keepsAddress ? connectedAddress : nil)
  }

  private func scanned() -> ScannedPage? {
    guard let facts = scanner?.finish() else { return nil }
    return ScannedPage(facts, encoding: encoding ?? sniff().encoding)
  }

  /// The most memory that a place keeps for the next page's head, in bytes.
  private static let spareCapacity = 16 << 10

  /// The encoding of what is kept, and what told it.
  func sniff() -> (encoding: CharacterEncoding, source: EncodingSniffer.Source) {
    let body = body
    return EncodingSniffer.sniff(prefix: body.span, mediaType: contentType.flatMap { sockets.mediaTypes.type(of: $0) })
  }

  /// The Content-Type field's value.
  private var contentType: String? {
    var type: UnsafePointer<CChar>?
    pipe_easy_get_text(handle, CURLINFO_CONTENT_TYPE, &type)
    return type.map { String(cString: $0) }
  }

  /// The address that the transfer's connection goes to; a proxy's where there is one.
  private var connectedAddress: IPAddress? {
    var text: UnsafePointer<CChar>?
    pipe_easy_get_text(handle, CURLINFO_PRIMARY_IP, &text)
    return text.flatMap { IPAddress(String(cString: $0)) }
  }

  /// Whether a redirect leads to two places: which of them was meant is anybody's guess, and browsers refuse to make one.
  var leadsToTwoPlaces: Bool {
    guard 300..<400 ~= long(CURLINFO_RESPONSE_CODE), let first = header("Location")?.pointee, first.amount > 1 else {
      return false
    }
    // libcurl walks through all fields for each. Nobody says the same so often.
    if first.amount > 16 { return true }
    let place = String(cString: first.value)
    return (1..<first.amount).contains { field("Location", $0) != place }
  }

  private func field(_ name: String, _ index: Int = 0) -> String? {
    header(name, index).map { String(cString: $0.pointee.value) }
  }

  private func header(_ name: String, _ index: Int = 0) -> UnsafeMutablePointer<curl_header>? {
    var header: UnsafeMutablePointer<curl_header>?
    return curl_easy_header(handle, name, index, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK ? header : nil
  }
}
