internal import CLibxml2

/// Builds a page's tree from its tokens by the HTML Standard's tree construction (13.2.6), with scripting off but for a
/// `noscript` in the head, which is raw text as in a browser: a picture in it would end the head.
///
/// Our own rather than libxml2's HTML parser, which knows no foster parenting, no adoption and no foreign content,
/// compares every attribute of a tag with every other without a bound, and takes several times as long; the nodes are
/// libxml2's. Left out: quirks beyond tables in paragraphs, form owners, and the names in camel
/// case of SVG, which are in lower case here as all others.
///
/// Bounds: depth, by closing the deepest element as browsers do, and the number of nodes and their bytes, where the tree
/// ends.
struct TreeBuilder: HTMLTokenHandler {
  enum Mode: UInt8 {
    case beforeHTML, beforeHead, inHead, afterHead, inBody, inTable, inCaption, inColumnGroup
    case inTableBody, inRow, inCell, inTemplate, afterBody, inFrameset, afterFrameset, afterAfterBody
    case afterAfterFrameset
  }

  struct Element {
    let node: XMLNode
    let tag: HTMLTag
    let name: HTMLName
    var namespace = OpenElements.Namespace.html
    let traits: HTMLTagTraits
    /// Stands for the attributes of a formatting element.
    var signature = 0

    func isHTML(_ tag: HTMLTag) -> Bool { self.tag == tag && namespace == .html }

    /// Whether what does not belong into a table's structure is foster-parented out of it (13.2.6.1).
    var isTableStructure: Bool {
      namespace == .html && [.table, .tbody, .tfoot, .thead, .tr].contains(tag)
    }
  }

  static let depthLimit = 512
  static let nodeLimit = 500_000
  static let valueLimit = 1 << 24

  static let keepsNames = true
  let wantsText = true
  let wantsComments = true
  let wantsDoctype = true

  let tree: DocumentTree
  var mode = Mode.beforeHTML
  var templateModes: [Mode] = []
  var stack: [Element] = []
  /// How many HTML elements of each tag are open, so that most searches need not begin.
  var counts = [Int](repeating: 0, count: HTMLTag.allCases.count)
  /// The list of active formatting elements (13.2.4.3); `nil` is a marker.
  var formatting: [Element?] = []
  var head: Element?
  var hasForm = false
  var isFramesetAllowed = true
  /// Whether a doctype still counts (13.2.6.4.1).
  private var isInitial = true
  /// Whether what belongs into a table's cells goes in front of the table instead (13.2.6.1).
  var isFostering = false
  /// The element whose raw text is read.
  var textElement: HTMLTag?
  var dropsNewline = false
  private(set) var missing: DOMDocument.Missing = []

  private var pendingText: [UInt8] = []
  private var pendingModel = HTMLContentModel.data

  init(tree: DocumentTree) { self.tree = tree }

  var isFinished: Bool { tree.isFull }
  var isInForeignContent: Bool { stack.last.map { $0.namespace != .html } ?? false }

  mutating func wantsAttributes(of tag: HTMLTag) -> Bool { true }
  mutating func wantsAttribute(_ name: HTMLName, of tag: HTMLTag) -> Bool { true }
  mutating func limitReached() { missing.insert(.attributes) }

