import PipeSpec
import PipeText
import PipeWeb

/// Names, each with a text that may have columns in it: parameters, a form.
struct NamedTexts: Sendable {
  private var all: [(name: String, text: TemplateText)] = []

  var holes: [TemplateText.Hole] { all.flatMap(\.text.holes) }

  /// `{page: {n}, lang: en}`
  var shown: String { "{" + all.map { "\(excerpt($0.name)): \(excerpt($0.text.shown))" }.joined(separator: ", ") + "}" }

  static let shape = Shape<NamedTexts>(.dictionary(of: .template, minimum: 1)) { decode($0, &$1) }

  /// - Returns: `nil` once a fault is reported.
  static func decode(_ node: Node, _ context: inout DecodingContext) -> NamedTexts? {
    guard case .mapping(let entries) = node.content else {
      context.report(
        .wrongType, on: node, "\(context.place) must be a map of names to values, not \(node.kindName)",
        hint: "for example: {q: \"{city}\"}")
      return nil
    }
    if entries.isEmpty {
      context.report(.outOfRange, on: node, "\(context.place) needs at least 1 name")
      return nil
    }
    var names = NamedTexts()
    for entry in entries {
      guard let name = entry.key.text else {
        context.report(.wrongType, on: entry.key, "a name must be a text, not \(entry.key.kindName)")
        continue
      }
      context.within(name) { context in
        guard let text = TemplateText.shape.decode(entry.value, &context) else { return }
        if let raw = text.holes.first(where: \.isRaw) {
          context.report(
            .badValue, at: raw.span,
            "\(context.place) has \(raw.shown), which could be more than one value",
            hint: "write {\(excerpt(raw.column.text))}")
          return
        }
        names.all.append((name, text))
      }
    }
    return names.all.count == entries.count ? names : nil
  }

  /// `name=value&…`
  func joined(as encoding: FilledText.Encoding, _ encode: (String, inout [UInt8]) -> Void) -> FilledText {
    var filled = FilledText()
    for (index, one) in all.enumerated() {
      var name: [UInt8] = index > 0 ? [UInt8(ascii: "&")] : []
      encode(one.name, &name)
      name.append(UInt8(ascii: "="))
      filled.append(name)
      filled.append(one.text, as: encoding)
    }
    return filled
  }
}
