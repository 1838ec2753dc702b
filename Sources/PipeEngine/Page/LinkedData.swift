internal import PipeWeb

/// The JSON-LD of a page (JSON-LD 1.1, 7): its scripts of that type, as far as they are JSON.
enum LinkedData {
  static func documents(in page: DOMDocument) -> [JSONValue] {
    guard let scripts = try? scripts?.select(in: page) else { return [] }
    return scripts.compactMap { try? JSONValue(parsing: unwrapped($0.textContent)) }
  }

  private static let scripts = try? CSSSelector("script[type^='application/ld+json' i]")

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
