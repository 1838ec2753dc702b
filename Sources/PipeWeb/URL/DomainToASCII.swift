@_spi(_Unicode) import Swift

/// Domain to ASCII for names that are not ASCII (WHATWG URL 3.3): Unicode ToASCII of UTS 46 with
/// CheckHyphens, UseSTD3ASCIIRules, VerifyDnsLength, Transitional_Processing and IgnoreInvalidPunycode false,
/// CheckBidi and CheckJoiners true.
///
/// libidn2 alone does not do: it applies IDNA 2008 besides, which refuses `♥.net`, hyphens at the edges of a
/// label and long labels, all of which the URL Standard takes. So the processing is here, on the Unicode
/// properties of Swift's standard library, and libidn2 answers what those do not say.
enum DomainToASCII {
  /// Mapping can make a name longer, up to 18 times; nobody needs that.
  private static let maximumScalars = 4096

  /// The name in ASCII, or nil when it is not valid. The result may be empty, and may hold forbidden code
  /// points.
  static func process(_ name: String) -> [UInt8]? {
    guard let mapped = mapped(name), mapped.count <= maximumScalars else { return nil }
    var labels: [[Unicode.Scalar]] = []
    for part in mapped.split(separator: ".", omittingEmptySubsequences: false) {
      guard let label = label(part) else { return nil }
      labels.append(label)
    }
    guard BidiRule.holds(for: labels) else { return nil }
    var output: [UInt8] = []
    for (index, label) in labels.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ".")) }
      if label.allSatisfy(\.isASCII) {
        output.append(contentsOf: label.map { UInt8(truncatingIfNeeded: $0.value) })
      } else {
        guard let encoded = Punycode.encode(label) else { return nil }
        output.append("xn--")
        output.append(contentsOf: encoded)
      }
    }
    return output
  }

  /// Every scalar mapped, and the whole in normalization form C (UTS 46 4, steps 1 and 2).
  private static func mapped(_ name: String) -> [Unicode.Scalar]? {
    var mapped = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      guard let replacement = IDNAMapping.map(scalar) else { return nil }
      mapped.append(contentsOf: replacement)
    }
    return Array(String(mapped)._nfc)
  }

  /// A label decoded and checked (UTS 46 4, step 4).
  private static func label(_ part: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar]? {
    guard part.starts(with: "xn--".unicodeScalars) else {
      return LabelValidity.isValid(part) ? Array(part) : nil
    }
    guard let decoded = Punycode.decode(part.dropFirst(4)), !decoded.allSatisfy(\.isASCII) else { return nil }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: decoded)
    guard decoded.elementsEqual(String(text)._nfc), LabelValidity.isValid(decoded[...]) else { return nil }
    return decoded
  }
}
