// WHATWG HTML 13.2.5.32 to 13.2.5.40: attributes, to the end of the tag.

extension HTMLTokenizer where Handler: ~Copyable {
  /// Reads from within a tag until its end, and hands it over, or until the chunk's end.
  mutating func attributes(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    tagEnd(base, start, end).map { emitTag($0) } ?? end
  }

  /// Where a tag ends, or nil where the chunk does before it.
  ///
  /// The state machine is the same for a tag whose attributes nobody wants; only nothing is kept.
  mutating func tagEnd(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var index = start
    var state = state
    if wantsAttributes, state == .beforeAttributeName {
      // The text before a tag ends where the tag begins.
      parts.pointee.start = textStart
      index = usualAttributes(base, start, end)
      if index < end, base[index] == UInt8(ascii: ">") { return index + 1 }
    }
    while index < end {
      let byte = base[index]
      switch state {
      case .beforeAttributeName:
        if HTMLBytes.isSpace(byte) {
          index += 1
        } else if byte == UInt8(ascii: ">") {
          return index + 1
        } else if byte == UInt8(ascii: "/") {
          state = .selfClosingStartTag
          index += 1
        } else {
          let nameStart = index
          // The first byte belongs to the name even if it is `=`.
          index = HTMLBytes.attributeNameEnd(in: base, from: index + 1, to: end)
          capturesValue = false
          guard index < end else {
            name = HTMLName()
            continueAttributeName(base, nameStart, end)
            state = .attributeName
            break
          }
          if wantsAttributes {
            takeName(nameStart..<index)
            finishAttributeName(HTMLName(base, from: nameStart, count: index - nameStart, end: end))
          }
          guard base[index] == UInt8(ascii: "=") else {
            state = .afterAttributeName
            break
          }
          index += 1
          state = .beforeAttributeValue
        }

      case .attributeName:
        let nameEnd = HTMLBytes.attributeNameEnd(in: base, from: index, to: end)
        continueAttributeName(base, index, nameEnd)
        index = nameEnd
        guard index < end else { break }
        if wantsAttributes { finishAttributeName(name) }
        state = .afterAttributeName

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
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
          let close = HTMLBytes.firstIndex(of: byte, in: base, from: index + 1, to: end)
          takeValue(index + 1..<close)
          index = close
          if close < end {
            // After a quoted value: with or without white space, as before a name.
            state = .beforeAttributeName
            index += 1
          } else {
            state = byte == UInt8(ascii: "\"") ? .doubleQuotedValue : .singleQuotedValue
          }
        case UInt8(ascii: ">"):
          return index + 1
        default:
          if HTMLBytes.isSpace(byte) { index += 1 } else { state = .unquotedValue }
        }

      case .doubleQuotedValue, .singleQuotedValue:
        let quote = state == .doubleQuotedValue ? UInt8(ascii: "\"") : UInt8(ascii: "'")
        let close = HTMLBytes.firstIndex(of: quote, in: base, from: index, to: end)
        takeValue(index..<close)
        index = close
        if close < end {
          state = .beforeAttributeName
          index += 1
        }

      case .unquotedValue:
        let valueStart = index
        while index < end, !HTMLBytes.endsUnquotedValue(base[index]) { index += 1 }
        takeValue(valueStart..<index)
        if index < end { state = .beforeAttributeName }

      default:
        // The self-closing start tag state.
        if byte == UInt8(ascii: ">") {
          parts.pointee.isSelfClosing = true
          return index + 1
        }
        state = .beforeAttributeName
      }
    }
    self.state = state
    return nil
  }

  /// Reads attributes that are written as most are: a space, a name of no more than fifteen bytes, and a value in
  /// quotes.
  ///
  /// - Returns: the place of what is not written so, or is not whole in this chunk.
  private mutating func usualAttributes(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    var index = start
    // In bounds: the name and what follows it end before index + 18.
    while end &- index > 18, base[index] == UInt8(ascii: " ") {
      let nameStart = index &+ 1
      let nameEnd = nameStart &+ HTMLBytes.shortAttributeNameCount(base + nameStart)
      let quote = base[nameEnd &+ 1]
      guard nameEnd > nameStart, base[nameEnd] == UInt8(ascii: "="),
        quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
      else { break }
      let close = HTMLBytes.firstIndex(of: quote, in: base, from: nameEnd &+ 2, to: end)
      guard close < end else { break }
      capturesValue = false
      takeName(nameStart..<nameEnd)
      finishAttributeName(HTMLName(base, from: nameStart, count: nameEnd &- nameStart, end: end))
      takeValue(nameEnd &+ 2..<close)
      index = close &+ 1
    }
    return index
  }

  /// A name that the chunk ends in, or that one before ended in.
  private mutating func continueAttributeName(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    guard wantsAttributes, start < end else { return }
    for index in start..<end { name.append(base[index]) }
    takeName(start..<end)
  }

  /// The name is complete: decides whether the value is captured.
  @inline(__always)
  private mutating func finishAttributeName(_ name: HTMLName) {
    if handler.wantsAttribute(name, of: parts.pointee.tag) {
      if parts.pointee.attributeCount >= limits.attributes {
        handler.limitReached()
      } else if parts.pointee.addAttribute(name) {
        capturesValue = true
        return
      }
    }
    if Handler.keepsNames { parts.pointee.dropName() }
  }

  @inline(__always)
  private mutating func takeValue(_ range: Range<Int>) {
    if capturesValue, !parts.pointee.takeValue(range, limit: limits.value) { handler.limitReached() }
  }
}
