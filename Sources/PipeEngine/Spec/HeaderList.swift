internal import PipeSpec
internal import PipeWeb

/// Header fields by name.
enum HeaderList {
  static let shape = Shape<[HTTPFields.Field]>(
    .dictionary(of: .text(name: "a header field's value"), names: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
  ) { node, context in
    guard case .mapping(let entries) = node.content else {
      context.report(
        .wrongType, on: node, "\(context.place) must be a map of names to values, not \(node.kindName)",
        hint: "for example: headers: {Accept-Language: en}")
      return nil
    }
    var fields: [HTTPFields.Field] = []
    for entry in entries {
      guard let name = entry.key.text, HTTPFields.isName(name) else {
        context.report(.badValue, on: entry.key, "a header field's name is a token (RFC 9110, 5.6.2)")
        continue
      }
      // Two would be sent, and most servers take one of them.
      if let other = fields.first(where: { $0.name.lowercased() == name.lowercased() }) {
        context.report(
          .badValue, on: entry.key,
          "\(context.place): '\(name)' is the same field as '\(other.name)': case makes no difference in its name",
          hint: "write one of them; several values are a list with commas where the field allows that (RFC 9110, 5.3)")
        continue
      }
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
        if field.isCredential { context.within(name) { $0.protect(value) } }
        fields.append(field)
      } else {
        context.report(
          .badValue, on: entry.value, "a header field's value cannot hold a line break or a NUL (RFC 9110, 5.5)")
      }
    }
    return fields.count == entries.count ? fields : nil
  }
}
