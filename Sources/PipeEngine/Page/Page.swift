package import PipeWeb

/// A fetched page as extractors see it. What several of them need is computed once, when the first asks.
///
/// Lives in one extract task; it is not shared.
package final class Page {
  package let fetched: Fetched
  private let needs: PageNeeds

  package init(_ fetched: Fetched, needs: PageNeeds) {
    self.fetched = fetched
    self.needs = needs
  }

  private var faults: [(field: String, fault: ExtractionFault)] = []

  package var request: Request { fetched.request }
  package var response: HTTPResponse? { fetched.response }

  package private(set) lazy var mediaType: MediaType? = response?.contentType.flatMap { MediaType(header: $0) }

  /// Whether the content is HTML, by its media type; content of no declared type is taken for HTML, as the
  /// web's servers leave it out for little else (WHATWG MIME Sniffing, 7).
  package var isHTML: Bool {
    guard let type = mediaType else { return response?.contentType == nil }
    return type.isHTML || type.essence == "application/xhtml+xml"
  }

  /// The character encoding of the content (WHATWG HTML, 13.2.3.2).
  package private(set) lazy var encoding: CharacterEncoding =
    response.map { EncodingSniffer.sniff(prefix: $0.body.span, mediaType: mediaType).encoding } ?? .utf8

  /// The whole content as text.
  package private(set) lazy var text: String = response.map { decode($0.body.span) } ?? ""

  /// The facts that the plan needs; `nil` for what is not HTML.
  package private(set) lazy var facts: PageFacts? = scan()

  /// The request's error, or that of the fields that could not be had.
  package var error: RequestError? {
    if let error = fetched.error { return error }
    if faults.isEmpty { return nil }
    return RequestError(.extract, faults.map { "\($0.field): \($0.fault.message)" }.joined(separator: "; "))
  }

  func addFault(of field: String, _ fault: ExtractionFault) { faults.append((field, fault)) }

  /// Bytes of the page's encoding as text; never fails, what is no text is U+FFFD.
  package func decode(_ bytes: Span<UInt8>) -> String { CharacterDecoder(encoding).decode(bytes) }

  /// The page's title (WHATWG HTML, 3.1.5).
  package var title: String? { facts?.title(transcode: transcode) }

  /// Brings the scanner's slices into UTF-8; `nil` where they are that already.
  private var transcode: HTMLTranscode? {
    { [unowned self] bytes in
      // What is all ASCII reads the same in every encoding that the scanner reads.
      bytes.allSatisfy { $0 < 0x80 } ? String(decoding: bytes, as: UTF8.self) : decode(bytes.span)
    }
  }

  private func scan() -> PageFacts? {
    guard let response, isHTML, !response.body.isEmpty else { return nil }
    var scanner = PageScanner(wanted: needs.facts)
    if encoding.isASCIICompatible {
      _ = scanner.feed(response.body)
    } else {
      _ = scanner.feed(Array(text.utf8))
    }
    return scanner.finish()
  }
}
