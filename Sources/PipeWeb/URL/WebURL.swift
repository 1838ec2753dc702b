/// A URL by the WHATWG URL Standard (url.spec.whatwg.org), parsed and serialized.
///
/// It holds the serialization, which is always ASCII, and the places of the components in it. Two URLs
/// are equal when their serializations are.
package struct WebURL: Sendable {
  /// The serialization, with the fragment and the userinfo; ASCII.
  package let href: String
  let layout: Layout

  /// The longest text that is parsed, and the longest serialization that is made, in bytes.
  package static let maximumLength = 1 << 20

  init(href: String, layout: Layout) {
    self.href = href
    self.layout = layout
  }

  /// Parses a text, against `base` where it is relative; nil when it is not a URL.
  ///
  /// - Parameter encoding: That of the document the text stands in, which a query is encoded in (4.4, query state).
  package init?(_ text: String, base: WebURL? = nil, encoding: CharacterEncoding = .utf8) {
    guard let url = try? WebURL(parsing: text, base: base, encoding: encoding) else { return nil }
    self = url
  }

  /// Parses a text, against `base` where it is relative.
  ///
  /// - Throws: why the text is not a URL.
  package init(parsing text: String, base: WebURL? = nil, encoding: CharacterEncoding = .utf8) throws(Failure) {
    self = try URLParser.parse(text.utf8.span, isValidUTF8: true, base: base, encoding: encoding)
  }

  /// Parses UTF-8 in place; bytes that are not UTF-8 stand for U+FFFD.
  ///
  /// - Throws: why the text is not a URL.
  package init(parsing bytes: Span<UInt8>, base: WebURL? = nil, encoding: CharacterEncoding = .utf8) throws(Failure) {
    self = try URLParser.parse(bytes, isValidUTF8: false, base: base, encoding: encoding)
  }

  /// Parses UTF-8 in place; bytes that are not UTF-8 stand for U+FFFD.
  ///
  /// - Throws: why the text is not a URL.
  package init(parsing bytes: UnsafeBufferPointer<UInt8>, base: WebURL? = nil, encoding: CharacterEncoding = .utf8)
    throws(Failure)
  {
    self = try URLParser.parse(bytes.span, isValidUTF8: false, base: base, encoding: encoding)
  }

  /// Parses UTF-8, in place where the collection is contiguous; bytes that are not UTF-8 stand for U+FFFD.
  ///
  /// - Throws: why the text is not a URL.
  package init(parsing bytes: some Collection<UInt8>, base: WebURL? = nil, encoding: CharacterEncoding = .utf8)
    throws(Failure)
  {
    let parsed = bytes.withContiguousStorageIfAvailable { buffer in
      Result { () throws(Failure) in
        try URLParser.parse(buffer.span, isValidUTF8: false, base: base, encoding: encoding)
      }
    }
    if let parsed {
      self = try parsed.get()
    } else {
      let copy = ContiguousArray(bytes)
      self = try URLParser.parse(copy.span, isValidUTF8: false, base: base, encoding: encoding)
    }
  }
}

extension WebURL: Hashable {
  package static func == (left: WebURL, right: WebURL) -> Bool { left.href == right.href }

  package func hash(into hasher: inout Hasher) { hasher.combine(href) }
}

extension WebURL: CustomStringConvertible, CustomDebugStringConvertible {
  /// The serialization with `***` for the userinfo, so that a URL in a message tells no password.
  package var description: String { redacted }

  package var debugDescription: String { redacted }
}
