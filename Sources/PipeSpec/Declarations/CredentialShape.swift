extension Shape where Value == String {
  /// A text that nobody is to see. One that stands in the spec for everybody who reads it gets a warning.
  package static func credential(_ name: String) -> Self {
    Shape<ResolvedText>.scalar(.text(name: name, examples: ["${secret:env:NAME}"])) { text throws(ScalarFault) in
      if text.value == .null, text.text.isEmpty {
        throw ScalarFault(.wrongType, "has no value", hint: "write ${secret:env:NAME}, or \"\" for an empty one")
      }
      return text
    }.map { text, _, context in
      context.protect(text)
      return text.text
    }
  }
}

extension DecodingContext {
  /// Keeps a credential that the spec itself tells from being shown where the spec is quoted, and warns of it.
  package mutating func protect(_ credential: ResolvedText) {
    if credential.isInterpolated || credential.text.isEmpty { return }
    mask(credential.node)
    note(credential: credential.text)
    report(
      .insecure, on: credential.node, "\(place) stands in the spec, where everybody can read it",
      hint: "write ${secret:env:NAME} or ${secret:file:PATH}")
  }
}
