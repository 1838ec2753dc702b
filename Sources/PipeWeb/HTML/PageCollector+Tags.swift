// WHATWG HTML 13.2.6: what the tags do to the stack of open elements and the mode.

extension PageCollector {
  mutating func startTag(_ token: HTMLTagToken) -> HTMLContentModel {
    if elements.isCurrentForeign, !entersHTML(token) {
      if !breaksOut(token) {
        if !token.isSelfClosing, let current = elements.current { pushForeign(token, in: current.namespace) }
        return .data
      }
      elements.pop { $0.namespace == .html || $0.isIntegrationPoint }
    }
    return startHTML(token)
  }

  mutating func endTag(_ token: HTMLTagToken) {
    if let element = textElement {
      textElement = nil
      if element == .title { finishTitle() }
      return
    }
    if elements.isCurrentForeign {
      if token.tag == .p || token.tag == .br {
        elements.pop { $0.namespace == .html || $0.isIntegrationPoint }
        endHTML(token)
      } else if !elements.closeForeign(token) {
        endHTML(token)
      }
    } else {
      endHTML(token)
    }
    if headingText != nil { finishHeadings(leaving: elements.count(of: .h1)) }
  }

  // MARK: HTML content

  private mutating func startHTML(_ token: HTMLTagToken) -> HTMLContentModel {
    let tag = token.tag
    let traits = token.traits
    if mode != .inBody || traits.contains(.documentStructure) {
      guard admits(token) else { return .data }
    }
    if isFramesetAllowed, traits.contains(.forbidsFrameset), !isHiddenInput(token) { forbidFrameset() }
    let isAdmitted = closeBefore(token)
    if headingText != nil { finishHeadings(leaving: elements.count(of: .h1)) }
    guard isAdmitted else { return .data }
    if !elements.isInTemplate { take(token) }
    if traits.isDisjoint(with: [.void, .anyText]) {
      if tag == .svg || tag == .math {
        if !token.isSelfClosing { pushForeign(token, in: tag == .svg ? .svg : .math) }
      } else if tag != .image {
        elements.push(
          OpenElements.Element(tag: tag, namespace: .html, traits: traits, fingerprint: token.name.fingerprint))
        if tag == .h1 { beginHeading() }
      }
      return .data
    }
    if traits.contains(.void) { return .data }
    textElement = tag
    if tag == .title { beginTitle() }
    if traits.contains(.escapableText) { return .escapableText }
    if traits.contains(.rawText) { return .rawText }
    return traits.contains(.script) ? .script : .plaintext
  }

  /// The insertion modes up to "after head", the framesets, and the tags that make up the document itself; false
  /// where the tag is ignored.
  private mutating func admits(_ token: HTMLTagToken) -> Bool {
    let tag = token.tag
    if elements.isInTemplate { return !token.traits.contains(.documentStructure) }
    if tag == .html {
      takeLanguage(token)
      return false
    }
    switch mode {
    case .inFrameset:
      return tag == .noframes
    case .inBody:
      if tag == .frameset, isFramesetAllowed { enterFrameset() }
      if tag == .body, isFramesetAllowed { forbidFrameset() }
      return false
    case .beforeHead, .inHead, .afterHead:
      switch tag {
      case .head:
        if mode == .beforeHead { mode = .inHead }
        return false
      case .body:
        forbidFrameset()
        enterBody()
        return false
      case .frameset:
        enterFrameset()
        return false
      default:
        if !token.traits.contains(.headContent) || (tag == .noscript && mode == .afterHead) {
          enterBody()
        } else if mode == .beforeHead {
          mode = .inHead
        }
        return tag != .frame
      }
    }
  }

  private func isHiddenInput(_ token: HTMLTagToken) -> Bool {
    token.tag == .input && value(HTMLName("type"), of: token)?.lowercased() == "hidden"
  }

  /// What a start tag closes (13.2.6.4.7, 13.2.6.4.9); false where the tag itself is ignored.
  private mutating func closeBefore(_ token: HTMLTagToken) -> Bool {
    let tag = token.tag
    if token.traits.contains(.closesParagraph), elements.contains(.p) { elements.close(.p, in: .button) }
    if token.traits.contains(.tablePart), tag != .table { return closeTableParts(for: tag) }
    switch tag {
    case .li: elements.closeItem(.li)
    case .dd, .dt: elements.closeItem(.dd, .dt)
    case .h1, .h2, .h3, .h4, .h5, .h6:
      if let current = elements.current, current.traits.contains(.heading) { elements.pop() }
    case .button: elements.close(.button, in: .any)
    case .a:
      finishLink()
      elements.closeFormatting(.a)
    case .nobr: elements.closeFormatting(.nobr)
    case .input: elements.close(.select, in: .any)
    case .select: return !elements.close(.select, in: .any)
    case .form: return elements.isInTemplate || !elements.contains(.form)
    case .table:
      // Outside of its cells and caption a table does not nest.
      if let index = elements.index(in: .any, where: { [.table, .td, .th, .caption].contains($0.tag) }),
        elements[index].tag == .table
      {
        elements.pop(through: index)
      }
    case .col, .colgroup:
      if elements.contains(.table) { elements.pop { $0.isTableContext } }
    default: break
    }
    return true
  }

