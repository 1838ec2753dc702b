/// What stands in a heading, as far as its text depends on it: tags without attributes but for those that hide, and text.
///
/// Most headings hold text and elements that do nothing to it. Where others are in it (blocks, a closed `details`, options,
/// something hidden), which of it a reader sees, and where it is parted, is the tree's to say: tree construction ignores
/// some tags, and opens elements anew. Then the text is that of a tree built of this markup alone.
struct HeadingMarkup {
  /// In the page's encoding; what is not text is ASCII.
  private(set) var bytes: [UInt8] = []
  private(set) var needsTree = false

  enum TextKind {
    /// With character references.
    case text
    /// A CDATA section's.
    case characters
    /// In an element whose content has no tags.
    case raw
  }

  // MARK: Gathering

  mutating func append(_ text: Slice<UnsafeBufferPointer<UInt8>>, as kind: TextKind, startsRun: Bool) {
    if kind == .raw {
      bytes.append(contentsOf: text)
      return
    }
    // No character reference spans two runs.
    if startsRun, let last = bytes.last, last != UInt8(ascii: ">") { bytes += "<!---->".utf8 }
    for byte in text {
      switch byte {
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: "&") where kind == .characters: bytes += "&amp;".utf8
      default: bytes.append(byte)
      }
    }
  }

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
    if isForeign || !isPlain || !Self.leavesText(token) { needsTree = true }
    bytes.append(UInt8(ascii: ">"))
    // A line's end is all that it is.
    if token.tag == .br, !needsTree {
      bytes.removeSubrange(start...)
      bytes.append(0x20)
    }
  }

  /// Whether an element leaves the text inside and around it as it is, as long as there are no others.
  private static func leavesText(_ token: HTMLTagToken) -> Bool {
    switch token.tag {
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
    var markup = Array((isQuirky ? "<body>" : "<!doctype html><body>").utf8)
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

  private static let names = HTMLTagTable.words(HTMLTag.names)

  /// A page that has the heading alone.
  func markup(from start: Int, in context: [UInt8]) -> [UInt8] { context + bytes[start...] }

  /// The text of a heading, on one line, given the page that has it alone; and whether its tree has all of it.
  static func text(of markup: UnsafeBufferPointer<UInt8>, transcode: HTMLTranscode?) -> (text: String, isWhole: Bool) {
    let page = transcode.map { Array($0(markup).utf8) } ?? Array(String(decoding: markup, as: UTF8.self).utf8)
    guard let document = DOMDocument(parsing: page.span, memory: 16 << 20) else { return ("", false) }
    return (
      document.headings.first { $0[attribute: "id"] != nil }?.readableText.collapsingWhiteSpace() ?? "",
      !document.isTruncated
    )
  }
}
