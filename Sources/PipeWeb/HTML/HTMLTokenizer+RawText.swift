// WHATWG HTML 13.2.5.2 to 13.2.5.5 and 13.2.5.9 to 13.2.5.17: text that only its own end tag ends.

extension HTMLTokenizer where Handler: ~Copyable {
  /// RCDATA, RAWTEXT and unescaped script data: on to the next `<`.
  mutating func rawText(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let index = HTMLBytes.firstIndex(of: UInt8(ascii: "<"), in: base, from: start, to: end)
    guard index < end else { return end }
    markupStart = index
    state = state == .script ? .scriptLessThan : .rawTextLessThan
    return index + 1
  }

  /// The less-than sign, end tag open and end tag name states of all kinds; `textState` is where they return.
  mutating func rawTextMarkup(_ base: UnsafePointer<UInt8>, _ index: Int) -> Int {
    let byte = base[index]
    switch state {
    case .rawTextLessThan:
      guard byte == UInt8(ascii: "/") else { break }
      state = .rawTextEndTagOpen
      return index + 1

    case .rawTextEndTagOpen:
      guard HTMLBytes.isLetter(byte) else { break }
      name = HTMLName()
      state = .rawTextEndTagName
      return index

    default:
      if HTMLBytes.isLetter(byte) {
        // Longer than the name it must be, it cannot be it; so what is held stays short.
        guard name.count < lastStartTag.count else { break }
        name.append(byte)
        return index + 1
      }
      guard HTMLBytes.endsTagName(byte), name == lastStartTag else { break }
      commitMarkup(base)
      parts.pointee.begin(isEnd: true)
      if Handler.keepsNames { keepLastStartTag() }
      finishTagName(name, tags.slot(of: name))
      return index
    }
    abandonMarkup(to: textState)
    return index
  }

  /// An end tag of raw text has its start tag's name.
  private mutating func keepLastStartTag() {
    lastStartTag.withPackedBytes { parts.pointee.takeName($0) }
  }
}
