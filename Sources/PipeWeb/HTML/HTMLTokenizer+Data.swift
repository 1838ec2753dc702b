// WHATWG HTML 13.2.5.1, 13.2.5.6, 13.2.5.7, 13.2.5.8: from text to a tag's name.

extension HTMLTokenizer {
  mutating func data(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let index = HTMLBytes.firstIndex(of: UInt8(ascii: "<"), in: base, from: start, to: end)
    guard index < end else { return end }
    markupStart = index
    // The common cases, without a round through the states; index + 2 < end.
    if end - index > 2 {
      let isEnd = base[index + 1] == UInt8(ascii: "/")
      let nameStart = isEnd ? index + 2 : index + 1
      if HTMLBytes.isLetter(base[nameStart]) {
        commitMarkup(base)
        parts.pointee.begin(isEnd: isEnd)
        return tagName(base, nameStart, end)
      }
    }
    state = .tagOpen
    return index + 1
  }

  mutating func tagOpen(_ base: UnsafePointer<UInt8>, _ index: Int) -> Int {
    let byte = base[index]
    if HTMLBytes.isLetter(byte) {
      commitMarkup(base)
      beginTag(isEnd: false)
      return index
    }
    switch byte {
    case UInt8(ascii: "/"):
      state = .endTagOpen
      return index + 1
    case UInt8(ascii: "!"):
      commitMarkup(base)
      state = .markupDeclarationOpen
      return index + 1
    case UInt8(ascii: "?"):
      commitMarkup(base)
      beginComment(in: .bogusComment)
      return index
    default:
      abandonMarkup(to: .data)
      return index
    }
  }

  mutating func endTagOpen(_ base: UnsafePointer<UInt8>, _ index: Int) -> Int {
    let byte = base[index]
    if HTMLBytes.isLetter(byte) {
      commitMarkup(base)
      beginTag(isEnd: true)
      return index
    }
    commitMarkup(base)
    if byte == UInt8(ascii: ">") {
      // `</>` is nothing at all.
      textStart = index + 1
      state = .data
      return index + 1
    }
    beginComment(in: .bogusComment)
    return index
  }

  @inline(__always)
  private mutating func beginTag(isEnd: Bool) {
    parts.pointee.begin(isEnd: isEnd)
    name = HTMLName()
    state = .tagName
  }

  /// Reads a tag's name that begins in this chunk.
  @inline(__always)
  private mutating func tagName(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let nameEnd = HTMLBytes.tagNameEnd(in: base, from: start, to: end)
    guard nameEnd < end else {
      name = HTMLName()
      state = .tagName
      return restOfTagName(base, start, end)
    }
    name = HTMLName(base, from: start, count: nameEnd - start, end: end)
    takeName(start..<nameEnd)
    finishTagName()
    return base[nameEnd] == UInt8(ascii: ">") ? emitTag(nameEnd + 1) : attributes(base, nameEnd, end)
  }

  /// Reads a tag's name that the chunk ends in, or that one before ended in.
  mutating func restOfTagName(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let nameEnd = HTMLBytes.tagNameEnd(in: base, from: start, to: end)
    for index in start..<nameEnd { name.append(base[index]) }
    takeName(start..<nameEnd)
    if nameEnd < end { finishTagName() }
    return nameEnd
  }

  @inline(__always)
  mutating func takeName(_ range: Range<Int>) {
    guard Handler.keepsNames else { return }
    if !parts.pointee.takeName(range, limit: limits.value) { handler.limitReached() }
  }

  /// The name is complete; what follows it is read as in the before attribute name state, which treats white
  /// space, `/` and `>` just as the tag name state does.
  @inline(__always)
  mutating func finishTagName() {
    let slot = tags.slot(of: name)
    parts.pointee.finishName(name, slot)
    wantsAttributes = !parts.pointee.isEnd && handler.wantsAttributes(of: slot.tag)
    state = .beforeAttributeName
  }

  /// The tag is complete; `next` follows its `>`.
  @inline(__always)
  mutating func emitTag(_ next: Int) -> Int {
    textStart = next
    isInRun = false
    if parts.pointee.isEnd {
      handler.endTag(HTMLTagToken(parts))
      enter(.data)
    } else {
      lastStartTag = parts.pointee.name
      enter(handler.startTag(HTMLTagToken(parts)))
    }
    if handler.isFinished { state = .finished }
    return next
  }
}
