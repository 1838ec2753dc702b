// WHATWG HTML 13.2.5.1, 13.2.5.6, 13.2.5.7, 13.2.5.8: from text to a tag's name.

extension HTMLTokenizer where Handler: ~Copyable {
  mutating func data(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    if let telling = handler.telling { return skim(base, start, end, telling) }
    return text(base, start, end)
  }

  /// Reads text up to the tag or other markup behind it, and that if it is a tag.
  private mutating func text(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let index = HTMLBytes.firstIndex(of: UInt8(ascii: "<"), in: base, from: start, to: end)
    guard index < end else { return end }
    markupStart = index
    // The common cases, without a round through the states; index + 2 < end.
    if end - index > 2 {
      let isEnd = base[index + 1] == UInt8(ascii: "/")
      let nameStart = isEnd ? index + 2 : index + 1
      if HTMLBytes.isLetter(base[nameStart]) {
        commitMarkup(base)
        return tagName(base, nameStart, end, isEnd: isEnd)
      }
    }
    state = .tagOpen
    return index + 1
  }

  /// Passes over text and over the tags that the handler only notes, and reads the first tag or other markup that takes
  /// more than that.
  private mutating func skim(
    _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ telling: HTMLTagTraits
  ) -> Int {
    var index = start
    while true {
      // In bounds: what is read below ends before index + 19.
      guard end &- index > 18 else { return text(base, textPassed(index), end) }
      if base[index] != UInt8(ascii: "<") {
        index = HTMLBytes.firstIndex(of: UInt8(ascii: "<"), in: base, from: index &+ 1, to: end)
        guard end &- index > 18 else { return text(base, textPassed(index), end) }
      }
      let isEnd = base[index &+ 1] == UInt8(ascii: "/")
      let nameStart = isEnd ? index &+ 2 : index &+ 1
      guard HTMLBytes.isLetter(base[nameStart]), let name = HTMLBytes.shortTagName(base + nameStart) else {
        return text(base, textPassed(index), end)
      }
      let nameEnd = nameStart &+ name.count
      if !isEnd, !tags.possibleTraits(ofPacked: name.packed).isDisjoint(with: telling) {
        _ = textPassed(index)
        return readTag(base, nameStart, nameEnd, end, HTMLName(packed: HTMLBytes.lowercased(name.packed)), isEnd: false)
      }
      if base[nameEnd] == UInt8(ascii: ">") {
        index = nameEnd &+ 1
      } else {
        guard let next = passAttributes(base, nameStart, nameEnd, end, isEnd: isEnd) else { return end }
        index = next
      }
      handler.note(NotedTag(name: name.packed, isEnd: isEnd))
    }
  }

  /// Where a tag ends that is only noted, or nil where the chunk does before it.
  private mutating func passAttributes(
    _ base: UnsafePointer<UInt8>, _ nameStart: Int, _ nameEnd: Int, _ end: Int, isEnd: Bool
  ) -> Int? {
    if let next = HTMLBytes.usualTagEnd(in: base, from: nameEnd, to: end) { return next }
    wantsAttributes = false
    state = .beforeAttributeName
    guard let next = tagEnd(base, nameEnd, end) else {
      let name = HTMLName(base, from: nameStart, count: nameEnd - nameStart, end: end)
      let reached = state
      beginTag(nameStart..<nameEnd, name, isEnd: isEnd)
      state = reached
      return nil
    }
    state = .data
    return next
  }

  /// The text before this place needs not be handed over.
  @inline(__always)
  private mutating func textPassed(_ index: Int) -> Int {
    textStart = index
    isInRun = false
    return index
  }

  mutating func tagOpen(_ base: UnsafePointer<UInt8>, _ index: Int) -> Int {
    let byte = base[index]
    if HTMLBytes.isLetter(byte) {
      commitMarkup(base)
      beginTagName(isEnd: false)
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
      beginTagName(isEnd: true)
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
  private mutating func beginTagName(isEnd: Bool) {
    parts.pointee.begin(isEnd: isEnd)
    name = HTMLName()
    state = .tagName
  }

  /// Reads a tag from its name on, which begins in this chunk.
  @inline(__always)
  private mutating func tagName(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, isEnd: Bool) -> Int {
    let nameEnd = HTMLBytes.tagNameEnd(in: base, from: start, to: end)
    guard nameEnd < end else {
      beginTagName(isEnd: isEnd)
      return restOfTagName(base, start, end)
    }
    let name = HTMLName(base, from: start, count: nameEnd - start, end: end)
    return readTag(base, start, nameEnd, end, name, isEnd: isEnd)
  }

  /// Reads a tag from the end of its name on.
  private mutating func readTag(
    _ base: UnsafePointer<UInt8>, _ start: Int, _ nameEnd: Int, _ end: Int, _ name: HTMLName, isEnd: Bool
  ) -> Int {
    beginTag(start..<nameEnd, name, isEnd: isEnd)
    return base[nameEnd] == UInt8(ascii: ">") ? emitTag(nameEnd + 1) : attributes(base, nameEnd, end)
  }

  @inline(__always)
  private mutating func beginTag(_ place: Range<Int>, _ name: HTMLName, isEnd: Bool) {
    parts.pointee.begin(isEnd: isEnd)
    takeName(place)
    finishTagName(name, tags.slot(of: name))
  }

  /// Reads a tag's name that the chunk ends in, or that one before ended in.
  mutating func restOfTagName(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let nameEnd = HTMLBytes.tagNameEnd(in: base, from: start, to: end)
    for index in start..<nameEnd { name.append(base[index]) }
    takeName(start..<nameEnd)
    if nameEnd < end { finishTagName(name, tags.slot(of: name)) }
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
  mutating func finishTagName(_ name: HTMLName, _ slot: HTMLTagTable.Slot) {
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
      let model = handler.startTag(HTMLTagToken(parts))
      if model != .data { lastStartTag = parts.pointee.name }
      enter(model)
    }
    if handler.isFinished { state = .finished }
    return next
  }
}
