/// A URL with holes for values. No value can leave the place that its hole has.
///
/// The model is RFC 6570, levels 1 and 2: a plain hole takes any text and percent-encodes all but what is unreserved
/// (3.2.2), a raw one keeps reserved characters and `%XX` (3.2.3). Beyond it, a hole knows its place, and a value that no
/// encoding can keep there is refused: an empty or `..` segment of the path, what is not part of a host's name.
package struct URLTemplate: Sendable {
  package enum Piece: Hashable, Sendable {
    case text(String)
    case hole(isRaw: Bool)
  }

  /// Where a hole is.
  package enum Place: Hashable, Sendable {
    /// Raw, at the start: the value is a URL.
    case start
    /// All that stands between `//` and the path: a host, and a port or none.
    case authority
    /// A part of the host's name.
    case host
    case port
    /// Raw, behind the host: a path with its slash, a query or a fragment.
    case behindHost
    case path, query, fragment
    /// Raw, anywhere in these three.
    case raw
  }

  /// Why there is no such URL, and the hole that it is about.
  package struct Fault: Error, Hashable {
    package enum Reason: Hashable, Sendable {
      /// It does not begin with http:// or https://, or with a raw hole.
      case scheme
      /// It begins with a plain hole.
      case plainStart
      /// A raw hole in the host.
      case rawHost
      /// A hole in the user or the password.
      case user
      /// Whatever the values are, it is not a URL that can be fetched.
      case unusable(String)
    }

    package let reason: Reason
    package let hole: Int?
  }

  /// Why a value cannot be put into its hole.
  package struct Refusal: Error, Hashable {
    package let hole: Int
    /// Completes "the value".
    package let reason: String
  }

  private enum Part: Sendable {
    case text([UInt8])
    case hole(Place)
  }

  private let parts: [Part]
  /// Of each hole, in their order.
  package let places: [Place]
  /// The origin of all of its URLs; `nil` if a value tells it.
  package let origin: WebURL.OriginKey?

  package init(_ pieces: [Piece]) throws(Fault) {
    for (piece, next) in zip(pieces, pieces.dropFirst()) {
      // `%2` and a value that begins with `e` would be a dot.
      if case .text(let text) = piece, case .hole = next, text.utf8.suffix(2).contains(UInt8(ascii: "%")) {
        throw Fault(reason: .unusable("a '%' before a value would take its first characters: write %25"), hole: nil)
      }
    }
    var scanner = Scanner()
    for piece in pieces {
      switch piece {
      case .text(let text): try scanner.take(text)
      case .hole(let isRaw): try scanner.take(holeThatIsRaw: isRaw)
      }
    }
    scanner.finish()
    guard scanner.state != .start else { throw Fault(reason: .scheme, hole: nil) }
    places = scanner.places
    var holes = scanner.places.makeIterator()
    parts = pieces.compactMap { piece in
      switch piece {
      case .text(let text): .text(Array(text.utf8))
      case .hole: holes.next().map { .hole($0) }
      }
    }
    origin = try Self.origin(of: parts)
  }

  /// The URL's origin, with something in its holes.
  private static func origin(of parts: [Part]) throws(Fault) -> WebURL.OriginKey? {
    var sample: [UInt8] = []
    var isFixed = true
    for part in parts {
      switch part {
      case .text(let text): sample += text
      case .hole(.start): return nil
      case .hole(.authority), .hole(.host):
        sample.append(UInt8(ascii: "a"))
        isFixed = false
      case .hole(.port):
        sample.append(UInt8(ascii: "1"))
        isFixed = false
      case .hole(.behindHost): sample.append(UInt8(ascii: "/"))
      case .hole: sample.append(UInt8(ascii: "a"))
      }
    }
    let url: WebURL
    do throws(WebURL.Failure) {
      url = try WebURL(parsing: sample)
    } catch {
      throw Fault(reason: .unusable(error.message), hole: nil)
    }
    if let fault = url.hostFault { throw Fault(reason: .unusable(fault), hole: nil) }
    return isFixed ? url.originKey.detached : nil
  }

  /// The URL with values in its holes.
  ///
  /// - Parameter values: One for each hole. That of `Place.start` is the text of a URL that can be fetched.
  package func filled(with values: [String]) throws(Refusal) -> String {
    var url: [UInt8] = []
    var index = 0
    /// A hole whose value may be a segment that leads out of its folder.
    var dotted: Int?
    /// A hole behind the host that nothing was put into: the host goes on until something ends it.
    var open: Int?
    func end(with first: UInt8?) throws(Refusal) {
      guard let hole = open, let first else { return }
      if !"/?#".utf8.contains(first) {
        throw Refusal(hole: hole, reason: "is empty, and what stands behind it would be a part of the host")
      }
      open = nil
    }
    for part in parts {
      switch part {
      case .text(let text):
        try end(with: text.first)
        url += text
      case .hole(let place):
        let value = values[index]
        if let reason = place.refusal(of: value) { throw Refusal(hole: index, reason: reason) }
        try end(with: value.utf8.first)
        if place == .behindHost, value.isEmpty { open = index }
        if place == .path, value.utf8.allSatisfy({ $0 == UInt8(ascii: ".") }) { dotted = index }
        place.append(value, to: &url)
        index += 1
      }
    }
    if let dotted, Self.hasDotSegment(url[...]) {
      throw Refusal(hole: dotted, reason: "would lead out of its folder, as a '.' or '..' between slashes does")
    }
    let text = String(decoding: url, as: UTF8.self)
    // What stands behind a URL without a slash is a part of its host.
    if places.first == .start, parts.count > 1, let first = values.first, let whole = WebURL(first),
      WebURL(text)?.originKey != whole.originKey
    {
      throw Refusal(
        hole: 0, reason: "ends within its host, so that what stands behind it would change that: it needs a '/'")
    }
    return text
  }

  /// Whether a segment of the path is `.` or `..`, however it is written (WHATWG URL 4.1).
  private static func hasDotSegment(_ url: ArraySlice<UInt8>) -> Bool {
    let path = url.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    return path.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }).contains { segment in
      [".", ".."].contains(String(decoding: segment, as: UTF8.self).lowercased().replacing("%2e", with: "."))
    }
  }
}

