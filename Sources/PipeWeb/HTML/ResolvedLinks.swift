/// The URLs that a page's links lead to, as bytes in one piece of memory: a page has hundreds, and most of them are
/// only written out.
package struct ResolvedLinks: Sendable {
  /// The serializations of http and https URLs, one after the other; ASCII.
  package let bytes: [UInt8]
  /// Where each of them ends.
  package let ends: [UInt32]
  /// The place of each among the links of the page's facts.
  package let places: [UInt32]
  /// Whether a limit of the page's facts left something out.
  package private(set) var isTruncated = false
  /// Whether the budget left something out.
  package private(set) var isCut = false

  /// - Parameters:
  ///   - facts: A page's, with its links, and their relations where they are asked for.
  ///   - base: What relative links are relative to.
  ///   - isUnique: Whether a URL that comes again is left out.
  ///   - encoding: The page's, which queries are encoded in.
  ///   - transcode: The page's decoder; nil where the page is UTF-8.
  ///   - budget: What all of them may take: a page's base may be long, and stand in front of every one.
  ///   - isLeftOut: Which links are left out, whatever they lead to.
  package init(
    _ facts: PageFacts, base: WebURL?, encoding: CharacterEncoding = .utf8, isUnique: Bool,
    transcode: HTMLTranscode? = nil, within budget: consuming ValueBudget = ValueBudget(bytes: 16 << 20),
    leavingOut isLeftOut: ((PageFacts.Link) -> Bool)? = nil
  ) {
    let resolver = ReferenceResolver(base: base, encoding: encoding)
    var seen = SeenTexts(for: isUnique ? facts.links.count : 0)
    var bytes = OwnedBuffer<UInt8>()
    var ends = OwnedBuffer<UInt32>()
    var places = OwnedBuffer<UInt32>()
    var text = OwnedBuffer<UInt8>()
    // What most links take, so that growing costs little.
    bytes.reserve(facts.links.count * 48)
    ends.reserve(facts.links.count)
    places.reserve(facts.links.count)
    for place in facts.links.indices {
      let link = facts.links[place]
      if let isLeftOut, isLeftOut(link) { continue }
      if link.href.isTooLarge || link.rel?.isTooLarge == true || link.text?.isTooLarge == true {
        isTruncated = true
        if link.href.isTooLarge { continue }
      }
      let start = bytes.count
      guard facts.appendURL(of: link.href, to: &bytes, resolver, transcode, &text) else { continue }
      if isUnique, !seen.insert(bytes.elements, from: start, ends: ends.elements) {
        bytes.cut(to: start)
        continue
      }
      guard budget.takeElement(bytes: bytes.count - start) else {
        bytes.cut(to: start)
        isCut = true
        break
      }
      ends.append(UInt32(truncatingIfNeeded: bytes.count))
      places.append(UInt32(truncatingIfNeeded: place))
    }
    if facts.incomplete.contains(.links) { isTruncated = true }
    self.bytes = Array(bytes.elements)
    self.ends = Array(ends.elements)
    self.places = Array(places.elements)
  }
}

extension ResolvedLinks {
  /// Those of a page's tree.
  ///
  /// - Parameters:
  ///   - hrefs: The values of the links; the places are theirs.
  ///   - base: What relative links are relative to.
  ///   - encoding: The page's, which queries are encoded in.
  ///   - isUnique: Whether a URL that comes again is left out.
  ///   - budget: What all of them may take.
  package init(
    _ hrefs: some Sequence<String?>, base: WebURL?, encoding: CharacterEncoding, isUnique: Bool = false,
    within budget: consuming ValueBudget = ValueBudget(bytes: 16 << 20)
  ) {
    let resolver = ReferenceResolver(base: base, encoding: encoding)
    var bytes = OwnedBuffer<UInt8>()
    var ends: [UInt32] = []
    var places: [UInt32] = []
    var seen: Set<[UInt8]> = []
    for (place, href) in hrefs.enumerated() {
      let start = bytes.count
      guard let href, href.utf8.span.withUnsafeBufferPointer({ resolver.append($0, to: &bytes) }) else { continue }
      if isUnique, !seen.insert(Array(bytes.elements[start...])).inserted {
        bytes.cut(to: start)
        continue
      }
      guard budget.takeElement(bytes: bytes.count - start) else {
        bytes.cut(to: start)
        isCut = true
        break
      }
      ends.append(UInt32(truncatingIfNeeded: bytes.count))
      places.append(UInt32(truncatingIfNeeded: place))
    }
    self.bytes = Array(bytes.elements)
    self.ends = ends
    self.places = places
  }

  /// One of the URLs.
  package subscript(index: Int) -> String {
    String(decoding: bytes[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])], as: UTF8.self)
  }
}

extension PageFacts {
  /// Appends the URL that a value stands for; false, and nothing, where it is not an http or https URL.
  ///
  /// - Parameter text: Memory for what the value stands for, where that takes any.
  fileprivate func appendURL(
    of value: Value, to output: inout OwnedBuffer<UInt8>, _ resolver: borrowing ReferenceResolver,
    _ transcode: HTMLTranscode?, _ text: inout OwnedBuffer<UInt8>
  ) -> Bool {
    withBytes(of: value) { bytes in
      guard let start = bytes.baseAddress else { return resolver.append(bytes, to: &output) }
      let hasReferences = HTMLBytes.firstIndex(of: UInt8(ascii: "&"), in: start, from: 0, to: bytes.count) < bytes.count
      // What needs no parser is ASCII, which reads the same in every encoding that the scanner reads.
      if !hasReferences, let leads = resolver.appendWithoutParser(bytes, to: &output) { return leads }
      if transcode == nil {
        text.removeAll()
        HTMLText.attribute.append(bytes, to: &text)
        return resolver.append(text.elements, to: &output)
      }
      var string = HTMLText.attribute.string(bytes, transcode: transcode)
      return string.withUTF8 { resolver.append($0, to: &output) }
    }
  }
}
