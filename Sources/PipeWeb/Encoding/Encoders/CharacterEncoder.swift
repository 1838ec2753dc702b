/// Turns code points into the bytes of a legacy encoding (WHATWG Encoding 4.1, "encoder"; 9 to 14).
///
/// UTF-8 has none here: its text is bytes already, and UTF-16 and `replacement` are encoded as UTF-8 (4.3, "get an
/// output encoding").
package struct CharacterEncoder {
  private let encoding: CharacterEncoding
  private var japanese = ISO2022JPEncoder()

  /// Nil for an encoding whose text goes out as UTF-8.
  package init?(_ encoding: CharacterEncoding) {
    switch encoding {
    case .utf8, .utf16BE, .utf16LE, .replacement: return nil
    default: self.encoding = encoding
    }
  }

  /// Appends the bytes of a code point.
  ///
  /// - Returns: The code point to report where the encoding does not have it, nil otherwise.
  package mutating func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) -> Unicode.Scalar? {
    if encoding == .iso2022JP { return japanese.append(scalar, to: &output) }
    if scalar.isASCII {
      output.append(UInt8(truncatingIfNeeded: scalar.value))
      return nil
    }
    let isEncoded =
      switch encoding {
      case .gbk: appendGB18030(scalar, isGBK: true, to: &output)
      case .gb18030: appendGB18030(scalar, isGBK: false, to: &output)
      case .big5: appendBig5(scalar, to: &output)
      case .eucKR: appendEUCKR(scalar, to: &output)
      case .eucJP: appendEUCJP(scalar, to: &output)
      case .shiftJIS: appendShiftJIS(scalar, to: &output)
      default: appendSingleByte(scalar, to: &output)
      }
    return isEncoded ? nil : scalar
  }

  /// Appends what ends the text.
  package mutating func finish(_ output: inout [UInt8]) {
    if encoding == .iso2022JP { japanese.finish(&output) }
  }

  /// WHATWG Encoding 9.2.
  private func appendSingleByte(_ scalar: Unicode.Scalar, to output: inout [UInt8]) -> Bool {
    guard let pointer = EncodingPointers.singleByte[encoding]?[scalar] else { return false }
    output.append(UInt8(truncatingIfNeeded: pointer + 0x80))
    return true
  }

  /// WHATWG Encoding 10.2.2. GBK has no sequences of four bytes.
  private func appendGB18030(_ scalar: Unicode.Scalar, isGBK: Bool, to output: inout [UInt8]) -> Bool {
    let value = scalar.value
    // The decoder takes its bytes for U+3000.
    if value == 0xE5E5 { return false }
    if isGBK, value == 0x20AC {
      output.append(0x80)
      return true
    }
    if let trail = Self.privateUse[value] {
      output.append(value < 0xE800 ? 0xA6 : 0xFE)
      output.append(trail)
      return true
    }
    if let pointer = EncodingPointers.gb18030[scalar] {
      appendPair(pointer, row: 190, lead: 0x81, trail: pointer % 190 < 0x3F ? 0x40 : 0x41, to: &output)
      return true
    }
    guard !isGBK, let pointer = GB18030Ranges.standard.pointer(of: value) else { return false }
    output.append(UInt8(truncatingIfNeeded: pointer / 12_600 + 0x81))
    output.append(UInt8(truncatingIfNeeded: pointer / 1260 % 10 + 0x30))
    output.append(UInt8(truncatingIfNeeded: pointer / 10 % 126 + 0x81))
    output.append(UInt8(truncatingIfNeeded: pointer % 10 + 0x30))
    return true
  }

  /// The second bytes of code points for private use that the index of 2022 gave to others, and that are still
  /// encoded as before; the first byte is 0xA6 for those below U+E800, 0xFE for the rest.
  private static let privateUse: [UInt32: UInt8] = [
    0xE78D: 0xD9, 0xE78E: 0xDA, 0xE78F: 0xDB, 0xE790: 0xDC, 0xE791: 0xDD, 0xE792: 0xDE, 0xE793: 0xDF, 0xE794: 0xEC,
    0xE795: 0xED, 0xE796: 0xF3, 0xE81E: 0x59, 0xE826: 0x61, 0xE82B: 0x66, 0xE82C: 0x67, 0xE832: 0x6D, 0xE843: 0x7E,
    0xE854: 0x90, 0xE864: 0xA0,
  ]

  /// WHATWG Encoding 11.1.2.
  private func appendBig5(_ scalar: Unicode.Scalar, to output: inout [UInt8]) -> Bool {
    guard let pointer = EncodingPointers.big5[scalar] else { return false }
    appendPair(pointer, row: 157, lead: 0x81, trail: pointer % 157 < 0x3F ? 0x40 : 0x62, to: &output)
    return true
  }

  /// WHATWG Encoding 13.1.2.
  private func appendEUCKR(_ scalar: Unicode.Scalar, to output: inout [UInt8]) -> Bool {
    guard let pointer = EncodingPointers.eucKR[scalar] else { return false }
    appendPair(pointer, row: 190, lead: 0x81, trail: 0x41, to: &output)
    return true
  }

  /// WHATWG Encoding 12.1.2.
  private func appendEUCJP(_ scalar: Unicode.Scalar, to output: inout [UInt8]) -> Bool {
    if let byte = scalar.asRoman {
      output.append(byte)
    } else if let byte = scalar.asHalfWidthKatakana {
      output.append(0x8E)
      output.append(byte)
    } else {
      guard let pointer = EncodingPointers.jis0208[scalar.asJIS] else { return false }
      appendPair(pointer, row: 94, lead: 0xA1, trail: 0xA1, to: &output)
    }
    return true
  }

  /// WHATWG Encoding 12.3.2.
  private func appendShiftJIS(_ scalar: Unicode.Scalar, to output: inout [UInt8]) -> Bool {
    if scalar.value == 0x80 {
      output.append(0x80)
    } else if let byte = scalar.asRoman ?? scalar.asHalfWidthKatakana {
      output.append(byte)
    } else {
      guard let pointer = EncodingPointers.shiftJIS[scalar.asJIS] else { return false }
      appendPair(
        pointer, row: 188, lead: pointer / 188 < 0x1F ? 0x81 : 0xC1, trail: pointer % 188 < 0x3F ? 0x40 : 0x41,
        to: &output)
    }
    return true
  }

  private func appendPair(_ pointer: Int, row: Int, lead: Int, trail: Int, to output: inout [UInt8]) {
    output.append(UInt8(truncatingIfNeeded: pointer / row + lead))
    output.append(UInt8(truncatingIfNeeded: pointer % row + trail))
  }
}