extension URLTemplate {
  /// Walks along the pieces and finds the place of each hole (WHATWG URL 4.4, of special URLs).
  private struct Scanner {
    enum State {
      /// Before the first byte.
      case start
      /// Behind a raw hole at the start: it may be anywhere behind the scheme.
      case behindStart
      case authority, path, query, fragment
    }

    private(set) var state = State.start
    private(set) var places: [Place] = []
    /// Whether the authority has anything yet.
    private var hasAuthority = false
    private var isInBrackets = false
    private var isInPort = false
    /// The hole that is all of the authority so far.
    private var lone: Int?
    /// The first hole in the authority.
    private var first: Int?

    mutating func take(_ text: String) throws(Fault) {
      var bytes = Array(text.utf8)[...]
      // The parser takes tabs and line breaks away (WHATWG URL 4.4), and what was around them would be together.
      if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
        throw Fault(reason: .unusable("it holds a control character"), hole: nil)
      }
      if state == .start, !bytes.isEmpty {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
          throw Fault(reason: .scheme, hole: nil)
        }
        bytes = bytes.dropFirst(scheme.utf8.count)
        state = .authority
        // The parser passes over more slashes, and what is behind them would be the host.
        if bytes.first == UInt8(ascii: "/") || bytes.first == UInt8(ascii: "\\") {
          throw Fault(reason: .unusable("no host stands behind the scheme"), hole: nil)
        }
      }
      for byte in bytes { try take(byte) }
    }

    private mutating func take(_ byte: UInt8) throws(Fault) {
      switch (byte, state) {
      case (UInt8(ascii: "/"), .authority), (UInt8(ascii: "\\"), .authority), (UInt8(ascii: "/"), .behindStart):
        end(.path)
      case (UInt8(ascii: "?"), .authority), (UInt8(ascii: "?"), .path), (UInt8(ascii: "?"), .behindStart): end(.query)
      case (UInt8(ascii: "#"), .authority), (UInt8(ascii: "#"), .path), (UInt8(ascii: "#"), .query),
        (UInt8(ascii: "#"), .behindStart):
        end(.fragment)
      case (UInt8(ascii: "@"), .authority):
        if let first { throw Fault(reason: .user, hole: first) }
        (hasAuthority, isInPort) = (false, false)
      case (_, .authority):
        if byte == UInt8(ascii: "[") { isInBrackets = true }
        if byte == UInt8(ascii: "]") { isInBrackets = false }
        if byte == UInt8(ascii: ":"), !isInBrackets { isInPort = true }
        hasAuthority = true
        lone = nil
      default: break
      }
    }

    /// The authority has ended.
    private mutating func end(_ next: State) {
      if let lone { places[lone] = .authority }
      lone = nil
      state = next
    }

    mutating func take(holeThatIsRaw isRaw: Bool) throws(Fault) {
      let hole = places.count
      switch state {
      case .start:
        if !isRaw { throw Fault(reason: .plainStart, hole: hole) }
        places.append(.start)
        state = .behindStart
      case .authority where isRaw:
        if !hasAuthority || isInBrackets { throw Fault(reason: .rawHost, hole: hole) }
        end(.path)
        places.append(.behindHost)
      case .authority:
        lone = hasAuthority ? nil : hole
        first = first ?? hole
        hasAuthority = true
        places.append(isInPort ? .port : .host)
      case .behindStart: places.append(isRaw ? .raw : .query)
      case .path: places.append(isRaw ? .raw : .path)
      case .query: places.append(isRaw ? .raw : .query)
      case .fragment: places.append(isRaw ? .raw : .fragment)
      }
    }

    /// The pieces have ended.
    mutating func finish() { if state == .authority { end(.authority) } }
  }
}

