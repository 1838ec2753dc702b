internal import PipeText

/// Makes nodes of events (YAML 1.2.2, 3.1.2), without recursion.
struct Composer {
  private(set) var roots: [Node] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// Whether something could not be represented, so that the nodes are not the whole document.
  private(set) var isBroken = false

  private let view: DocumentStream.View
  private let file: SourceFile
  private let leniency: LeniencyCheck
  private let lines: FlowLines
  private var places: NodePlaces
  private var stack: [Frame] = []
  private var anchors: [ExactText: Anchor] = [:]
  private var anchorCount = 0
  private var documents = 0
  /// Whether `...` ended the document before.
  private var isEndMarked = false
  private var written = 0
  private var aliased = NodeExtent(nodes: 0)

  /// A sequence or mapping that is being read.
  private struct Frame {
    let event: Event
    let start: SourcePosition
    let anchorID: Int
    let context: Context
    var end: SourcePosition
    var extent = NodeExtent(depth: 1)
    var items: [Node] = []
    var mapping: MappingBuilder?
  }

  /// What surrounds a node (YAML 1.2.2, 4.2).
  private struct Context {
    /// Columns of the innermost block collection; -1 if there is none.
    var indentation = -1
    var isFlow = false
  }

  private struct Anchor {
    /// Tells apart anchors of the same name: the one that began last counts.
    let id: Int
    let span: SourceSpan
    /// `nil` while its node is being read.
    var target: (node: Node, extent: NodeExtent)?
  }

  init(_ file: SourceFile, view: DocumentStream.View) {
    self.view = view
    self.file = file
    lines = FlowLines(file)
    leniency = LeniencyCheck(file)
    places = NodePlaces(file)
  }

  /// Ends the reading with a fault.
  mutating func stop(for fault: Diagnostic) {
    diagnostics.append(fault)
    isBroken = true
  }

  /// Takes an event in; `false` when the reading is over.
  mutating func take(_ event: Event) -> Bool {
    if let fault = leniency.fault(of: event, after: places.end.offset) {
      stop(for: fault)
      return false
    }
    switch event.kind {
    case .streamStart: return true
    case .streamEnd: return false
    case .documentStart: return startDocument(event)
    case .documentEnd:
      isEndMarked = !event.range.isEmpty
      places.pass(event)
      return true
    case .scalar(let text, let style): return scalar(event, text, style)
    case .alias(let name): return alias(event, name)
    case .sequenceStart: return open(event, mapping: nil)
    case .mappingStart: return open(event, mapping: MappingBuilder())
    case .sequenceEnd, .mappingEnd: return close(event)
    }
  }

  private mutating func startDocument(_ event: Event) -> Bool {
    documents += 1
    anchors = [:]
    let marker = places.marker(event)
    places.pass(event)
    if view == .spec, documents > 1 {
      stop(
        for: Diagnostic(
          .yamlSyntax, at: marker, "a second document begins here",
          hint: "a pipeline is one document; put the other into a file of its own"))
      return false
    }
    if documents > 1, !isEndMarked, marker.start.offset > event.range.lowerBound {
      // YAML 1.2.2, 9.1.4: directives follow a document that '...' ended; libyaml does not ask for it.
      stop(
        for: Diagnostic(.yamlSyntax, at: marker, "directives stand in a document", hint: "end the document with '...'"))
      return false
    }
    return true
  }

  private mutating func scalar(_ event: Event, _ text: String, _ style: Scalar.Style) -> Bool {
    let place = places.scalar(event, style)
    let text = event.isAltered ? written(event, text, style, at: place.span) : text
    if let fault = fault(ofScalar: place.span, style) {
      stop(for: fault)
      return false
    }
    let id = declare(event, at: place.span)
    let tag = NodeTag(event.tag, isWritten: place.isTagged)
    let value = tag.value(of: text, style)
    if value == nil { fault(of: tag, event, place.span, text) }
    let content = Node.Content.scalar(Scalar(text: text, value: value ?? .string, style: style))
    return add(Node(content, span: place.span), NodeExtent(text: text.utf8.count), event.anchor, id)
  }

