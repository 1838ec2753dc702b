extension WebURL {
  /// The origin, serialized (WHATWG URL 4.7): `https://example.com:8080`, or `null` for an opaque origin.
  package var origin: String {
    switch layout.scheme {
    case .http, .https, .ws, .wss, .ftp:
      return originKey.description
    case .file:
      return "null"
    case .other:
      guard scheme == "blob", let inner = WebURL(String(pathname)), inner.isHTTP else { return "null" }
      return inner.origin
    }
  }

  /// Scheme, host and port as a key of dictionaries.
  package var originKey: OriginKey {
    hasUserinfo
      ? OriginKey(text: part(0, layout.authorityStart) + part(layout.hostStart, layout.pathStart))
      : OriginKey(text: part(0, layout.authorityEnd))
  }

  /// Scheme, host and port, as they stand in a URL: cheap to make, to compare and to hash.
  package struct OriginKey: Hashable, Sendable, CustomStringConvertible {
    let text: Substring

    /// `https://example.com:8080`
    package var description: String { String(text) }

    /// The same key in memory of its own; it does not keep the whole URL alive, as the key of a URL does.
    package var detached: OriginKey { OriginKey(text: Substring(String(text))) }
  }
}
