internal import PipeText

/// What a page leads to, as a crawl follows it: fields of the response first, then the page's elements in the order in which
/// they are written.
package struct PageLinks: Sendable {
  package enum Element: String, Sendable {
    case a, area, iframe, frame, link, meta
    /// A `Link` or `Refresh` field of the response.
    case header
  }

  package struct Link: Sendable {
    package let url: WebURL
    /// What is written there, and why, if it is no URL that anybody could follow; `url` is the page's own then.
    package var fault: (written: String, reason: String)?
    package let element: Element
    /// Whether the page asks that it not be followed: `nofollow` among its relations.
    package let isNofollow: Bool
    /// The relations, as they are written.
    package let relations: PageFacts.Value?
    /// What an `a` or `area` shows; where texts are wanted.
    package let text: PageFacts.Value?
    /// Where the element's tag stands in the page's source, in lines and Unicode scalars from 1; where places are wanted.
    /// XHTML, which is read as a tree, has neither, nor has a field of the response.
    package let line: Int?
    package let column: Int?
    /// The innermost landmark that the element is in; where places are wanted.
    package let landmark: PageFacts.Landmark?
  }

  package private(set) var links: [Link] = []
  /// Whether there are more links than the limit, or than the page's facts could hold.
  package private(set) var isCut = false

  /// The facts that are asked of a page. Texts and places of links can be asked for as well.
  package static let wanted: PageFacts.Wanted = [
    .links, .linkRelations, .frames, .linkElements, .metas, .base,
  ]

  /// The relations of `link` elements and `Link` fields that are followed.
  private static let followed: Set<String> = ["next", "canonical"]

  /// - Parameters:
  ///   - facts: A page's, `wanted` among them.
  ///   - fields: The response's.
  ///   - url: The URL that was asked for, which references of fields are relative to.
  ///   - base: What references of the page are relative to.
  ///   - encoding: The page's, which queries are encoded in.
  ///   - transcode: The page's decoder; nil where the page is UTF-8.
  ///   - limit: The most links.
  ///   - keepsFaulty: Whether references that are not URLs are links as well.
  package init(
    _ facts: PageFacts, fields: HTTPFields, url: WebURL, base: WebURL?, encoding: CharacterEncoding = .utf8,
    transcode: HTMLTranscode? = nil, limit: Int, keepsFaulty: Bool = false
  ) {
    isCut = !facts.incomplete.isDisjoint(with: Self.wanted)
    let refreshed = takeFields(fields, url, limit: limit)
    let reader = Reader(facts: facts, base: base, encoding: encoding, transcode: transcode)
    var columns = PageFacts.Columns(facts, transcode: transcode)
    for candidate in Self.candidates(reader, refreshes: !refreshed) {
      let target = reader.url(of: candidate)
      let fault = target == nil && keepsFaulty ? reader.fault(of: candidate) : nil
      guard let url = target ?? (fault == nil ? nil : url) else { continue }
      guard links.count < limit else {
        isCut = true
        return
      }
      links.append(
        Link(
          url: url, fault: fault, element: candidate.element, isNofollow: reader.isNofollow(candidate.relations),
          relations: candidate.relations, text: candidate.text, line: candidate.source?.line,
          column: candidate.source.flatMap { columns.column(of: $0) }, landmark: candidate.source?.landmark))
    }
  }

  /// - Returns: Whether a field refreshes the page, so that no element does (WHATWG HTML 4.2.5.3).
  private mutating func takeFields(_ fields: HTTPFields, _ url: WebURL, limit: Int) -> Bool {
    for field in LinkField.all(in: fields) where !Self.followed.isDisjoint(with: field.relations) {
      // A link from elsewhere says nothing of this page.
      if let anchor = field.anchor, WebURL(anchor, base: url)?.hrefWithoutFragment != url.hrefWithoutFragment {
        continue
      }
      take(field.target, url, isNofollow: field.relations.contains("nofollow"), limit: limit)
    }
    guard let refresh = fields["refresh"].flatMap({ DeclaredRefresh($0) }) else { return false }
    if let reference = refresh.reference { take(reference, url, isNofollow: false, limit: limit) }
    return true
  }

  private mutating func take(_ reference: String, _ url: WebURL, isNofollow: Bool, limit: Int) {
    guard let target = WebURL(reference, base: url), target.isHTTP else { return }
    guard links.count < limit else {
      isCut = true
      return
    }
    links.append(
      Link(
        url: target, element: .header, isNofollow: isNofollow, relations: nil, text: nil, line: nil, column: nil,
        landmark: nil))
  }

  fileprivate struct Candidate {
    /// Its place among the page's values, which are in the order of the page.
    let place: UInt32
    let element: Element
    let value: PageFacts.Value
    /// What a refresh refers to, which is a part of the value.
    var reference: String?
    var relations: PageFacts.Value?
    var text: PageFacts.Value?
    /// Where it stands in the page's source.
    var source: PageFacts.Place?
  }

  private static func candidates(_ reader: Reader, refreshes: Bool) -> [Candidate] {
    let facts = reader.facts
    var candidates: [Candidate] = []
    candidates.reserveCapacity(facts.links.count + facts.frames.count + 4)
    for (index, link) in facts.links.enumerated() {
      candidates.append(
        Candidate(
          place: link.href.offset, element: link.isArea ? .area : .a, value: link.href, relations: link.rel,
          text: link.text, source: place(index, facts.linkPlaces)))
    }
    let count = candidates.count
    for (index, frame) in facts.frames.enumerated() {
      candidates.append(
        Candidate(
          place: frame.source.offset, element: frame.isInline ? .iframe : .frame, value: frame.source,
          source: place(index, facts.framePlaces)))
    }
    for (index, link) in facts.linkElements.enumerated() {
      guard let href = link.href, let rel = link.rel, !followed.isDisjoint(with: reader.words(rel)) else { continue }
      candidates.append(
        Candidate(
          place: href.offset, element: .link, value: href, relations: rel,
          source: place(index, facts.linkElementPlaces)))
    }
    if refreshes, let (index, reference) = reader.refresh() {
      let value = facts.metas[index].content
      candidates.append(
        Candidate(
          place: value.offset, element: .meta, value: value, reference: reference,
          source: place(index, facts.metaPlaces)))
    }
    // The links alone are in order.
    if candidates.count > count { candidates.sort { $0.place < $1.place } }
    return candidates
  }

  /// The place of an element of its kind, where places are known.
  private static func place(_ index: Int, _ places: [PageFacts.Place]) -> PageFacts.Place? {
    index < places.count ? places[index] : nil
  }
}

