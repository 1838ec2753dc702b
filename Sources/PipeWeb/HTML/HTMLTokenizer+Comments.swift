// WHATWG HTML 13.2.5.41 to 13.2.5.71: comments, doctypes and CDATA sections.

extension HTMLTokenizer where Handler: ~Copyable {
  /// After `<!`: what may become `--`, `DOCTYPE` or `[CDATA[` is held until it is or is not.
  mutating func markupDeclarationOpen(_ base: UnsafePointer<UInt8>, _ index: Int) -> Int {
    held.append(base[index])
    if heldBegins("--", foldsCase: false) {
      if held.count == 2 { beginComment(in: .commentStart) }
      return index + 1
    }
    if heldBegins("doctype", foldsCase: true) {
      if held.count == 7 { beginComment(in: .doctype) }
      return index + 1
    }
    if heldBegins("[CDATA[", foldsCase: false), held.count < 7 || handler.isInForeignContent {
      if held.count == 7 {
        held.removeAll(keepingCapacity: true)
        textStart = index + 1
        enter(.cdata)
      }
      return index + 1
    }
    // A bogus comment: what was held is its beginning, and this byte is read again.
    held.removeLast()
    let beginning = held
    beginComment(in: .bogusComment)
    beginning.withUnsafeBufferPointer { captured($0, wanted: handler.wantsComments) }
    return index
  }

  private func heldBegins(_ keyword: StaticString, foldsCase: Bool) -> Bool {
    guard held.count <= keyword.utf8CodeUnitCount else { return false }
    return held.indices.allSatisfy { index in
      keyword.utf8Start[index] == (foldsCase ? HTMLBytes.lowercased(held[index]) : held[index])
    }
  }

  mutating func beginComment(in state: HTMLTokenizerState) {
    if !held.isEmpty { held.removeAll(keepingCapacity: true) }
    capture.removeAll(keepingCapacity: true)
    self.state = state
  }

  mutating func captured(_ bytes: UnsafeBufferPointer<UInt8>, wanted: Bool) {
    guard wanted else { return }
    let room = limits.value - capture.count
    if bytes.count > room { handler.limitReached() }
    capture.append(contentsOf: bytes.prefix(max(0, room)))
  }

  private mutating func captureComment(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    captured(UnsafeBufferPointer(start: base + start, count: end - start), wanted: handler.wantsComments)
  }

  mutating func emitComment() {
    if handler.wantsComments { capture.withUnsafeBufferPointer { handler.comment($0) } }
  }

  mutating func emitDoctype(isComplete: Bool) {
    if handler.wantsDoctype {
      handler.doctype(HTMLDoctype(capture, isComplete: isComplete))
    }
  }

  private mutating func leaveComment(_ next: Int) -> Int {
    textStart = next
    state = .data
    return next
  }

  mutating func bogusComment(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let close = HTMLBytes.firstIndex(of: UInt8(ascii: ">"), in: base, from: start, to: end)
    captureComment(base, start, close)
    guard close < end else { return end }
    emitComment()
    return leaveComment(close + 1)
  }

  mutating func doctype(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let close = HTMLBytes.firstIndex(of: UInt8(ascii: ">"), in: base, from: start, to: end)
    captured(UnsafeBufferPointer(start: base + start, count: close - start), wanted: handler.wantsDoctype)
    guard close < end else { return end }
    emitDoctype(isComplete: true)
    return leaveComment(close + 1)
  }

  mutating func comment(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let dash = HTMLBytes.firstIndex(of: UInt8(ascii: "-"), in: base, from: start, to: end)
    captureComment(base, start, dash)
    guard dash < end else { return end }
    state = .commentEndDash
    return dash + 1
  }

  /// The states around a comment's start and end. Their dashes join the comment once they prove not to end it.
  mutating func commentEdge(_ base: UnsafePointer<UInt8>, _ index: Int) -> Int {
    let isDash = base[index] == UInt8(ascii: "-")
    let isClose = base[index] == UInt8(ascii: ">")
    switch state {
    case .commentStart, .commentStartDash:
      if isClose { break }
      if isDash {
        state = state == .commentStart ? .commentStartDash : .commentEnd
        return index + 1
      }
      return resumeComment(state == .commentStart ? "" : "-", index)

    case .commentEndDash:
      guard isDash else { return resumeComment("-", index) }
      state = .commentEnd
      return index + 1

    case .commentEnd:
      if isClose { break }
      if isDash {
        _ = resumeComment("-", index)
        state = .commentEnd
        return index + 1
      }
      guard base[index] == UInt8(ascii: "!") else { return resumeComment("--", index) }
      state = .commentEndBang
      return index + 1

    default:
      if isClose { break }
      guard isDash else { return resumeComment("--!", index) }
      _ = resumeComment("--!", index)
      state = .commentEndDash
      return index + 1
    }
    emitComment()
    return leaveComment(index + 1)
  }

  /// Back to the comment, which these characters belong to; the byte at `index` is read again.
  private mutating func resumeComment(_ characters: StaticString, _ index: Int) -> Int {
    captured(
      UnsafeBufferPointer(start: characters.utf8Start, count: characters.utf8CodeUnitCount),
      wanted: handler.wantsComments)
    state = .comment
    return index
  }

  mutating func cdataSection(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let bracket = UInt8(ascii: "]")
    switch state {
    case .cdataSection:
      let index = HTMLBytes.firstIndex(of: bracket, in: base, from: start, to: end)
      guard index < end else { return end }
      markupStart = index
      state = .cdataSectionBracket
      return index + 1

    case .cdataSectionBracket:
      guard base[start] == bracket else { break }
      state = .cdataSectionEnd
      return start + 1

    default:
      if base[start] == UInt8(ascii: ">") {
        commitMarkup(base)
        textStart = start + 1
        enter(.data)
        return start + 1
      }
      guard base[start] == bracket else { break }
      // A third bracket: the first of them is text.
      if let markup = markupStart {
        markupStart = markup + 1
      } else {
        releaseHeld(1)
        if held.isEmpty { markupStart = 0 }
      }
      return start + 1
    }
    abandonMarkup(to: .cdataSection)
    return start
  }
}
