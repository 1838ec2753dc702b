internal import CLibxml2

// The language and the direction of an element's text.

extension SelectorMatcher {
  mutating func isIn(_ ranges: [LanguageRange], _ node: XMLNode) -> Bool {
    var element: XMLNode? = node
    while let here = element, !gaveUp {
      if let own = here.language {
        let language = UnsafeBufferPointer(start: own, count: Int(xmlStrlen(own)))
        steps -= language.count / 8
        return ranges.contains { $0.matches(language) }
      }
      steps -= 1
      element = here.parentElement
    }
    let language = document.defaultLanguage
    return ranges.contains { $0.matches(language) }
  }

  /// Whether text runs from right to left (WHATWG HTML 3.2.6.4, "directionality").
  mutating func isRightToLeft(_ node: XMLNode) -> Bool {
    var element: XMLNode? = node
    while let here = element, !gaveUp {
      steps -= 1
      if !here.isForeign, let own = ownDirection(of: here) { return own }
      element = here.parentElement
    }
    return false
  }

  private mutating func ownDirection(of node: XMLNode) -> Bool? {
    switch node.writtenDirection {
    case "ltr": return false
    case "rtl": return true
    case "auto": return automaticDirection(of: node)
    default:
      if node.isNamed("bdi") { return automaticDirection(of: node) }
      return node.isInput("tel") ? false : nil
    }
  }

  /// By the first strong character.
  private mutating func automaticDirection(of root: XMLNode) -> Bool {
    if let known = directions[root] { return known }
    var found: Bool?
    if root.isNamed("input") {
      let hasText = [
        "hidden", "text", "search", "tel", "url", "email", "password", "submit", "reset", "button",
      ].contains(root.inputType)
      if hasText { found = firstDirection(in: root.sanitizedValue) }
    } else {
      root.walk { node in
        steps -= 1
        if node.isText, let content = node.pointee.content {
          steps -= Int(xmlStrlen(content)) / 8
          found = firstDirection(in: String(xml: content))
        } else if node.isElement, !node.isForeign,
          node.isNamed("bdi", "script", "style", "textarea") || node.writtenDirection != nil
        {
          return .past
        }
        return found != nil || gaveUp ? .stop : .into
      }
    }
    directions[root] = found ?? false
    return found ?? false
  }

  private func firstDirection(in text: String) -> Bool? {
    for scalar in text.unicodeScalars {
      if let isRightToLeft = BidiRule.isRightToLeft(strong: scalar) { return isRightToLeft }
    }
    return nil
  }
}

extension XMLNode {
  /// The keyword of `dir`, nil where there is none of the three.
  fileprivate var writtenDirection: String? {
    guard let text = value("dir") else { return nil }
    let word = String(xml: text).asciiLowercased
    return ["ltr", "rtl", "auto"].contains(word) ? word : nil
  }
}
