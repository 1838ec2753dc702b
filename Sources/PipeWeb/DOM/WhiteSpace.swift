extension String {
  /// The text with ASCII white space stripped from its ends, and each run of it inside made one space
  /// (WHATWG Infra, 4.6).
  package func collapsingWhiteSpace() -> String { collapsingHTMLSpace() }

  /// The text without ASCII white space and no-break spaces at its ends.
  package func trimmingWhiteSpace() -> String {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.isASCIIWhitespace || scalar == "\u{A0}" }
    guard let first = unicodeScalars.firstIndex(where: { !isSpace($0) }),
      let last = unicodeScalars.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return first == startIndex && unicodeScalars.index(after: last) == endIndex ? self : String(self[first...last])
  }
}
