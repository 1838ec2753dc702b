/// A set of characters in an I-Regexp.
struct IRegexpCharacterSet: Sendable {
  enum Member: Sendable {
    case range(ClosedRange<UInt32>)
    /// A general category such as `Lu`, or the first letter of several; inverted by `\P`.
    case category(String, isInverted: Bool)
  }

  var members: [Member] = []
  var isInverted = false

  /// What `.` stands for: all but the ends of lines.
  static let dot = IRegexpCharacterSet(members: [.range(0x0A...0x0A), .range(0x0D...0x0D)], isInverted: true)

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let isMember = members.contains { member in
      switch member {
      case .range(let range): range.contains(scalar.value)
      case .category(let name, let isInverted): Self.code(scalar).hasPrefix(name) != isInverted
      }
    }
    return isMember != isInverted
  }

  /// The categories that the RFC knows.
  static func isCategory(_ name: String) -> Bool {
    let minors = [
      "L": "lmotu", "M": "cen", "N": "dlo", "P": "cdefios", "Z": "lps", "S": "ckmo", "C": "cfno",
    ]
    guard let major = name.first, let minors = minors[String(major)] else { return false }
    return name.count == 1 || name.count == 2 && minors.contains(name.suffix(1))
  }

  private static func code(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }
}
