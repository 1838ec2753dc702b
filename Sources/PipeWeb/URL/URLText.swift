/// Texts in URLs and forms, encoded so that they are one value there.
package enum URLText {
  /// All of ASCII but what is unreserved (RFC 3986, 2.3).
  static let reservedOrOther = ByteSet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~").inverted
  /// What is neither unreserved nor reserved (RFC 3986, 2.2).
  private static let other = ByteSet(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;="
  ).inverted
  /// The application/x-www-form-urlencoded percent-encode set (WHATWG URL 1.3), but for the space.
  private static let form = ByteSet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._").inverted

  /// Appends a value, percent-encoded but for what is unreserved (RFC 6570, 3.2.2). It is one segment of a path, one value of
  /// a query, one fragment, since the sets of the URL Standard for these (1.3) are parts of what is encoded.
  package static func append(_ value: String, to bytes: inout [UInt8]) {
    PercentEncoding.append(value.utf8.span, encoding: reservedOrOther, to: &bytes)
  }

  /// Appends a part of a URL: reserved characters and `%XX` stay as they are (RFC 6570, 3.2.3).
  package static func append(raw value: String, to bytes: inout [UInt8]) {
    let value = Array(value.utf8)
    var start = 0
    for index in value.indices
    where value[index] == UInt8(ascii: "%") && index >= start && index + 2 < value.count {
      guard ASCII.hexValue(value[index + 1]) != nil, ASCII.hexValue(value[index + 2]) != nil else { continue }
      PercentEncoding.append(value.span.extracting(start..<index), encoding: other, to: &bytes)
      bytes += value[index..<index + 3]
      start = index + 3
    }
    PercentEncoding.append(value.span.extracting(start..<value.count), encoding: other, to: &bytes)
  }

  /// Appends a name or a value of a form (WHATWG URL 5.2).
  package static func append(form value: String, to bytes: inout [UInt8]) {
    append(form: Array(value.utf8), to: &bytes)
  }

  /// Names and values of a form, each in the bytes of its encoding: `name=value&…` (WHATWG URL 5.2).
  package static func form(_ entries: [(name: [UInt8], value: [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
      append(form: entry.name, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      append(form: entry.value, to: &bytes)
    }
    return bytes
  }

  /// Appends a name or a value of a form, in the bytes of its encoding.
  static func append(form value: [UInt8], to bytes: inout [UInt8]) {
    var isFirst = true
    for part in value.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
      if !isFirst { bytes.append(UInt8(ascii: "+")) }
      isFirst = false
      PercentEncoding.append(part.span, encoding: form, to: &bytes)
    }
  }
}
