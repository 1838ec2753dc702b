package import PipeSpec
package import PipeWeb

/// A fetched page as extractors see it. What several of them need is computed once, when the first asks.
///
/// Lives in one extract task; it is not shared.
package final class Page {
  package let fetched: Fetched
  /// Whether it was fetched and its status is below 400.
  package var isOK: Bool { fetched.error == nil && fetched.response.map { $0.status < 400 } ?? false }
  private let needs: PageNeeds
  private let sources: [String]
  private let mediaTypes: MediaTypeMemory
  /// What the field at hand, and the record, may still take.
  package var room: ValueRoom
  /// The content that was kept; empty where there is no response.
  private let body: [UInt8]
  /// Bytes that its tree, or its values of JSON, may take.
  private let memory: Int
  /// Whether they would have taken more.
  private(set) var isBeyondMemory = false

  /// - Parameters:
  ///   - sources: The names of the plan's sources.
  ///   - mediaTypes: What pages before this one had.
  ///   - limits: The most that values may hold.
  ///   - memory: Bytes that its tree, or its values of JSON, may take.
  package init(
    _ fetched: Fetched, needs: PageNeeds, sources: [String] = [], mediaTypes: MediaTypeMemory = MediaTypeMemory(),
    limits: ValueLimits = ValueLimits(), memory: Int = JSONValue.memoryLimit
  ) {
    self.memory = memory
    room = ValueRoom(limits)
    self.mediaTypes = mediaTypes
    self.fetched = fetched
    body = fetched.response?.body ?? []
    self.needs = needs
    self.sources = sources
  }

  /// What the fields could not have.
  private(set) var faults: [(field: String, fault: ExtractionFault)] = []
  /// The item at hand, where each makes a record; `nil` for the whole page.
  package private(set) var item: PageItem?
  /// Steps that its items may still take together.
  private var itemSteps = Page.itemStepLimit

  /// What the selectors of all items of a page may take, some seconds of work.
  private static let itemStepLimit = 200_000_000

  package var request: Request { fetched.request }
  package var response: HTTPResponse? { fetched.response }

  /// The name of the source that the request came from.
  package var source: String? {
    let index = request.place?.source ?? request.chain?.head.source ?? request.id.source
    return sources.indices.contains(index) ? sources[index] : nil
  }

  /// What the server says that the content is; where that is missing or no usable type, what the content begins like
  /// (WHATWG MIME Sniffing, 7).
  package private(set) lazy var mediaType: MediaType? = {
    if let type = response?.contentType.flatMap({ mediaTypes.type(of: $0) }), type.isUsable { return type }
    let body = body
    return body.isEmpty ? nil : ContentSniffer.mediaType(of: body.span)
  }()

  /// Whether the content is HTML, or XHTML.
  package var isHTML: Bool { mediaType.map { $0.isHTML || $0.isXHTML } ?? false }

  /// The character encoding of the content (WHATWG HTML, 13.2.3.2).
  package private(set) lazy var encoding: CharacterEncoding = {
    guard let response else { return .utf8 }
    if let encoding = response.scanned?.encoding { return encoding }
    if isXHTML { return xhtml.encoding }
    let body = body
    return EncodingSniffer.encoding(of: body.span, mediaType: mediaType)
  }()

  private var isXHTML: Bool { mediaType?.isXHTML == true }

  /// What is served as XHTML: its tree where it is well-formed XML, as it has to be, and its encoding. A browser shows
  /// nothing of one that is not; here it is read as HTML, by HTML's rules about encodings.
  private lazy var xhtml: (document: DOMDocument?, encoding: CharacterEncoding) = {
    let body = body
    let encoding = EncodingSniffer.sniff(prefix: body.span, mediaType: mediaType).encoding
    let document = CharacterDecoder(encoding).withUTF8(body) { DOMDocument(parsingXML: $0, memory: memory) }
    note(document)
    if let document, document.isWellFormed, document.isXHTML { return (document, encoding) }
    return (nil, EncodingSniffer.encoding(of: body.span, mediaType: mediaType?.asHTML))
  }()

  /// The whole content as text.
  package private(set) lazy var text: String = {
    let body = body
    return decode(body.span)
  }()

  /// The facts that the plan needs; `nil` for what is not HTML.
  package var facts: PageFacts? { scanned?.facts }

  private lazy var scanned: ScannedPage? = scan()

  /// The page as a tree; `nil` for what is neither HTML nor XML.
  package private(set) lazy var document: DOMDocument? = {
    let isXML = !isHTML && mediaType?.isXML == true
    let body = body
    guard isHTML || isXML, !body.isEmpty else { return nil }
    if isXHTML, let document = xhtml.document { return document }
    let document = CharacterDecoder(encoding).withUTF8(body) {
      isXML ? DOMDocument(parsingXML: $0, memory: memory) : DOMDocument(parsing: $0, memory: memory)
    }
    note(document)
    document?.fragment = request.url.map { String($0.hash.dropFirst()) }
    return document
  }()

  private func note(_ document: DOMDocument?) {
    if document?.missing.contains(.memory) == true { isBeyondMemory = true }
  }

  /// The content as JSON, or why it is none.
  package private(set) lazy var json: Result<JSONValue, ExtractionFault> = {
    if response == nil { return .failure(ExtractionFault("there is no content")) }
    let body = body
    do throws(JSONSyntaxError) {
      // Of JSON that is not UTF-8, legacy servers mean what they say.
      if EncodingSniffer.encoding(ofJSON: body.span, labelled: encoding) == .utf8 {
        return .success(try JSONValue(parsing: body.span, memory: memory))
      }
      return .success(try JSONValue(parsing: text, memory: memory))
    } catch {
      if error.isTooLarge {
        isBeyondMemory = true
        return .failure(
          ExtractionFault(
            "the content's values take more than \(ByteCount(memory).description) (a share of limits.memory)"))
      }
      return .failure(ExtractionFault("the content is not JSON: \(error.description)"))
    }
  }()

  /// The page's JSON-LD scripts, as far as they are JSON.
  package private(set) lazy var linkedData: (values: [JSONValue], isWhole: Bool) = {
    guard isHTML, let document else { return ([], true) }
    let data = LinkedData.documents(in: document, memory: max(0, memory - document.bytes))
    if !data.isWhole { isBeyondMemory = true }
    return data
  }()

  /// The text of the page's body as a person would read it, as much of it as there is budget for; `nil` without a body.
  package func readableText(within budget: inout ValueBudget) -> String? {
    isHTML ? document?.body?.readableText(within: &budget) : nil
  }

  /// The request's error, or that of the fields that could not be had.
  package var error: RequestError? {
    if let error = fetched.error { return error }
    if faults.isEmpty { return nil }
    return RequestError(.extract, faults.map { "\($0.field): \($0.fault.message)" }.joined(separator: "; "))
  }

  func addFault(of field: String, _ fault: ExtractionFault) { faults.append((field, fault)) }

  /// Has a selector take steps for an item, of those that are left for all of them.
  ///
  /// - Parameter limit: The most that it may take.
  package func withItemSteps<Result, Failure: Error>(
    upTo limit: Int, _ body: (inout Int) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let granted = min(limit, itemSteps)
    var left = granted
    defer { itemSteps -= granted - left }
    return try body(&left)
  }

  /// The faults of the fields so far.
  var faultCount: Int { faults.count }

  /// Goes on with another item, with nothing that is known of the last one.
  ///
  /// - Parameters:
  ///   - item: `nil` for the whole page.
  ///   - faults: How many of the faults stay, as they are those of all items.
  func go(to item: PageItem?, keepingFaults faults: Int, _ limits: ValueLimits) {
    self.item = item
    room = ValueRoom(limits)
    self.faults.removeLast(self.faults.count - faults)
  }

  /// Bytes of the page's encoding as text; never fails: bytes that are not text become U+FFFD.
  package func decode(_ bytes: Span<UInt8>) -> String { CharacterDecoder(encoding).decode(bytes) }

  /// A fact of the page as text; `nil` for one that is too large as well.
  package func string(of value: PageFacts.Value?) -> String? {
    guard let value, let scanned, !value.isTooLarge else { return nil }
    return scanned.facts.string(of: value, transcode: transcode)
  }

  /// The text of a link.
  ///
  /// - Returns: The text, `nil` where the link has none or it is missing; and whether it is missing because it is too large
  ///   or has more nodes than a tree may have.
  package func linkText(
    _ value: PageFacts.Value?, within budget: inout ValueBudget
  ) -> (text: String?, isMissing: Bool) {
    guard let value, let scanned else { return (nil, false) }
    if value.isTooLarge { return (nil, true) }
    // A tree takes about as long as so many nodes.
    if value.takesTree, !budget.step(100) { return (nil, true) }
    let text = scanned.facts.shownText(value, transcode: transcode)
    return (text, text == nil)
  }

  /// A fact of the page as text.
  ///
  /// - Parameter fact: What it is one of.
  /// - Throws: Where it is too large, or missing because the page has too much of its like.
  package func text(of value: PageFacts.Value?, _ fact: PageFacts.Wanted) throws(ExtractionFault) -> String? {
    try checkSize(of: value, fact)
    return string(of: value)
  }

  /// The text of the first heading.
  ///
  /// - Throws: Where it is too large, or missing because the page has too many.
  package func firstHeading() throws(ExtractionFault) -> String? {
    let value = facts?.headings.first
    try checkSize(of: value, .firstHeading)
    guard let value, let scanned else { return nil }
    guard let text = scanned.facts.shownText(value, transcode: transcode) else {
      throw ExtractionFault("it has more than 500,000 nodes")
    }
    return text
  }

  /// - Throws: Where a fact is too large, or missing because the page has too much of its like.
  package func checkSize(of value: PageFacts.Value?, _ fact: PageFacts.Wanted) throws(ExtractionFault) {
    if let value, value.isTooLarge { throw Self.tooLarge }
    if value == nil, scanned?.facts.incomplete.isDisjoint(with: fact) == false { throw Self.tooMuch() }
  }

  package static let tooLarge = ExtractionFault("it is larger than 1 MiB")

  /// - Parameter partial: What there is.
  package static func tooMuch(_ partial: Value? = nil) -> ExtractionFault {
    ExtractionFault(
      "the page has more than 100,000 elements of a kind, or more than 16 MiB of them; the rest is missing",
      partial: partial)
  }

  /// Says what the tree of a page lacks.
  ///
  /// - Parameter partial: What there is.
  package static func incomplete(_ document: DOMDocument, _ partial: Value? = nil) -> ExtractionFault {
    var reasons: [String] = []
    if document.missing.contains(.nodes) { reasons.append("the page has more than 500,000 nodes; the rest is missing") }
    if document.missing.contains(.memory) {
      reasons.append(
        "the page's tree is larger than \(ByteCount(document.memory).description) (a share of limits.memory); the rest is"
          + " missing")
    }
    if document.missing.contains(.attributes) {
      reasons.append("the page has more than 4,096 attributes on one element, or a larger one; the rest is missing")
    }
    if document.missing.contains(.entities) {
      reasons.append(
        "the document's entities come to more than 64 KiB a reference, or 4 MiB in all, or refer to themselves; such "
          + "references are left as they are")
    }
    return ExtractionFault(reasons.joined(separator: "; "), partial: partial)
  }

  /// What relative URLs of the page are relative to (WHATWG HTML, 2.4.2); the facts must include the base.
  package private(set) lazy var baseURL: WebURL? = {
    guard let url = request.url, let base = string(of: scanned?.facts.baseValue) else { return request.url }
    // WHATWG HTML 4.2.3, "set the frozen base URL": such a base is none.
    guard let base = WebURL(base, base: url, encoding: urlEncoding), !["data", "javascript"].contains(base.scheme)
    else {
      return url
    }
    return base
  }()

  /// - Throws: Where the page's base is too large, so that its relative URLs would lead elsewhere.
  package func checkBase() throws(ExtractionFault) {
    if scanned?.facts.baseValue?.isTooLarge == true { throw ExtractionFault("the page's base is larger than 1 MiB") }
  }

  /// The encoding that the queries of the page's URLs are in (WHATWG HTML 2.4.1, "encoding-parse a URL"): UTF-8 in
  /// anything but HTML.
  package var urlEncoding: CharacterEncoding { isHTML ? encoding : .utf8 }

  /// A fact of the page as a URL, resolved; `nil` where it is none.
  package func url(of value: PageFacts.Value) -> WebURL? {
    guard let scanned else { return nil }
    // Most URLs are plain ASCII, which needs no text in between.
    let plain: WebURL?? = scanned.facts.withBytes(of: value) { bytes in
      for byte in bytes where byte >= 0x80 || byte == UInt8(ascii: "&") || byte == 0 { return nil }
      return .some(try? WebURL(parsing: bytes, base: baseURL, encoding: urlEncoding))
    }
    if let plain { return plain }
    return WebURL(scanned.facts.string(of: value, transcode: transcode), base: baseURL, encoding: urlEncoding)
  }

  /// The URLs that the page's links lead to; the facts must include links and base.
  ///
  /// - Parameters:
  ///   - isUnique: Whether a URL that comes again is left out.
  ///   - budget: What all of them may take.
  ///   - isLeftOut: Which links are left out, whatever they lead to.
  package func resolvedLinks(
    isUnique: Bool, within budget: ValueBudget, leavingOut isLeftOut: ((PageFacts.Link) -> Bool)? = nil
  ) -> ResolvedLinks? {
    facts.map {
      ResolvedLinks(
        $0, base: baseURL, encoding: urlEncoding, isUnique: isUnique, transcode: transcode, within: budget,
        leavingOut: isLeftOut)
    }
  }

  /// Where the page redirects to, in a crawl, whose pages redirects are.
  package var redirectTarget: WebURL? {
    guard request.place != nil, case .follow(let next) = RedirectRule.decide(fetched, limit: .max) else { return nil }
    return next.url
  }

  /// Why nobody can follow where the page redirects to; `nil` where it can be followed, or does not redirect.
  var deadEnd: String? {
    if case .fail(let error) = RedirectRule.decide(fetched, limit: .max) { error.message } else { nil }
  }

  /// What a crawl follows of the page; `nil` for what is not HTML.
  ///
  /// - Parameter keepsFaulty: Whether references that are not URLs are links as well.
  func links(upTo limit: Int, keepsFaulty: Bool) -> PageLinks? {
    guard let url = request.url, let response, let facts else { return nil }
    return PageLinks(
      facts, fields: response.fields, url: url, base: baseURL, encoding: urlEncoding, transcode: transcode,
      limit: limit, keepsFaulty: keepsFaulty)
  }

  /// What the page, and the response's header, say to crawlers.
  func directives(for token: ProductToken?) -> RobotsDirectives {
    guard let response else { return [] }
    let directives = RobotsDirectives(response.fields, for: token)
    return facts.map { directives.union(RobotsDirectives($0, for: token, transcode: transcode)) } ?? directives
  }

  /// Brings the scanner's slices into UTF-8; `nil` where they are that already.
  private var transcode: HTMLTranscode? {
    // What the scanner cannot read in its own encoding it was given in UTF-8, and so was XHTML.
    if encoding == .utf8 || !encoding.isASCIICompatible || isXHTML && xhtml.document != nil { return nil }
    return { [unowned self] bytes in
      // What is all ASCII reads the same in every encoding that the scanner reads.
      bytes.allSatisfy { $0 < 0x80 }
        ? String(decoding: bytes, as: UTF8.self)
        : CharacterDecoder(encoding).decodePart(bytes.span)
    }
  }

  private func scan() -> ScannedPage? {
    guard let response, isHTML else { return nil }
    // A scan in the page's own bytes is worth nothing where these do not agree with ASCII.
    if let scanned = response.scanned, encoding.isASCIICompatible { return scanned }
    if body.isEmpty { return nil }
    if isXHTML, let document = xhtml.document { return ScannedPage(PageFacts(of: document, wanted: needs.facts)) }
    var scanner = PageScanner(wanted: needs.facts)
    if encoding.isASCIICompatible {
      _ = scanner.feed(body)
    } else {
      _ = scanner.feed(Array(text.utf8))
    }
    return ScannedPage(scanner.finish())
  }
}
