/// Tells what content is that came without a usable media type (WHATWG MIME Sniffing 7.1, "rules for identifying an
/// unknown MIME type").
///
/// Two things are wider than there. Beside the tags that the standard lists, any tag of HTML begins a page, and so does
/// one behind a byte order mark: browsers show such pages as text, which helps nobody who wants their titles. And what
/// begins as XML is told by its first element, so that feeds and XHTML are what they are.
package enum ContentSniffer {
  /// The most bytes that are looked at: the standard's resource header.
  package static let limit = 1445

  /// The media type of content that begins like this.
  package static func mediaType(of content: Span<UInt8>) -> MediaType? {
    content.withUnsafeBufferPointer { MediaType(essence(of: UnsafeBufferPointer(rebasing: $0.prefix(limit)))) }
  }

  private static func essence(of bytes: UnsafeBufferPointer<UInt8>) -> String {
    if bytes.isEmpty { return "text/plain" }
    let mark = ByteOrderMark(bytes)
    if let mark, mark.encoding != .utf8 {
      let text = CharacterDecoder(mark.encoding).decodeToUTF8(bytes.span)
      return text.withUnsafeBufferPointer { markup(in: $0) } ?? "text/plain"
    }
    let text = UnsafeBufferPointer(rebasing: bytes[(mark?.length ?? 0)...])
    if let markup = markup(in: text) { return markup }
    // `<?xml` in UTF-16 (XML 1.0, appendix F).
    if XMLEncodingDeclaration.utf16(bytes) != nil { return "text/xml" }
    for (beginning, essence) in signatures where bytes.starts(with: beginning) { return essence }
    for (offset, beginning, essence) in inner where bytes.dropFirst(offset).starts(with: beginning) { return essence }
    return bytes.contains(where: isBinary) && mark == nil ? "application/octet-stream" : "text/plain"
  }

  // MARK: Markup

  private static func markup(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
    var cursor = XMLCursor(bytes)
    cursor.skipSpace()
    if cursor.skip("<?xml") {
      cursor.pass("?>")
      return essence(ofXML: &cursor)
    }
    if cursor.skip("<!--") { return "text/html" }
    guard cursor.skip("<") else { return nil }
    if cursor.skip("!") { return cursor.name().elementsEqual("doctype".utf8, by: isSame) ? doctype(&cursor) : nil }
    let name = cursor.name()
    // A tag-terminating byte, and white space of other kinds, which begin attributes as well.
    guard !name.isEmpty, let next = cursor.peek, next == UInt8(ascii: ">") || next == 0x2F || HTMLBytes.isSpace(next)
    else {
      return nil
    }
    if HTMLTagTable.shared.slot(of: HTMLName(name)).tag != .other, !isSVG(name) { return "text/html" }
    return essence(ofRoot: name)
  }

  private static func isSVG(_ name: [UInt8]) -> Bool { name == Array("svg".utf8) || name == Array("math".utf8) }

  private static func isSame(_ left: UInt8, _ right: UInt8) -> Bool { ASCII.lowercase(left) == right }

  /// Only HTML's doctype begins HTML; others are XML's.
  private static func doctype(_ cursor: inout XMLCursor) -> String? {
    cursor.skipSpace()
    return cursor.name().elementsEqual("html".utf8, by: isSame) ? "text/html" : "text/xml"
  }

  /// Behind an XML declaration: the first element's.
  private static func essence(ofXML cursor: inout XMLCursor) -> String {
    while true {
      cursor.skipSpace()
      if cursor.skip("<!--") {
        cursor.pass("-->")
      } else if cursor.skip("<?") {
        cursor.pass("?>")
      } else if cursor.skip("<!") {
        if cursor.passDoctype() == false { return "text/xml" }
      } else {
        return cursor.skip("<") ? essence(ofRoot: cursor.name()) ?? "text/xml" : "text/xml"
      }
    }
  }

  private static func essence(ofRoot name: [UInt8]) -> String? {
    switch String(decoding: name, as: UTF8.self) {
    case "html": "application/xhtml+xml"
    case "rss", "rdf:RDF": "application/rss+xml"
    case "feed": "application/atom+xml"
    case "svg": "image/svg+xml"
    case "math": "application/mathml+xml"
    case "urlset", "sitemapindex", "opml": "text/xml"
    // XHTML may have a prefix.
    default: name.suffix(5).elementsEqual(":html".utf8) ? "application/xhtml+xml" : nil
    }
  }

  // MARK: Other kinds

  private static let signatures: [(beginning: [UInt8], essence: String)] = [
    (Array("%PDF-".utf8), "application/pdf"), (Array("%!PS-Adobe-".utf8), "application/postscript"),
    ([0x00, 0x00, 0x01, 0x00], "image/x-icon"), ([0x00, 0x00, 0x02, 0x00], "image/x-icon"),
    (Array("BM".utf8), "image/bmp"), (Array("GIF87a".utf8), "image/gif"), (Array("GIF89a".utf8), "image/gif"),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"), ([0xFF, 0xD8, 0xFF], "image/jpeg"),
    (Array("ID3".utf8), "audio/mpeg"), (Array("OggS\0".utf8), "application/ogg"),
    ([0x1A, 0x45, 0xDF, 0xA3], "video/webm"), ([0x1F, 0x8B, 0x08], "application/x-gzip"),
    (Array("PK\u{3}\u{4}".utf8), "application/zip"), (Array("Rar \u{1A}\u{7}\0".utf8), "application/x-rar-compressed"),
  ]

  private static let inner: [(offset: Int, beginning: [UInt8], essence: String)] = [
    (8, Array("WEBPVP".utf8), "image/webp"), (8, Array("WAVE".utf8), "audio/wave"),
    (8, Array("AVI ".utf8), "video/avi"),
    (8, Array("AIFF".utf8), "audio/aiff"), (4, Array("ftyp".utf8), "video/mp4"),
  ]

  /// A binary data byte (WHATWG MIME Sniffing 3).
  private static func isBinary(_ byte: UInt8) -> Bool {
    byte <= 0x08 || byte == 0x0B || (0x0E...0x1A).contains(byte) || (0x1C...0x1F).contains(byte)
  }
}

extension XMLCursor {
  /// Passes over what stands behind `<!`, an internal subset included; false where it has no end.
  fileprivate mutating func passDoctype() -> Bool {
    while let byte = next() {
      switch byte {
      case UInt8(ascii: ">"): return true
      case UInt8(ascii: "\""), UInt8(ascii: "'"): pass(byte)
      case UInt8(ascii: "["): if !passSubset() { return false }
      default: break
      }
    }
    return false
  }
}
