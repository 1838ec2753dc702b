/// What a page says and shows, in order, but for what every page of a trap says otherwise (`ShownTokens`). Of two pages with
/// the same substance, the second one says nothing new.
///
/// Besides the text these count: how pictures, frames and the like are named, links to other hosts, the description, the
/// lines of drawings, and the words in scripts, which may be all that a page has before they run.
package struct PageSubstance {
  /// So much of a page is looked at.
  package static let limit = 256 << 10

  private var tokens: ShownTokens
  /// The host, and the port if it has one.
  private let host: [UInt8]

  private init(at url: WebURL, _ minute: Int?) {
    tokens = ShownTokens(at: url, minute: minute)
    host = Array(url.host.utf8)
  }

  /// - Parameter file: What is not text, as a picture. It counts as it is.
  package static func hash(ofFile file: Span<UInt8>) -> UInt64 { ShapeHash(of: file).value }

  /// - Parameters:
  ///   - text: Text that is not HTML.
  ///   - minute: Of the hour that it is.
  package static func hash(of text: Span<UInt8>, at url: WebURL, minute: Int? = nil) -> UInt64 {
    let text = text.extracting(0..<min(text.count, limit))
    var substance = PageSubstance(at: url, minute)
    substance.tokens.add(text, in: 0..<text.count)
    return substance.tokens.end()
  }

  /// - Parameters:
  ///   - page: HTML, in any encoding that agrees with ASCII. It is read as far as this takes: where text stands, and what
  ///     images and the like are named.
  ///   - minute: Of the hour that it is.
  package static func hash(ofHTML page: Span<UInt8>, at url: WebURL, minute: Int? = nil) -> UInt64 {
    var substance = PageSubstance(at: url, minute)
    substance.read(page.extracting(0..<min(page.count, limit)))
    return substance.tokens.end()
  }

  private mutating func read(_ page: Span<UInt8>) {
    var start = 0
    while start < page.count {
      var end = start
      while end < page.count, page[end] != UInt8(ascii: "<") { end += 1 }
      tokens.add(page, in: start..<end)
      start = end < page.count ? readMarkup(page, at: end) : end
    }
  }

  /// Reads a tag or a comment, and what scripts and the like have inside.
  ///
  /// - Returns: Where it ends.
  private mutating func readMarkup(_ page: Span<UInt8>, at start: Int) -> Int {
    var index = start + 1
    guard index < page.count else { return index }
    if page[index] == UInt8(ascii: "!") || page[index] == UInt8(ascii: "?") {
      let isComment =
        index + 2 < page.count && page[index + 1] == UInt8(ascii: "-") && page[index + 2] == page[index + 1]
      return Self.end(of: isComment ? "-->" : ">", in: page, from: isComment ? index + 1 : index)
    }
    var name: UInt64 = 0
    while index < page.count, page[index].isLetter {
      name = name << 8 | UInt64(page[index] | 0x20)
      index += 1
    }
    if name == 0 {
      if page[index] == UInt8(ascii: "/") { return Self.end(of: ">", in: page, from: index) }
      tokens.addMark(page[start])
      return index
    }
    index = readAttributes(page, from: index, of: Self.elements[name] ?? .other)
    switch name {
    case Self.packed("script"):
      let end = Self.end(of: "</script", in: page, from: index)
      let isClosed = end - 8 >= index && page[end - 8] == UInt8(ascii: "<")
      tokens.addWords(ofScript: page, in: index..<(isClosed ? end - 8 : end))
      return Self.end(of: ">", in: page, from: end)
    case Self.packed("style"):
      return Self.end(of: ">", in: page, from: Self.end(of: "</style", in: page, from: index))
    default: return index
    }
  }

  private enum Element {
    case medium, drawing, link, meta, other
  }

  /// - Returns: Where the tag ends.
  private mutating func readAttributes(_ page: Span<UInt8>, from start: Int, of element: Element) -> Int {
    var index = start
    var name: UInt64 = 0
    // What the values come to that are taken once the tag is at its end.
    var values = ShapeHash(of: page.extracting(0..<0))
    var hasValues = false
    var isMeant = element != .meta
    tag: while index < page.count {
      let byte = page[index]
      index += 1
      switch byte {
      case UInt8(ascii: ">"): break tag
      case UInt8(ascii: "="):
        while index < page.count, page[index].isSpace { index += 1 }
        let value = page.extracting(Self.value(in: page, from: &index))
        switch element {
        case .medium where name == Self.width || name == Self.height:
          if value == "1" || value == "0" { isMeant = false }
        case .medium where name == Self.style: if Self.isHidden(value) { isMeant = false }
        case .medium where Self.naming.contains(name):
          if value.count > 0 {
            Self.forEachPart(ofName: value) { values.add(value.extracting($0)) }
            values.add(" ")
            hasValues = true
          }
        case .drawing where name != Self.packed("class") && name != Self.packed("id"):
          values.add(value)
          hasValues = true
        case .link where name == Self.packed("href"): if leadsElsewhere(value) { tokens.addName(value) }
        case .meta where name == Self.packed("name") || name == Self.packed("property"):
          if value == "description" || value == "keywords" || value == "og:title" || value == "og:description" {
            isMeant = true
          }
        case .meta where name == Self.packed("content"):
          values.add(value)
          hasValues = true
        default: break
        }
        if name == Self.style, Self.contains("url(", value) {
          values.add(value)
          hasValues = true
        }
        name = 0
      case _ where byte.isSpace || byte == UInt8(ascii: "/"): name = 0
      default: name = name << 8 | UInt64(byte | 0x20)
      }
    }
    if hasValues, isMeant { tokens.add(hash: values.value) }
    return index
  }

  /// Whether a link leads to another host, or to no page at all, as one to a mail address.
  private func leadsElsewhere(_ href: Span<UInt8>) -> Bool {
    var start = 0
    while start < href.count, href[start].isLetter { start += 1 }
    if start < href.count, href[start] == UInt8(ascii: ":") {
      let scheme = href.extracting(0..<start)
      if scheme == "mailto" || scheme == "tel" { return true }
      guard scheme == "http" || scheme == "https" else { return false }
      start += 1
    } else if start > 0 {
      return false
    }
    guard start + 2 < href.count, href[start] == UInt8(ascii: "/"), href[start + 1] == UInt8(ascii: "/") else {
      return false
    }
    start += 2
    var offset = 0
    while start + offset < href.count {
      let byte = href[start + offset]
      if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") { break }
      if offset >= host.count || (byte.isLetter ? byte | 0x20 : byte) != host[offset] { return true }
      offset += 1
    }
    // Another port is the same host.
    return offset < host.count && host[offset] != UInt8(ascii: ":")
  }

  /// Whether a style keeps a picture from being seen.
  private static func isHidden(_ style: Span<UInt8>) -> Bool {
    contains("display:none", style) || contains("display: none", style) || contains(":1px", style)
      || contains(": 1px", style)
  }

  private static func contains(_ text: StaticString, _ value: Span<UInt8>) -> Bool {
    let count = text.utf8CodeUnitCount
    if value.count < count { return false }
    search: for start in 0...value.count - count {
      for offset in 0..<count where value[start + offset] != text.utf8Start[offset] { continue search }
      return true
    }
    return false
  }

  /// The parts of what a picture is named, without parameters that only keep it from being cached.
  private static func forEachPart(ofName name: Span<UInt8>, _ body: (Range<Int>) -> Void) {
    var start = 0
    var isQuery = false
    for index in 0...name.count {
      let byte = index < name.count ? name[index] : UInt8(ascii: "&")
      if byte != UInt8(ascii: "&"), isQuery || byte != UInt8(ascii: "?") { continue }
      if !isQuery || !isNoise(name.extracting(start..<index)) { body(start..<index) }
      if byte == UInt8(ascii: "?") { isQuery = true }
      start = index + 1
    }
  }

  private static func isNoise(_ parameter: Span<UInt8>) -> Bool {
    var name: UInt64 = 0
    var start = 0
    if parameter.count > 4, parameter.extracting(0..<4) == "amp;" { start = 4 }
    for index in start..<parameter.count {
      if parameter[index] == UInt8(ascii: "=") { break }
      name = name << 8 | UInt64(parameter[index] | (parameter[index].isLetter ? 0x20 : 0))
    }
    return noise.contains(name)
  }

  /// The value of an attribute.
  ///
  /// - Parameter index: Where it begins, and then where it ends.
  private static func value(in page: Span<UInt8>, from index: inout Int) -> Range<Int> {
    guard index < page.count else { return index..<index }
    let quote = page[index]
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      let start = index + 1
      index = start
      while index < page.count, page[index] != quote { index += 1 }
      let end = index
      if index < page.count { index += 1 }
      return start..<end
    }
    let start = index
    while index < page.count, !page[index].isSpace, page[index] != UInt8(ascii: ">") { index += 1 }
    return start..<index
  }

  /// Behind the next such text, in any case of letters; the end where there is none.
  private static func end(of text: StaticString, in page: Span<UInt8>, from start: Int) -> Int {
    let count = text.utf8CodeUnitCount
    var index = start
    search: while index + count <= page.count {
      defer { index += 1 }
      if page[index] != text.utf8Start[0] { continue }
      for offset in 0..<count {
        let byte = page[index + offset]
        if (byte.isLetter ? byte | 0x20 : byte) != text.utf8Start[offset] { continue search }
      }
      return index + count
    }
    return page.count
  }

  private static func packed(_ name: StaticString) -> UInt64 {
    var packed: UInt64 = 0
    for index in 0..<name.utf8CodeUnitCount { packed = packed << 8 | UInt64(name.utf8Start[index]) }
    return packed
  }

  private static let elements: [UInt64: Element] = {
    var elements: [UInt64: Element] = [packed("a"): .link, packed("area"): .link, packed("meta"): .meta]
    for name in ["img", "source", "video", "audio", "embed", "object", "iframe", "image", "use"] as [StaticString] {
      elements[packed(name)] = .medium
    }
    for name in ["path", "polyline", "polygon", "line", "rect", "circle", "ellipse"] as [StaticString] {
      elements[packed(name)] = .drawing
    }
    return elements
  }()

  /// The attributes that name media; lazy ones do so until a script comes.
  private static let naming = Set(
    ([
      "src", "srcset", "alt", "poster", "data", "href", "xlink:href", "srcdoc", "data-src", "data-srcset",
      "data-lazy-src", "data-lazy-srcset", "data-original", "data-lazy", "data-bg",
    ] as [StaticString]).map { packed($0) })

  private static let noise = Set(
    ([
      "r", "rnd", "rand", "random", "cb", "cachebuster", "cache", "nocache", "bust", "ts", "timestamp", "_", "ord",
      "sid",
      "session", "sessionid", "phpsessid", "token", "csrf", "nonce",
    ] as [StaticString]).map { packed($0) })

  private static let (width, height, style) = (packed("width"), packed("height"), packed("style"))
}

extension UInt8 {
  var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }
  var isSpace: Bool { self == 0x20 || 0x09...0x0D ~= self }
}
