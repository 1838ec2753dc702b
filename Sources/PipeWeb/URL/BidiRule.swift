/// The Bidi rule (RFC 5893 2).
///
/// Only the classes that it tells apart are kept, and they are derived from blocks and general categories:
/// that is exact for letters, marks and digits; some symbols of left-to-right scripts count as neutral.
enum BidiRule {
  private enum Direction {
    case left, right, arabicNumber, europeanNumber, mark, neutral
  }

  /// Whether all labels keep the rule; without a right-to-left label there is none to keep.
  static func holds(for labels: [[Unicode.Scalar]]) -> Bool {
    let directions = labels.map { $0.map(direction) }
    guard directions.contains(where: { $0.contains { $0 == .right || $0 == .arabicNumber } }) else { return true }
    return directions.allSatisfy(holds)
  }

  private static func holds(for label: [Direction]) -> Bool {
    guard let first = label.first else { return true }
    let last = label.last { $0 != .mark }
    switch first {
    case .right:
      let numbers = label.contains(.arabicNumber) && label.contains(.europeanNumber)
      let ends = last == .right || last == .europeanNumber || last == .arabicNumber
      return ends && !numbers && !label.contains(.left)
    case .left:
      let ends = last == .left || last == .europeanNumber
      return ends && !label.contains { $0 == .right || $0 == .arabicNumber }
    default:
      return false
    }
  }

  private static func direction(_ scalar: Unicode.Scalar) -> Direction {
    switch scalar.value {
    case 0x30...0x39, 0x6F0...0x6F9: return .europeanNumber
    case 0x600...0x605, 0x660...0x669, 0x66B, 0x66C, 0x6DD, 0x890, 0x891, 0x8E2, 0x10D30...0x10D39,
      0x10D40...0x10D49, 0x10E60...0x10E7E:
      return .arabicNumber
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return .mark
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spacingMark,
      .decimalNumber, .letterNumber:
      return isRightToLeft(scalar) ? .right : .left
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: return .neutral
    default: return isRightToLeft(scalar) ? .right : .neutral
    }
  }

  /// Whether a character with a strong direction runs from right to left; nil for all others.
  static func isRightToLeft(strong scalar: Unicode.Scalar) -> Bool? {
    switch direction(scalar) {
    case .left: false
    case .right: true
    case .arabicNumber, .europeanNumber, .mark, .neutral: nil
    }
  }

  private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
    default: false
    }
  }
}
