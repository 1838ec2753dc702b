/// The tokenizer of WHATWG HTML 13.2.5, streaming, over the bytes of any encoding that agrees with ASCII.
///
/// All encodings of the Encoding Standard do but UTF-16 and ISO-2022-JP, which are transcoded first: in the
/// others no byte of a longer sequence is one that moves a state. Parse errors are not reported. Chunks may end
/// anywhere; at a chunk's end the text so far is handed over, and only what may yet turn out to be markup is
/// held (a few bytes).
package struct HTMLTokenizer<Handler: HTMLTokenHandler & ~Copyable>: ~Copyable {
  package var handler: Handler
  let limits: HTMLTokenizerLimits
  let tags = HTMLTagTable.shared

  var state = HTMLTokenizerState.data
  /// What kind of text is being read, and the state it is read in.
  var model = HTMLContentModel.data
  var textState = HTMLTokenizerState.data

  /// Where the text not yet handed over begins in this chunk.
  var textStart = 0
  /// Where what may be markup begins; nil where that was in an earlier chunk, whose part of it is `held`.
  var markupStart: Int?
  var held: [UInt8] = []
  /// Whether the text continues a run already begun.
  var isInRun = false

  /// The tag being read. In memory of its own, so that tokens can point at it.
  let parts: UnsafeMutablePointer<HTMLTagParts>
  /// The name being read, of a tag or of an attribute.
  var name = HTMLName()
  /// The name of the start tag that raw text began with: the appropriate end tag's.
  var lastStartTag = HTMLName()
  var wantsAttributes = false
  /// Whether the value being read is captured.
  var capturesValue = false
  /// The comment or doctype being read, where wanted.
  var capture: [UInt8] = []

  package init(handler: consuming Handler, limits: HTMLTokenizerLimits = HTMLTokenizerLimits()) {
    self.handler = handler
    self.limits = limits
    parts = .allocate(capacity: 1)
    parts.initialize(to: HTMLTagParts())
  }

  deinit {
    parts.deinitialize(count: 1)
    parts.deallocate()
  }

  /// Starts in another state than data, as inside an element of that name.
  package mutating func begin(in model: HTMLContentModel, lastStartTag: HTMLName) {
    self.lastStartTag = lastStartTag
    enter(model)
  }

  /// Reads the next bytes.
  ///
  /// - Returns: false once the handler needs no more.
  package mutating func feed(_ chunk: UnsafeBufferPointer<UInt8>) -> Bool {
    guard state != .finished else { return false }
    guard let base = chunk.baseAddress else { return true }
    let end = chunk.count
    textStart = 0
    markupStart = nil
    parts.pointee.enterChunk(base)
    var index = 0
    // Every step either moves on or changes to a state that does.
    while index < end {
      switch state {
      case .data: index = data(base, index, end)
      case .tagOpen: index = tagOpen(base, index)
      case .endTagOpen: index = endTagOpen(base, index)
      case .tagName: index = restOfTagName(base, index, end)
      case .beforeAttributeName, .attributeName, .afterAttributeName, .beforeAttributeValue, .doubleQuotedValue,
        .singleQuotedValue, .unquotedValue, .selfClosingStartTag:
        index = attributes(base, index, end)
      case .markupDeclarationOpen: index = markupDeclarationOpen(base, index)
      case .bogusComment: index = bogusComment(base, index, end)
      case .doctype: index = doctype(base, index, end)
      case .comment: index = comment(base, index, end)
      case .commentStart, .commentStartDash, .commentEndDash, .commentEnd, .commentEndBang:
        index = commentEdge(base, index)
      case .cdataSection, .cdataSectionBracket, .cdataSectionEnd: index = cdataSection(base, index, end)
      case .rawText, .script:
        index = rawText(base, index, end)
      case .rawTextLessThan, .rawTextEndTagOpen, .rawTextEndTagName: index = rawTextMarkup(base, index)
      case .plaintext: index = end
      case .finished: return false
      default: index = scriptData(base, index, end)
      }
    }
    return suspend(base, end)
  }

  package mutating func feed(_ chunk: [UInt8]) -> Bool {
    chunk.withUnsafeBufferPointer { feed($0) }
  }

  /// The end of the input: what is left of the text and comments is handed over, an unfinished tag is dropped.
  package mutating func end() {
    switch state {
    case .tagOpen, .endTagOpen, .rawTextLessThan, .rawTextEndTagOpen, .rawTextEndTagName, .scriptLessThan,
      .scriptEscapedLessThan, .cdataSectionBracket, .cdataSectionEnd:
      releaseHeld()
    case .markupDeclarationOpen:
      capture.removeAll()
      held.withUnsafeBufferPointer { captured($0, wanted: handler.wantsComments) }
      emitComment()
    case .bogusComment, .commentStart, .commentStartDash, .comment, .commentEndDash, .commentEnd, .commentEndBang:
      emitComment()
    case .doctype:
      emitDoctype(isComplete: false)
    default:
      break
    }
    state = .finished
  }

  /// The chunk is read: hands its text over, and holds what is undecided.
  private mutating func suspend(_ base: UnsafePointer<UInt8>, _ end: Int) -> Bool {
    switch state {
    case .data, .rawText, .plaintext, .cdataSection, .script, .scriptEscapeStart, .scriptEscapeStartDash,
      .scriptEscaped, .scriptEscapedDash, .scriptEscapedDashDash, .scriptDoubleEscapeStart, .scriptDoubleEscaped,
      .scriptDoubleEscapedDash, .scriptDoubleEscapedDashDash, .scriptDoubleEscapedLessThan, .scriptDoubleEscapeEnd:
      emitText(base, to: end)
    case .tagOpen, .endTagOpen, .rawTextLessThan, .rawTextEndTagOpen, .rawTextEndTagName, .scriptLessThan,
      .scriptEscapedLessThan, .cdataSectionBracket, .cdataSectionEnd:
      let start = markupStart ?? 0
      if markupStart != nil { emitText(base, to: start) }
      held.append(contentsOf: UnsafeBufferPointer(start: base + start, count: end - start))
    case .tagName, .beforeAttributeName, .attributeName, .afterAttributeName, .beforeAttributeValue,
      .doubleQuotedValue, .singleQuotedValue, .unquotedValue, .selfClosingStartTag:
      parts.pointee.leaveChunk()
    default:
      break
    }
    return state != .finished
  }
}

