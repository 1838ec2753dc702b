internal import CLibxml2

// WHATWG HTML 13.2.6.4.7: start tags in the body.

extension TreeBuilder {
  mutating func startInBody(_ token: HTMLTagToken) -> HTMLContentModel {
    let tag = token.tag
    if token.traits.contains(.forbidsFrameset), tag != .body, !token.isHiddenInput { isFramesetAllowed = false }
    switch tag {
    case .html:
      if !has(.template), let root = stack.first { takeAttributes(of: token, onto: root.node, ifMissing: true) }
    case .base, .basefont, .bgsound, .link, .meta, .noframes, .script, .style, .template, .title:
      return startInHead(token)
    case .body:
      guard stack.count > 1, stack[1].isHTML(.body), !has(.template) else { break }
      isFramesetAllowed = false
      takeAttributes(of: token, onto: stack[1].node, ifMissing: true)
    case .frameset:
      guard isFramesetAllowed, stack.count > 1, stack[1].isHTML(.body) else { break }
      let body = stack[1].node
      pop(through: 1)
      tree.discard(body)
      formatting.removeAll()
      insert(token)
      mode = .inFrameset
    case .h1, .h2, .h3, .h4, .h5, .h6:
      closeParagraph()
      if let current, current.namespace == .html, current.traits.contains(.heading) { pop() }
      insert(token)
    case .pre, .listing:
      closeParagraph()
      insert(token)
      dropsNewline = true
    case .form:
      guard !hasForm || has(.template) else { break }
      closeParagraph()
      insert(token)
      if !has(.template) { hasForm = true }
    case .li, .dd, .dt:
      closeItem(tag == .li ? [.li] : [.dd, .dt])
      closeParagraph()
      insert(token)
    case .plaintext:
      closeParagraph()
      insert(token)
      return .plaintext
    case .button:
      if isInScope(.button) {
        impliedEnds()
        pop(through: .button)
      }
      reconstructFormatting()
      insert(token)
    case .a: startLink(token)
    case .nobr:
      reconstructFormatting()
      if isInScope(.nobr) {
        adopt(token)
        reconstructFormatting()
      }
      if let element = insert(token) { pushFormatting(element) }
    case .applet, .marquee, .object:
      reconstructFormatting()
      insert(token)
      formatting.append(nil)
    case .table:
      if !tree.isQuirky { closeParagraph() }
      insert(token)
      mode = .inTable
    case .hr:
      closeParagraph()
      if isInScope(.select) { impliedEnds() }
      insertVoid(token)
    case .param, .source, .track: insertVoid(token)
    case .image, .img, .area, .br, .embed, .keygen, .wbr:
      reconstructFormatting()
      if tag == .image { insertImage(token) } else { insertVoid(token) }
    case .input:
      if isInScope(.select) { pop(through: .select) }
      reconstructFormatting()
      insertVoid(token)
    case .textarea:
      let model = insertRaw(token)
      dropsNewline = true
      return model
    case .xmp:
      closeParagraph()
      reconstructFormatting()
      return insertRaw(token)
    case .iframe, .noembed: return insertRaw(token)
    case .select:
      if isInScope(.select) {
        pop(through: .select)
        break
      }
      reconstructFormatting()
      insert(token)
    case .math, .svg:
      reconstructFormatting()
      insertForeign(token, in: tag == .svg ? .svg : .math)
    case .caption, .col, .colgroup, .frame, .head, .tbody, .td, .tfoot, .th, .thead, .tr: break
    default: startOther(token)
    }
    return .data
  }

  private mutating func startOther(_ token: HTMLTagToken) {
    if token.traits.contains(.formatting) {
      reconstructFormatting()
      if let element = insert(token) { pushFormatting(element) }
    } else if token.traits.contains(.closesParagraph) {
      closeParagraph()
      insert(token)
    } else if token.tag == .ruby || token.tag != .other {
      reconstructFormatting()
      insert(token)
    } else {
      startUnknown(token)
    }
  }

  /// The names that have no tag of their own here: those of options and of ruby, and all others.
  private mutating func startUnknown(_ token: HTMLTagToken) {
    let name = token.name
    if name == HTMLName("option") || name == HTMLName("optgroup") {
      if isInScope(.select) {
        impliedEnds(name: name == HTMLName("option") ? HTMLName("optgroup") : nil)
      } else if current?.name == HTMLName("option") {
        pop()
      }
      reconstructFormatting()
    } else if name == HTMLName("rb") || name == HTMLName("rtc") {
      if isInScope(.ruby) { impliedEnds() }
    } else if name == HTMLName("rp") || name == HTMLName("rt") {
      if isInScope(.ruby) { impliedEnds(name: HTMLName("rtc")) }
    } else {
      reconstructFormatting()
    }
    insert(token)
  }

  private mutating func startLink(_ token: HTMLTagToken) {
    for index in formatting.indices.reversed() {
      guard let element = formatting[index] else { break }
      if element.tag == .a {
        adopt(token)
        formatting.removeAll { $0?.node == element.node }
        if let index = stack.lastIndex(where: { $0.node == element.node }) { remove(at: index) }
        break
      }
    }
    reconstructFormatting()
    if let element = insert(token) { pushFormatting(element) }
  }

  /// `image` is `img` misspelt.
  private mutating func insertImage(_ token: HTMLTagToken) {
    guard let element = insert(.img) else { return }
    takeAttributes(of: token, onto: element.node)
    pop()
  }

  private mutating func closeItem(_ tags: [HTMLTag]) {
    guard tags.contains(where: has) else { return }
    for index in stack.indices.reversed() {
      let element = stack[index]
      if element.namespace == .html, tags.contains(element.tag) {
        impliedEnds(except: element.tag)
        return pop(through: index)
      }
      if element.traits.contains(.special), ![.address, .div, .p].contains(element.tag) { return }
    }
  }
}
