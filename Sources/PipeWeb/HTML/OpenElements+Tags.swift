// WHATWG HTML 13.2.6: what tags do to the stack of open elements.

extension OpenElements {
  /// A start tag of HTML content, in a body.
  mutating func start(_ tag: OpenTag) {
    if makeRoom(for: tag.tag, tag.traits) { open(tag) }
  }

  /// Opens the element of a start tag of HTML content, if it stays open.
  @inline(__always)
  mutating func open(_ tag: OpenTag, region: PageRegion? = nil) {
    let traits = tag.traits
    guard traits.isDisjoint(with: [.void, .anyText]), tag.tag != .image else { return }
    push(Element(tag: tag.tag, namespace: .html, traits: traits, fingerprint: tag.fingerprint, region: region))
  }

  /// Closes what a start tag closes (13.2.6.4.7, 13.2.6.4.9); false where the tag itself is ignored.
  mutating func makeRoom(for tag: HTMLTag, _ traits: HTMLTagTraits) -> Bool {
    if traits.contains(.closesParagraph), contains(.p) { close(.p, in: .button) }
    if traits.contains(.tablePart), tag != .table { return makeRoom(forTablePart: tag) }
    switch tag {
    case .li: closeItem(.li, .li)
    case .dd, .dt: closeItem(.dd, .dt)
    case .h1, .h2, .h3, .h4, .h5, .h6:
      if let current, current.traits.contains(.heading) { pop() }
    case .button: close(.button, in: .any)
    case .a: closeFormatting(.a)
    case .nobr: closeFormatting(.nobr)
    case .input: close(.select, in: .any)
    case .select: return !close(.select, in: .any)
    case .form: return isInTemplate || !contains(.form)
    case .table:
      // Outside of its cells and caption a table does not nest.
      if let index = index(in: .any, where: { [.table, .td, .th, .caption].contains($0.tag) }),
        self[index].tag == .table
      {
        pop(through: index)
      }
    case .col, .colgroup:
      if contains(.table) { pop { $0.isTableContext } }
    default: break
    }
    return true
  }

  /// Whether parts of a table mean anything: outside of tables they are ignored.
  var admitsTableParts: Bool { contains(.table) || isInTemplate }

  /// A part of a table closes the parts before it.
  private mutating func makeRoom(forTablePart tag: HTMLTag) -> Bool {
    guard admitsTableParts else { return false }
    switch tag {
    case .td, .th: pop { $0.isTableContext || $0.isTableSection || $0.tag == .tr }
    case .tr: pop { $0.isTableContext || $0.isTableSection }
    default: pop { $0.isTableContext }
    }
    return true
  }

  /// An end tag of HTML content.
  mutating func end(_ tag: OpenTag) {
    switch tag.tag {
    case .a: closeFormatting(.a)
    case .p: close(.p, in: .button)
    case .li: close(.li, in: .list)
    case .br: break
    case .template:
      if isInTemplate { pop(throughInnermost: .template) }
    case .form:
      if let index = index(of: .form, in: .any) { remove(at: index) }
    case .h1, .h2, .h3, .h4, .h5, .h6:
      if let index = index(in: .any, where: { $0.traits.contains(.heading) }) { pop(through: index) }
    default:
      let traits = tag.traits
      if traits.contains(.tablePart) {
        close(tag.tag, in: .table)
      } else if traits.contains(.formatting) {
        closeFormatting(tag.tag)
      } else if traits.contains(.closesInScope) {
        close(tag.tag, in: .any)
      } else {
        closeOther(tag)
      }
    }
  }

  /// An end tag in foreign content (13.2.6.5); false where the rules of HTML content are to be used.
  mutating func closeForeign(_ tag: OpenTag) -> Bool {
    var index = count
    while index > 0 {
      index -= 1
      let element = self[index]
      if element.namespace == .html { return false }
      if tag.names(element) {
        pop(through: index)
        return true
      }
    }
    return false
  }

  // MARK: Closing

  /// Pops through an element if it is in scope; false where it is not.
  @discardableResult
  private mutating func close(_ tag: HTMLTag, in scope: Scope) -> Bool {
    guard let index = index(of: tag, in: scope) else { return false }
    pop(through: index)
    return true
  }

  /// A new `li`, or `dd` and `dt`, closes the one before (13.2.6.4.7).
  private mutating func closeItem(_ tag: HTMLTag, _ other: HTMLTag) {
    guard contains(tag) || contains(other) else { return }
    var index = count
    while index > 0 {
      index -= 1
      let element = self[index]
      if element.namespace == .html, element.tag == tag || element.tag == other { return pop(through: index) }
      if element.traits.contains(.special), ![.address, .div, .p].contains(element.tag) { return }
    }
  }

  /// The end tag of a formatting element: what the adoption agency (13.2.6.4.7) leaves on the stack.
  ///
  /// It goes, with what is inside it; but if there are special elements inside, those stay open, and the formatting
  /// elements between them.
  private mutating func closeFormatting(_ tag: HTMLTag) {
    guard let index = index(of: tag, in: .any) else { return }
    if index < count - 1 {
      let kept = keptByAdoption(above: index)
      pop(through: index)
      for element in kept { push(element) }
    } else {
      pop()
    }
  }

  private func keptByAdoption(above index: Int) -> [Element] {
    var inside: [Element] = []
    for place in (index + 1)..<count { inside.append(self[place]) }
    guard let last = inside.lastIndex(where: { $0.traits.contains(.special) }) else { return [] }
    return inside[...last].filter { !$0.traits.isDisjoint(with: [.special, .formatting]) }
  }

  /// Any other end tag (13.2.6.4.7).
  private mutating func closeOther(_ tag: OpenTag) {
    guard contains(tag.tag) else { return }
    var index = count
    while index > 0 {
      index -= 1
      let element = self[index]
      if element.namespace == .html, tag.names(element) { return pop(through: index) }
      if element.traits.contains(.special) { return }
    }
  }
}

extension OpenElements.Element {
  var isIntegrationPoint: Bool {
    !traits.isDisjoint(with: [.htmlIntegrationPoint, .textIntegrationPoint])
  }

  var isTableContext: Bool {
    namespace == .html && (tag == .table || tag == .template)
  }

  var isTableSection: Bool {
    tag == .tbody || tag == .thead || tag == .tfoot
  }
}
