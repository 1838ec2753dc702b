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

extension PackedTexts {
  /// Appends the texts as JSON strings, with a comma between two of them.
  fileprivate func appendJSON(to output: inout [UInt8]) {
    output.reserveCapacity(output.count + bytes.count + 3 * count)
    bytes.withUnsafeBufferPointer { bytes in
      let isPlain = !bytes.holdsJSONEscapes
      for index in ends.indices {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        output.append(jsonText: UnsafeBufferPointer(rebasing: bytes[range(of: index)]), isPlain: isPlain)
      }
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether any byte must be escaped in a JSON string. No byte ends the search, so that many are looked at in a step.
  fileprivate var holdsJSONEscapes: Bool {
    var found: UInt8 = 0
    for byte in self {
      found |= (byte < 0x20 ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0) | (byte == UInt8(ascii: "\\") ? 1 : 0)
    }
    return found != 0
  }
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

  /// Appends a text as a JSON string, quotes included.
  package mutating func append(jsonText text: String) {
    var text = text
    text.withUTF8 { append(jsonText: $0, isPlain: !$0.holdsJSONEscapes) }
  }

  /// - Parameter isPlain: Whether nothing in it must be escaped.
  fileprivate mutating func append(jsonText utf8: UnsafeBufferPointer<UInt8>, isPlain: Bool) {
    append(UInt8(ascii: "\""))
    if isPlain { append(contentsOf: utf8) } else { append(jsonEscaping: utf8) }
    append(UInt8(ascii: "\""))
  }

  private mutating func append(jsonEscaping utf8: UnsafeBufferPointer<UInt8>) {
    var start = 0
    for (index, byte) in utf8.enumerated()
    where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
      append(contentsOf: utf8[start..<index])
      start = index + 1
      append(UInt8(ascii: "\\"))
      switch byte {
      case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
      case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
      case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
      default:
        let digits = Array("0123456789abcdef".utf8)
        self += [
          UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
        ]
      }
    }
    append(contentsOf: utf8[start...])
  }
}
