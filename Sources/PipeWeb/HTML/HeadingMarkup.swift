/// What stands in a heading or a link, as far as its text depends on it: tags without attributes but for those that hide,
/// and text.
///
/// Most hold text and elements that do nothing to it, or only part it. Where others are in it (a closed `details`, options,
/// something hidden), which of it a reader sees, and where it is parted, is the tree's to say: tree construction ignores
/// some tags, and opens elements anew. Then the text is that of a tree built of this markup alone.
struct HeadingMarkup {
  enum Subject {
    case heading, link
  }

  let subject: Subject
  /// In the page's encoding; what is not text is ASCII.
  private(set) var bytes: [UInt8] = []
  private(set) var needsTree = false
  /// The blocks that were opened in a link. A tree is needed where tags do not match; in headings for every block, since
  /// one may end the heading.
  private var blocks: [HTMLTag] = []
  /// How many tables were opened; below 0 one around it was ended.
  private var tables = 0

  init(_ subject: Subject) { self.subject = subject }

  enum TextKind {
    /// With character references.
    case text
    /// A CDATA section's.
    case characters
    /// In an element whose content has no tags.
    case raw
  }

  // MARK: Gathering

  /// Whether a part of a table, or its end, which was taken, is outside: it ends a link that nothing else has ended.
  func isLeft(by tag: HTMLTag) -> Bool { tag == .table ? tables < 0 : tables <= 0 }

