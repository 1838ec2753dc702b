internal import CLibcurl
internal import PipeWeb

// What libcurl knows of an answer, as the answer's own value.
extension TransferPlace {
  func makeResponse(isTruncated: Bool) -> HTTPResponse {
    let status = head.status
    let version: HTTPVersion =
      switch long(CURLINFO_HTTP_VERSION) {
      case CURL_HTTP_VERSION_1_0: .http10
      case CURL_HTTP_VERSION_2_0: .http2
      case CURL_HTTP_VERSION_3: .http3
      default: .http11
      }
    let scanned = scanned()
    // All is known that the page was kept for; to hand its bytes to another core costs more than to look at them here.
    let isSpent = scanned?.encoding?.isASCIICompatible == true && !keepsPage
    let content = isSpent ? [] : body
    if isSpent { body.removeAll(keepingCapacity: body.capacity <= Self.spareCapacity) } else { body = [] }
    return HTTPResponse(
      status: status, version: version, fields: head.fields?.all ?? HTTPFields(),
      contentType: knownType?.field,
      location: isRedirect ? head.location.map { HTTPFields.reference($0) } : nil,
      retryAfter: status == 429 || status == 503 ? head.retryAfter.map { HTTPFields.text($0) } : nil, body: content,
      scanned: scanned, length: length, isTruncated: isTruncated,
      address: settings.keepsAddress ? connectedAddress : nil)
  }

  private func scanned() -> ScannedPage? {
    guard let facts = scanner?.finish() else { return nil }
    return ScannedPage(facts, encoding: encoding ?? markedOrLabelled ?? sniff(declared: facts.encoding).encoding)
  }

  /// The most memory that a place keeps for the next page's head, in bytes.
  private static let spareCapacity = 16 << 10

  /// The encoding of what is kept, and what told it.
  func sniff(
    declared: CharacterEncoding? = nil
  ) -> (encoding: CharacterEncoding, source: EncodingSniffer.Source) {
    let body = body
    return EncodingSniffer.sniff(prefix: body.span, mediaType: mediaType, declared: declared)
  }

  /// The Content-Type field's value, read.
  var mediaType: MediaType? { knownType?.type }

  /// The Content-Type field's value and what it comes to.
  var knownType: KnownMediaType? {
    head.contentType.isEmpty ? nil : head.contentType.withBytes { sockets.mediaTypes.known($0) }
  }

  /// The address that the transfer's connection goes to; a proxy's where there is one.
  private var connectedAddress: IPAddress? {
    var text: UnsafePointer<CChar>?
    pipe_easy_get_text(handle, CURLINFO_PRIMARY_IP, &text)
    return text.flatMap { IPAddress(String(cString: $0)) }
  }

  /// Whether the answer is of the class of redirects.
  var isRedirect: Bool { 300..<400 ~= head.status }

  /// Whether the answer is a redirect that somebody will follow, and that is all that is wanted of it.
  var isFollowed: Bool {
    guard settings.followsRedirects, head.location != nil else { return false }
    switch head.status {
    case 301, 302, 303, 307, 308: return true
    default: return false
    }
  }
}
