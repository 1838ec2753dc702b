/// The way past the parser for an http or https URL that is in serialized form already, as most are: its
/// bytes are looked at once, and copied.
///
/// It knows plain hosts of lowercase letters, digits, `-`, `.` and `_`, IPv4 addresses among them, and takes everything
/// doubtful for not serialized: the parser decides.
enum SerializedForm {
  /// The layout of the input if parsing and serializing it would give the same bytes.
  static func scan(_ input: Span<UInt8>) -> WebURL.Layout? {
    var layout = WebURL.Layout()
    guard let start = scanScheme(input, &layout) else { return nil }
    layout.usernameEnd = UInt32(start)
    layout.hostStart = UInt32(start)
    guard let (form, host) = scanHost(input, from: start) else { return nil }
    layout.host = form
    layout.hostEnd = UInt32(host)
    guard let (port, path) = scanPort(input, from: host, defaultPort: layout.scheme.defaultPort), path < input.count,
      input[path] == UInt8(ascii: "/")
    else { return nil }
    layout.port = port
    layout.pathStart = UInt32(path)
    guard let query = scanPath(input, from: path) else { return nil }
    layout.queryStart = UInt32(query)
    let fragment = scanQuery(input, from: query)
    layout.fragmentStart = UInt32(fragment)
    return scanFragment(input, from: fragment) == input.count ? layout : nil
  }

  /// The layout of a base's origin with the input for a path, if that is what parsing and serializing would give: the
  /// input has a path that begins with a slash, as most links within a site.
  static func scan(pathOf input: Span<UInt8>, against base: WebURL) -> WebURL.Layout? {
    guard input.count < WebURL.maximumLength, input.first == UInt8(ascii: "/"), base.layout.hasHost,
      base.layout.scheme == .https || base.layout.scheme == .http
    else { return nil }
    if input.count > 1, input[1] == UInt8(ascii: "/") || input[1] == UInt8(ascii: "\\") { return nil }
    guard let query = scanPath(input, from: 0) else { return nil }
    let fragment = scanQuery(input, from: query)
    guard scanFragment(input, from: fragment) == input.count else { return nil }
    var layout = base.layout
    layout.pathStart = layout.authorityEnd
    layout.queryStart = layout.pathStart + UInt32(query)
    layout.fragmentStart = layout.pathStart + UInt32(fragment)
    return layout
  }

  @inline(__always)
  private static func scanScheme(_ input: Span<UInt8>, _ layout: inout WebURL.Layout) -> Int? {
    guard input.count >= 10 else { return nil }
    if input.extracting(0..<8) == "https://" {
      layout.scheme = .https
      layout.schemeEnd = 5
      return 8
    }
    if input.extracting(0..<7) == "http://" {
      layout.scheme = .http
      layout.schemeEnd = 4
      return 7
    }
    return nil
  }

  /// A host and its end. One whose last label starts with a digit may be an IPv4 address (3.5, ends in a number
  /// checker), which is left to the parser unless it is in serialized form.
  @inline(__always)
  static func scanHost(_ input: Span<UInt8>, from start: Int) -> (form: WebURL.HostForm, end: Int)? {
    let end = ByteKinds.end(of: .domain, among: .domain, in: input, from: start)
    guard end > start else { return nil }
    // A dot at the very end begins no label.
    var label = input[end - 1] == UInt8(ascii: ".") ? end - 1 : end
    while label > start, input[label - 1] != UInt8(ascii: ".") { label -= 1 }
    if !ASCII.isDigit(input[label]) { return (.domain, end) }
    return isAddress(input.extracting(start..<end)) ? (.ipv4, end) : nil
  }

  /// Whether a host is four numbers up to 255 without leading zeros.
  private static func isAddress(_ host: Span<UInt8>) -> Bool {
    var parts = 1
    var digits = 0
    var value = 0
    for index in host.indices {
      let byte = host[index]
      if byte == UInt8(ascii: "."), digits > 0, parts < 4 {
        (parts, digits, value) = (parts + 1, 0, 0)
      } else if ASCII.isDigit(byte), digits == 0 || value > 0 {
        (digits, value) = (digits + 1, value * 10 + Int(byte - UInt8(ascii: "0")))
        if value > 255 { return false }
      } else {
        return false
      }
    }
    return parts == 4 && digits > 0
  }

  /// A port that is not the scheme's own and its end, or no port and `start` where there is none.
  @inline(__always)
  static func scanPort(
    _ input: Span<UInt8>, from start: Int, defaultPort: UInt16?
  ) -> (port: UInt16?, end: Int)? {
    guard start < input.count, input[start] == UInt8(ascii: ":") else { return (nil, start) }
    let digits = start + 1
    var end = digits
    var value = 0
    while end < input.count, end - digits < 6, ASCII.isDigit(input[end]) {
      value = value * 10 + Int(input[end] - UInt8(ascii: "0"))
      end += 1
    }
    guard end > digits, end == digits + 1 || input[digits] != UInt8(ascii: "0") else { return nil }
    guard let port = UInt16(exactly: value), port != defaultPort else { return nil }
    return (port, end)
  }

  /// The end of a path; nil where it has a `\` or a segment that is `.` or `..`, plain or encoded.
  @inline(__always)
  static func scanPath(_ input: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    while true {
      index = ByteKinds.end(of: .path, among: [.path, .doubtful], in: input, from: index)
      guard index < input.count, ByteKinds.of(input[index]).contains(.path) else { return index }
      // Doubtful.
      if input[index] == UInt8(ascii: "\\") { return nil }
      if index == start || input[index - 1] == UInt8(ascii: "/"), URLParser.beginsWithDotSegment(input, from: index) {
        return nil
      }
      index += 1
    }
  }

  /// The end of a query, or `start` where there is none.
  @inline(__always)
  static func scanQuery(_ input: Span<UInt8>, from start: Int) -> Int {
    guard start < input.count, input[start] == UInt8(ascii: "?") else { return start }
    return ByteKinds.end(of: .query, among: .query, in: input, from: start + 1)
  }

  /// The end of a fragment, or `start` where there is none.
  @inline(__always)
  static func scanFragment(_ input: Span<UInt8>, from start: Int) -> Int {
    guard start < input.count, input[start] == UInt8(ascii: "#") else { return start }
    return ByteKinds.end(of: .fragment, among: .fragment, in: input, from: start + 1)
  }
}