extension URLTemplate.Place {
  /// Why a value cannot stand here, however it is encoded; completes "the value".
  fileprivate func refusal(of value: String) -> String? {
    switch self {
    case .authority:
      guard !value.isEmpty else { return "is empty, and no host would be left" }
      let bytes = value.utf8
      guard bytes.allSatisfy({ Self.isOfHost($0) || ":[]".utf8.contains($0) }),
        let url = WebURL("http://\(value)/"), url.pathname == "/", url.hostFault == nil
      else { return "is not a host, with or without a port" }
      return nil
    case .host:
      if value.isEmpty { return "is empty, which leaves a hole in the host" }
      return value.utf8.allSatisfy(Self.isOfHost) ? nil : "cannot be a part of a host's name"
    case .port:
      let isNumber = !value.isEmpty && value.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      return isNumber ? nil : "is not the number of a port"
    case .behindHost:
      if value.isEmpty || "/?#".utf8.contains(value.utf8.first ?? 0) { return nil }
      return "must begin with '/', '?' or '#', since it follows the host"
    case .path: return value.isEmpty ? "is empty, which leaves a hole in the path" : nil
    case .start, .query, .fragment, .raw: return nil
    }
  }

  /// Letters and digits, `-`, `.`, `_`, and what is not ASCII; the parser maps these (UTS #46).
  private static func isOfHost(_ byte: UInt8) -> Bool {
    byte >= 0x80 || !URLText.reservedOrOther.contains(byte) && byte != UInt8(ascii: "~")
  }

  fileprivate func append(_ value: String, to url: inout [UInt8]) {
    switch self {
    case .start, .authority, .host, .port: url += value.utf8
    case .behindHost, .raw: URLText.append(raw: value, to: &url)
    case .path, .query, .fragment: URLText.append(value, to: &url)
    }
  }
}
