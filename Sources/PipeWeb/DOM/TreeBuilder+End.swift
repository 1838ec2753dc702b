internal import CLibxml2

// WHATWG HTML 13.2.6.4: end tags.

extension TreeBuilder {
  mutating func end(_ token: HTMLTagToken, in mode: Mode) {
    let tag = token.tag
    if tag == .template { return endTemplate() }
    switch mode {
    case .beforeHTML, .beforeHead, .inHead, .afterHead:
      if mode == .inHead, tag == .head {
        pop()
        self.mode = .afterHead
      } else if [.head, .body, .html, .br].contains(tag), !(tag == .head && mode == .afterHead) {
        if tag == .head {
          if mode == .beforeHTML { insert(.html) }
          head = insert(.head)
          pop()
          self.mode = .afterHead
        } else {
          enterBody()
          endInBody(token)
        }
      }
    case .inBody: endInBody(token)
    case .inTable, .inTableBody, .inRow, .inCaption, .inColumnGroup, .inCell: endInTable(token, mode)
    case .inTemplate, .afterAfterFrameset: break
    case .afterFrameset: if tag == .html { self.mode = .afterAfterFrameset }
    case .afterBody, .afterAfterBody:
      self.mode = .inBody
      endInBody(token)
    case .inFrameset:
      if tag == .frameset, stack.count > 1 {
        pop()
        if current?.isHTML(.frameset) != true { self.mode = .afterFrameset }
      }
    }
  }

  mutating func endTemplate() {
    guard has(.template) else { return }
    impliedEnds()
    pop(through: .template)
    clearFormatting()
    _ = templateModes.popLast()
    resetMode()
  }

  private mutating func endInTable(_ token: HTMLTagToken, _ mode: Mode) {
    let tag = token.tag
    switch (mode, tag) {
    case (.inCell, .td), (.inCell, .th):
      guard isInTableScope(tag) else { return }
      impliedEnds()
      pop(through: tag)
      clearFormatting()
      self.mode = .inRow
    case (.inCell, .table), (.inCell, .tbody), (.inCell, .tfoot), (.inCell, .thead), (.inCell, .tr):
      guard isInTableScope(tag) else { return }
      closeCell()
      end(token, in: self.mode)
    case (.inCaption, .caption): _ = closeCaption()
    case (.inCaption, .table): if closeCaption() { end(token, in: self.mode) }
    case (.inColumnGroup, .colgroup):
      if current?.isHTML(.colgroup) == true {
        pop()
        self.mode = .inTable
      }
    case (.inColumnGroup, .col): break
    case (.inColumnGroup, _):
      guard current?.isHTML(.colgroup) == true else { return }
      pop()
      self.mode = .inTable
      end(token, in: .inTable)
    case (_, .body), (_, .html), (_, .caption), (_, .col), (_, .colgroup), (.inRow, .td), (.inRow, .th),
      (.inTableBody, .td), (.inTableBody, .th), (.inTable, .td), (.inTable, .th), (.inTableBody, .tr), (.inTable, .tr),
      (.inTable, .tbody), (.inTable, .tfoot), (.inTable, .thead), (.inCaption, .tbody), (.inCaption, .td),
      (.inCaption, .tfoot), (.inCaption, .th), (.inCaption, .thead), (.inCaption, .tr):
      break
    case (.inCell, _), (.inCaption, _): endInBody(token)
    case (.inRow, .tr): _ = closeRow()
    case (.inRow, .table): if closeRow() { end(token, in: self.mode) }
    case (.inRow, .tbody), (.inRow, .tfoot), (.inRow, .thead):
      if isInTableScope(tag), closeRow() { end(token, in: self.mode) }
    case (.inTableBody, .tbody), (.inTableBody, .tfoot), (.inTableBody, .thead):
      guard isInTableScope(tag) else { return }
      _ = closeSection()
    case (.inTableBody, .table): if closeSection() { end(token, in: self.mode) }
    case (.inTable, .table):
      guard isInTableScope(.table) else { return }
      pop(through: .table)
      resetMode()
    default:
      isFostering = true
      endInBody(token)
      isFostering = false
    }
  }

  func isInAnyScope(_ element: Element) -> Bool {
    index { $0.node == element.node } != nil
  }

