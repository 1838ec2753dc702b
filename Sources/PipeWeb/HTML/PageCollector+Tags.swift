// WHATWG HTML 13.2.6: what the tags do to the stack of open elements and the mode.

extension PageCollector {
  mutating func startTag(_ token: HTMLTagToken) -> HTMLContentModel {
    if isReading {
      if link != nil { noteInLink(token) }
      if heading != nil { noteInHeading(token) }
    }
    if wantsNames, token.attributeCount > 0, !elements.isInTemplate { takeNames(token) }
    if isPostponing, token.tag == .a {
      // What follows comes to this for the tag that there is the most to do for.
      finishLink()
      elements.postpone(NotedTag(OpenTag(token)))
      takeLink(token)
      return .data
    }
    let model = elements.isCurrentForeign ? startForeign(token) : startHTML(token)
    updatePostponing()
    return model
  }

  mutating func endTag(_ token: HTMLTagToken) {
    if link != nil { noteInLink(token) }
    if let element = textElement {
      textElement = nil
      if element == .title { finishTitle() }
    } else if elements.isCurrentForeign {
      endForeign(token)
    } else {
      endHTML(token)
    }
    if heading != nil { noteInHeading(token) }
    updatePostponing()
  }

  // MARK: HTML content

  private mutating func startHTML(_ token: HTMLTagToken) -> HTMLContentModel {
    let tag = token.tag
    let traits = token.traits
    if mode != .inBody || traits.contains(.documentStructure) {
      guard admits(token) else { return .data }
    }
    let isForeign = traits.contains(.opensForeign)
    if isFramesetAllowed, traits.contains(.forbidsFrameset), !isHiddenInput(token) { forbidFrameset() }
    if tag == .a { finishLink() }
    let isTablePart = traits.contains(.tablePart) && tag != .table
    let isPostponed = isPostponing && traits.isDisjoint(with: settling) && !(isTablePart && link != nil)
    if isPostponed {
      if !isForeign { elements.postpone(NotedTag(OpenTag(token))) }
    } else {
      elements.settle()
      if isTablePart, elements.admitsTableParts, link?.isLeft(by: tag) == true { finishLink() }
      let isAdmitted = elements.makeRoom(for: tag, traits)
      if heading != nil { finishHeadings(leaving: elements.count(of: .h1)) }
      guard isAdmitted else { return .data }
    }
    if !elements.isInTemplate { take(token) } else if tag == .meta { takeEncoding(token) }
    if isForeign {
      if !token.isSelfClosing {
        pushForeign(token, in: tag == .svg ? .svg : .math)
      }
      return .data
    }
    if tag == .noscript, mode == .inHead, !elements.isInTemplate {
      textElement = tag
      return .rawText
    }
    if !isPostponed { elements.open(OpenTag(token), region: wantsPlaces ? region(of: token) : nil) }
    if tag == .h1 { beginHeading() }
    guard !traits.isDisjoint(with: .anyText) else { return .data }
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
      takeRole(ofDocument: token)
      return false
    }
    if tag == .body { takeRole(ofDocument: token) }
    switch mode {
    case .inFrameset:
      if tag == .frame { takeFrame(token) }
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
    token.tag == .input && isValue(HTMLName("type"), of: token, "hidden")
  }

  private mutating func endHTML(_ token: HTMLTagToken) {
    let tag = token.tag
    if mode != .inBody {
      if mode == .inFrameset { return }
      if tag == .head { mode = .afterHead }
      if tag == .body || tag == .html || tag == .br { enterBody() }
    }
    if tag == .br, isFramesetAllowed { forbidFrameset() }
    if tag == .a {
      finishLink()
    } else if token.traits.contains(.tablePart), link?.isLeft(by: tag) == true {
      elements.settle()
      if elements.admitsTableParts { finishLink() }
    }
    if isPostponing {
      elements.postpone(NotedTag(OpenTag(token)))
    } else {
      elements.settle()
      elements.end(OpenTag(token))
      if heading != nil { finishHeadings(leaving: elements.count(of: .h1)) }
    }
  }

  // MARK: Foreign content

  private mutating func startForeign(_ token: HTMLTagToken) -> HTMLContentModel {
    if entersHTML(token) { return startHTML(token) }
    if breaksOut(token) {
      elements.pop { $0.namespace == .html || $0.isIntegrationPoint }
      return startHTML(token)
    }
    if !token.isSelfClosing, let current = elements.current {
      pushForeign(token, in: current.namespace)
    }
    return .data
  }

  private mutating func endForeign(_ token: HTMLTagToken) {
    if token.tag == .p || token.tag == .br {
      elements.pop { $0.namespace == .html || $0.isIntegrationPoint }
      endHTML(token)
    } else if !elements.closeForeign(OpenTag(token)) {
      endHTML(token)
    } else if heading != nil {
      finishHeadings(leaving: elements.count(of: .h1))
    }
  }

  /// Whether a start tag is HTML, wherever it stands; one that breaks out of SVG or MathML aside.
  func isHTML(_ token: HTMLTagToken) -> Bool { !elements.isCurrentForeign || entersHTML(token) }

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
      if isHTMLAnnotation(token) { traits.insert(.htmlIntegrationPoint) }
    default:
      break
    }
    elements.push(
      OpenElements.Element(
        tag: token.tag, namespace: namespace, traits: traits, fingerprint: OpenTag(token).fingerprint))
  }

  func isHTMLAnnotation(_ token: HTMLTagToken) -> Bool {
    isValue(HTMLName("encoding"), of: token, "text/html")
      || isValue(HTMLName("encoding"), of: token, "application/xhtml+xml")
  }

  /// Whether an attribute's value is a word, which is in lower case, in letters of any case.
  func isValue(_ name: HTMLName, of token: HTMLTagToken, _ word: StaticString) -> Bool {
    guard let index = token.index(of: name) else { return false }
    return token.withValue(ofAttribute: index) { bytes in
      if bytes.equalsIgnoringCase(word) { return true }
      // Only a character reference makes a word of what is longer.
      guard bytes.count > word.utf8CodeUnitCount, bytes.contains(UInt8(ascii: "&")) else { return false }
      var text = HTMLText.attribute.string(bytes)
      return text.withUTF8 { $0.equalsIgnoringCase(word) }
    }
  }

  /// An attribute's value, as far as ASCII tells.
  func value(_ name: HTMLName, of token: HTMLTagToken) -> String? {
    guard let index = token.index(of: name) else { return nil }
    return token.withValue(ofAttribute: index) { HTMLText.attribute.string($0) }
  }
}
