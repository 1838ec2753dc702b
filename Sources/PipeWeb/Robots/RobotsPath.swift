/// The one form in which paths of rules and of URLs are compared (RFC 9309, 2.2.2), path and query alike.
///
/// Percent-encoded bytes that need no encoding are decoded, bytes that are in no URL are encoded, as is a `%` that encodes
/// nothing, and hex digits are in uppercase. So a rule ends between two characters, never inside of one.
/// Of the reserved characters, the RFC's table takes those for the same, encoded or not, that are data: here all but the
/// ones that separate (`/ ? # & = + ;`), which mean another resource when they are encoded (RFC 3986, 2.2).
enum RobotsPath {
  /// What is the same, encoded or not.
  private static let plain = ByteSet(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@!'(),[]*$")
  /// What stays as it is, encoded or not.
  private static let separators = ByteSet("/?#&=+;")

  /// Appends a URL's path and query.
  static func append(_ path: Span<UInt8>, to output: inout [UInt8]) {
    var index = 0
    while index < path.count { index = appendOne(path, index, to: &output) }
  }

  /// Appends a rule's path, `*` as the wildcard of `WildcardSearch`.
  ///
  /// - Returns: Whether a `$` at its end ties it to the end of the URL (RFC 9309, 2.2.3). A `$` elsewhere stands for
  ///   itself, as do `%24` and `%2A`.
  static func append(rule path: Span<UInt8>, to output: inout [UInt8]) -> Bool {
    let isTied = path.count > 0 && path[path.count - 1] == UInt8(ascii: "$")
    let end = isTied ? path.count - 1 : path.count
    // Some rules lack the slash that every path begins with.
    if let first = path.first, first != UInt8(ascii: "/"), first != UInt8(ascii: "*"), end > 0 {
      output.append(UInt8(ascii: "/"))
    }
    var index = 0
    while index < end {
      if path[index] == UInt8(ascii: "*") {
        output.append(WildcardSearch.wildcard)
        index += 1
      } else {
        index = appendOne(path.extracting(0..<end), index, to: &output)
      }
    }
    return isTied
  }

  /// Appends one character; returns the place behind it.
  @inline(__always)
  private static func appendOne(_ path: Span<UInt8>, _ index: Int, to output: inout [UInt8]) -> Int {
    let byte = path[index]
    if plain.contains(byte) {
      output.append(byte)
      return index + 1
    }
    if byte == UInt8(ascii: "%"), index + 2 < path.count, let high = ASCII.hexValue(path[index + 1]),
      let low = ASCII.hexValue(path[index + 2])
    {
      let value = high << 4 | low
      if plain.contains(value) { output.append(value) } else { appendEncoded(value, to: &output) }
      return index + 3
    }
    if separators.contains(byte) { output.append(byte) } else { appendEncoded(byte, to: &output) }
    return index + 1
  }

  private static func appendEncoded(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "%"))
    output.append(PercentEncoding.hexDigit(byte >> 4))
    output.append(PercentEncoding.hexDigit(byte & 15))
  }
}
