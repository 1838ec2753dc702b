internal import PipeWeb

/// The JSON-LD of a page (JSON-LD 1.1, 7): its scripts of that type, as far as they are JSON.
enum LinkedData {
  static func documents(in page: DOMDocument) -> [JSONValue] {
    guard let scripts = try? scripts?.select(in: page) else { return [] }
    return scripts.compactMap { document(in: unwrapped($0.textContent)) }
  }

  private static let scripts = try? CSSSelector("script[type^='application/ld+json' i]")

  private static func document(in text: String) -> JSONValue? {
    if let value = try? JSONValue(parsing: text) { return value }
    return try? JSONValue(parsing: escapingLines(in: text.utf8).span)
  }

  /// The text with escapes in the place of the line breaks and tabs in its strings: templates write what an editor typed,
  /// and JSON wants these escaped (RFC 8259, 7).
  private static func escapingLines(in text: String.UTF8View) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var isInString = false
    var isEscaped = false
    for byte in text {
      switch byte {
      case UInt8(ascii: "\n") where isInString && !isEscaped: output += "\\n".utf8
      case UInt8(ascii: "\r") where isInString && !isEscaped: output += "\\r".utf8
      case UInt8(ascii: "\t") where isInString && !isEscaped: output += "\\t".utf8
      default: output.append(byte)
      }
      if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
      isEscaped = isInString && !isEscaped && byte == UInt8(ascii: "\\")
    }
    return output
  }

  /// The script without the comment or the CDATA section that it is wrapped in, for browsers and parsers of old, and
  /// without a comment before it. No JSON begins like these.
  private static func unwrapped(_ script: String) -> String {
    var text = script.trimmingWhiteSpace()
    if text.hasPrefix("<!--") {
      if text.hasSuffix("-->") {
        text = String(text.dropFirst(4).dropLast(3))
      } else if let end = text.utf8.firstRange(of: "-->".utf8) {
        text = String(text[end.upperBound...])
      }
      text = text.trimmingWhiteSpace()
    }
    for (start, end) in [("<![CDATA[", "]]>"), ("//<![CDATA[", "//]]>"), ("/*<![CDATA[*/", "/*]]>*/")]
    where text.hasPrefix(start) && text.hasSuffix(end) {
      return String(text.dropFirst(start.count).dropLast(end.count))
    }
    return text
  }
}
