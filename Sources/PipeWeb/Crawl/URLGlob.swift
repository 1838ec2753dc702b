/// A pattern of URLs with `*` for any characters or none, as `include` and `exclude` have it.
///
///     /search*                    path and query, on every host
///     https://example.com/a/*     scheme and host, and path and query
///     *://*.example.com           scheme and host, whatever the path
///     *.pdf                       the whole URL
///
/// A pattern matches all of what it is compared with, and not a part of it. In a path, a `*` goes over `/` and `?`; in
/// the scheme and host it stays there, so that no path can pass for a host. Percent-encoding is compared in its normal form
/// (RFC 3986, 6.2.2), and so `%2A` is the one way to write a `*` that is encoded; one that is not is matched by `*`.
package struct URLGlob: Sendable {
  package enum Fault: Error, Hashable, Sendable {
    case empty
    /// It begins with neither `/` nor `*` nor a scheme.
    case beginning
    /// Its scheme and host can be those of no http or https URL.
    case origin
    /// Its `#` can match nothing: fragments are not compared.
    case fragment

    package var message: String {
      switch self {
      case .empty: "the pattern is empty"
      case .beginning:
        "begins with neither '/' (a path) nor '*' nor a scheme; for a host write '*://HOST', for a part of the URL '*PART*'"
      case .origin: "what stands before the path is not the scheme and host of an http or https URL"
      case .fragment: "'#' matches nothing, since fragments are not compared"
      }
    }
  }

  /// Scheme, host and port; `nil` where every one matches.
  private let origin: [UInt8]?
  /// What path and query must be, or the whole URL; `nil` where every path matches.
  private let rest: [UInt8]?
  private let isOfWhole: Bool

  package init(_ text: String) throws(Fault) {
    guard let first = text.utf8.first else { throw .empty }
    if text.utf8.contains(UInt8(ascii: "#")) { throw .fragment }
    if first == UInt8(ascii: "/") {
      self.init(origin: nil, rest: Self.pattern(ofPath: text), isOfWhole: false)
    } else if let (scheme, host, path) = Self.split(text) {
      guard let origin = Self.pattern(ofScheme: scheme, host: host) else { throw .origin }
      self.init(origin: origin, rest: path.isEmpty ? nil : Self.pattern(ofPath: path), isOfWhole: false)
    } else if first == UInt8(ascii: "*") {
      self.init(origin: nil, rest: Self.pattern(ofPath: text), isOfWhole: true)
    } else {
      throw .beginning
    }
  }

  private init(origin: [UInt8]?, rest: [UInt8]?, isOfWhole: Bool) {
    self.origin = origin
    self.rest = rest
    self.isOfWhole = isOfWhole
  }

  package func matches(_ url: PatternSubject) -> Bool {
    var steps = 0
    return matches(url, steps: &steps)
  }

  func matches(_ url: PatternSubject, steps: inout Int) -> Bool {
    let bytes = url.bytes.span
    if let origin {
      let text = bytes.extracting(0..<url.pathStart)
      if !WildcardSearch.matches(origin.span, text, isWhole: true, steps: &steps) { return false }
    }
    guard let rest else { return true }
    let text = bytes.extracting((isOfWhole ? 0 : url.pathStart)..<bytes.count)
    return WildcardSearch.matches(rest.span, text, isWhole: true, steps: &steps)
  }

  /// Scheme, host and path of a text that has a scheme, which may be or have a wildcard.
  private static func split(_ text: String) -> (scheme: String, host: String, path: String)? {
    let bytes = Array(text.utf8)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0, bytes[colon...].starts(with: "://".utf8),
      bytes[..<colon].allSatisfy({ ASCII.isLetter($0) || $0 == UInt8(ascii: "*") })
    else { return nil }
    let host = bytes[(colon + 3)...].prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    let path = String(decoding: bytes[host.endIndex...], as: UTF8.self)
    return (
      String(decoding: bytes[..<colon], as: UTF8.self), String(decoding: host, as: UTF8.self),
      // A path is never empty in a URL.
      path.utf8.first == UInt8(ascii: "?") ? "/" + path : path
    )
  }

  private static func pattern(ofScheme scheme: String, host: String) -> [UInt8]? {
    if !scheme.utf8.contains(UInt8(ascii: "*")), !host.utf8.contains(UInt8(ascii: "*")) {
      guard let url = WebURL("\(scheme)://\(host)/"), url.isHTTP, !url.hasUserinfo else { return nil }
      return Array(url.originKey.description.utf8)
    }
    // A host without a wildcard is written as URLs write it: in lowercase, and in ASCII.
    var name = host
    if !host.utf8.contains(UInt8(ascii: "*")) {
      guard let url = WebURL("http://\(host)/"), !url.hasUserinfo else { return nil }
      name = String(url.host)
    }
    let schemes = scheme.utf8.map(ASCII.lowercase)
    let isPossible = ["http", "https"].contains { possible in
      var steps = 0
      return WildcardSearch.matches(
        withWildcards(schemes).span, Array(possible.utf8).span, isWhole: true, steps: &steps)
    }
    guard isPossible, !name.isEmpty, name.utf8.allSatisfy({ $0 < 0x80 && $0 > 0x20 && $0 != UInt8(ascii: "@") })
    else { return nil }
    return withWildcards(schemes + Array("://".utf8) + name.utf8.map(ASCII.lowercase))
  }

  private static func withWildcards(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { $0 == UInt8(ascii: "*") ? WildcardSearch.wildcard : $0 }
  }

  /// What URLs do not have as it is, is percent-encoded as in a path up to the first `?`, and behind it as in a query.
  private static func pattern(ofPath text: String) -> [UInt8] {
    var pattern: [UInt8] = []
    var set = PercentNormalization.pathSet
    for byte in text.utf8 {
      if byte == UInt8(ascii: "*") {
        pattern.append(WildcardSearch.wildcard)
      } else {
        if byte == UInt8(ascii: "?") { set = PercentEncoding.specialQuery }
        PercentEncoding.append([byte].span, encoding: set, to: &pattern)
      }
    }
    // Wildcards are not ASCII, and stay as they are.
    var normal: [UInt8] = []
    for (place, piece) in pattern.split(separator: WildcardSearch.wildcard, omittingEmptySubsequences: false)
      .enumerated()
    {
      if place > 0 { normal.append(WildcardSearch.wildcard) }
      PercentNormalization.append(Array(piece).span, to: &normal)
    }
    return normal
  }
}

/// A URL as patterns see it: without fragment and userinfo, percent-encoding in its normal form.
package struct PatternSubject: Sendable {
  /// ASCII.
  let bytes: [UInt8]
  /// Where path and query begin.
  let pathStart: Int

  package init(_ url: WebURL) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(url.length)
    bytes += url.originKey.text.utf8
    pathStart = bytes.count
    PercentNormalization.append(url.pathAndQuery.utf8.span, to: &bytes)
    self.bytes = bytes
  }

  package var text: String { String(decoding: bytes, as: UTF8.self) }
}
