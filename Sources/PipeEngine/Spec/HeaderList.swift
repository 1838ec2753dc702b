package import PipeSpec
internal import PipeText
package import PipeWeb

/// Header fields by name.
package enum HeaderList {
  static let shape = shape(of: .text(name: "a header field's value")) { field, value, _, context in
    if field.isCredential { context.within(field.name) { $0.protect(value) } }
    return field
  }

  /// A map of names to values, each made of its field.
  ///
  /// - Parameter make: Returns `nil` only after it has reported why.
  package static func shape<Value: Sendable>(
    of value: ShapeDescription,
    _ make: @escaping @Sendable (HTTPFields.Field, ResolvedText, Node, inout DecodingContext) -> Value?
  ) -> Shape<[Value]> {
    Shape(.dictionary(of: value, names: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")) { node, context in
      read(node, &context, make)
    }
  }

  private static func read<Value>(
    _ node: Node, _ context: inout DecodingContext,
    _ make: (HTTPFields.Field, ResolvedText, Node, inout DecodingContext) -> Value?
  ) -> [Value]? {
    guard case .mapping(let entries) = node.content else {
      context.report(
        .wrongType, on: node, "\(context.place) must be a map of names to values, not \(node.kindName)",
        hint: "for example: headers: {Accept-Language: en}")
      return nil
    }
    var fields: [Value] = []
    var names: [String] = []
    for entry in entries {
      guard let name = entry.key.text, HTTPFields.isName(name) else {
        context.report(.badValue, on: entry.key, "a header field's name is a token (RFC 9110, 5.6.2)")
        continue
      }
      // Two would be sent, and most servers take one of them.
      if let other = names.first(where: { $0.isExactlyInAnyCase(name) }) {
        context.report(
          .badValue, on: entry.key,
          "\(context.place): '\(name)' is the same field as '\(other)': case makes no difference in its name",
          hint: "write one of them; several values are a list with commas where the field allows that (RFC 9110, 5.3)")
        continue
      }
      names.append(name)
      if case .scalar(let scalar) = entry.value.content, scalar.value == .null {
        context.report(
          .badValue, on: entry.value, "\(context.place).\(name) has no value",
          hint: "remove the line, or write \"\" to send the field without a value")
        continue
      }
      guard let value = context.within(name, { $0.text(of: entry.value, expected: "a header field's value") }) else {
        continue
      }
      if HTTPFields.isValue(value.text) {
        let field = HTTPFields.Field(name: name, value: value.text)
        if let refusal = field.refusal {
          context.report(
            .badValue, on: entry.key, "\(context.place): '\(name)' \(refusal)",
            hint: name.lowercased() == "host" ? "write a host name or an address" : "remove the line")
          continue
        }
        if let made = make(field, value, entry.value, &context) { fields.append(made) }
      } else {
        context.report(
          .badValue, on: entry.value, "a header field's value cannot hold a line break or a NUL (RFC 9110, 5.5)")
      }
    }
    return fields.count == entries.count ? fields : nil
  }
}
