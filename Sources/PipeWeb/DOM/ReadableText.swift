internal import CLibxml2

/// The text of an element as a person would read it in a browser: white space collapsed, a line for each block, nothing
/// of scripts, styles and the like, of what has the attribute `hidden`, and of what is there for those who have no
/// scripts.
struct ReadableText {
  private var bytes: [UInt8] = []
  private var pending = Pending.none
  private var preformatted = 0

  private enum Pending: Int {
    case none, space, line
  }

  init(of element: XMLNode) {
    let role = Self.role(of: element)
    // Asked for the text of a script or a title, that is what is wanted.
    if role.kind == .hidden, !element.isNamed("noscript"), element.value("hidden") == nil {
      element.walk { node in
        if node.isText { append(node) }
        return .into
      }
      return
    }
    preformatted = role.isPreformatted ? 1 : 0
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
    return .into
  }

  private mutating func leave(_ node: XMLNode) {
    guard node.isElement else { return }
    let role = Self.role(of: node)
    if role.isPreformatted, preformatted > 0 { preformatted -= 1 }
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
    case inline, block, cell, lineBreak, hidden
  }

  private struct Role {
    var kind: Kind
    var isPreformatted = false
  }

  /// How an element is shown (WHATWG HTML 15.3).
  private static func role(of node: XMLNode) -> Role {
    guard let start = node.pointee.name else { return Role(kind: .inline) }
    let name = HTMLName(UnsafeBufferPointer(start: start, count: Int(xmlStrlen(start))))
    let slot = HTMLTagTable.shared.slot(of: name)
    if node.value("hidden") != nil { return Role(kind: .hidden) }
    switch slot.tag {
    case .script, .style, .template, .head, .title, .iframe, .noembed, .noframes, .noscript: return Role(kind: .hidden)
    case .br: return Role(kind: .lineBreak)
    case .td, .th: return Role(kind: .cell)
    case .tr, .caption, .thead, .tbody, .tfoot, .body, .html, .form: return Role(kind: .block)
    case .pre, .listing, .plaintext: return Role(kind: .block, isPreformatted: true)
    case .textarea: return Role(kind: .inline, isPreformatted: true)
    case .other:
      if hidden.contains(name) { return Role(kind: .hidden) }
      return Role(kind: blocks.contains(name) ? .block : .inline)
    default: return Role(kind: slot.traits.contains(.closesParagraph) ? .block : .inline)
    }
  }

  private static let hidden = [HTMLName("datalist"), HTMLName("rp")]
  private static let blocks = [HTMLName("option"), HTMLName("optgroup"), HTMLName("legend")]
}
