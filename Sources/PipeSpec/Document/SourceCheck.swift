/// What a file must be before it is read as YAML: of a bounded size, UTF-8, free of control characters.
///
/// libyaml checks the characters too, but says neither which one nor exactly where.
enum SourceCheck {
  /// 16 MiB: far above any file that a person reviews.
  static let sizeLimit = 16 << 20
  /// libyaml compares each `%TAG` with all before it.
  static let directiveLimit = 64

  /// The first fault of the file, or `nil`.
  static func fault(of file: SourceFile) -> Diagnostic? {
    if file.bytes.count > sizeLimit {
      let span = SourceSpan.wholeFile
      return Diagnostic(.yamlSyntax, at: span, "the file is larger than \(sizeLimit >> 20) MiB")
    }
    if let name = otherEncoding(of: file.bytes) {
      return Diagnostic(.yamlSyntax, at: .wholeFile, "the file is \(name)", hint: "save it as UTF-8")
    }
    return characterFault(of: file) ?? directiveFault(of: file)
  }

  /// YAML 1.2.2, 5.2: a byte order mark, or the zero bytes of a first ASCII character, tell the encoding.
  private static func otherEncoding(of bytes: [UInt8]) -> String? {
    let head = Array(bytes.prefix(4))
    if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) { return "UTF-32" }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    switch head.map({ $0 == 0 }) {
    case [true, true, true, false], [false, true, true, true]: return "UTF-32"
    case [true, false, true, false], [false, true, false, true]: return "UTF-16"
    default: return nil
    }
  }

  private static func characterFault(of file: SourceFile) -> Diagnostic? {
    let bytes = file.bytes
    var index = file.contentStart
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= 0x20, byte < 0x7F {
        index += 1
        continue
      }
      if byte == 0x09 || byte == 0x0A || byte == 0x0D {
        index += 1
        continue
      }
      guard let (scalar, length) = UTF8Scalar.decode(bytes, at: index) else {
        let message = "the file is not valid UTF-8 here: byte 0x\(hexadecimal(UInt32(byte), digits: 2))"
        return Diagnostic(.yamlSyntax, at: file.span(index..<index + 1), message, hint: "save it as UTF-8")
      }
      guard isPrintable(scalar) else {
        let name = "U+" + hexadecimal(scalar, digits: 4)
        return Diagnostic(
          .yamlSyntax, at: file.span(index..<index + length), "the control character \(name) cannot stand in YAML",
          hint: "remove it, or write it as an escape in double quotes")
      }
      index += length
    }
    return nil
  }

  /// YAML 1.2.2, production 1 (c-printable), for what is neither ASCII text nor a line break.
  private static func isPrintable(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  private static func directiveFault(of file: SourceFile) -> Diagnostic? {
    var count = 0
    for line in 1...file.lineCount {
      let range = file.lineRange(line)
      guard file.bytes[range].starts(with: "%TAG".utf8) else { continue }
      count += 1
      if count > directiveLimit {
        return Diagnostic(.yamlSyntax, at: file.span(range), "more than \(directiveLimit) %TAG directives")
      }
    }
    return nil
  }

  private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
