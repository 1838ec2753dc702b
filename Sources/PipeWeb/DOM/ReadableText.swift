internal import CLibxml2

/// The text of an element as a person would read it in a browser: white space collapsed but where it is kept, a line for
/// each block, nothing that is never shown (`ShownText`), that has the attribute `hidden` or `popover`, or that a closed
/// `dialog` or `details` keeps back.
struct ReadableText {
  /// What was there before, and the text behind it.
  private(set) var bytes: [UInt8]
  /// What is left of the budget.
  private(set) var budget: ValueBudget
  private var start: Int
  /// Where there are no bytes for more.
  private var end: Int
  private var pending = Pending.none
  /// Where text ends whose line breaks are its own.
  private var preformattedEnd = 0
  private var preformatted = 0
  /// How many of the elements around are closed `details`.
  private var closedDetails = 0

  private enum Pending: Int {
    case none, space, line
  }

  /// - Parameters:
  ///   - bytes: What the text is appended to.
  ///   - budget: What it may take; where that is spent, the text ends.
  init(of element: XMLNode, after bytes: consuming [UInt8] = [], within budget: ValueBudget) {
    start = bytes.count
    end = start + budget.bytes
    self.bytes = bytes
    self.budget = budget
    let role = role(of: element)
    // Asked for the text of a script or a title, that is what is wanted; what its own attributes hide is read as if it
    // were shown.
    if role.kind == .hidden, !role.isHiddenByAttribute, !element.isNamed("noscript") {
      var builder = self
      element.walk { node in
        if node.isText { builder.append(node) }
        return builder.budget.step() && !builder.budget.isOutOfBytes ? .into : .stop
      }
      self = builder
    } else {
      preformatted = role.isPreformatted ? 1 : 0
      closedDetails = element.isClosedDetails ? 1 : 0
      var builder = self
      element.walk(leave: { builder.leave($0) }) { builder.visit($0) }
      self = builder
    }
    _ = self.budget.take(self.bytes.count - start)
  }

  var string: String { String(decoding: bytes[start...], as: UTF8.self) }

  private mutating func visit(_ node: XMLNode) -> XMLNode.Walk {
    guard budget.step(), !budget.isOutOfBytes else { return .stop }
    if closedDetails > 0, node.isKeptBack { return .past }
    if node.isText {
      append(node)
      return .past
    }
    guard node.isElement else { return .past }
    let role = role(of: node)
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
    let role = role(of: node)
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
    // Every byte makes one at the most, and what is pending another one.
    let mayBeTooLong = bytes.count + text.count + 1 > end
    guard budget.step(text.count >> 4) else { return }
    if preformatted > 0 {
      if text.isEmpty { return }
      writePending()
      bytes.append(contentsOf: mayBeTooLong ? text[..<min(text.count, end + 1 - bytes.count)] : text[...])
      preformattedEnd = bytes.count
    } else {
      for byte in text {
        if HTMLBytes.isSpace(byte) {
          part(by: .space)
        } else {
          writePending()
          bytes.append(byte)
          if mayBeTooLong, bytes.count > end { break }
        }
      }
    }
    if mayBeTooLong { cut() }
  }

  /// Ends the text where there are no bytes for more of it.
  private mutating func cut() {
    if bytes.count <= end { return }
    let place = bytes.withUnsafeBufferPointer { $0.characterStart(before: end) }
    bytes.removeSubrange(max(start, place)...)
    // What is missing is counted as wanted.
    _ = budget.take(.max)
  }

  private mutating func writePending() {
    if pending != .none, bytes.count > start, let last = bytes.last,
      last != 0x0A || pending == .line && preformattedEnd == bytes.count
    {
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

  /// Whether it is inside of an `svg`; every element around it is a step.
  private mutating func isInSVG(_ node: XMLNode) -> Bool {
    var parent = node.pointee.parent
    while let node = parent, node.isElement, budget.step() {
      if node.isNamed("svg") { return true }
      parent = node.pointee.parent
    }
    return false
  }

  /// How an element is shown (WHATWG HTML 15.3).
  private mutating func role(of node: XMLNode) -> Role {
    guard let start = node.pointee.name else { return Role(kind: .inline) }
    let name = HTMLName(UnsafeBufferPointer(start: start, count: Int(xmlStrlen(start))))
    let slot = HTMLTagTable.shared.slot(of: name)
    let tag = slot.tag
    if ShownText.isNeverShown(tag, name) { return Role(kind: .hidden) }
    if ShownText.isNeverShownInSVG(tag, name), isInSVG(node) { return Role(kind: .hidden) }
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
}
