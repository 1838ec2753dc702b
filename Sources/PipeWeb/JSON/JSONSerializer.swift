internal import PipeText

extension JSONValue {
  /// This value as a compact JSON text (RFC 8259), with the numbers as they were written.
  package var serialized: String {
    var output: [UInt8] = []
    write(to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// This value as a compact JSON text; `nil` where there is no budget for all of it, as JSON cannot be cut.
  package func serialized(within budget: inout ValueBudget) -> String? {
    var output: [UInt8] = []
    guard write(to: &output, within: &budget) else { return nil }
    return String(decoding: output, as: UTF8.self)
  }

  /// Appends this value as a compact JSON text in UTF-8.
  ///
  /// - Returns: Whether there was budget for all of it.
  private func write(to output: inout [UInt8], within budget: inout ValueBudget) -> Bool {
    let start = output.count
    switch self {
    case .array(let elements):
      guard budget.take(2 + max(0, elements.count - 1)), budget.step(elements.count) else { return false }
      output.append(UInt8(ascii: "["))
      var isFirst = true
      for element in elements {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        guard element.write(to: &output, within: &budget) else { return false }
      }
      output.append(UInt8(ascii: "]"))
      return true
    case .object(let object):
      guard budget.take(2 + max(0, object.members.count - 1)), budget.step(object.members.count) else { return false }
      output.append(UInt8(ascii: "{"))
      var isFirst = true
      for member in object.members {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        let name = output.count
        guard member.name.utf8.count <= budget.bytes else { return budget.take(.max) }
        output.append(jsonText: member.name)
        output.append(UInt8(ascii: ":"))
        guard budget.take(output.count - name), member.value.write(to: &output, within: &budget) else { return false }
      }
      output.append(UInt8(ascii: "}"))
      return true
    case .string(let text) where text.utf8.count > budget.bytes: return budget.take(.max)
    default:
      write(to: &output)
      return budget.take(output.count - start)
    }
  }

  /// Appends this value as a compact JSON text in UTF-8.
  package func write(to output: inout [UInt8]) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .number(let number): output += number.text.utf8
    case .string(let text): output.append(jsonText: text)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      var isFirst = true
      for element in elements {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        element.write(to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let object):
      output.append(UInt8(ascii: "{"))
      var isFirst = true
      for member in object.members {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        output.append(jsonText: member.name)
        output.append(UInt8(ascii: ":"))
        member.value.write(to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }
}
