// WHATWG HTML 13.2.5.15 to 13.2.5.31: script data, with its escaped and double escaped states.

extension HTMLTokenizer where Handler: ~Copyable {
  mutating func scriptData(_ base: UnsafePointer<UInt8>, _ index: Int, _ end: Int) -> Int {
    let byte = base[index]
    let dash = UInt8(ascii: "-")
    switch state {
    case .scriptLessThan:
      switch byte {
      case UInt8(ascii: "/"):
        textState = .script
        state = .rawTextEndTagOpen
      case UInt8(ascii: "!"):
        abandonMarkup(to: .scriptEscapeStart)
      default:
        abandonMarkup(to: .script)
        return index
      }

    case .scriptEscapeStart:
      guard byte == dash else { return reconsume(index, in: .script) }
      state = .scriptEscapeStartDash

    case .scriptEscapeStartDash:
      guard byte == dash else { return reconsume(index, in: .script) }
      state = .scriptEscapedDashDash

    case .scriptEscaped, .scriptEscapedDash, .scriptEscapedDashDash:
      switch byte {
      case dash:
        state = state == .scriptEscaped ? .scriptEscapedDash : .scriptEscapedDashDash
      case UInt8(ascii: "<"):
        markupStart = index
        state = .scriptEscapedLessThan
      case UInt8(ascii: ">") where state == .scriptEscapedDashDash:
        state = .script
      default:
        state = .scriptEscaped
        return skipEscaped(base, index + 1, end)
      }

    case .scriptEscapedLessThan:
      if byte == UInt8(ascii: "/") {
        textState = .scriptEscaped
        state = .rawTextEndTagOpen
      } else if HTMLBytes.isLetter(byte) {
        name = HTMLName()
        abandonMarkup(to: .scriptDoubleEscapeStart)
        return index
      } else {
        abandonMarkup(to: .scriptEscaped)
        return index
      }

    case .scriptDoubleEscapeStart, .scriptDoubleEscapeEnd:
      let isStart = state == .scriptDoubleEscapeStart
      if HTMLBytes.endsTagName(byte) {
        state = (name == HTMLName("script")) == isStart ? .scriptDoubleEscaped : .scriptEscaped
      } else if HTMLBytes.isLetter(byte) {
        name.append(byte)
      } else {
        return reconsume(index, in: isStart ? .scriptEscaped : .scriptDoubleEscaped)
      }

    case .scriptDoubleEscaped, .scriptDoubleEscapedDash, .scriptDoubleEscapedDashDash:
      switch byte {
      case dash:
        state = state == .scriptDoubleEscaped ? .scriptDoubleEscapedDash : .scriptDoubleEscapedDashDash
      case UInt8(ascii: "<"):
        state = .scriptDoubleEscapedLessThan
      case UInt8(ascii: ">") where state == .scriptDoubleEscapedDashDash:
        state = .script
      default:
        state = .scriptDoubleEscaped
        return skipEscaped(base, index + 1, end)
      }

    default:
      // Script data double escaped less-than sign.
      guard byte == UInt8(ascii: "/") else { return reconsume(index, in: .scriptDoubleEscaped) }
      name = HTMLName()
      state = .scriptDoubleEscapeEnd
    }
    return index + 1
  }

  /// On to the next byte that moves an escaped state.
  private func skipEscaped(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    var index = start
    while index < end, base[index] != UInt8(ascii: "-"), base[index] != UInt8(ascii: "<") { index += 1 }
    return index
  }

  private mutating func reconsume(_ index: Int, in state: HTMLTokenizerState) -> Int {
    self.state = state
    return index
  }
}