  /// A part of a table closes the parts before it, and outside of tables it is ignored.
  private mutating func closeTableParts(for tag: HTMLTag) -> Bool {
    guard elements.contains(.table) || elements.isInTemplate else { return false }
    finishLink()
    switch tag {
    case .td, .th: elements.pop { $0.isTableContext || $0.isTableSection || $0.tag == .tr }
    case .tr: elements.pop { $0.isTableContext || $0.isTableSection }
    default: elements.pop { $0.isTableContext }
    }
    return true
  }

  private mutating func endHTML(_ token: HTMLTagToken) {
    let tag = token.tag
    let traits = token.traits
    if mode != .inBody {
      if mode == .inFrameset { return }
      if tag == .head { mode = .afterHead }
      if tag == .body || tag == .html || tag == .br { enterBody() }
    }
    switch tag {
    case .a:
      finishLink()
      elements.closeFormatting(.a)
    case .p: elements.close(.p, in: .button)
    case .li: elements.close(.li, in: .list)
    case .br: if isFramesetAllowed { forbidFrameset() }
    case .template:
      if elements.isInTemplate { elements.pop(throughInnermost: .template) }
    case .form:
      if let index = elements.index(of: .form, in: .any) { elements.remove(at: index) }
    case .h1, .h2, .h3, .h4, .h5, .h6:
      if let index = elements.index(in: .any, where: { $0.traits.contains(.heading) }) {
        elements.pop(through: index)
      }
    default:
      if traits.contains(.tablePart) {
        finishLink()
        elements.close(tag, in: .table)
      } else if traits.contains(.formatting) {
        elements.closeFormatting(tag)
      } else if traits.contains(.closesInScope) {
        elements.close(tag, in: .any)
      } else {
        elements.closeOther(token)
      }
    }
  }

  // MARK: Foreign content

  /// Whether a start tag inside SVG or MathML is HTML (13.2.6, the tree construction dispatcher).
  private func entersHTML(_ token: HTMLTagToken) -> Bool {
    guard let current = elements.current else { return true }
    if current.traits.contains(.htmlIntegrationPoint) { return true }
    if current.traits.contains(.textIntegrationPoint) { return token.tag != .mGlyph && token.tag != .malignMark }
    return current.tag == .annotationXML && current.namespace == .math && token.tag == .svg
  }

  private func breaksOut(_ token: HTMLTagToken) -> Bool {
    if token.tag == .font {
      return ["color", "face", "size"].contains { token.index(of: HTMLName($0)) != nil }
    }
    return token.traits.contains(.breaksOut)
  }

  private mutating func pushForeign(_ token: HTMLTagToken, in namespace: OpenElements.Namespace) {
    var traits: HTMLTagTraits = []
    switch (namespace, token.tag) {
    case (.svg, .foreignObject), (.svg, .desc), (.svg, .title):
      traits = [.special, .boundsScope, .htmlIntegrationPoint]
    case (.math, .mi), (.math, .mo), (.math, .mn), (.math, .ms), (.math, .mtext):
      traits = [.special, .boundsScope, .textIntegrationPoint]
    case (.math, .annotationXML):
      traits = [.special, .boundsScope]
      let encoding = value(HTMLName("encoding"), of: token)?.lowercased()
      if encoding == "text/html" || encoding == "application/xhtml+xml" { traits.insert(.htmlIntegrationPoint) }
    default:
      break
    }
    elements.push(
      OpenElements.Element(
        tag: token.tag, namespace: namespace, traits: traits, fingerprint: token.name.fingerprint))
  }

  /// An attribute's value, as far as ASCII tells.
  func value(_ name: HTMLName, of token: HTMLTagToken) -> String? {
    guard let index = token.index(of: name) else { return nil }
    return token.withValue(ofAttribute: index) { HTMLText.attribute.string($0) }
  }
}

extension OpenElements.Element {
  fileprivate var isIntegrationPoint: Bool {
    !traits.isDisjoint(with: [.htmlIntegrationPoint, .textIntegrationPoint])
  }

  fileprivate var isTableContext: Bool {
    namespace == .html && (tag == .table || tag == .template)
  }

  fileprivate var isTableSection: Bool {
    tag == .tbody || tag == .thead || tag == .tfoot
  }
}
