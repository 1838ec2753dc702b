internal import CLibxml2

// The states of elements (WHATWG HTML 4.16.3).

extension SelectorMatcher {
  mutating func isIn(_ state: ElementState, _ node: XMLNode) -> Bool {
    if node.isForeign {
      switch state {
      case .defined: return true
      case .link, .anyLink: return node.isNamed("a") && (node.value("href") ?? node.value("xlink:href")) != nil
      case .target, .targetWithin: break
      default: return false
      }
    }
    switch state {
    case .link, .anyLink: return node.isNamed("a", "area") && node.value("href") != nil
    case .checked: return isChecked(node)
    case .default: return isDefault(node)
    case .indeterminate:
      if node.isNamed("progress") { return node.value("value") == nil }
      return node.isInput("radio") && forms().isUndecided(radio: node)
    case .enabled: return node.canBeDisabled && !isDisabled(node)
    case .disabled: return node.canBeDisabled && isDisabled(node)
    case .readWrite: return isWritable(node)
    case .readOnly: return !isWritable(node) && !gaveUp
    case .required: return node.isRequiredControl == true
    case .optional: return node.isRequiredControl == false
    case .placeholderShown: return node.showsPlaceholder
    case .inRange: return isCandidate(node) && node.isInRange == true
    case .outOfRange: return isCandidate(node) && node.isInRange == false
    case .open: return node.isNamed("details", "dialog") && node.value("open") != nil
    case .defined: return node.isDefined
    case .target: return target() == node
    case .targetWithin:
      var element = target()
      while let here = element, here != node, !gaveUp {
        steps -= 1
        element = here.parentElement
      }
      return element == node
    }
  }

  private mutating func forms() -> FormStates {
    if let formStates { return formStates }
    let states = FormStates(document.tree.root, steps: &steps)
    formStates = states
    return states
  }

  private mutating func isChecked(_ node: XMLNode) -> Bool {
    if node.isNamed("option") { return isSelected(node) }
    if node.isInput("checkbox") { return node.value("checked") != nil }
    return node.isInput("radio") && forms().isChecked(radio: node)
  }

  private mutating func isDefault(_ node: XMLNode) -> Bool {
    if node.isNamed("option") { return node.value("selected") != nil }
    if node.isInput("checkbox") || node.isInput("radio") { return node.value("checked") != nil }
    return node.isSubmitButton && forms().isDefaultButton(node)
  }

  /// WHATWG HTML 4.10.7: in a list for one choice the last that says so, in a menu the first otherwise.
  private mutating func isSelected(_ option: XMLNode) -> Bool {
    guard let select = ancestor(of: option, named: "select"), select.value("multiple") == nil else {
      return option.value("selected") != nil
    }
    if let known = choices[select] { return known == option }
    var last: XMLNode?
    var first: XMLNode?
    select.walk { node in
      steps -= 1
      if node.isElement, node.isNamed("option") {
        if node.value("selected") != nil { last = node }
        if first == nil, node.value("disabled") == nil, !isInDisabledGroup(node) { first = node }
      }
      return gaveUp ? .stop : .into
    }
    let size = select.value("size").flatMap { Int(String(xml: $0)) } ?? 1
    let choice = last ?? (size <= 1 ? first : nil)
    choices[select] = .some(choice)
    return choice == option
  }

  private mutating func isInDisabledGroup(_ option: XMLNode) -> Bool {
    ancestor(of: option, named: "optgroup")?.value("disabled") != nil
  }

  private mutating func ancestor(of node: XMLNode, named name: StaticString) -> XMLNode? {
    var parent = node.parentElement
    while let element = parent, !gaveUp, !element.isNamed(name) {
      steps -= 1
      parent = element.parentElement
    }
    return parent
  }

  /// WHATWG HTML 4.10.18.5: of its own, by its group or list, or by a fieldset around it, whose first legend is exempt.
  private mutating func isDisabled(_ node: XMLNode) -> Bool {
    if node.value("disabled") != nil { return true }
    if node.isNamed("option", "optgroup") {
      if node.isNamed("option"), isInDisabledGroup(node) { return true }
      guard let select = ancestor(of: node, named: "select") else { return false }
      return isDisabled(select)
    }
    var child = node
    var parent = node.parentElement
    while let element = parent, !gaveUp {
      steps -= 1
      if element.isNamed("fieldset"), element.value("disabled") != nil {
        let isInFirstLegend = child != node && child.isNamed("legend") && !hasEarlierLegend(child)
        if !isInFirstLegend { return true }
      }
      child = element
      parent = element.parentElement
    }
    return false
  }

  private mutating func hasEarlierLegend(_ legend: XMLNode) -> Bool {
    var previous = legend.previousElement
    while let element = previous, !gaveUp {
      steps -= 1
      if element.isNamed("legend") { return true }
      previous = element.previousElement
    }
    return false
  }

  private mutating func isWritable(_ node: XMLNode) -> Bool {
    if node.isNamed("input", "textarea") { return node.isWritableControl && !isDisabled(node) }
    var element: XMLNode? = node
    while let here = element, !gaveUp {
      steps -= 1
      // WHATWG HTML 6.8.1; other values inherit.
      if !here.isForeign, let text = here.value("contenteditable") {
        switch String(xml: text).asciiLowercased {
        case "", "true", "plaintext-only": return true
        case "false": return false
        default: break
        }
      }
      element = here.parentElement
    }
    return false
  }

  /// Whether its constraints are checked (WHATWG HTML 4.10.20.2).
  private mutating func isCandidate(_ node: XMLNode) -> Bool {
    guard node.isNamed("input"), node.value("readonly") == nil, !isDisabled(node) else { return false }
    return ancestor(of: node, named: "datalist") == nil
  }

  /// The element that the fragment of the page's URL names (WHATWG HTML 7.4.6.4, "find a potential indicated element").
  private mutating func target() -> XMLNode? {
    if let targetElement { return targetElement }
    var found: XMLNode?
    if let fragment = document.fragment, !fragment.isEmpty {
      let decoded = String(decoding: PercentEncoding.decode(fragment.utf8.span), as: UTF8.self)
      for text in [fragment, decoded] where found == nil {
        let name = SelectorText(Array(text.utf8))
        var anchor: XMLNode?
        document.tree.root.walk { node in
          steps -= 1
          guard node.isElement else { return gaveUp ? .stop : .into }
          if let id = node.value("id"), name.equals(id) { found = node }
          if anchor == nil, node.isNamed("a"), let own = node.value("name"), name.equals(own) { anchor = node }
          return found != nil || gaveUp ? .stop : .into
        }
        found = found ?? anchor
      }
    }
    targetElement = .some(found)
    return found
  }
}

extension XMLNode {
  var canBeDisabled: Bool {
    isNamed("button", "input", "select", "textarea", "optgroup", "option", "fieldset")
  }

  /// Whether it is not a custom element, which only a script can define (WHATWG HTML 4.13.3).
  fileprivate var isDefined: Bool {
    if value("is") != nil { return false }
    guard let name = pointee.name, ASCII.isLetter(name.pointee) else { return true }
    let bytes = UnsafeBufferPointer(start: name, count: Int(xmlStrlen(name)))
    return !bytes.contains(UInt8(ascii: "-")) || Self.hyphenated.contains(String(xml: name))
  }

  /// The names with a hyphen that SVG and MathML have taken.
  private static let hyphenated: Set<String> = [
    "annotation-xml", "color-profile", "font-face", "font-face-src", "font-face-uri", "font-face-format",
    "font-face-name", "missing-glyph",
  ]
}