  /// The text of a scalar in which libyaml was given other characters.
  private func written(_ event: Event, _ text: String, _ style: Scalar.Style, at span: SourceSpan) -> String {
    let isBlock = style == .literal || style == .folded
    let start = span.start.offset
    let end = isBlock ? event.range.upperBound : span.end.offset
    var source = ScalarSource(file.bytes, start..<max(start, end))
    return source.text(of: Scalar(text: text, value: .string, style: style))
  }

  private func fault(ofScalar span: SourceSpan, _ style: Scalar.Style) -> Diagnostic? {
    let context = stack.last?.context ?? Context()
    let start = span.start.offset
    switch style {
    case .literal, .folded:
      return leniency.fault(ofBlockAt: start, indentation: context.indentation)
        ?? leniency.fault(ofUnquoted: start..<span.end.offset)
    case .singleQuoted, .doubleQuoted:
      // Most are on one line.
      if span.start.line == span.end.line { return nil }
      // Text behind the closing quote is refused next, with a hint at a quote that is not closed.
      if file.bytes[span.end.offset...].first.map({ $0.isYAMLPropertyCharacter && $0 != UInt8(ascii: ":") }) ?? false {
        return nil
      }
      return lines.fault(ofScalar: start..<span.end.offset, indentation: context.indentation)
    case .plain:
      let range = start..<span.end.offset
      return leniency.fault(ofUnquoted: range) ?? (context.isFlow ? leniency.fault(ofPlainInFlow: range) : nil)
    }
  }

  private mutating func open(_ event: Event, mapping: MappingBuilder?) -> Bool {
    let start = places.collectionStart(event)
    guard stack.count < DocumentLimit.depth else {
      stop(for: tooDeep(at: SourceSpan(start, start)))
      return false
    }
    let id = declare(event, at: SourceSpan(start, start))
    let tag = NodeTag(event.tag, isWritten: event.tag != nil)
    if !tag.fits(isMapping: mapping != nil) { fault(of: tag, event, SourceSpan(start, start), nil) }
    var context = stack.last?.context ?? Context()
    if !context.isFlow {
      context.isFlow =
        start.offset < file.bytes.count && "[{".utf8.contains(file.bytes[start.offset]) && places.end > start
      if !context.isFlow { context.indentation = start.column - 1 }
    }
    stack.append(
      Frame(event: event, start: start, anchorID: id, context: context, end: places.end, mapping: mapping))
    return true
  }

  private mutating func close(_ event: Event) -> Bool {
    guard var frame = stack.popLast() else { return false }
    let entries = frame.mapping?.finish(&diagnostics)
    let content = entries.map { Node.Content.mapping($0) } ?? .sequence(frame.items)
    // A collection that has no closing bracket ends with its last child; libyaml's mark runs on.
    let isClosed = places.isBracket(event.range, entries == nil ? "]" : "}")
    let end = isClosed ? places.pass(event) : max(frame.start, frame.end)
    let node = Node(content, span: SourceSpan(frame.start, end))
    let isOutermost = frame.context.isFlow && stack.last?.context.isFlow != true
    if isOutermost, end.line > frame.start.line,
      let fault = lines.fault(
        ofCollection: frame.start.offset..<end.offset, indentation: frame.context.indentation)
    {
      stop(for: fault)
      return false
    }
    return add(node, frame.extent, frame.event.anchor, frame.anchorID)
  }

