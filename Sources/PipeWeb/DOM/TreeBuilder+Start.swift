internal import CLibxml2

// WHATWG HTML 13.2.6.4: start tags in the insertion modes around the body.

extension TreeBuilder {
  mutating func start(_ token: HTMLTagToken, in mode: Mode) -> HTMLContentModel {
    let tag = token.tag
    switch mode {
    case .beforeHTML:
      if tag == .html {
        insert(token)
        self.mode = .beforeHead
        return .data
      }
      insert(.html)
      self.mode = .beforeHead
      return start(token, in: .beforeHead)
    case .beforeHead:
      if tag == .html { return startInBody(token) }
      self.mode = .inHead
      if tag == .head {
        head = insert(token)
        return .data
      }
      head = insert(.head)
      return start(token, in: .inHead)
    case .inHead: return startInHead(token)
    case .afterHead: return startAfterHead(token)
    case .inBody: return startInBody(token)
    case .inTable, .inTableBody, .inRow, .inCaption, .inColumnGroup, .inCell: return startInTable(token, mode)
    case .inTemplate: return startInTemplate(token)
    case .afterBody, .afterAfterBody:
      if tag == .html { return startInBody(token) }
      self.mode = .inBody
      return startInBody(token)
    case .inFrameset:
      switch tag {
      case .html: return startInBody(token)
      case .frameset: insert(token)
      case .frame: insertVoid(token)
      case .noframes: return startInHead(token)
      default: break
      }
      return .data
    case .afterFrameset, .afterAfterFrameset:
      if tag == .html { return startInBody(token) }
      return tag == .noframes ? startInHead(token) : .data
    }
  }

  mutating func startInHead(_ token: HTMLTagToken) -> HTMLContentModel {
    switch token.tag {
    case .html: return startInBody(token)
    case .base, .basefont, .bgsound, .link, .meta: insertVoid(token)
    case .title, .noframes, .style, .script: return insertRaw(token)
    // As with scripting on; everywhere else it is markup.
    case .noscript where mode == .inHead: return insertRaw(token)
    case .template:
      insert(token)
      formatting.append(nil)
      isFramesetAllowed = false
      mode = .inTemplate
      templateModes.append(.inTemplate)
    case .head: break
    default:
      // Only the mode "in head" itself comes here: the others ask for tags of the head alone.
      pop()
      mode = .afterHead
      return startAfterHead(token)
    }
    return .data
  }

  private mutating func startAfterHead(_ token: HTMLTagToken) -> HTMLContentModel {
    switch token.tag {
    case .html: return startInBody(token)
    case .body:
      insert(token)
      isFramesetAllowed = false
      mode = .inBody
    case .frameset:
      insert(token)
      mode = .inFrameset
    case .base, .basefont, .bgsound, .link, .meta, .noframes, .script, .style, .template, .title:
      guard let head else { return .data }
      push(head)
      let model = startInHead(token)
      if let index = stack.lastIndex(where: { $0.node == head.node }) { remove(at: index) }
      return model
    case .head: break
    default:
      insert(.body)
      mode = .inBody
      return startInBody(token)
    }
    return .data
  }

  /// Brings what is missing up to the body, where text or an end tag calls for it.
  mutating func enterBody() {
    if mode == .beforeHTML {
      insert(.html)
      mode = .beforeHead
    }
    if mode == .beforeHead {
      head = insert(.head)
      mode = .inHead
    }
    if mode == .inHead {
      pop()
      mode = .afterHead
    }
    if mode == .afterHead {
      insert(.body)
      mode = .inBody
    }
  }

  private mutating func startInTemplate(_ token: HTMLTagToken) -> HTMLContentModel {
    switch token.tag {
    case .base, .basefont, .bgsound, .link, .meta, .noframes, .script, .style, .template, .title:
      return startInHead(token)
    case .caption, .colgroup, .tbody, .tfoot, .thead: return restart(token, in: .inTable)
    case .col: return restart(token, in: .inColumnGroup)
    case .tr: return restart(token, in: .inTableBody)
    case .td, .th: return restart(token, in: .inRow)
    default: return restart(token, in: .inBody)
    }
  }

  private mutating func restart(_ token: HTMLTagToken, in mode: Mode) -> HTMLContentModel {
    if !templateModes.isEmpty { templateModes[templateModes.count - 1] = mode }
    self.mode = mode
    return start(token, in: mode)
  }

  // MARK: Tables

