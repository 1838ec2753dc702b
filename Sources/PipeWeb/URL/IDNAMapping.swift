@_spi(_Unicode) import Swift

/// The mapping of UTS 46 5, nontransitional.
///
/// The table derives from NFKC_Casefold (UTS 46 7). Swift's standard library tells whether that changes a
/// scalar, and maps case; what has a compatibility decomposition is mapped by libidn2.
enum IDNAMapping {
  /// What a scalar becomes: itself, others, or nothing; nil when it is not allowed. A scalar that stands for
  /// itself is yet to be judged by `isValid`.
  static func map(_ scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
    if scalar.isASCII { return [("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar] }
    if isIgnored(scalar) { return [] }
    if isFullStop(scalar) { return ["."] }
    if isDeviation(scalar) || !scalar.properties.changesWhenNFKCCaseFolded { return [scalar] }
    let lowercase = normalized(normalized([scalar]).flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) })
    if isStable(lowercase) { return lowercase }
    return SystemIDNA.map(scalar).flatMap { isStable($0) ? $0 : nil }
  }

  /// Whether a scalar may stand in a label (UTS 46 4.1, rule 7).
  static func isValid(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return !("A"..."Z").contains(scalar) }
    if isDeviation(scalar) { return true }
    if isIgnored(scalar) || isFullStop(scalar) || isExcluded(scalar) { return false }
    let properties = scalar.properties
    guard !properties.changesWhenNFKCCaseFolded else { return false }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: return false
    case .spaceSeparator, .lineSeparator, .paragraphSeparator: return false
    default: return true
    }
  }

  private static func isStable(_ scalars: [Unicode.Scalar]) -> Bool {
    scalars.allSatisfy { isDeviation($0) || !$0.properties.changesWhenNFKCCaseFolded }
  }

  private static func normalized(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return Array(String(view)._nfc)
  }

  /// The four that transitional processing would map: sharp s, final sigma, and the joiners.
  private static func isDeviation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xDF, 0x3C2, 0x200C, 0x200D: true
    default: false
    }
  }

  private static func isFullStop(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value == 0x3002 || scalar.value == 0xFF0E || scalar.value == 0xFF61
  }

  /// The status "ignored": the default ignorables but for what steers the direction of text, the tags, and
  /// what is not assigned.
  private static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.properties.isDefaultIgnorableCodePoint, scalar.properties.generalCategory != .unassigned else {
      return false
    }
    switch scalar.value {
    case 0x061C, 0x200C...0x200F, 0x202A...0x202E, 0x2065...0x2069, 0xE0000...0xE007F: return false
    default: return true
    }
  }

  /// Disallowed though the derivation would have them valid: ideographic description, replacement characters.
  private static func isExcluded(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2FF0...0x2FFF, 0x31EF, 0xFFFC, 0xFFFD: true
    default: false
    }
  }
}
