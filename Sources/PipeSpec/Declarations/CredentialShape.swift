extension Shape where Value == String {
  /// A text that nobody is to see: it is shown as `***` from here on. One that stands in the spec for everybody who
  /// reads it gets a warning.
  package static func credential(_ name: String) -> Self {
    Shape<ResolvedText>.scalar(.text(name: name, examples: ["${secret:env:NAME}"])) { text throws(ScalarFault) in
      if text.value == .null, text.text.isEmpty {
        throw ScalarFault(.wrongType, "has no value", hint: "write ${secret:env:NAME}, or \"\" for an empty one")
      }
      return text
    }.map { text, _, context in
      context.hide(text)
      return text.text
    }
  }
}

extension DecodingContext {
  /// Keeps a credential from being shown, and warns where the spec itself tells it.
  ///
  /// - Parameter parts: What of the text is secret; without it, all.
  package mutating func hide(_ credential: ResolvedText, parts: [String]? = nil) {
    for part in parts ?? [credential.text] { hide(part) }
    if credential.isInterpolated || credential.text.isEmpty { return }
    mask(credential.node)
    report(
      .insecure, on: credential.node, "\(place) stands in the spec, where everybody can read it",
      hint: "write ${secret:env:NAME} or ${secret:file:PATH}")
  }
}
