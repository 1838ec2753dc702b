// Pseudo-classes (Selectors Level 4, 3.5 and 4 to 14).

extension CSSSelectorParser {
  mutating func pseudo() throws(CSSSelector.SyntaxError) -> SelectorTest {
    let start = index
    index += 1
    let isElement = skip(":")
    let name = String(decoding: try name("a pseudo-class").map(HTMLBytes.lowercased), as: UTF8.self)
    let isFunction = skip("(")
    if isElement { return try pseudoElement(name, from: start) }
    guard isFunction else { return try plain(name, from: start) }
    let open = index - 1
    let test = try function(name, from: start)
    skipSpace()
    guard skip(")") else {
      throw peek() == nil ? error("the '(' has no ')'", open..<open + 1) : unexpected()
    }
    return test
  }

  private func pseudoElement(_ name: String, from start: Int) throws(CSSSelector.SyntaxError) -> SelectorTest {
    let written = String(decoding: bytes[start..<index].prefix { $0 != UInt8(ascii: "(") }, as: UTF8.self)
    if Self.pseudoElements.contains(name) {
      throw error(
        "'\(written)' is a part of an element, and not an element", start..<index,
        hint: "remove it: the element itself is found without it")
    }
    let hint: String? =
      switch name {
      case "text": "the text of an element is taken without it; remove ::text"
      case "attr": "remove it, and write attribute: beside the selector"
      default: nil
      }
    throw error("no pseudo-element is called '\(name)'", start..<index, hint: hint)
  }

  private static let pseudoElements: Set<String> = [
    "before", "after", "first-line", "first-letter", "marker", "selection", "placeholder", "backdrop", "cue", "part",
    "slotted", "file-selector-button", "target-text", "highlight", "spelling-error", "grammar-error", "details-content",
    "view-transition", "picker", "picker-icon", "checkmark", "search-text", "column", "scroll-marker", "scroll-button",
  ]

  private mutating func plain(_ name: String, from start: Int) throws(CSSSelector.SyntaxError) -> SelectorTest {
    switch name {
    case "first-child": return position(offset: 1)
    case "last-child": return position(offset: 1, fromEnd: true)
    case "first-of-type": return position(offset: 1, ofType: true)
    case "last-of-type": return position(offset: 1, fromEnd: true, ofType: true)
    case "only-child", "only-of-type":
      let ofType = name == "only-of-type"
      let both = CompoundSelector(
        tests: [position(offset: 1, ofType: ofType), position(offset: 1, fromEnd: true, ofType: ofType)])
      return .any([ComplexSelector(compounds: [both])])
    case "root": return .root
    case "scope": return .scope
    case "empty": return .empty
    case "input": return .input
    case "before", "after", "first-line", "first-letter": return try pseudoElement(name, from: start)
    default:
      if let state = ElementState(rawValue: name) { return .state(state) }
      if ElementState.never.contains(name) { return .never }
      if let reason = ElementState.refused[name] {
        throw error("':\(name)' is not there: \(reason)", start..<index)
      }
      let needsArgument = [
        "not", "is", "where", "has", "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type", "lang", "dir",
        "contains",
      ].contains(name)
      throw error(
        needsArgument ? "':\(name)' needs something in parentheses" : "no pseudo-class is called '\(name)'",
        start..<index)
    }
  }

  private mutating func function(_ name: String, from start: Int) throws(CSSSelector.SyntaxError) -> SelectorTest {
    switch name {
    case "not": return .not(try list(isRelative: false))
    case "is", "where": return .any(try list(isRelative: false, isForgiving: true))
    case "has": return .has(try list(isRelative: true))
    case "haschild":
      return .has(
        try list(isRelative: false).map { selector in
          var selector = selector
          selector.leading = .child
          return selector
        })
    case "nth-child": return try nth()
    case "nth-last-child": return try nth(fromEnd: true)
    case "nth-of-type": return try nth(ofType: true)
    case "nth-last-of-type": return try nth(fromEnd: true, ofType: true)
    case "lang":
      needsLanguage = true
      var languages: [LanguageRange] = []
      repeat {
        skipSpace()
        if peek() == UInt8(ascii: "*") { throw unexpected(hint: "quote the range: :lang('*-CH')") }
        languages.append(LanguageRange(try stringOrName("a language")))
        skipSpace()
      } while skip(",")
      return .language(languages)
    case "dir":
      skipSpace()
      let direction = String(decoding: try self.name("a direction").map(HTMLBytes.lowercased), as: UTF8.self)
      // Another word is not an error, and matches nothing.
      return direction == "rtl" || direction == "ltr" ? .direction(rightToLeft: direction == "rtl") : .never
    case "host", "state":
      _ = try list(isRelative: false)
      return .never
    case "contains", "containsown":
      skipSpace()
      let text = try stringOrName("a text")
      return .contains(SelectorText(lowercasing: text), own: name == "containsown")
    default:
      if let reason = ElementState.refused[name] {
        throw error("':\(name)' is not there: \(reason)", start..<index - 1)
      }
      throw error(
        "no pseudo-class is called '\(name)'", start..<index - 1,
        hint: name.hasPrefix("match") ? "look for a pattern with the option pattern" : nil)
    }
  }

  // MARK: Positions

  private mutating func position(
    step: Int = 0, offset: Int, fromEnd: Bool = false, ofType: Bool = false, of selectors: [ComplexSelector]? = nil
  ) -> SelectorTest {
    .position(
      SelectorTest.Position(
        step: step, offset: offset, isFromEnd: fromEnd, isOfType: ofType, of: selectors, slot: slot()))
  }

  /// `odd`, `even`, `3`, `2n + 1`, `-n+3`, and for children `… of S` (CSS Syntax 6).
  private mutating func nth(fromEnd: Bool = false, ofType: Bool = false) throws(CSSSelector.SyntaxError) -> SelectorTest
  {
    skipSpace()
    let (step, offset) = try formula()
    let hadSpace = skipSpace()
    var selectors: [ComplexSelector]?
    if !ofType, hadSpace, word("of") { selectors = try list(isRelative: false) }
    return position(step: step, offset: offset, fromEnd: fromEnd, ofType: ofType, of: selectors)
  }

  private mutating func formula() throws(CSSSelector.SyntaxError) -> (step: Int, offset: Int) {
    if word("odd") { return (2, 1) }
    if word("even") { return (2, 0) }
    let sign = self.sign()
    let number = digits()
    guard let next = peek(), HTMLBytes.lowercased(next) == UInt8(ascii: "n") else {
      guard let number else { throw expected("a number, 2n+1, odd or even") }
      return (0, (sign ?? 1) * number)
    }
    index += 1
    let step = (sign ?? 1) * (number ?? 1)
    let end = index
    skipSpace()
    guard let sign = self.sign() else {
      index = end
      return (step, 0)
    }
    skipSpace()
    guard let offset = digits() else { throw expected("a number") }
    return (step, sign * offset)
  }

  private mutating func sign() -> Int? {
    if skip("+") { return 1 }
    return skip("-") ? -1 : nil
  }

  private mutating func digits() -> Int? {
    var number: Int?
    while let byte = peek(), UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
      // No page has as many elements.
      number = min((number ?? 0) * 10 + Int(byte - UInt8(ascii: "0")), 1 << 30)
      index += 1
    }
    return number
  }

  private mutating func word(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard index + count <= bytes.count, HTMLName(bytes[index..<index + count]) == HTMLName(word) else { return false }
    if let next = peek(count), UInt8(ascii: "a")...UInt8(ascii: "z") ~= next | 0x20 { return false }
    index += count
    return true
  }
}
