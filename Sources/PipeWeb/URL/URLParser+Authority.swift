// Authority, host, port and file host state (WHATWG URL 4.4).
extension URLParser {
  /// Special authority ignore slashes state: any number of slashes is as good as two.
  mutating func parseSpecialAuthority(_ input: Span<UInt8>, _ parts: Parts) throws(Failure) {
    var start = parts.head.lowerBound
    while start < parts.head.upperBound, Self.isSlash(input[start], isSpecial: true) { start += 1 }
    try parseAuthority(input, parts, from: start)
  }

  /// Authority state, from behind the slashes, and all that follows. `output` holds the scheme and its `:`.
  mutating func parseAuthority(_ input: Span<UInt8>, _ parts: Parts, from start: Int) throws(Failure) {
    let isSpecial = layout.scheme.isSpecial
    var end = start
    var lastAt: Int?
    while end < parts.head.upperBound, !Self.isSlash(input[end], isSpecial: isSpecial) {
      if input[end] == UInt8(ascii: "@") { lastAt = end }
      end += 1
    }
    output.append("//")
    layout.usernameEnd = UInt32(output.count)
    if let lastAt {
      guard lastAt + 1 < end else { throw .emptyHost }
      appendUserinfo(input.extracting(start..<lastAt))
    }
    layout.hostStart = UInt32(output.count)
    try appendHostAndPort(input.extracting((lastAt.map { $0 + 1 } ?? start)..<end))
    layout.pathStart = UInt32(output.count)
    appendPathAfterHost(input.extracting(end..<parts.head.upperBound))
    appendQueryAndFragment(input, parts)
  }

  /// Appends `username:password@`, or nothing when both are empty.
  private mutating func appendUserinfo(_ userinfo: Span<UInt8>) {
    let set = PercentEncoding.userinfo
    let colon = userinfo.firstIndex(of: UInt8(ascii: ":")) ?? userinfo.count
    PercentEncoding.append(userinfo.extracting(0..<colon), encoding: set, to: &output)
    let usernameEnd = output.count
    if colon + 1 < userinfo.count {
      output.append(UInt8(ascii: ":"))
      PercentEncoding.append(userinfo.extracting((colon + 1)...), encoding: set, to: &output)
    }
    guard output.count > Int(layout.usernameEnd) else { return }
    layout.usernameEnd = UInt32(usernameEnd)
    output.append(UInt8(ascii: "@"))
  }

  private mutating func appendHostAndPort(_ input: Span<UInt8>) throws(Failure) {
    var end = 0
    var isInBrackets = false
    while end < input.count {
      let byte = input[end]
      if byte == UInt8(ascii: ":"), !isInBrackets { break }
      if byte == UInt8(ascii: "[") { isInBrackets = true } else if byte == UInt8(ascii: "]") { isInBrackets = false }
      end += 1
    }
    let host = input.extracting(0..<end)
    if host.isEmpty {
      guard end == input.count, !layout.scheme.isSpecial else { throw .emptyHost }
      layout.host = .empty
    } else {
      layout.host = try HostParser.append(host, isSpecial: layout.scheme.isSpecial, to: &output)
    }
    layout.hostEnd = UInt32(output.count)
    layout.port = end < input.count ? try port(input.extracting((end + 1)...)) : nil
    if let port = layout.port {
      output.append(UInt8(ascii: ":"))
      output.append(contentsOf: String(port).utf8)
    }
  }

  /// Port state; nil for none and for the scheme's own.
  private func port(_ digits: Span<UInt8>) throws(Failure) -> UInt16? {
    guard !digits.isEmpty else { return nil }
    var value = 0
    for index in digits.indices {
      guard ASCII.isDigit(digits[index]) else { throw .badPort }
      value = value * 10 + Int(digits[index] - UInt8(ascii: "0"))
      guard value <= UInt16.max else { throw .badPort }
    }
    let port = UInt16(value)
    return port == layout.scheme.defaultPort ? nil : port
  }

  /// File host state. `output` holds `file:`, the head starts with two slashes.
  mutating func parseFileHost(_ input: Span<UInt8>, _ parts: Parts) throws(Failure) {
    let start = parts.head.lowerBound + 2
    var end = start
    while end < parts.head.upperBound, !Self.isSlash(input[end], isSpecial: true) { end += 1 }
    let host = input.extracting(start..<end)
    let isDriveLetter = host.count == 2 && Self.startsWithDriveLetter(host)
    markEmptyHost()
    if isDriveLetter {
      appendPath(input.extracting(start..<parts.head.upperBound))
    } else {
      if !host.isEmpty { try appendFileHost(host) }
      appendPathAfterHost(input.extracting(end..<parts.head.upperBound))
    }
    appendQueryAndFragment(input, parts)
  }

  private mutating func appendFileHost(_ host: Span<UInt8>) throws(Failure) {
    let start = output.count
    layout.host = try HostParser.append(host, isSpecial: true, to: &output)
    if output.span.extracting(start...) == "localhost" {
      output.removeSubrange(start...)
      layout.host = .empty
    }
    layout.hostEnd = UInt32(output.count)
    layout.pathStart = layout.hostEnd
  }

  /// Path start state: a special URL has a path always.
  private mutating func appendPathAfterHost(_ rest: Span<UInt8>) {
    if !rest.isEmpty {
      appendPath(rest.extracting(1...))
    } else if layout.scheme.isSpecial {
      output.append(UInt8(ascii: "/"))
    }
  }

  /// A file URL's `//` without a host. `output` holds the scheme and its `:`.
  mutating func markEmptyHost() {
    output.append("//")
    markHost(.empty)
  }

  /// A URL without a host. `output` holds the scheme and its `:`.
  mutating func markNoHost() { markHost(.none) }

  private mutating func markHost(_ form: WebURL.HostForm) {
    let end = UInt32(output.count)
    layout.host = form
    layout.port = nil
    layout.usernameEnd = end
    layout.hostStart = end
    layout.hostEnd = end
    layout.pathStart = end
  }
}
