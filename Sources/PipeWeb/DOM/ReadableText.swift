internal import CLibxml2

/// The text of an element as a person would read it: white space collapsed, a line for each block, nothing of
/// scripts, styles and the like.
struct ReadableText {
  private var bytes: [UInt8] = []
  private var pending = Pending.none
  private var preformatted = 0

  private enum Pending: Int {
    case none, space, line
  }

  init(of element: XMLNode) {
    // Asked for the text of a script or a title, that is what is wanted.
    if Self.isHidden(element) {
      element.walk { node in
        if node.isText { append(node) }
        return .into
      }
      return
    }
    preformatted = Self.isPreformatted(element) ? 1 : 0
    var builder = self
    element.walk(leave: { builder.leave($0) }) { builder.visit($0) }
    self = builder
  }

  var string: String { String(decoding: bytes, as: UTF8.self) }

  private mutating func visit(_ node: XMLNode) -> XMLNode.Walk {
    if node.isText {
      append(node)
      return .past
    }
    guard node.isElement, !Self.isHidden(node) else { return .past }
    switch Self.kind(of: node) {
    case .block: part(by: .line)
    case .cell: part(by: .space)
    case .lineBreak:
      if !bytes.isEmpty { bytes.append(0x0A) }
      pending = .none
      return .past
    case .inline: break
    }
    if Self.isPreformatted(node) { preformatted += 1 }
    return .into
  }

  private mutating func leave(_ node: XMLNode) {
    guard node.isElement else { return }
    if Self.isPreformatted(node), preformatted > 0 { preformatted -= 1 }
    switch Self.kind(of: node) {
    case .block: part(by: .line)
    case .cell: part(by: .space)
    case .inline, .lineBreak: break
    }
  }

  private mutating func part(by wanted: Pending) {
    if wanted.rawValue > pending.rawValue { pending = wanted }
  }

  private mutating func append(_ node: XMLNode) {
    guard let content = node.pointee.content else { return }
    for byte in UnsafeBufferPointer(start: content, count: Int(xmlStrlen(content))) {
      if byte == 0x0A, preformatted > 0 {
        part(by: .line)
      } else if HTMLBytes.isSpace(byte) {
        part(by: .space)
      } else {
        if pending != .none, let last = bytes.last, last != 0x0A {
          bytes.append(pending == .line ? 0x0A : 0x20)
        }
        pending = .none
        bytes.append(byte)
      }
    }
  }

  // MARK: Kinds of elements

  private enum Kind {
    case inline, block, cell, lineBreak
  }

  private static func kind(of node: XMLNode) -> Kind {
    let slot = slot(of: node)
    switch slot.tag {
    case .br: return .lineBreak
    case .td, .th: return .cell
    case .tr, .caption, .thead, .tbody, .tfoot, .body, .html: return .block
    default: return slot.traits.contains(.closesParagraph) || slot.tag == .form ? .block : .inline
    }
  }

  private static func isPreformatted(_ node: XMLNode) -> Bool {
    [.pre, .textarea, .listing, .plaintext].contains(slot(of: node).tag)
  }

  private static func isHidden(_ node: XMLNode) -> Bool {
    [.script, .style, .template, .head, .title, .iframe, .noembed, .noframes].contains(slot(of: node).tag)
  }

  private static func slot(of node: XMLNode) -> HTMLTagTable.Slot {
    guard let name = node.pointee.name else { return HTMLTagTable.Slot() }
    return HTMLTagTable.shared.slot(of: HTMLName(UnsafeBufferPointer(start: name, count: Int(xmlStrlen(name)))))
  }
}
