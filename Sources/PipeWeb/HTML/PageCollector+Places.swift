// Where links stand: their place in the source, and the landmark that they are in.

/// A part of a page, as its elements or their roles name it.
enum PageRegion: UInt8, BitwiseCopyable {
  case nav, header, footer, main
  /// Beside the content: in none of the landmarks, even inside of one.
  case aside

  var landmark: PageFacts.Landmark? {
    switch self {
    case .nav: .nav
    case .header: .header
    case .footer: .footer
    case .main: .main
    case .aside: nil
    }
  }

  init?(_ tag: HTMLTag) {
    switch tag {
    case .nav: self = .nav
    case .header: self = .header
    case .footer: self = .footer
    case .main: self = .main
    case .aside: self = .aside
    default: return nil
    }
  }

  /// The first of the words of a `role` that names a region (WAI-ARIA 1.2, 5.3.4).
  init?(role: UnsafeBufferPointer<UInt8>) {
    for word in role.split(whereSeparator: HTMLBytes.isSpace) {
      let word = UnsafeBufferPointer(rebasing: word)
      for (name, region) in Self.roles where word.equalsIgnoringCase(name) {
        self = region
        return
      }
    }
    return nil
  }

  private static let roles: [(StaticString, PageRegion)] = [
    ("navigation", .nav), ("banner", .header), ("contentinfo", .footer), ("main", .main), ("complementary", .aside),
  ]
}

extension PageCollector {
  /// The region that a start tag's role makes of its element.
  func region(of token: HTMLTagToken) -> PageRegion? {
    guard let index = token.index(of: HTMLName("role")) else { return nil }
    return token.withValue(ofAttribute: index) { bytes in
      guard bytes.contains(UInt8(ascii: "&")) else { return PageRegion(role: bytes) }
      var text = HTMLText.attribute.string(bytes)
      return text.withUTF8 { PageRegion(role: $0) }
    }
  }

  /// The `html` and `body` elements take from later tags what they lack (13.2.6.4.7); neither is on the stack.
  mutating func takeRole(ofDocument token: HTMLTagToken) {
    guard wantsPlaces, let region = region(of: token) else { return }
    if token.tag == .html { htmlRegion = htmlRegion ?? region } else { bodyRegion = bodyRegion ?? region }
  }

  /// The place of the start tag at hand, before its element is opened.
  mutating func place(of token: HTMLTagToken) -> PageFacts.Place {
    let region = elements.innermostRegion ?? bodyRegion ?? htmlRegion
    // Only a `link` may have no attribute of interest, and then leads nowhere; where it begins was not noted.
    let source = token.attributeCount > 0 ? lines.place(of: token.start) : nil
    return PageFacts.Place(source: source, landmark: region?.landmark)
  }
}

extension OpenElements {
  /// The region of the innermost open element that has one.
  fileprivate var innermostRegion: PageRegion? {
    var index = count
    while index > 0 {
      index -= 1
      let element = self[index]
      if let region = element.region { return region }
      if element.namespace == .html, let region = PageRegion(element.tag) { return region }
    }
    return nil
  }
}
