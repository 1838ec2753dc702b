/// Finds the encoding of a page (WHATWG HTML 13.2.3.2, "encoding sniffing algorithm"; XML 1.0 4.3.3 for XML).
package enum EncodingSniffer {
  /// What told the encoding, the strongest first.
  package enum Source: String, Sendable, Hashable {
    case byteOrderMark = "bom"
    /// The charset of the Content-Type header.
    case http
    /// A meta element, in HTML.
    case meta
    /// An XML declaration.
    case xmlDeclaration = "xml"
    /// Nothing did: UTF-8 where most of the bytes are that, and in JSON; otherwise windows-1252.
    case assumed = "default"
  }

  /// The standard's bound on how far the prescan looks, in bytes.
  package static let declarationLimit = 1024

  /// Finds the encoding of a page that starts with `prefix`.
  ///
  /// A declaration counts in the first ``declarationLimit`` bytes; without one, all of `prefix` is looked at to tell
  /// UTF-8 from a legacy encoding, so give the whole page where it is at hand. A label that is unknown, in the header
  /// or in the page, is as good as none.
  ///
  /// - Parameters:
  ///   - mediaType: the Content-Type header's; without one the page is taken for HTML.
  ///   - declared: What a meta element says that the parser has read, wherever it stands in a page of HTML: it counts
  ///     more than what the prescan took for one (13.2.6.4.4, "change the encoding").
  package static func sniff(
    prefix: Span<UInt8>, mediaType: MediaType?, declared: CharacterEncoding? = nil
  ) -> (encoding: CharacterEncoding, source: Source) {
    prefix.withUnsafeBufferPointer { bytes in
      if let mark = ByteOrderMark(bytes) { return (mark.encoding, .byteOrderMark) }
      let labelled = mediaType?.charset.flatMap { CharacterEncoding(label: $0) }
      if mediaType?.isJSON == true, labelled.map({ isUTF8($0, bytes) }) ?? true {
        return (.utf8, labelled == .utf8 ? .http : .assumed)
      }
      if let labelled { return (labelled, .http) }
      let head = UnsafeBufferPointer(rebasing: bytes.prefix(declarationLimit))
      if mediaType?.isXML == true {
        if let encoding = XMLEncodingDeclaration.encoding(ofXML: head) { return (encoding, .xmlDeclaration) }
      } else if mediaType?.isHTML ?? true {
        if let encoding = XMLEncodingDeclaration.utf16(head) { return (encoding, .xmlDeclaration) }
        if let declared { return (declared, .meta) }
        var prescan = MetaPrescan(head)
        if let encoding = prescan.encoding() { return (encoding, .meta) }
        if let encoding = XMLEncodingDeclaration.encoding(ofHTML: head) { return (encoding, .xmlDeclaration) }
      }
      return (UTF8Validity.isLikely(bytes) ? .utf8 : .windows1252, .assumed)
    }
  }

  /// The encoding that a byte order mark at the start tells; `nil` where there is none.
  package static func marked(_ prefix: Span<UInt8>) -> CharacterEncoding? {
    prefix.withUnsafeBufferPointer { ByteOrderMark($0)?.encoding }
  }

  /// Finds the encoding of a whole page, as ``sniff(prefix:mediaType:declared:)`` does, and reads a page of HTML as far
  /// as a meta element that declares one, if nothing stronger does.
  package static func encoding(of page: Span<UInt8>, mediaType: MediaType?) -> CharacterEncoding {
    let (encoding, source) = sniff(prefix: page, mediaType: mediaType)
    guard mediaType?.isHTML ?? true, source != .byteOrderMark, source != .http, encoding.isASCIICompatible else {
      return encoding
    }
    var scanner = PageScanner(wanted: .encoding)
    page.withUnsafeBufferPointer { _ = scanner.feed($0) }
    return scanner.finish().encoding ?? encoding
  }

  /// The encoding of JSON: UTF-8 where it is that, whatever a header says (RFC 8259, 8.1).
  package static func encoding(ofJSON text: Span<UInt8>, labelled: CharacterEncoding) -> CharacterEncoding {
    text.withUnsafeBufferPointer { isUTF8(labelled, $0) } ? .utf8 : labelled
  }

  /// Whether JSON that is labelled with an encoding is in UTF-8 after all. Control characters, which JSON has none of,
  /// tell UTF-16 and ISO-2022-JP.
  private static func isUTF8(_ labelled: CharacterEncoding, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    labelled == .utf8
      || UTF8Validity(bytes) != .invalid
        && (labelled.isASCIICompatible || !bytes.contains { $0 == 0 || $0 == 0x1B })
  }
}
