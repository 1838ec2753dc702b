import PipeWeb

/// A token in the shape of the html5lib tests.
enum RecordedToken: Equatable, CustomStringConvertible {
  case doctype(name: String?, publicIdentifier: String?, systemIdentifier: String?, isCorrect: Bool)
  case startTag(name: String, attributes: [String: String], isSelfClosing: Bool)
  case endTag(name: String)
  case comment(String)
  case characters(String)

  /// Scalar by scalar: Swift's `==` on strings would take canonical equivalents for the same.
  static func == (left: RecordedToken, right: RecordedToken) -> Bool {
    left.description.utf8.elementsEqual(right.description.utf8)
  }

  var description: String {
    switch self {
    case .doctype(let name, let publicIdentifier, let systemIdentifier, let isCorrect):
      let parts = [name, publicIdentifier, systemIdentifier].map { $0.map { "\"\($0)\"" } ?? "null" }
      return "doctype \(parts.joined(separator: " ")) \(isCorrect)"
    case .startTag(let name, let attributes, let isSelfClosing):
      let pairs = attributes.map { "\($0.key)=\"\($0.value)\"" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      return "start \"\(name)\" [\(pairs.joined(separator: " "))] \(isSelfClosing)"
    case .endTag(let name): return "end \"\(name)\""
    case .comment(let data): return "comment \"\(data)\""
    case .characters(let data): return "characters \"\(data)\""
    }
  }
}

/// A handler that wants everything and keeps the tokenizer where it is, as the tokenizer tests have it.
struct TokenRecorder: HTMLTokenHandler {
  static let keepsNames = true
  let wantsText = true
  let wantsComments = true
  let wantsDoctype = true
  let isFinished = false
  var isInForeignContent = false
  private(set) var limitsReached = 0

  private var tokens: [RecordedToken] = []
  /// The run of text being read, raw, and where it stands.
  private var run: [UInt8] = []
  private var model = HTMLContentModel.data

  func wantsAttributes(of tag: HTMLTag) -> Bool { true }
  mutating func wantsAttribute(_ name: HTMLName, of tag: HTMLTag) -> Bool { true }

  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, in model: HTMLContentModel, startsRun: Bool) {
    if startsRun { endRun() }
    self.model = model
    run.append(contentsOf: bytes)
  }

  mutating func startTag(_ token: HTMLTagToken) -> HTMLContentModel {
    endRun()
    var attributes: [String: String] = [:]
    for index in 0..<token.attributeCount {
      let name = token.withRawName(ofAttribute: index) { Self.name($0) }
      let value = token.withValue(ofAttribute: index) { HTMLText.attribute.string($0) }
      attributes[name] = attributes[name] ?? value
    }
    let name = token.withRawName { Self.name($0) }
    tokens.append(.startTag(name: name, attributes: attributes, isSelfClosing: token.isSelfClosing))
    return .data
  }

  mutating func endTag(_ token: HTMLTagToken) {
    endRun()
    tokens.append(.endTag(name: token.withRawName { Self.name($0) }))
  }

  mutating func comment(_ bytes: UnsafeBufferPointer<UInt8>) {
    endRun()
    tokens.append(.comment(HTMLText(references: .none, nulls: .replaced).string(bytes)))
  }

  mutating func doctype(_ doctype: HTMLDoctype) {
    endRun()
    let text = HTMLText(references: .none, nulls: .replaced)
    let parts = [doctype.publicIdentifier, doctype.systemIdentifier].map { part in
      part.map { $0.withUnsafeBufferPointer { text.string($0) } }
    }
    tokens.append(
      .doctype(
        name: doctype.name.map { $0.withUnsafeBufferPointer { Self.name($0) } }, publicIdentifier: parts[0],
        systemIdentifier: parts[1], isCorrect: !doctype.forcesQuirks))
  }

  mutating func limitReached() { limitsReached += 1 }

  /// The tokens, with adjacent characters joined.
  mutating func finish() -> [RecordedToken] {
    endRun()
    return tokens
  }

  private mutating func endRun() {
    guard !run.isEmpty else { return }
    let references: HTMLText.References =
      switch model {
      case .data, .escapableText: .inText
      case .rawText, .script, .plaintext, .cdata: .none
      }
    let nulls: HTMLText.Nulls = model == .data || model == .cdata ? .kept : .replaced
    let text = run.withUnsafeBufferPointer { HTMLText(references: references, nulls: nulls).string($0) }
    run.removeAll()
    if case .characters(let before) = tokens.last {
      tokens[tokens.count - 1] = .characters(before + text)
    } else {
      tokens.append(.characters(text))
    }
  }

  /// Names fold to ASCII lower case once decoded.
  private static func name(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let text = HTMLText(references: .none, nulls: .replaced).string(bytes)
    let folded = text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    return String(decoding: folded, as: UTF8.self)
  }
}
