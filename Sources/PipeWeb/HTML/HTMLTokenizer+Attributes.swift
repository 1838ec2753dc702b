// WHATWG HTML 13.2.5.32 to 13.2.5.40: attributes, to the end of the tag.

extension HTMLTokenizer {
  /// Reads from within a tag until its end or the chunk's.
  ///
  /// The state machine is the same for a tag whose attributes nobody wants; only nothing is kept.
  mutating func attributes(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    var index = start
    var state = state
    while index < end {
      let byte = base[index]
      switch state {
      case .beforeAttributeName:
        if HTMLBytes.isSpace(byte) {
          index += 1
        } else if byte == UInt8(ascii: ">") {
          return emitTag(index + 1)
        } else if byte == UInt8(ascii: "/") {
          state = .selfClosingStartTag
          index += 1
        } else {
          // The first byte belongs to the name even if it is `=`.
          beginAttribute()
          appendAttributeName(base, index, index + 1)
          state = .attributeName
          index += 1
        }

      case .attributeName:
        let nameStart = index
        while index < end, !HTMLBytes.endsAttributeName(base[index]) { index += 1 }
        appendAttributeName(base, nameStart, index)
        guard index < end else { break }
        finishAttributeName()
        if base[index] == UInt8(ascii: "=") {
          state = .beforeAttributeValue
          index += 1
        } else {
          state = .afterAttributeName
        }

      case .afterAttributeName:
        if HTMLBytes.isSpace(byte) {
          index += 1
        } else if byte == UInt8(ascii: "=") {
          state = .beforeAttributeValue
          index += 1
        } else {
          // `/` and `>` are treated as before a name, and so is a name, which cannot begin with `=` here.
          state = .beforeAttributeName
        }

      case .beforeAttributeValue:
        switch byte {
        case UInt8(ascii: "\""):
          state = .doubleQuotedValue
          index += 1
        case UInt8(ascii: "'"):
          state = .singleQuotedValue
          index += 1
        case UInt8(ascii: ">"):
          return emitTag(index + 1)
        default:
          if HTMLBytes.isSpace(byte) { index += 1 } else { state = .unquotedValue }
        }

      case .doubleQuotedValue, .singleQuotedValue:
        let quote = state == .doubleQuotedValue ? UInt8(ascii: "\"") : UInt8(ascii: "'")
        let close = HTMLBytes.firstIndex(of: quote, in: base, from: index, to: end)
        if capturesValue { keepValue(base, index, close) }
        index = close
        if close < end {
          state = .afterQuotedValue
          index += 1
        }

      case .unquotedValue:
        let valueStart = index
        while index < end, !HTMLBytes.endsUnquotedValue(base[index]) { index += 1 }
        if capturesValue { keepValue(base, valueStart, index) }
        if index < end { state = .beforeAttributeName }

      case .selfClosingStartTag:
        if byte == UInt8(ascii: ">") {
          token.isSelfClosing = true
          return emitTag(index + 1)
        }
        state = .beforeAttributeName

      default:
        // After a quoted value: with or without white space, as before a name.
        state = .beforeAttributeName
      }
    }
    self.state = state
    return end
  }

  @inline(__always)
  private mutating func beginAttribute() {
    capturesValue = false
    if wantsAttributes {
      name = HTMLName()
      captureStart = token.keptCount
    }
  }

  @inline(__always)
  private mutating func appendAttributeName(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    guard wantsAttributes, start < end else { return }
    var name = name
    for index in start..<end { name.append(base[index]) }
    self.name = name
    keepName(base, start, end, from: captureStart)
  }

  /// The name is complete: decides whether the value is captured.
  @inline(__always)
  private mutating func finishAttributeName() {
    guard wantsAttributes else { return }
    if handler.wantsAttribute(name, of: token.tag) {
      if token.attributeCount >= limits.attributes {
        handler.limitReached()
      } else if token.addAttribute(name, rawNameFrom: captureStart) {
        captureStart = token.keptCount
        capturesValue = true
        return
      }
    }
    if Handler.keepsNames { token.drop(to: captureStart) }
  }

  private mutating func keepValue(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    keep(UnsafeBufferPointer(start: base + start, count: end - start), from: captureStart)
    token.finishValue()
  }
}
