extension Shape where Value == RegularExpression {
  /// A regular expression: `/…/i`, or the bare pattern.
  package static var regex: Self {
    .scalar(.text(name: "a regular expression", examples: ["/price: ([0-9.]+)/i", #"\d{4}-\d{2}"#])) {
      text throws(ScalarFault) in
      do throws(RegularExpression.Fault) {
        return try RegularExpression.parse(text.text).get()
      } catch {
        throw ScalarFault(
          .badRegex, "is not a regular expression: \(error.message)", hint: error.hint,
          range: error.range.isEmpty ? nil : error.range)
      }
    }
  }
}
