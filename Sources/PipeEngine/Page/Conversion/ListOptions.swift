package import PipeSpec
internal import PipeText
internal import PipeWeb

/// What is taken of a list.
package enum ListReduction: Hashable, Sendable {
  case first, last, count
  /// All elements as one text, with this between them.
  case joined(String)
}

/// What stands between the elements of a list that is written as one text.
package struct ListSeparator: Hashable, Sendable {
  private let expression: RegularExpression

  package init(_ expression: RegularExpression) { self.expression = expression }

  package init(text: String) throws(RegularExpression.Fault) {
    let isPlain = { (byte: UInt8) in byte >= 0x80 || 0x30...0x39 ~= byte || 0x61...0x7A ~= byte | 0x20 }
    let pattern = text.utf8.flatMap { isPlain($0) ? [$0] : [UInt8(ascii: "\\"), $0] }
    expression = try RegularExpression(pattern: String(decoding: pattern, as: UTF8.self))
  }

  /// Gives the elements to `visit`, until it wants no more: white space around them removed, and none that is empty.
  func split(
    _ text: String, _ steps: inout RegularExpression.Steps, _ visit: (String) -> Bool
  ) throws(ExtractionFault) {
    let bytes = Array(text.utf8)
    var start = 0
    func element(upTo end: Int) -> Bool {
      let element = String(decoding: bytes[start..<end], as: UTF8.self).trimmingWhiteSpace()
      return element.isEmpty || visit(element)
    }
    var isWanted = true
    let gaveUp = expression.visitPlaces(in: text, within: &steps) { separator in
      // What is empty separates nothing.
      if separator.isEmpty { return true }
      isWanted = element(upTo: separator.lowerBound)
      start = separator.upperBound
      return isWanted
    }
    if gaveUp { throw ExtractionFault("split takes too many steps on \(text.excerpt)") }
    if isWanted { _ = element(upTo: bytes.count) }
  }
}

/// Values in the place of known texts.
package struct ValueMap: Hashable, Sendable {
  /// Of texts without white space around them, and where each value is written.
  let entries: [(text: String, value: Located<Value>)]
  /// The type of the values.
  let type: FieldType.Element
  private let exact: [ExactText: Value]
  /// By texts in lower case, if only one text has this one.
  private let folded: [String: Value]

  init(_ entries: [(text: String, value: Located<Value>)], type: FieldType.Element) {
    self.entries = entries
    self.type = type
    exact = Dictionary(entries.map { (ExactText($0.text), $0.value.value) }) { first, _ in first }
    let groups = Dictionary(grouping: entries) { $0.text.lowercased() }
    folded = groups.compactMapValues { $0.count == 1 ? $0[0].value.value : nil }
  }

  package static func == (left: Self, right: Self) -> Bool { left.type == right.type && left.exact == right.exact }

  package func hash(into hasher: inout Hasher) { hasher.combine(exact) }

  /// The values that are texts, each once.
  var texts: [String] {
    var seen: Set<ExactText> = []
    return entries.compactMap { entry in
      guard case .string(let text) = entry.value.value, seen.insert(ExactText(text)).inserted else { return nil }
      return text
    }
  }

  /// The value of a text, white space around it removed: as it is written, or else in any case.
  subscript(text: String) -> Value? {
    let text = text.trimmingWhiteSpace()
    return exact[ExactText(text)] ?? folded[text.lowercased()]
  }
}
