/// The way past the parser for an http or https URL that is in serialized form already, as most are: its
/// bytes are looked at once, and copied.
///
/// It knows plain hosts of lowercase letters, digits, `-`, `.` and `_`, and takes everything doubtful for not
/// serialized: the parser decides.
enum SerializedForm {
  private static let host = ByteSet("abcdefghijklmnopqrstuvwxyz0123456789-._")
  private static let path = PercentEncoding.path.inverted
  private static let query = PercentEncoding.specialQuery.inverted
  private static let fragment = PercentEncoding.fragment.inverted

  /// The layout of the input if parsing and serializing it would give the same bytes.
  static func scan(_ input: Span<UInt8>) -> WebURL.Layout? {
    var layout = WebURL.Layout()
    guard var index = scanScheme(input, &layout) else { return nil }
    layout.usernameEnd = UInt32(index)
    layout.hostStart = UInt32(index)
    guard scanHost(input, &index) else { return nil }
    layout.host = .domain
    layout.hostEnd = UInt32(index)
    guard scanPort(input, &index, &layout), index < input.count, input[index] == UInt8(ascii: "/") else { return nil }
    layout.pathStart = UInt32(index)
    guard scanPath(input, &index) else { return nil }
    layout.queryStart = UInt32(index)
    if index < input.count, input[index] == UInt8(ascii: "?") {
      skip(query, input, &index)
    }
    layout.fragmentStart = UInt32(index)
    if index < input.count, input[index] == UInt8(ascii: "#") {
      index += 1
      skip(fragment, input, &index)
    }
    return index == input.count ? layout : nil
  }

  @inline(__always)
  private static func skip(_ set: ByteSet, _ input: Span<UInt8>, _ index: inout Int) {
    while index < input.count, set.contains(input[index]) { index += 1 }
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

  /// A host whose last label starts with a digit may be an IPv4 address (3.5, ends in a number checker).
  @inline(__always)
  private static func scanHost(_ input: Span<UInt8>, _ index: inout Int) -> Bool {
    let start = index
    skip(host, input, &index)
    var label = index
    if label > start, input[label - 1] == UInt8(ascii: ".") { label -= 1 }
    while label > start, input[label - 1] != UInt8(ascii: ".") { label -= 1 }
    return index > start && !ASCII.isDigit(input[label])
  }

  @inline(__always)
  private static func scanPort(_ input: Span<UInt8>, _ index: inout Int, _ layout: inout WebURL.Layout) -> Bool {
    guard index < input.count, input[index] == UInt8(ascii: ":") else { return true }
    let start = index + 1
    var end = start
    var value = 0
    while end < input.count, end - start < 6, ASCII.isDigit(input[end]) {
      value = value * 10 + Int(input[end] - UInt8(ascii: "0"))
      end += 1
    }
    guard end > start, end == start + 1 || input[start] != UInt8(ascii: "0") else { return false }
    guard let port = UInt16(exactly: value), port != layout.scheme.defaultPort else { return false }
    layout.port = port
    index = end
    return true
  }

  /// A path without a segment that starts with a dot, plain or encoded: it might be `.` or `..`.
  @inline(__always)
  private static func scanPath(_ input: Span<UInt8>, _ index: inout Int) -> Bool {
    let path = path
    var previous: UInt8 = 0
    while index < input.count, path.contains(input[index]) {
      let byte = input[index]
      if byte == UInt8(ascii: "\\") { return false }
      if previous == UInt8(ascii: "/"), byte == UInt8(ascii: ".") || byte == UInt8(ascii: "%") { return false }
      previous = byte
      index += 1
    }
    return true
  }
}
