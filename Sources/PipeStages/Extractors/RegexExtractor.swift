import PipeEngine
import PipeSpec
import PipeWeb

/// `regex`: what a regular expression finds in the content.
struct RegexExtractor: Extractor {
  let expression: RegularExpression
  /// The number of the group that is taken.
  let group: Int
  let all: Bool

  static let component = Component<any Extractor>(
    .extractor, "regex", "The matches of a regular expression in the content as text, markup included.",
    options: MapShape(
      main: "expression",
      Key("expression", .regex, "What to look for.", example: #"/"sku": *"([^"]+)"/"#),
      Key(
        optional: "group", Shape.text("the name or number of a group").located,
        "The group that is taken, by name or number; otherwise the first one, and without groups the whole match.",
        example: "price"),
      Key("all", .bool, default: false, shown: "false", "Whether all matches are taken, as a list."),
      make: { expression, group, all in (expression: expression, group: group, all: all) }
    ).checked { options, _, context in
      let expression = options.expression
      guard let group = options.group else {
        return RegexExtractor(expression: expression, group: expression.groupCount > 0 ? 1 : 0, all: options.all)
      }
      if let number = expression.group(named: group.value) ?? Int(group.value), 0...expression.groupCount ~= number {
        return RegexExtractor(expression: expression, group: number, all: options.all)
      }
      let names = expression.groupNames
      context.report(
        .badValue, at: group.span, "the pattern has no group '\(group.value)'",
        hint: names.isEmpty
          ? "it has \(expression.groupCount); a named one is written (?<name>…)"
          : "its groups are \(names.joined(separator: ", "))")
      return nil
    },
    examples: [
      #"regex: '/"sku": *"([^"]+)"/'"#, #"regex: {expression: '/(?<price>\d+) EUR/', group: price, as: int}"#,
    ],
    make: { (extractor: RegexExtractor) in extractor })

  let needs = PageNeeds(content: .whole)
  var type: FieldType { FieldType(.string, isList: all) }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard page.response != nil else { return .null }
    if all {
      var budget = page.room.budget
      var bytes: [UInt8] = []
      var ends: [UInt32] = []
      let gaveUp = expression.visitMatches(of: group, in: page.text) { text in
        guard budget.takeElement(bytes: text.count) else { return false }
        bytes.append(contentsOf: text)
        ends.append(UInt32(truncatingIfNeeded: bytes.count))
        return true
      }
      if gaveUp { throw Self.tooMuch }
      return try page.room.checked(.list(ValueList(PackedTexts(bytes: bytes, ends: ends))), budget)
    }
    switch expression.firstMatch(in: page.text) {
    case .found(let match):
      guard let text = match[group] else { return .null }
      var budget = page.room.budget
      let start = budget.text(String(text))
      return try page.room.checked(.string(start), budget)
    case .noMatch: return .null
    case .gaveUp: throw Self.tooMuch
    }
  }

  private static let tooMuch = ExtractionFault("the pattern takes too many steps on this page")
}
