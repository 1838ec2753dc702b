// Relative, relative slash, file and file slash state (WHATWG URL 4.4).
extension URLParser {
  /// Takes the serialization of the base up to `end`.
  mutating func copyBase(_ base: WebURL, to end: UInt32) {
    output.append(base.href.utf8.span, from: 0, to: Int(end))
  }

  /// Takes scheme, userinfo, host and port of the base, and with `path` its path.
  private mutating func copyBase(_ base: WebURL, path: Bool) {
    layout = base.layout
    if path {
      copyBase(base, to: base.layout.queryStart)
    } else {
      copyBase(base, to: base.layout.authorityEnd)
      layout.pathStart = base.layout.authorityEnd
    }
  }

  /// Takes the path of the base, and its query where the input has none.
  private mutating func finishWithBasePath(_ input: Span<UInt8>, _ parts: Parts, _ base: WebURL) {
    copyBase(base, path: true)
    if parts.query == nil {
      output.append(base.href.utf8.span, from: Int(base.layout.queryStart), to: Int(base.layout.fragmentStart))
      layout.queryStart = base.layout.queryStart
      appendFragment(input, parts)
    } else {
      appendQueryAndFragment(input, parts)
    }
  }

  /// The state of `output` is empty; the head is taken relative to the base.
  mutating func parseRelative(_ input: Span<UInt8>, _ parts: Parts, base: WebURL) throws(Failure) {
    let isSpecial = base.layout.scheme.isSpecial
    let head = input.extracting(parts.head)
    guard let first = head.first else { return finishWithBasePath(input, parts, base) }
    if Self.isSlash(first, isSpecial: isSpecial) {
      if head.count > 1, Self.isSlash(head[1], isSpecial: isSpecial) {
        copyBase(base, to: base.layout.schemeEnd + 1)
        if isSpecial {
          try parseSpecialAuthority(input, parts)
        } else {
          try parseAuthority(input, parts, from: parts.head.lowerBound + 2)
        }
        return
      }
      copyBase(base, path: false)
      appendPath(head.extracting(1...))
    } else {
      copyBaseFolder(base)
      appendPath(head)
    }
    appendQueryAndFragment(input, parts)
  }

  /// Takes the base without the last segment of its path.
  private mutating func copyBaseFolder(_ base: WebURL) {
    copyBase(base, path: false)
    output.append(base.href.utf8.span, from: Int(base.layout.pathStart), to: Int(base.layout.queryStart))
    shortenPath()
  }

  /// File state. `output` holds `file:`.
  mutating func parseFile(_ input: Span<UInt8>, _ parts: Parts, base: WebURL?) throws(Failure) {
    let head = input.extracting(parts.head)
    if let first = head.first, Self.isSlash(first, isSpecial: true) {
      if head.count > 1, Self.isSlash(head[1], isSpecial: true) {
        return try parseFileHost(input, parts)
      }
      parseFileSlash(head.extracting(1...), base)
    } else if let base {
      output.removeAll(keepingCapacity: true)
      if head.isEmpty { return finishWithBasePath(input, parts, base) }
      if Self.startsWithDriveLetter(head) {
        copyBase(base, path: false)
      } else {
        copyBaseFolder(base)
      }
      appendPath(head)
    } else {
      markEmptyHost()
      appendPath(head)
    }
    appendQueryAndFragment(input, parts)
  }

  /// File slash state: the host of the base stays, and its drive letter where the input names none.
  private mutating func parseFileSlash(_ rest: Span<UInt8>, _ base: WebURL?) {
    guard let base else {
      markEmptyHost()
      return appendPath(rest)
    }
    output.removeAll(keepingCapacity: true)
    copyBase(base, path: false)
    let path = base.href.utf8.span.extracting(Int(base.layout.pathStart)..<Int(base.layout.queryStart))
    if !Self.startsWithDriveLetter(rest), path.count >= 3, path.count == 3 || path[3] == UInt8(ascii: "/"),
      Self.isNormalizedDriveLetter(path.extracting(1..<3))
    {
      output.append(path, from: 0, to: 3)
    }
    appendPath(rest)
  }

  /// Whether the input, cut before `?` and `#`, starts with a Windows drive letter (4.1).
  static func startsWithDriveLetter(_ input: Span<UInt8>) -> Bool {
    guard input.count >= 2, ASCII.isLetter(input[0]) else { return false }
    guard input[1] == UInt8(ascii: ":") || input[1] == UInt8(ascii: "|") else { return false }
    return input.count == 2 || isSlash(input[2], isSpecial: true)
  }

  static func isNormalizedDriveLetter(_ segment: Span<UInt8>) -> Bool {
    segment.count == 2 && ASCII.isLetter(segment[0]) && segment[1] == UInt8(ascii: ":")
  }
}
