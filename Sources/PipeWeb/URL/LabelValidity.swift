/// The validity criteria of a label that is in normalization form C (UTS 46 4.1), without the Bidi rule.
enum LabelValidity {
  static func isValid(_ label: ArraySlice<Unicode.Scalar>) -> Bool {
    guard let first = label.first else { return true }
    // Rule 4: with CheckHyphens false, a label that still starts with "xn--" is not valid.
    guard !label.starts(with: "xn--".unicodeScalars), !isMark(first) else { return false }
    for index in label.indices {
      let scalar = label[index]
      guard scalar != ".", IDNAMapping.isValid(scalar) else { return false }
      if scalar.value == 0x200C || scalar.value == 0x200D {
        guard allowsJoiner(label, at: index) else { return false }
      }
    }
    return true
  }

  /// CONTEXTJ (RFC 5892 A.1 and A.2).
  private static func allowsJoiner(_ label: ArraySlice<Unicode.Scalar>, at index: Int) -> Bool {
    guard index > label.startIndex else { return false }
    // A virama.
    if label[index - 1].properties.canonicalCombiningClass == .virama { return true }
    guard label[index].value == 0x200C else { return false }
    guard let before = label[..<index].last(where: { !isTransparent($0) }),
      let after = label[(index + 1)...].first(where: { !isTransparent($0) })
    else { return false }
    return SystemIDNA.allowsNonJoiner(between: before, and: after)
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// Joining type T, by its derivation (Unicode 9.2). The joiners themselves are not transparent.
  private static func isTransparent(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value != 0x200C, scalar.value != 0x200D else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return true
    default: return false
    }
  }
}