  mutating func endInBody(_ token: HTMLTagToken) {
    let tag = token.tag
    switch tag {
    case .body: if isInScope(.body) { mode = .afterBody }
    case .html: if isInScope(.body) { mode = .afterAfterBody }
    case .form:
      if !has(.template) { hasForm = false }
      guard isInScope(.form), let form = stack.last(where: { $0.isHTML(.form) }) else { return }
      impliedEnds()
      guard let index = stack.lastIndex(where: { $0.node == form.node }) else { return }
      if has(.template) { pop(through: index) } else { remove(at: index) }
    case .p:
      if !isInScope(.p, [.boundsScope, .boundsButtonScope]) { insert(.p) }
      closeParagraph()
    case .li:
      guard isInScope(.li, [.boundsScope, .boundsListScope]) else { return }
      impliedEnds(except: .li)
      pop(through: .li)
    case .dd, .dt:
      guard isInScope(tag) else { return }
      impliedEnds(except: tag)
      pop(through: tag)
    case .h1, .h2, .h3, .h4, .h5, .h6:
      guard let index = index(where: { $0.traits.contains(.heading) }) else { return }
      impliedEnds()
      pop(through: index)
    case .br:
      // As its start tag.
      isFramesetAllowed = false
      reconstructFormatting()
      insert(.br)
      pop()
    case .applet, .marquee, .object:
      guard isInScope(tag) else { return }
      impliedEnds()
      pop(through: tag)
      clearFormatting()
    default:
      if token.traits.contains(.formatting) {
        adopt(token)
      } else if token.traits.contains(.closesInScope) {
        guard isInScope(tag) else { return }
        impliedEnds()
        pop(through: tag)
      } else {
        closeOther(token)
      }
    }
  }

  /// Any other end tag.
  func isSameName(_ element: Element, _ token: HTMLTagToken) -> Bool {
    element.namespace == .html && element.tag == token.tag && element.name == token.name
  }

  mutating func closeOther(_ token: HTMLTagToken) {
    guard has(token.tag) else { return }
    for index in stack.indices.reversed() {
      let element = stack[index]
      if isSameName(element, token) {
        impliedEnds(except: token.tag == .other ? nil : token.tag, name: token.name)
        return pop(through: index)
      }
      if element.traits.contains(.special) { return }
    }
  }

  // MARK: The adoption agency

  /// Closes a formatting element and reopens what it cuts (the adoption agency algorithm).
  mutating func adopt(_ token: HTMLTagToken) {
    let subject = token.tag
    if let current, current.isHTML(subject), !formatting.contains(where: { $0?.node == current.node }) { return pop() }
    for _ in 0..<8 {
      if isFinished { return }
      let marker = formatting.lastIndex { $0 == nil } ?? -1
      guard let entry = formatting.lastIndex(where: { $0?.tag == subject }), entry > marker,
        let element = formatting[entry]
      else { return closeOther(token) }
      guard let opened = stack.lastIndex(where: { $0.node == element.node }) else {
        formatting.remove(at: entry)
        return
      }
      guard isInAnyScope(element) else { return }
      guard let furthest = stack[(opened + 1)...].firstIndex(where: { $0.traits.contains(.special) }) else {
        pop(through: opened)
        formatting.remove(at: entry)
        return
      }
      adopt(element, at: opened, furthest: furthest)
    }
  }

  private mutating func adopt(_ element: Element, at opened: Int, furthest: Int) {
    let block = stack[furthest]
    let ancestor = stack[max(0, opened - 1)]
    // The place in the list is kept as the entry after which the copy goes.
    var bookmark = element.node
    var last = block.node
    var index = furthest
    var inner = 0
    while index > opened + 1 {
      index -= 1
      inner += 1
      let node = stack[index]
      var entry = formatting.lastIndex { $0?.node == node.node }
      if inner > 3, let place = entry {
        formatting.remove(at: place)
        entry = nil
      }
      guard let entry, let copy = copy(node) else {
        remove(at: index)
        continue
      }
      formatting[entry] = copy
      stack[index] = copy
      if last == block.node { bookmark = copy.node }
      tree.unlink(last)
      tree.link(last, into: copy.node)
      last = copy.node
    }
    tree.unlink(last)
    link(last, into: ancestor)
    guard let copy = copy(element) else { return }
    tree.moveChildren(of: block.node, to: copy.node)
    tree.link(copy.node, into: block.node)
    if let place = formatting.lastIndex(where: { $0?.node == bookmark }) {
      if bookmark == element.node { formatting[place] = copy } else { formatting.insert(copy, at: place + 1) }
    }
    formatting.removeAll { $0?.node == element.node }
    if let place = stack.lastIndex(where: { $0.node == element.node }) { remove(at: place) }
    if let place = stack.lastIndex(where: { $0.node == block.node }) {
      stack.insert(copy, at: place + 1)
      counts[Int(copy.tag.rawValue)] += 1
    }
  }
}
