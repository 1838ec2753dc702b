// Path, opaque path, query and fragment state (WHATWG URL 4.4).
extension URLParser {
  /// Appends the segments of a path whose leading slash has been taken, resolving `.` and `..` against what
  /// the path holds already.
  mutating func appendPath(_ input: Span<UInt8>) {
    let set = PercentEncoding.path
    let isSpecial = layout.scheme.isSpecial
    var start = 0
    while true {
      var end = start
      while end < input.count, !Self.isSlash(input[end], isSpecial: isSpecial) { end += 1 }
      let isLast = end == input.count
      let segment = input.extracting(start..<end)
      switch Self.dots(segment) {
      case 2:
        shortenPath()
        if isLast { output.append(UInt8(ascii: "/")) }
      case 1:
        if isLast { output.append(UInt8(ascii: "/")) }
      default:
        appendSegment(segment, set)
      }
      if isLast { break }
      start = end + 1
    }
    insertPathPrefixIfNeeded()
  }

  private mutating func appendSegment(_ segment: Span<UInt8>, _ set: ByteSet) {
    let isFirst = output.count == Int(layout.pathStart)
    output.append(UInt8(ascii: "/"))
    if layout.scheme == .file, isFirst, segment.count == 2, Self.startsWithDriveLetter(segment) {
      output.append(segment[0])
      output.append(UInt8(ascii: ":"))
    } else {
      PercentEncoding.append(segment, encoding: set, to: &output)
    }
  }

  /// Removes the last segment; a drive letter alone stays (4.2, shorten a URL's path).
  mutating func shortenPath() {
    let start = Int(layout.pathStart)
    guard start < output.count else { return }
    if layout.scheme == .file, output.count - start == 3,
      Self.isNormalizedDriveLetter(output.span.extracting((start + 1)...))
    {
      return
    }
    var last = output.count - 1
    while last > start, output[last] != UInt8(ascii: "/") { last -= 1 }
    output.removeSubrange(last...)
  }

  /// A path that starts with `//` would read as a host: `/.` goes before it (4.5).
  private mutating func insertPathPrefixIfNeeded() {
    let start = Int(layout.pathStart)
    guard !layout.hasHost, output.count >= start + 2, output.span.extracting(start..<(start + 2)) == "//" else {
      return
    }
    output.insert(contentsOf: [UInt8(ascii: "/"), UInt8(ascii: ".")], at: start)
    layout.pathStart += 2
  }

  mutating func appendOpaquePath(_ input: Span<UInt8>, isLast: Bool) {
    layout.hasOpaquePath = true
    let endsInSpace = !isLast && input.count > 0 && input[input.count - 1] == UInt8(ascii: " ")
    let body = endsInSpace ? input.extracting(0..<(input.count - 1)) : input
    PercentEncoding.append(body, encoding: PercentEncoding.control, to: &output)
    // A space in front of `?` or `#` would be lost if these were removed later.
    if endsInSpace { output.append("%20") }
  }

  mutating func appendQueryAndFragment(_ input: Span<UInt8>, _ parts: Parts) {
    layout.queryStart = UInt32(output.count)
    if let query = parts.query {
      output.append(UInt8(ascii: "?"))
      let set = layout.scheme.isSpecial ? PercentEncoding.specialQuery : PercentEncoding.query
      if encoding != .utf8, let encoder = queryEncoder {
        PercentEncoding.append(input.extracting(query), encoding: set, after: encoder, to: &output)
      } else {
        PercentEncoding.append(input.extracting(query), encoding: set, to: &output)
      }
    }
    appendFragment(input, parts)
  }

  /// The encoder of a query that does not go out as UTF-8 (query state, step 1): that of a special URL alone, and not
  /// of WebSockets.
  private var queryEncoder: CharacterEncoder? {
    switch layout.scheme {
    case .http, .https, .ftp, .file: CharacterEncoder(encoding)
    case .ws, .wss, .other: nil
    }
  }

  mutating func appendFragment(_ input: Span<UInt8>, _ parts: Parts) {
    layout.fragmentStart = UInt32(output.count)
    guard let fragment = parts.fragment else { return }
    output.append(UInt8(ascii: "#"))
    PercentEncoding.append(input.extracting(fragment), encoding: PercentEncoding.fragment, to: &output)
  }

  @inline(__always)
  static func isSlash(_ byte: UInt8, isSpecial: Bool) -> Bool {
    byte == UInt8(ascii: "/") || (isSpecial && byte == UInt8(ascii: "\\"))
  }

  /// Whether the segment of a path that begins at `start` is `.` or `..`, `%2e` being a dot.
  static func beginsWithDotSegment(_ input: Span<UInt8>, from start: Int) -> Bool {
    var end = start
    // Six bytes are `%2e%2e`.
    while end < input.count, end - start <= 6, input[end] != UInt8(ascii: "/"), input[end] != UInt8(ascii: "?"),
      input[end] != UInt8(ascii: "#")
    {
      end += 1
    }
    return dots(input.extracting(start..<end)) > 0
  }

  /// 1 for a single-dot segment, 2 for a double-dot segment, `%2e` being a dot; else 0.
  @inline(__always)
  private static func dots(_ segment: Span<UInt8>) -> Int {
    guard let first = segment.first, first == UInt8(ascii: ".") || first == UInt8(ascii: "%"), segment.count <= 6
    else { return 0 }
    var count = 0
    var index = 0
    while index < segment.count {
      if segment[index] == UInt8(ascii: ".") {
        index += 1
      } else if segment.count - index >= 3, segment[index] == UInt8(ascii: "%"),
        segment[index + 1] == UInt8(ascii: "2"), segment[index + 2] | 0x20 == UInt8(ascii: "e")
      {
        index += 3
      } else {
        return 0
      }
      count += 1
    }
    return count <= 2 ? count : 0
  }
}