/// The encoder of ISO-2022-JP (WHATWG Encoding 12.2.2), with the states of the standard.
struct ISO2022JPEncoder {
  private enum State {
    case ascii, roman, jis0208
  }

  private var state = State.ascii

  mutating func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) -> Unicode.Scalar? {
    let value = scalar.value
    // Escapes and shifts of the text would be taken for the encoding's own.
    if state != .jis0208, value == 0x0E || value == 0x0F || value == 0x1B { return "\u{FFFD}" }
    if scalar.isASCII {
      let isRead = state == .ascii || state == .roman && value != 0x5C && value != 0x7E
      if !isRead {
        enter(.ascii, &output)
        return append(scalar, to: &output)
      }
      output.append(UInt8(truncatingIfNeeded: value))
      return nil
    }
    if let byte = scalar.asRoman {
      enter(.roman, &output)
      output.append(byte)
      return nil
    }
    let known = Self.katakana(value).flatMap { Unicode.Scalar($0) } ?? scalar.asJIS
    guard let pointer = EncodingPointers.jis0208[known] else {
      if state == .jis0208 { enter(.ascii, &output) }
      return known
    }
    enter(.jis0208, &output)
    output.append(UInt8(truncatingIfNeeded: pointer / 94 + 0x21))
    output.append(UInt8(truncatingIfNeeded: pointer % 94 + 0x21))
    return nil
  }

  mutating func finish(_ output: inout [UInt8]) { enter(.ascii, &output) }

  private mutating func enter(_ next: State, _ output: inout [UInt8]) {
    guard state != next else { return }
    state = next
    switch next {
    case .ascii: output += [0x1B, 0x28, 0x42]
    case .roman: output += [0x1B, 0x28, 0x4A]
    case .jis0208: output += [0x1B, 0x24, 0x42]
    }
  }

  /// Index ISO-2022-JP katakana: the full-width form of a half-width katakana.
  private static func katakana(_ value: UInt32) -> UInt32? {
    guard 0xFF61...0xFF9F ~= value else { return nil }
    let forms = wide.utf16
    return UInt32(forms[forms.index(forms.startIndex, offsetBy: Int(value - 0xFF61))])
  }

  private static let wide = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
}

extension Unicode.Scalar {
  /// The yen sign and the overline, which have the places of two characters of ASCII (JIS X 0201, "Roman").
  fileprivate var asRoman: UInt8? { value == 0xA5 ? 0x5C : value == 0x203E ? 0x7E : nil }

  fileprivate var asHalfWidthKatakana: UInt8? {
    0xFF61...0xFF9F ~= value ? UInt8(truncatingIfNeeded: value - 0xFF61 + 0xA1) : nil
  }

  /// JIS has the minus sign in its full-width form only.
  fileprivate var asJIS: Unicode.Scalar { value == 0x2212 ? "\u{FF0D}" : self }
}