private struct Reader {
  let facts: PageFacts
  let base: WebURL?
  let encoding: CharacterEncoding
  let transcode: HTMLTranscode?

  func url(of candidate: PageLinks.Candidate) -> WebURL? {
    if candidate.value.isTooLarge { return nil }
    if candidate.reference == nil, let plain = plainURL(candidate.value) { return plain }
    let text = candidate.reference ?? facts.string(of: candidate.value, transcode: transcode)
    guard let url = WebURL(text, base: base, encoding: encoding), url.isHTTP else { return nil }
    return url
  }

  /// Why a reference is not a URL; `nil` where it is one that is not followed.
  func fault(of candidate: PageLinks.Candidate) -> (written: String, reason: String)? {
    if candidate.value.isTooLarge { return nil }
    let text = candidate.reference ?? facts.string(of: candidate.value, transcode: transcode)
    do throws(WebURL.Failure) {
      _ = try WebURL(parsing: text, base: base, encoding: encoding)
      return nil
    } catch {
      return (text, error.message)
    }
  }

  /// Most URLs are plain ASCII, which needs no text in between; `nil` where one is not, or is none that is followed.
  private func plainURL(_ value: PageFacts.Value) -> WebURL? {
    facts.withBytes(of: value) { bytes in
      for byte in bytes where byte >= 0x80 || byte == UInt8(ascii: "&") || byte == 0 { return nil }
      guard let url = try? WebURL(parsing: bytes, base: base, encoding: encoding), url.isHTTP else { return nil }
      return url
    }
  }

  func isNofollow(_ relations: PageFacts.Value?) -> Bool {
    // Most relations are a word or two, and this one is none of them.
    guard let relations, relations.count >= 8 else { return false }
    return words(relations).contains("nofollow")
  }

  /// Words of ASCII are the same in every encoding that pages are read in.
  func words(_ value: PageFacts.Value) -> [String] {
    facts.string(of: value).utf8.split(whereSeparator: HTMLBytes.isSpace)
      .map { String(Substring($0)).inASCIILowercase }
  }

  /// The first element that refreshes the page, if it leads to another one: a browser heeds no second one.
  func refresh() -> (index: Int, reference: String)? {
    for (index, meta) in facts.metas.enumerated() {
      guard let name = meta.httpEquiv, facts.string(of: name).isExactlyInAnyCase("refresh"),
        let refresh = DeclaredRefresh(facts.string(of: meta.content, transcode: transcode))
      else { continue }
      guard let reference = refresh.reference else { return nil }
      // One that leads nowhere is passed over.
      if WebURL(reference, base: base, encoding: encoding) != nil { return (index, reference) }
    }
    return nil
  }
}

extension RobotsDirectives {
  /// Those of a page's `meta` elements.
  package init(_ facts: PageFacts, for token: ProductToken?, transcode: HTMLTranscode? = nil) {
    self = []
    for meta in facts.metas {
      guard let name = meta.name else { continue }
      formUnion(
        RobotsDirectives(
          metaName: facts.string(of: name, transcode: transcode),
          content: facts.string(of: meta.content, transcode: transcode), for: token))
    }
  }
}