  // MARK: Tokens

  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, in model: HTMLContentModel, startsRun: Bool) {
    if model != pendingModel || (startsRun && model == .data && !pendingText.isEmpty) { flushText() }
    pendingModel = model
    // It grows by doubling, and is there twice while its node is made.
    guard tree.hasRoom(for: 3 * (pendingText.count + bytes.count)) else { return }
    pendingText.append(contentsOf: bytes)
  }

  mutating func startTag(_ token: HTMLTagToken) -> HTMLContentModel {
    flushText()
    if isFinished { return .data }
    dropsNewline = false
    isInitial = false
    return isForeign(token) ? startForeign(token) : start(token, in: mode)
  }

  mutating func endTag(_ token: HTMLTagToken) {
    flushText()
    if isFinished { return }
    dropsNewline = false
    isInitial = false
    if textElement != nil {
      textElement = nil
      pop()
    } else if isInForeignContent {
      endForeign(token)
    } else {
      end(token, in: mode)
    }
  }

  mutating func comment(_ bytes: UnsafeBufferPointer<UInt8>) {
    flushText()
    dropsNewline = false
    guard !isFinished, let node = tree.comment(bytes) else { return }
    switch mode {
    case .beforeHTML, .afterAfterBody, .afterAfterFrameset: tree.link(node, into: tree.root)
    case .afterBody: tree.link(node, into: stack.first?.node ?? tree.root)
    default: link(node)
    }
  }

  mutating func doctype(_ doctype: HTMLDoctype) {
    flushText()
    dropsNewline = false
    if isInitial { tree.isQuirky = doctype.isQuirky }
    isInitial = false
  }

  /// The end of the page: every page has a head and a body.
  mutating func finish() {
    flushText()
    missing.formUnion(tree.missing)
    if textElement != nil { pop() }
    while has(.template) { endTemplate() }
    if mode.rawValue < Mode.inBody.rawValue { enterBody() }
  }

  // MARK: Text

  /// Whether text is foreign content's; in an integration point it is HTML's.
  private var isTextForeign: Bool {
    guard let current, current.namespace != .html else { return false }
    return current.traits.isDisjoint(with: [.htmlIntegrationPoint, .textIntegrationPoint])
  }

  private mutating func flushText() {
    guard !pendingText.isEmpty else { return }
    var pending: [UInt8] = []
    swap(&pending, &pendingText)
    let references: HTMLText.References = pendingModel == .data || pendingModel == .escapableText ? .inText : .none
    let keepsNulls = isTextForeign || (pendingModel != .data && pendingModel != .cdata)
    // Only a line's end that comes first is dropped.
    if pending.first == 0 { dropsNewline = false }
    let isPlain = Self.isPlain(pending, hasReferences: references != .none)
    if isTextForeign, pending.contains(where: { $0 != 0 && !HTMLBytes.isSpace($0) }) { isFramesetAllowed = false }
    if !keepsNulls, mode.rawValue < Mode.inBody.rawValue || mode == .inColumnGroup, let null = pending.firstIndex(of: 0)
    {
      // U+0000 ends what comes before a body as any character does, though it is nothing there.
      pendingText = Array(pending[..<null])
      flushText()
      leaveColumnGroup()
      isInitial = false
      if mode.rawValue < Mode.inBody.rawValue { enterBody() }
      pending.removeFirst(null + 1)
    }
    if isPlain {
      pending.withUnsafeBufferPointer { insertText($0) }
      pending.removeAll(keepingCapacity: true)
      swap(&pending, &pendingText)
    } else {
      let rules = HTMLText(references: references, nulls: keepsNulls ? .replaced : .dropped)
      var text = pending.withUnsafeBufferPointer { rules.string($0) }
      text.withUTF8 { insertText($0) }
    }
  }

  /// Whether text stands for itself. No byte ends the search, so that many are looked at in a step.
  private static func isPlain(_ text: [UInt8], hasReferences: Bool) -> Bool {
    text.withUnsafeBufferPointer { text in
      var found: UInt8 = 0
      for byte in text {
        found |= (byte == 0 ? 1 : 0) | (byte == 0x0D ? 1 : 0) | (byte == UInt8(ascii: "&") ? 2 : 0)
      }
      return found == 0 || found == 2 && !hasReferences
    }
  }

  private mutating func insertText(_ bytes: UnsafeBufferPointer<UInt8>) {
    var rest = bytes
    if dropsNewline, rest.first == 0x0A { rest = UnsafeBufferPointer(rebasing: rest.dropFirst()) }
    dropsNewline = false
    if rest.isEmpty || isFinished { return }
    if textElement != nil || isTextForeign { return append(rest) }
    let space = UnsafeBufferPointer(rebasing: rest.prefix { HTMLBytes.isSpace($0) })
    let isSpace = space.count == rest.count
    switch mode {
    case .beforeHTML, .beforeHead:
      if !isSpace {
        isInitial = false
        enterBody()
        flow(UnsafeBufferPointer(rebasing: rest.dropFirst(space.count)))
      }
    case .inHead, .afterHead:
      append(space)
      if !isSpace {
        enterBody()
        flow(UnsafeBufferPointer(rebasing: rest.dropFirst(space.count)))
      }
    case .inTable, .inTableBody, .inRow:
      if isSpace, let current, current.isTableStructure {
        append(rest)
      } else {
        isFostering = true
        flow(rest)
        isFostering = false
      }
    case .inColumnGroup:
      append(space)
      if !isSpace, leaveColumnGroup() {
        insertText(UnsafeBufferPointer(rebasing: rest.dropFirst(space.count)))
      }
    case .inFrameset, .afterFrameset, .afterAfterFrameset:
      let spaces = rest.filter(HTMLBytes.isSpace)
      spaces.withUnsafeBufferPointer { append($0) }
    case .afterBody, .afterAfterBody:
      if !isSpace { mode = .inBody }
      flow(rest)
    case .inBody, .inCaption, .inCell, .inTemplate:
      flow(rest)
    }
  }

  /// What does not belong into a group of columns ends it; whether there is one.
  @discardableResult
  private mutating func leaveColumnGroup() -> Bool {
    guard mode == .inColumnGroup, current?.isHTML(.colgroup) == true else { return false }
    pop()
    mode = .inTable
    return true
  }

  private mutating func flow(_ bytes: UnsafeBufferPointer<UInt8>) {
    reconstructFormatting()
    if isFramesetAllowed, bytes.contains(where: { !HTMLBytes.isSpace($0) }) { isFramesetAllowed = false }
    append(bytes)
  }

  private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard !bytes.isEmpty else { return }
    // A text goes on in the one before it (13.2.6.1, "insert a character").
    if let previous = nodeBeforeInsertion, previous.isText, tree.append(bytes, to: previous) { return }
    if let node = tree.text(bytes) { link(node) }
  }
}