  mutating func append(_ text: Slice<UnsafeBufferPointer<UInt8>>, as kind: TextKind, startsRun: Bool) {
    if kind == .raw {
      bytes.append(contentsOf: text)
      return
    }
    // No character reference spans two runs.
    if startsRun, let last = bytes.last, last != UInt8(ascii: ">") { bytes += "<!---->".utf8 }
    if kind == .text, !text.contains(UInt8(ascii: "<")) {
      bytes.append(contentsOf: text)
      return
    }
    for byte in text {
      switch byte {
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: "&") where kind == .characters: bytes += "&amp;".utf8
      default: bytes.append(byte)
      }
    }
  }

  /// Text of foreign content that holds U+0000, which is another character there.
  mutating func noteForeignNull() { needsTree = true }

  mutating func append(_ token: HTMLTagToken, isForeign: Bool, isHTMLAnnotation: Bool) {
    let start = bytes.count
    bytes.append(UInt8(ascii: "<"))
    if token.isEnd { bytes.append(UInt8(ascii: "/")) }
    if token.name.count <= 16 {
      token.name.withPackedBytes { bytes.append(contentsOf: $0) }
    } else {
      // No name that means anything is as long.
      bytes += "x-\(String(token.name.fingerprint, radix: 16))".utf8
    }
    let nameEnd = bytes.count
    if !token.isEnd {
      for name: StaticString in ["hidden", "popover", "open", "color", "face", "size"]
      where token.index(of: HTMLName(name)) != nil {
        bytes += " \(name)".utf8
      }
      if isHTMLAnnotation { bytes += " encoding=text/html".utf8 }
      if token.isSelfClosing { bytes += " /".utf8 }
    }
    let isPlain = bytes.count == nameEnd || token.isSelfClosing && bytes.count == nameEnd + 2
    if token.tag == .table, !isForeign { tables = token.isEnd ? max(tables, 0) - 1 : max(tables, 0) + 1 }
    var partsText = false
    if !isPlain {
      needsTree = true
    } else if subject == .link, !isForeign, Self.isBlock(token.tag) {
      partsText = true
      if !take(token) { needsTree = true }
    } else if isForeign ? subject == .heading || !Self.leavesForeignText(token) : !leavesText(token) {
      needsTree = true
    }
    bytes.append(UInt8(ascii: ">"))
    if partsText, !needsTree { bytes.append(0x20) }
    // A line's end is all that it is.
    if token.tag == .br, !needsTree {
      bytes.removeSubrange(start...)
      bytes.append(0x20)
    }
  }

  /// Takes the tag of a block; false where it does not match.
  private mutating func take(_ token: HTMLTagToken) -> Bool {
    if token.tag == .hr { return !token.isEnd }
    if token.isEnd { return blocks.popLast() == token.tag }
    // A heading in another one ends it.
    if token.traits.contains(.heading), blocks.contains(where: { Self.isHeading($0) }) { return false }
    blocks.append(token.tag)
    return true
  }

  /// Whether an element does nothing in a link but to part the text before, inside and behind it.
  private static func isBlock(_ tag: HTMLTag) -> Bool {
    switch tag {
    case .address, .article, .aside, .blockquote, .center, .div, .dl, .dt, .dd, .figcaption, .figure, .footer, .header,
      .hgroup, .hr, .li, .main, .nav, .ol, .p, .section, .ul:
      true
    default: isHeading(tag)
    }
  }

  private static func isHeading(_ tag: HTMLTag) -> Bool {
    switch tag {
    case .h1, .h2, .h3, .h4, .h5, .h6: true
    default: false
    }
  }

  /// The same in foreign content: shapes of SVG and its end.
  private static func leavesForeignText(_ token: HTMLTagToken) -> Bool {
    switch token.tag {
    case .svg: true
    case .other:
      !ShownText.isNeverShown(.other, token.name) && !ShownText.isNeverShownInSVG(.other, token.name)
        && !ShownText.isBlock(.other, token.name)
    default: false
    }
  }

  /// Whether an element leaves the text inside and around it as it is, as long as there are no others.
  private func leavesText(_ token: HTMLTagToken) -> Bool {
    switch token.tag {
    case .svg, .source: subject == .link
    case .a, .b, .big, .code, .em, .font, .i, .nobr, .s, .small, .strike, .strong, .tt, .u, .span, .sub, .sup, .var,
      .img,
      .image, .wbr, .ruby:
      true
    case .br: !token.isEnd
    case .other: !ShownText.isNeverShown(.other, token.name) && !ShownText.isBlock(.other, token.name)
    default: false
    }
  }

  // MARK: Reading

  /// The text from a place on, where there is no need of a tree: U+0000 parts its runs.
  func text(from start: Int) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count - start)
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "<") {
        text.append(0)
        while index < bytes.count, bytes[index] != UInt8(ascii: ">") { index += 1 }
      } else {
        text.append(byte)
      }
      index += 1
    }
    return text
  }

  /// The beginning of a page in which the same elements are open as where a heading begins, the heading last: they decide
  /// what tags inside of it mean.
  static func context(_ elements: borrowing OpenElements, isQuirky: Bool) -> [UInt8] {
    var markup = start(isQuirky)
    for index in 0..<max(0, elements.count - 1) {
      let element = elements[index]
      // No tag asks for one of another name.
      guard element.tag != .other else { continue }
      markup.append(UInt8(ascii: "<"))
      markup += names[Int(element.tag.rawValue) - 1].utf8
      if element.tag == .annotationXML, element.isIntegrationPoint { markup += " encoding=text/html".utf8 }
      markup.append(UInt8(ascii: ">"))
    }
    // The mark tells it from headings around it.
    return markup + "<h1 id=x>".utf8
  }

  private static func start(_ isQuirky: Bool) -> [UInt8] {
    Array((isQuirky ? "<body>" : "<!doctype html><body>").utf8)
  }

  /// The beginning of a page in which the elements around a link are open, and no text is, so that all of it is the link's,
  /// however often tree construction opens the link anew. Nothing hides it. Two elements of a name are enough for tags that
  /// end them.
  static func context(aroundLink elements: borrowing OpenElements, isQuirky: Bool) -> [UInt8] {
    var markup = start(isQuirky)
    var end = elements.count
    for index in stride(from: elements.count - 1, through: 0, by: -1)
    where elements[index].tag == .a && elements[index].namespace == .html {
      end = index
      break
    }
    var counts: [HTMLTag: Int] = [:]
    for index in 0..<end {
      let tag = elements[index].tag
      counts[tag, default: 0] += 1
      if counts[tag, default: 0] > 2 { continue }
      switch tag {
      case .other, .noscript, .iframe, .noembed, .annotationXML: continue
      case .details, .dialog: markup += "<\(names[Int(tag.rawValue) - 1]) open>".utf8
      // They have the same scopes.
      case .object, .applet: markup += "<marquee>".utf8
      default:
        markup.append(UInt8(ascii: "<"))
        markup += names[Int(tag.rawValue) - 1].utf8
        markup.append(UInt8(ascii: ">"))
      }
    }
    return markup + "<a>".utf8
  }

  private static let names = HTMLTagTable.words(HTMLTag.names)

  /// A page that has the heading alone.
  func markup(from start: Int, in context: [UInt8]) -> [UInt8] { context + bytes[start...] }

  /// The text of a heading or a link, on one line, given the page that has it alone; and whether its tree has all of it.
  static func text(
    of markup: UnsafeBufferPointer<UInt8>, _ subject: Subject, transcode: HTMLTranscode?
  ) -> (text: String, isWhole: Bool) {
    let page = transcode.map { Array($0(markup).utf8) } ?? Array(String(decoding: markup, as: UTF8.self).utf8)
    guard let document = DOMDocument(parsing: page.span, memory: 16 << 20) else { return ("", false) }
    let node =
      switch subject {
      case .heading: document.headings.first { $0[attribute: "id"] != nil }
      case .link: document.body
      }
    return (node?.readableText.collapsingWhiteSpace() ?? "", !document.isTruncated)
  }
}
