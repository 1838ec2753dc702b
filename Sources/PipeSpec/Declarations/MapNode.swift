/// A mapping of the document whose keys are read by name, or a scalar that stands for one of them.
package struct MapNode: Sendable {
  package let span: SourceSpan
  /// Whether a scalar or a list stood in the map's place, for its main key.
  let isShort: Bool
  private let entries: [Node.Entry]
  /// Entries under a misspelt key, by the key that was meant.
  private var misspelt: [String: Node.Entry] = [:]
  /// Keys that are not there only because they are written in another way, which is reported.
  private var meant: Set<String> = []

  /// Reports a node that is neither a map nor, where there is a main key, its short form.
  package init?(_ node: Node, main: String?, _ context: inout DecodingContext) {
    span = node.span
    switch node.content {
    case .mapping(let entries):
      self.entries = entries
      isShort = false
    case .scalar(let scalar) where scalar.value == .null && main == nil:
      self.entries = []
      isShort = false
    default:
      guard let main else {
        context.report(
          .wrongType, on: node, "\(context.place) must be a map, not \(node.kindName)",
          hint: context.example.map { "for example: \($0.key): \($0.value)" })
        return nil
      }
      let key = Node(.scalar(Scalar(text: main, value: .string, style: .plain)), span: node.span)
      self.entries = [Node.Entry(key: key, value: node)]
      isShort = true
    }
  }

  /// The keys as they are written.
  package var names: [String] { entries.compactMap(\.key.text) }

  package func entry(_ name: String) -> Node.Entry? {
    entries.first { $0.key.text == name } ?? misspelt[name]
  }

  /// Whether a key that is missing was meant by one that is reported as unknown.
  func isMeant(_ name: String) -> Bool { meant.contains(name) }

  /// Reports every key that is none of the known ones, with the nearest one as the hint. From here on a
  /// misspelt key is read as the one that was meant, so that the faults of its value are found too.
  package mutating func reportUnknown(known: [KeyDescription], _ context: inout DecodingContext) {
    for entry in entries {
      guard let name = entry.key.text else {
        context.report(.wrongType, on: entry.key, "a key must be a word, not \(entry.key.kindName)")
        continue
      }
      if known.contains(where: { $0.name == name }) { continue }
      if name.unicodeScalars.contains("\u{A0}") {
        context.report(
          .unknownKey, on: entry.key, "a no-break space (U+00A0) stands in the key '\(excerpt(name))'",
          hint: "write plain spaces, in front of a key too")
        continue
      }
      guard context.takeGuess() else {
        context.report(.unknownKey, on: entry.key, "unknown key '\(excerpt(name))' in \(context.place)")
        continue
      }
      let guess = KeyGuess(name, among: known, in: context)
      if let key = guess.key, self.entry(key) == nil {
        meant.insert(key)
        if guess.isMisspelling { misspelt[key] = entry }
      }
      context.report(
        .unknownKey, on: entry.key, "unknown key '\(excerpt(name))' in \(context.place)", hint: guess.hint)
    }
  }
}

extension Node {
  /// The text of a scalar; `nil` for lists and maps.
  package var text: String? {
    if case .scalar(let scalar) = content { scalar.text } else { nil }
  }

  /// Whether it is one of some words without quotes, in whatever case.
  package func isPlainWord(of words: [String]) -> Bool {
    if case .scalar(let scalar) = content {
      scalar.style == .plain && words.contains(scalar.text.lowercased())
    } else {
      false
    }
  }

  /// Whether nothing was written: `key:` and no more.
  package var isUnwritten: Bool {
    if case .scalar(let scalar) = content { scalar.text.isEmpty && scalar.style == .plain } else { false }
  }
}
