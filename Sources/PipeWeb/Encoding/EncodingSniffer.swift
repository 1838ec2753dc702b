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
    /// Nothing did: UTF-8 where the bytes are that, and in JSON; otherwise windows-1252.
    case assumed = "default"
  }

  /// The standard's bound on how far a declaration may be away, in bytes.
  package static let declarationLimit = 1024

  /// Finds the encoding of a page that starts with `prefix`.
  ///
  /// A declaration counts in the first ``declarationLimit`` bytes; without one, all of `prefix` is looked at to tell
  /// UTF-8 from a legacy encoding, so give the whole page where it is at hand. A label that is unknown, in the header
  /// or in the page, is as good as none.
  ///
  /// - Parameter mediaType: the Content-Type header's; without one the page is taken for HTML.
  package static func sniff(
    prefix: Span<UInt8>, mediaType: MediaType?
  ) -> (encoding: CharacterEncoding, source: Source) {
    prefix.withUnsafeBufferPointer { bytes in
      if let mark = ByteOrderMark(bytes) { return (mark.encoding, .byteOrderMark) }
      if let encoding = mediaType?.charset.flatMap({ CharacterEncoding(label: $0) }) { return (encoding, .http) }
      let head = UnsafeBufferPointer(rebasing: bytes.prefix(declarationLimit))
      if mediaType?.isXML == true {
        if let encoding = XMLEncodingDeclaration.encoding(ofXML: head) { return (encoding, .xmlDeclaration) }
      } else if mediaType?.isHTML ?? true {
        if let encoding = XMLEncodingDeclaration.utf16(head) { return (encoding, .xmlDeclaration) }
        var prescan = MetaPrescan(head)
        if let encoding = prescan.encoding() { return (encoding, .meta) }
        if let encoding = XMLEncodingDeclaration.encoding(ofHTML: head) { return (encoding, .xmlDeclaration) }
      }
      let isLegacy = mediaType?.isJSON != true && UTF8Validity(bytes) == .invalid
      return (isLegacy ? .windows1252 : .utf8, .assumed)
    }
  }
}