  private mutating func startInTable(_ token: HTMLTagToken, _ mode: Mode) -> HTMLContentModel {
    let tag = token.tag
    switch mode {
    case .inCaption:
      if [.caption, .col, .colgroup, .tbody, .td, .tfoot, .th, .thead, .tr].contains(tag) {
        return closeCaption() ? start(token, in: self.mode) : .data
      }
      return startInBody(token)
    case .inCell:
      if [.caption, .col, .colgroup, .tbody, .td, .tfoot, .th, .thead, .tr].contains(tag) {
        guard isInTableScope(.td) || isInTableScope(.th) else { return .data }
        closeCell()
        return start(token, in: self.mode)
      }
      return startInBody(token)
    case .inColumnGroup:
      switch tag {
      case .html: return startInBody(token)
      case .col:
        insertVoid(token)
        return .data
      case .template: return startInHead(token)
      default:
        guard current?.isHTML(.colgroup) == true else { return .data }
        pop()
        self.mode = .inTable
        return start(token, in: .inTable)
      }
    case .inRow:
      switch tag {
      case .th, .td:
        pop(until: .tr, .template)
        insert(token)
        self.mode = .inCell
        formatting.append(nil)
        return .data
      case .caption, .col, .colgroup, .tbody, .tfoot, .thead, .tr:
        return closeRow() ? start(token, in: self.mode) : .data
      default: return startInsideTable(token)
      }
    case .inTableBody:
      switch tag {
      case .tr:
        pop(until: .tbody, .tfoot, .thead, .template)
        insert(token)
        self.mode = .inRow
        return .data
      case .th, .td:
        pop(until: .tbody, .tfoot, .thead, .template)
        insert(.tr)
        self.mode = .inRow
        return start(token, in: .inRow)
      case .caption, .col, .colgroup, .tbody, .tfoot, .thead:
        return closeSection() ? start(token, in: self.mode) : .data
      default: return startInsideTable(token)
      }
    default: return startInsideTable(token)
    }
  }

  /// The mode "in table" (13.2.6.4.9).
  private mutating func startInsideTable(_ token: HTMLTagToken) -> HTMLContentModel {
    switch token.tag {
    case .caption:
      pop(until: .table, .template)
      formatting.append(nil)
      insert(token)
      mode = .inCaption
    case .colgroup:
      pop(until: .table, .template)
      insert(token)
      mode = .inColumnGroup
    case .col:
      pop(until: .table, .template)
      insert(.colgroup)
      mode = .inColumnGroup
      return start(token, in: mode)
    case .tbody, .tfoot, .thead:
      pop(until: .table, .template)
      insert(token)
      mode = .inTableBody
    case .td, .th, .tr:
      pop(until: .table, .template)
      insert(.tbody)
      mode = .inTableBody
      return start(token, in: mode)
    case .table:
      guard isInTableScope(.table) else { return .data }
      pop(through: .table)
      resetMode()
      return start(token, in: mode)
    case .style, .script, .template: return startInHead(token)
    case .input where token.isHiddenInput: insertVoid(token)
    case .form:
      if !hasForm, !has(.template) {
        hasForm = true
        insert(token)
        pop()
      }
    default:
      isFostering = true
      let model = startInBody(token)
      isFostering = false
      return model
    }
    return .data
  }

  // MARK: Closing the parts of tables

  mutating func closeCell() {
    impliedEnds()
    pop(until: .td, .th)
    pop()
    clearFormatting()
    mode = .inRow
  }

  mutating func closeCaption() -> Bool {
    guard isInTableScope(.caption) else { return false }
    impliedEnds()
    pop(through: .caption)
    clearFormatting()
    mode = .inTable
    return true
  }

  mutating func closeRow() -> Bool {
    guard isInTableScope(.tr) else { return false }
    pop(until: .tr, .template)
    pop()
    mode = .inTableBody
    return true
  }

  mutating func closeSection() -> Bool {
    guard isInTableScope(.tbody) || isInTableScope(.thead) || isInTableScope(.tfoot) else { return false }
    pop(until: .tbody, .tfoot, .thead, .template)
    pop()
    mode = .inTable
    return true
  }

  /// Resets the insertion mode appropriately (13.2.4.1).
  mutating func resetMode() {
    for element in stack.reversed() where element.namespace == .html {
      switch element.tag {
      case .td, .th: mode = .inCell
      case .tr: mode = .inRow
      case .tbody, .thead, .tfoot: mode = .inTableBody
      case .caption: mode = .inCaption
      case .colgroup: mode = .inColumnGroup
      case .table: mode = .inTable
      case .template: mode = templateModes.last ?? .inBody
      case .head: mode = .inHead
      case .body: mode = .inBody
      case .frameset: mode = .inFrameset
      case .html: mode = head == nil ? .beforeHead : .afterHead
      default: continue
      }
      return
    }
    mode = .inBody
  }
}

extension HTMLTagToken {
  var isHiddenInput: Bool {
    guard tag == .input, let index = index(of: HTMLName("type")) else { return false }
    return withValue(ofAttribute: index) { HTMLName($0) == HTMLName("hidden") }
  }
}
