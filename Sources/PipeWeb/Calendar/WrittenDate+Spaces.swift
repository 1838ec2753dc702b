extension String {
  /// The text of a date with a space for white space of any kind, and without marks of direction: browsers write U+202F
  /// before PM, and some U+200E around numbers.
  var withPlainSpaces: String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return self }
    var scalars = UnicodeScalarView()
    for scalar in unicodeScalars where scalar != "\u{200E}" && scalar != "\u{200F}" {
      scalars.append(scalar.properties.isWhitespace ? " " : scalar)
    }
    return String(scalars)
  }
}
