import PipeSpec

// Short ways to a part of a document, for tests.
extension Node {
  /// All nodes below and including this one, parents first.
  var all: [Node] {
    switch content {
    case .scalar: [self]
    case .sequence(let items): [self] + items.flatMap(\.all)
    case .mapping(let entries): [self] + entries.flatMap { $0.key.all + $0.value.all }
    }
  }

  var scalar: Scalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  var entries: [Entry] {
    if case .mapping(let entries) = content { entries } else { [] }
  }

  var items: [Node] {
    if case .sequence(let items) = content { items } else { [] }
  }

  /// The value of a key.
  subscript(key: String) -> Node? { entries.first { $0.key.scalar?.text == key }?.value }
}

extension SourceFile {
  /// What stands in a span.
  func text(_ span: SourceSpan) -> String {
    String(decoding: bytes[span.start.offset..<span.end.offset], as: UTF8.self)
  }
}

extension SourceSpan {
  /// `line:column-line:column`.
  var brief: String { "\(start.line):\(start.column)-\(end.line):\(end.column)" }
}

extension Diagnostic {
  /// `code line:column-line:column message`.
  var brief: String { "\(code.rawValue) \(span.brief) \(message)" }
}

extension Document {
  init(_ text: String) { self.init(reading: SourceFile(name: "spec.yaml", text: text)) }
}
