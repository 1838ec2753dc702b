internal import CLibidn2

/// What libidn2 is asked: Unicode data that Swift's standard library does not have.
enum SystemIDNA {
  /// The mapping of a scalar with a compatibility decomposition.
  ///
  /// libidn2 maps whole names and refuses some results that stand alone well in a longer name (a combining
  /// mark, a hyphen), so it is asked a second time with letters around. It has no mapping for some 400 scalars
  /// that become what IDNA 2008 refuses (`½`, `℃`, Hangul jamo for compatibility): a name with one is not valid.
  static func map(_ scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
    if let mapped = lookup([scalar]) { return mapped }
    guard let mapped = lookup(["x", scalar, "x"]), mapped.count >= 2, mapped.first == "x", mapped.last == "x" else {
      return nil
    }
    return Array(mapped.dropFirst().dropLast())
  }

  /// Whether a zero width non-joiner may stand between two scalars that are not transparent: whether their
  /// joining types connect (RFC 5892 A.1).
  static func allowsNonJoiner(between before: Unicode.Scalar, and after: Unicode.Scalar) -> Bool {
    lookup([before, "\u{200C}", after]) != nil
  }

  /// The name that libidn2 makes of one label, decoded.
  private static func lookup(_ label: [Unicode.Scalar]) -> [Unicode.Scalar]? {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: label)
    let flags = Int32(IDN2_NONTRANSITIONAL.rawValue | IDN2_NFC_INPUT.rawValue | IDN2_NO_ALABEL_ROUNDTRIP.rawValue)
    var result: UnsafeMutablePointer<UInt8>?
    let code = String(text).withCString(encodedAs: UTF8.self) { idn2_lookup_u8($0, &result, flags) }
    guard code == IDN2_OK.rawValue, let result else { return nil }
    defer { idn2_free(result) }
    let name = Array(String(cString: result).unicodeScalars)
    var decoded: [Unicode.Scalar] = []
    for (index, part) in name.split(separator: ".", omittingEmptySubsequences: false).enumerated() {
      if index > 0 { decoded.append(".") }
      if part.starts(with: "xn--".unicodeScalars) {
        guard let scalars = Punycode.decode(part.dropFirst(4)) else { return nil }
        decoded.append(contentsOf: scalars)
      } else {
        decoded.append(contentsOf: part)
      }
    }
    return decoded
  }
}
