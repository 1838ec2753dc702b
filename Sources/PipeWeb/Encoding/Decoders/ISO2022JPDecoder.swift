/// The decoder of ISO-2022-JP (WHATWG Encoding 12.2.1), with the states of the standard.
struct ISO2022JPDecoder {
  private enum State {
    case ascii, roman, katakana, leadByte, trailByte, escapeStart, escape
  }

  private var state = State.ascii
  private var outputState = State.ascii
  private var lead: UInt8 = 0
  /// The "ISO-2022-JP output": whether an escape was the last thing seen.
  private var escapeWasLast = false

  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    var decoder = ISO2022JPDecoder()
    EncodingIndex.jis0208.entries.withUnsafeBufferPointer { jis0208 in
      var index = 0
      while index < input.count {
        index = decoder.step(input[index], at: index, jis0208, into: &output)
      }
      decoder.finish(jis0208, into: &output)
    }
  }

  /// Handles one byte.
  ///
  /// - Returns: the index of the next byte to handle, which lies before this one where the standard restores bytes.
  private mutating func step(
    _ byte: UInt8, at index: Int, _ jis0208: UnsafeBufferPointer<UInt32>, into output: inout UTF8Output
  ) -> Int {
    switch state {
    case .ascii, .roman, .katakana, .leadByte, .trailByte:
      if byte == 0x1B {
        if state == .trailByte { output.appendError() }
        state = .escapeStart
      } else {
        text(byte, jis0208, into: &output)
      }
      return index + 1
    case .escapeStart:
      if byte == 0x24 || byte == 0x28 {
        lead = byte
        state = .escape
        return index + 1
      }
      abandonEscape(into: &output)
      return index
    case .escape:
      let selected: State? =
        switch (lead, byte) {
        case (0x28, 0x42): .ascii
        case (0x28, 0x4A): .roman
        case (0x28, 0x49): .katakana
        case (0x24, 0x40), (0x24, 0x42): .leadByte
        default: nil
        }
      guard let selected else {
        // The byte after ESC is read again as text: it was 0x24 or 0x28, so no second escape can begin there.
        abandonEscape(into: &output)
        return index - 1
      }
      state = selected
      outputState = selected
      if escapeWasLast { output.appendError() }
      escapeWasLast = true
      return index + 1
    }
  }

  /// A byte that is not an escape.
  private mutating func text(
    _ byte: UInt8, _ jis0208: UnsafeBufferPointer<UInt32>, into output: inout UTF8Output
  ) {
    escapeWasLast = false
    switch (state, byte) {
    case (.ascii, 0x0E), (.ascii, 0x0F), (.roman, 0x0E), (.roman, 0x0F):
      output.appendError()
    case (.roman, 0x5C):
      output.append(scalar: 0xA5)
    case (.roman, 0x7E):
      output.append(scalar: 0x203E)
    case (.ascii, 0...0x7F), (.roman, 0...0x7F):
      output.append(packed: UInt32(byte))
    case (.katakana, 0x21...0x5F):
      output.append(scalar: 0xFF61 - 0x21 + UInt32(byte))
    case (.leadByte, 0x21...0x7E):
      lead = byte
      state = .trailByte
    case (.trailByte, 0x21...0x7E):
      state = .leadByte
      let packed = jis0208[Int(lead - 0x21) * 94 + Int(byte - 0x21)]
      output.append(packed: packed == 0 ? .packedReplacement : packed)
    case (.trailByte, _):
      state = .leadByte
      output.appendError()
    default:
      output.appendError()
    }
  }

  private mutating func abandonEscape(into output: inout UTF8Output) {
    escapeWasLast = false
    state = outputState
    output.appendError()
  }

  /// The end of the input.
  private mutating func finish(_ jis0208: UnsafeBufferPointer<UInt32>, into output: inout UTF8Output) {
    switch state {
    case .ascii, .roman, .katakana, .leadByte:
      break
    case .trailByte, .escapeStart:
      output.appendError()
    case .escape:
      abandonEscape(into: &output)
      // The restored byte, read in the state before the escape.
      text(lead, jis0208, into: &output)
      if state == .trailByte { output.appendError() }
    }
  }
}
