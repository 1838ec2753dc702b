/// Marks in texts for the secrets that belong there: they go through whatever is done to a text, and become `${secret:…}`
/// in the end.
package enum SecretReference {
  // Of a plane for private use; between them are hexadecimal digits, which no syntax takes for its own.
  private static let opening: Unicode.Scalar = "\u{F0000}"
  private static let closing: Unicode.Scalar = "\u{F0001}"

  static func mark(_ reference: String) -> String {
    var mark = String(opening)
    for byte in reference.utf8 { mark += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    mark.unicodeScalars.append(closing)
    return mark
  }

  package static func isIn(_ text: String) -> Bool { text.unicodeScalars.contains(opening) }

  /// A text with the references that its marks stand for, and everything between them by way of `other`.
  package static func revealed(_ text: String, other: (String) -> String = { $0 }) -> String {
    guard isIn(text) else { return other(text) }
    var result = ""
    var plain = ""
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == opening, let end = rest.firstIndex(of: closing), let reference = reference(rest[..<end]) else {
        plain.unicodeScalars.append(scalar)
        continue
      }
      if !plain.isEmpty { result += other(plain) }
      plain = ""
      result += "${\(reference)}"
      rest = rest[rest.index(after: end)...]
    }
    return plain.isEmpty ? result : result + other(plain)
  }

  private static func reference(_ digits: Substring.UnicodeScalarView) -> String? {
    let digits = Array(digits)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8("\(digits[index])\(digits[index + 1])", radix: 16) else { return nil }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
