/// A JSON value as the site writes it: members in the order given, so that the same answer has the same bytes.
enum JSON: Sendable {
  case object([(String, JSON)])
  case array([JSON])
  case string(String)
  case number(Int)
  /// A sum of money, in hundredths.
  case hundredths(Int)
  case bool(Bool)
  case null

  /// The text, without white space; `asciiOnly` writes all else as `\u` escapes, which survives any encoding.
  func text(asciiOnly: Bool = false) -> String {
    var text = ""
    write(to: &text, asciiOnly: asciiOnly)
    return text
  }

  private func write(to text: inout String, asciiOnly: Bool) {
    switch self {
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        Self.write(member.0, to: &text, asciiOnly: asciiOnly)
        text += ":"
        member.1.write(to: &text, asciiOnly: asciiOnly)
      }
      text += "}"
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text, asciiOnly: asciiOnly)
      }
      text += "]"
    case .string(let string): Self.write(string, to: &text, asciiOnly: asciiOnly)
    case .number(let number): text += String(number)
    case .hundredths(let sum): text += "\(sum / 100).\(sum % 100 / 10)\(sum % 10)"
    case .bool(let bool): text += bool ? "true" : "false"
    case .null: text += "null"
    }
  }

  /// RFC 8259 7. `<` is escaped too, so that the text can stand in a script element.
  private static func write(_ string: String, to text: inout String, asciiOnly: Bool) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "<": text += "\\u003c"
      case _ where scalar.value < 0x20 || asciiOnly && !scalar.isASCII:
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSON {
  /// A string, or null.
  static func optional(_ string: String?) -> JSON { string.map(JSON.string) ?? .null }
}
