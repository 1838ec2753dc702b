internal import PipeText

/// What a page says to crawlers, by `X-Robots-Tag` fields and `meta` elements. Neither has a standard: it is read as the
/// search engines describe it, and as draft-illyes-repext sums it up.
///
/// All that is said to everybody and to the crawler counts together, and nothing takes back what was said before: `follow`
/// after `nofollow` changes nothing.
package struct RobotsDirectives: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The page is not to be listed. Its links are followed all the same.
  package static let noindex = RobotsDirectives(rawValue: 1)
  /// The page's links are not to be followed.
  package static let nofollow = RobotsDirectives(rawValue: 2)

  /// Those of a response's fields, each read by itself: a crawler's name in front of directives counts up to the next name
  /// or the end of the field.
  package init(_ fields: HTTPFields, for token: ProductToken?) {
    self = []
    for field in fields.all where field.name.isExactlyInAnyCase("x-robots-tag") {
      formUnion(RobotsDirectives(field: field.value, for: token))
    }
  }

  /// Those of one `X-Robots-Tag` field.
  package init(field value: String, for token: ProductToken?) {
    self = []
    let bytes = Array(value.utf8)
    var isForUs = true
    for part in bytes.split(separator: UInt8(ascii: ",")) {
      var words = part
      if let colon = part.firstIndex(of: UInt8(ascii: ":")) {
        let name = Self.trimmed(part[..<colon])
        if Self.hasValue(name) { continue }
        // A colon of something else, as in the rest of a date.
        guard let agent = Self.agent(name) else { continue }
        isForUs = agent == .everybody || agent == .token(token)
        words = part[(colon + 1)...]
      }
      if isForUs { formUnion(Self.directives(words)) }
    }
  }

  /// Those of a `meta` element; none where its name is neither `robots` nor the crawler's.
  package init(metaName name: String, content: String, for token: ProductToken?) {
    let isForUs = name.isExactlyInAnyCase("robots") || token != nil && ProductToken(name) == token
    self = isForUs ? Self.directives(Array(content.utf8)[...]) : []
  }

  private enum Agent: Equatable {
    case everybody
    case token(ProductToken?)
  }

  private static func agent(_ name: ArraySlice<UInt8>) -> Agent? {
    let text = String(decoding: name, as: UTF8.self)
    if text == "*" || text.isExactlyInAnyCase("robots") { return .everybody }
    return ProductToken(text).map { .token($0) }
  }

  /// Whether a directive has a value behind a colon, which no crawler's name is. `unavailable_after` tells of an index,
  /// and is ignored as the others are.
  private static func hasValue(_ name: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: name, as: UTF8.self)
    return ["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"]
      .contains { text.isExactlyInAnyCase($0) }
  }

  /// Commas part directives; people write semicolons and spaces as well.
  private static func directives(_ words: ArraySlice<UInt8>) -> RobotsDirectives {
    var directives: RobotsDirectives = []
    for word in words.split(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") || isSpace($0) }) {
      let word = String(decoding: word, as: UTF8.self)
      if word.isExactlyInAnyCase("noindex") {
        directives.insert(.noindex)
      } else if word.isExactlyInAnyCase("nofollow") {
        directives.insert(.nofollow)
      } else if word.isExactlyInAnyCase("none") {
        directives.formUnion([.noindex, .nofollow])
      }
    }
    return directives
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return bytes
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 0x09 && byte <= 0x0D }
}
