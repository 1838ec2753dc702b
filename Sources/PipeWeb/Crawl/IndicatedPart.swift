internal import PipeText

/// What a URL's fragment refers to in a page (WHATWG HTML, "select the indicated part").
package enum IndicatedPart {
  /// The names of which an element must have one; `nil` for what every page has: its top, and what is looked for in its
  /// text.
  ///
  /// - Parameter fragment: As the URL has it, without the `#`.
  package static func names(for fragment: Substring) -> [String]? {
    var fragment = fragment
    if let delimiter = fragment.firstRange(of: ":~:") {
      // A directive is no part of it (URL Fragment Text Directives, 3.3). Text that is not there scrolls nowhere.
      if fragment[delimiter.upperBound...].split(separator: "&").contains(where: { $0.hasPrefix("text=") }) {
        return nil
      }
      fragment = fragment[..<delimiter.lowerBound]
    }
    if fragment.isEmpty { return nil }
    let decoded = String(decoding: percentDecoded(fragment.utf8), as: UTF8.self)
    // An element may be called so, and then it is meant; if none is, the top is.
    if decoded.isExactlyInAnyCase("top") { return nil }
    return decoded == fragment ? [decoded] : [String(fragment), decoded]
  }

  /// Each `%41` as the byte that it stands for (WHATWG URL 1.3); anything else stays.
  package static func percentDecoded(_ bytes: Substring.UTF8View) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      let digits = bytes[bytes.index(after: index)...].prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(String(Substring(digits)), radix: 16),
        digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-")
      {
        decoded.append(value)
        index = digits.endIndex
      } else {
        decoded.append(byte)
        index = bytes.index(after: index)
      }
    }
    return decoded
  }
}
