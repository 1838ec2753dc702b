// WHATWG HTML 13.2.5.1, 13.2.5.6, 13.2.5.7, 13.2.5.8: from text to a tag's name.

extension HTMLTokenizer {
  mutating func data(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let index = HTMLBytes.firstIndex(of: UInt8(ascii: "<"), in: base, from: start, to: end)
    guard index < end else { return end }
    markupStart = index
    // The common cases, without a round through the states; index + 2 < end.
    if end - index > 2 {
      if HTMLBytes.isLetter(base[index + 1]) {
        commitMarkup(base)
        beginTag(isEnd: false)
        return tagName(base, index + 1, end)
      }
      if base[index + 1] == UInt8(ascii: "/"), HTMLBytes.isLetter(base[index + 2]) {
        commitMarkup(base)
        beginTag(isEnd: true)
        return tagName(base, index + 2, end)
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
  mutating func beginTag(isEnd: Bool) {
    token.begin(isEnd: isEnd)
    name = HTMLName()
    state = .tagName
  }

  mutating func tagName(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    var index = start
    var name = name
    while index < end, !HTMLBytes.endsTagName(base[index]) {
      name.append(base[index])
      index += 1
    }
    self.name = name
    keepName(base, start, index, from: 0)
    guard index < end else { return end }
    finishTagName()
    return base[index] == UInt8(ascii: ">") ? emitTag(index + 1) : attributes(base, index, end)
  }

  @inline(__always)
  mutating func keepName(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, from: Int) {
    guard Handler.keepsNames else { return }
    keep(UnsafeBufferPointer(start: base + start, count: end - start), from: from)
  }

  mutating func keep(_ slice: UnsafeBufferPointer<UInt8>, from: Int) {
    if !token.keep(slice, from: from, limit: limits.value) { handler.limitReached() }
  }

  /// The name is complete; what follows it is read as in the before attribute name state, which treats white
  /// space, `/` and `>` just as the tag name state does.
  @inline(__always)
  mutating func finishTagName() {
    token.finishName(name, tags.slot(of: name))
    wantsAttributes = !token.isEnd && handler.wantsAttributes(of: token.tag)
    state = .beforeAttributeName
  }

  /// The tag is complete; `next` follows its `>`.
  @inline(__always)
  mutating func emitTag(_ next: Int) -> Int {
    textStart = next
    isInRun = false
    if token.isEnd {
      handler.endTag(token)
      enter(.data)
    } else {
      lastStartTag = token.name
      let model = handler.startTag(token)
      enter(model)
    }
    if handler.isFinished { state = .finished }
    return next
  }
}
