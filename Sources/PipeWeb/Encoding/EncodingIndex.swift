/// An index of the WHATWG Encoding Standard (section 5): from pointers to code points, ready to be written as UTF-8.
///
/// The text of an index lists its code points in the order of their pointers, in this notation: a character stands
/// for itself; `a-z` for all code points from one to the other; `{3000}` for a code point that would be hard to see
/// in a source file; `157.` for that many pointers without a code point. White space means nothing. No index has an
/// ASCII character.
struct EncodingIndex: Sendable {
  /// For each pointer the UTF-8 bytes of its code point, the first one lowest; 0 where there is none.
  let entries: [UInt32]

  init(_ text: StaticString) {
    entries = Self.codePoints(text).map { $0.map(\.packedUTF8) ?? 0 }
  }

  /// The code point of each pointer, nil where there is none.
  static func codePoints(_ text: StaticString) -> [Unicode.Scalar?] {
    var result: [Unicode.Scalar?] = []
    var scalars = text.description.unicodeScalars.makeIterator()
    var number: UInt32 = 0
    var rangeStart: UInt32?
    func append(_ scalar: Unicode.Scalar?) {
      guard let scalar else { return }
      if let start = rangeStart {
        // The start itself is there already.
        result += (start..<max(start, scalar.value)).map { Unicode.Scalar($0 + 1) }
        rangeStart = nil
      } else {
        result.append(scalar)
      }
    }
    while let scalar = scalars.next() {
      switch scalar {
      case "\n", " ":
        break
      case "-":
        rangeStart = result.last??.value
      case "0"..."9":
        number = number &* 10 &+ (scalar.value - 0x30)
      case ".":
        result += Array(repeating: nil, count: Int(number))
        number = 0
      case "{":
        var hexadecimal = ""
        while let digit = scalars.next(), digit != "}" { hexadecimal.unicodeScalars.append(digit) }
        append(UInt32(hexadecimal, radix: 16).flatMap(Unicode.Scalar.init))
      default:
        append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  /// The UTF-8 bytes of this scalar in one integer, the first byte lowest.
  var packedUTF8: UInt32 {
    switch value {
    case 0..<0x80:
      value
    case 0x80..<0x800:
      (0xC0 | value >> 6) | (0x80 | value & 0x3F) << 8
    case 0x800..<0x1_0000:
      (0xE0 | value >> 12) | (0x80 | value >> 6 & 0x3F) << 8 | (0x80 | value & 0x3F) << 16
    default:
      (0xF0 | value >> 18) | (0x80 | value >> 12 & 0x3F) << 8 | (0x80 | value >> 6 & 0x3F) << 16
        | (0x80 | value & 0x3F) << 24
    }
  }
}

extension UInt32 {
  /// U+FFFD, the replacement character, as ``Unicode/Scalar/packedUTF8``.
  static let packedReplacement: UInt32 = 0xBD_BFEF
}