// MARK: Text

extension HTMLTokenizer where Handler: ~Copyable {
  mutating func enter(_ model: HTMLContentModel) {
    self.model = model
    switch model {
    case .data: textState = .data
    case .escapableText, .rawText: textState = .rawText
    case .script: textState = .script
    case .plaintext: textState = .plaintext
    case .cdata: textState = .cdataSection
    }
    state = textState
  }

  /// Hands over the text from `textStart` on.
  @inline(__always)
  mutating func emitText(_ base: UnsafePointer<UInt8>, to end: Int) {
    // In bounds: textStart <= end <= the chunk's count.
    guard end > textStart else { return }
    if handler.wantsText {
      handler.text(
        UnsafeBufferPointer(start: base + textStart, count: end - textStart), in: model, startsRun: !isInRun)
    }
    isInRun = true
    textStart = end
  }

  /// What began with `<` (or a CDATA section's `]`) is markup after all: the text before it ends there.
  @inline(__always)
  mutating func commitMarkup(_ base: UnsafePointer<UInt8>) {
    if let start = markupStart { emitText(base, to: start) }
    if !held.isEmpty { held.removeAll(keepingCapacity: true) }
    isInRun = false
  }

  /// It is text: the run goes on.
  mutating func abandonMarkup(to next: HTMLTokenizerState) {
    releaseHeld()
    state = next
  }

  /// Hands over the first bytes of what was held, all of it by default, as text.
  mutating func releaseHeld(_ limit: Int = .max) {
    guard !held.isEmpty else { return }
    let count = min(limit, held.count)
    if handler.wantsText {
      held.withUnsafeBufferPointer {
        handler.text(UnsafeBufferPointer(rebasing: $0[..<count]), in: model, startsRun: !isInRun)
      }
    }
    isInRun = true
    held.removeFirst(count)
  }
}
