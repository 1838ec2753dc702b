package import PipeText

extension Value {
  /// Appends the value as compact JSON (RFC 8259) in UTF-8; a number that JSON has not is `null`.
  package func appendJSON(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .int(let value): bytes.append(decimal: value)
    case .double(let value): bytes += (value.isFinite ? value.description : "null").utf8
    case .string(let text): bytes.append(jsonText: text)
    case .json(let text): bytes += text.utf8
    case .list(let values):
      bytes.append(UInt8(ascii: "["))
      if let texts = values.packedTexts {
        texts.appendJSON(to: &bytes)
      } else {
        for (index, value) in values.enumerated() {
          if index > 0 { bytes.append(UInt8(ascii: ",")) }
          value.appendJSON(to: &bytes)
        }
      }
      bytes.append(UInt8(ascii: "]"))
    }
  }
}

extension Value {
  /// The value as text; a list as JSON.
  package var plainText: String {
    switch self {
    case .string(let text), .json(let text): return text
    case .null: return ""
    default:
      var bytes: [UInt8] = []
      appendJSON(to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

extension PackedTexts {
  /// Appends the texts as a JSON array within a quoted field of CSV (RFC 4180, 2.7), where quotes are written twice.
  ///
  /// - Returns: Whether it did: not where there is no text, or one must be escaped.
  package func appendQuotedJSON(to output: inout [UInt8]) -> Bool {
    guard count > 0, !holdsJSONEscapes else { return false }
    output += "\"[\"\"".utf8
    append(joinedBy: Array("\"\",\"\"".utf8), to: &output)
    output += "\"\"]\"".utf8
    return true
  }

  /// Appends the texts as JSON strings, with a comma between two of them.
  fileprivate func appendJSON(to output: inout [UInt8]) {
    guard count > 0 else { return }
    if !holdsJSONEscapes {
      output.append(UInt8(ascii: "\""))
      append(joinedBy: Array("\",\"".utf8), to: &output)
      return output.append(UInt8(ascii: "\""))
    }
    bytes.withUnsafeBufferPointer { bytes in
      for index in ends.indices {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        output.append(jsonText: UnsafeBufferPointer(rebasing: bytes[range(of: index)]), isPlain: false)
      }
    }
  }

  private var holdsJSONEscapes: Bool { bytes.withUnsafeBufferPointer { $0.holdsJSONEscapes } }
}

extension [UInt8] {
  /// Appends a number in decimal digits.
  package mutating func append(decimal value: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    // Room for all digits, which are then written from the last to the first.
    var rest = value.magnitude
    append(UInt8(ascii: "0"))
    while rest > 9 {
      append(UInt8(ascii: "0"))
      rest /= 10
    }
    rest = value.magnitude
    var index = count - 1
    repeat {
      self[index] += UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      index -= 1
    } while rest > 0
  }
}

extension Value {
  /// The number that it is, exactly; `nil` for what is not a finite number.
  package var decimal: DecimalNumber? {
    switch self {
    case .int(let value): DecimalNumber(String(value))
    case .double(let value): DecimalNumber(value.description)
    // A number of a JSON text that keeps its digits.
    case .json(let text): DecimalNumber(text)
    default: nil
    }
  }
}