  private mutating func alias(_ event: Event, _ name: String) -> Bool {
    let span = places.alias(event)
    guard let anchor = anchors[ExactText(name)] else {
      // Names are compared for the first alone: there may be a million of them.
      let near = isBroken ? nil : nearestName(to: name, among: anchors.keys.map(\.text).sorted())
      let hint = near.map { "did you mean '*\(excerpt($0))'?" } ?? "put quotes around a value that begins with '*'"
      isBroken = true
      diagnostics.append(
        Diagnostic(.yamlSyntax, at: span, "no anchor '&\(excerpt(name))' stands before this alias", hint: hint))
      return add(Node(.scalar(Scalar(text: "", value: .null, style: .plain)), span: span), NodeExtent(), nil, 0)
    }
    let notes = [Diagnostic.Note("the anchor is here", at: anchor.span)]
    guard let (node, extent) = anchor.target else {
      stop(for: Diagnostic(.yamlSyntax, at: span, "'*\(excerpt(name))' contains itself", notes: notes))
      return false
    }
    guard stack.count + extent.depth <= DocumentLimit.depth else {
      stop(for: tooDeep(at: span, notes: notes))
      return false
    }
    aliased.nodes += extent.nodes
    aliased.text += extent.text
    guard aliased.nodes <= DocumentLimit.aliasedNodes, aliased.text <= DocumentLimit.aliasedText else {
      let message = "the aliases up to here stand for too much"
      let hint = "a file's aliases may stand for \(DocumentLimit.aliasedNodes) nodes and 1 MiB of text"
      stop(for: Diagnostic(.yamlSyntax, at: span, message, hint: hint, notes: notes))
      return false
    }
    return add(node.used(at: span), extent, nil, 0)
  }

  /// Makes an anchor known, before its node is complete.
  private mutating func declare(_ event: Event, at span: SourceSpan) -> Int {
    guard let name = event.anchor else { return 0 }
    anchorCount += 1
    anchors[ExactText(name)] = Anchor(id: anchorCount, span: span)
    return anchorCount
  }

  /// Puts a complete node where it belongs.
  private mutating func add(_ node: Node, _ extent: NodeExtent, _ anchor: String?, _ id: Int) -> Bool {
    written += 1
    guard written <= DocumentLimit.nodes else {
      stop(
        for: Diagnostic(
          .yamlSyntax, at: node.span, "the file has more than \(DocumentLimit.nodes) values",
          hint: "a long list of URLs belongs in a file of its own: sources: [{file: urls.txt}]"))
      return false
    }
    if let anchor, anchors[ExactText(anchor)]?.id == id {
      anchors[ExactText(anchor)] = Anchor(id: id, span: node.span, target: (node, extent))
    }
    guard let top = stack.indices.last else {
      roots.append(node)
      return true
    }
    stack[top].end = max(stack[top].end, node.span.end)
    stack[top].extent.add(extent)
    if stack[top].mapping == nil {
      stack[top].items.append(node)
    } else {
      stack[top].mapping?.append(node, &diagnostics)
    }
    return true
  }

  private mutating func fault(of tag: NodeTag, _ event: Event, _ span: SourceSpan, _ text: String?) {
    if tag.isForeign {
      if view == .generic { return }
      diagnostics.append(
        Diagnostic(.yamlSyntax, at: places.tag(event), "tags are not used here", hint: "remove '\(excerpt(tag.shown))'")
      )
    } else {
      let what = text.map { "'\(excerpt($0))'" } ?? "this"
      diagnostics.append(Diagnostic(.badValue, at: span, "\(what) is not what the tag \(tag.shown) says"))
    }
  }

  private func tooDeep(at span: SourceSpan, notes: [Diagnostic.Note] = []) -> Diagnostic {
    Diagnostic(.yamlSyntax, at: span, "nested deeper than \(DocumentLimit.depth) levels", notes: notes)
  }
}

extension Node {
  /// The node as an alias stands for it: each part at the place of the alias, and anchored where it was
  /// written.
  fileprivate func used(at place: SourceSpan) -> Node {
    let content: Content =
      switch content {
      case .scalar: content
      case .sequence(let items): .sequence(items.map { $0.used(at: place) })
      case .mapping(let entries):
        .mapping(entries.map { Entry(key: $0.key.used(at: place), value: $0.value.used(at: place)) })
      }
    return Node(content, span: place, anchored: anchored ?? span)
  }
}
