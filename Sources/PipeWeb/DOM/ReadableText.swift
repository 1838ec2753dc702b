internal import CLibxml2

/// The text of an element as a person would read it in a browser: white space collapsed but where it is kept, a line for
/// each block, nothing that is never shown (`ShownText`), that has the attribute `hidden` or `popover`, or that a closed
/// `dialog` or `details` keeps back.
struct ReadableText {
  private var bytes: [UInt8] = []
  private var pending = Pending.none
  /// Where text ends whose line breaks are its own.
  private var preformattedEnd = 0
  private var preformatted = 0
  /// How many of the elements around are closed `details`.
  private var closedDetails = 0

  private enum Pending: Int {
    case none, space, line
  }

  init(of element: XMLNode) {
    let role = Self.role(of: element)
    // Asked for the text of a script or a title, that is what is wanted; what its own attributes hide is read as if it
    // were shown.
    if role.kind == .hidden, !role.isHiddenByAttribute, !element.isNamed("noscript") {
      element.walk { node in
        if node.isText { append(node) }
        return .into
      }
      return
    }
    preformatted = role.isPreformatted ? 1 : 0
    closedDetails = element.isClosedDetails ? 1 : 0
    var builder = self
    element.walk(leave: { builder.leave($0) }) { builder.visit($0) }
    self = builder
  }

  var string: String { String(decoding: bytes, as: UTF8.self) }

  private mutating func visit(_ node: XMLNode) -> XMLNode.Walk {
    if closedDetails > 0, node.isKeptBack { return .past }
    if node.isText {
      append(node)
      return .past
    }
    guard node.isElement else { return .past }
    let role = Self.role(of: node)
    switch role.kind {
    case .hidden: return .past
    case .block: part(by: .line)
    case .cell: part(by: .space)
    case .lineBreak:
      if !bytes.isEmpty { bytes.append(0x0A) }
      pending = .none
      return .past
    case .inline: break
    }
    if role.isPreformatted { preformatted += 1 }
    if node.isClosedDetails { closedDetails += 1 }
    return .into
  }

  private mutating func leave(_ node: XMLNode) {
    guard node.isElement else { return }
    let role = Self.role(of: node)
    if role.isPreformatted, preformatted > 0 { preformatted -= 1 }
    if node.isClosedDetails { closedDetails -= 1 }
    switch role.kind {
    case .block: part(by: .line)
    case .cell: part(by: .space)
    case .inline, .lineBreak, .hidden: break
    }
  }

  private mutating func part(by wanted: Pending) {
    if wanted.rawValue > pending.rawValue { pending = wanted }
  }

  private mutating func append(_ node: XMLNode) {
    guard let content = node.pointee.content else { return }
    let text = UnsafeBufferPointer(start: content, count: Int(xmlStrlen(content)))
    if preformatted > 0 {
      if text.isEmpty { return }
      writePending()
      bytes.append(contentsOf: text)
      preformattedEnd = bytes.count
      return
    }
    for byte in text {
      if HTMLBytes.isSpace(byte) {
        part(by: .space)
      } else {
        writePending()
        bytes.append(byte)
      }
    }
  }

  private mutating func writePending() {
    if pending != .none, let last = bytes.last, last != 0x0A || pending == .line && preformattedEnd == bytes.count {
      bytes.append(pending == .line ? 0x0A : 0x20)
    }
    pending = .none
  }

  // MARK: Kinds of elements

  private enum Kind {
    case inline, block, cell, lineBreak, hidden
  }

  private struct Role {
    var kind: Kind
    var isPreformatted = false
    var isHiddenByAttribute = false
  }

  /// How an element is shown (WHATWG HTML 15.3).
  private static func role(of node: XMLNode) -> Role {
    guard let start = node.pointee.name else { return Role(kind: .inline) }
    let name = HTMLName(UnsafeBufferPointer(start: start, count: Int(xmlStrlen(start))))
    let slot = HTMLTagTable.shared.slot(of: name)
    let tag = slot.tag
    if ShownText.isNeverShown(tag, name) { return Role(kind: .hidden) }
    if ShownText.isNeverShownInSVG(tag, name), node.isInside("svg") { return Role(kind: .hidden) }
    let isPreformatted = ShownText.isPreformatted(tag)
    if node.isHidden || tag == .dialog && node.value("open") == nil {
      return Role(kind: .hidden, isPreformatted: isPreformatted, isHiddenByAttribute: true)
    }
    switch tag {
    case .br: return Role(kind: .lineBreak)
    case .td, .th: return Role(kind: .cell)
    default:
      let isBlock = slot.traits.contains(.closesParagraph) || ShownText.isBlock(tag, name)
      return Role(kind: isBlock ? .block : .inline, isPreformatted: isPreformatted)
    }
  }
}

extension XMLNode {
  /// By its own attributes (WHATWG HTML 6.1 and 6.12).
  fileprivate var isHidden: Bool { value("hidden") != nil || value("popover") != nil }

  fileprivate var isClosedDetails: Bool { isNamed("details") && value("open") == nil }

  /// Whether a closed `details` shows no more than what comes before: all but its first `summary` (WHATWG HTML 4.11.1).
  fileprivate var isKeptBack: Bool {
    guard let parent = pointee.parent, parent.isClosedDetails else { return false }
    guard isElement, isNamed("summary") else { return true }
    var before = pointee.prev
    while let node = before {
      if node.isElement, node.isNamed("summary") { return true }
      before = node.pointee.prev
    }
    return false
  }

  fileprivate func isInside(_ name: StaticString) -> Bool {
    var parent = pointee.parent
    while let node = parent, node.isElement {
      if node.isNamed(name) { return true }
      parent = node.pointee.parent
    }
    return false
  }
}
