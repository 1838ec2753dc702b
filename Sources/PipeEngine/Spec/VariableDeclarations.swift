internal import PipeSpec

/// The `vars` block; its names are in the context once it is decoded.
struct VariableDeclarations: Sendable {
  static let shape = Shape<VariableDeclarations>(
    .dictionary(of: .text(name: "a string, number or boolean"), names: "^[A-Za-z][A-Za-z0-9_-]*$")
  ) { node, context in
    guard case .mapping(let entries) = node.content else {
      context.report(
        .wrongType, on: node, "vars must be a map of names to values, not \(node.kindName)",
        hint: "write them as name: value")
      context.forgetVariables()
      return nil
    }
    for entry in entries {
      guard let name = entry.key.text, isName(name) else {
        context.report(
          .badValue, on: entry.key, "a variable's name is made of letters, digits, '_' and '-'",
          hint: "it begins with a letter")
        if let name = entry.key.text { context.define(name, .faulty) }
        continue
      }
      context.within(name) { context in
        var text = context.text(of: entry.value, expected: "a string, a number or a boolean")
        if let found = text, found.value == .null {
          let isNothing = entry.value.isUnwritten
          context.report(
            .wrongType, on: entry.value,
            isNothing
              ? "\(context.place) has no value" : "\(context.place) must be a string, a number or a boolean, not null",
            hint: isNothing ? "write \"\" for the empty text" : "write the word between quotes: 'null'")
          text = nil
        }
        // One that cannot be resolved is reported once, here; its uses are not reported again.
        context.define(
          name, text.map { Variables.Value($0.text, shown: $0.masked, definedAt: entry.key.span) } ?? .faulty)
      }
    }
    return VariableDeclarations()
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first | 0x20 else { return false }
    return text.utf8.allSatisfy {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
  }
}
