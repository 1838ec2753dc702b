package import PipeSpec
internal import PipeWeb

/// A value as a spec writes it: what YAML says that it is, and its text.
package struct WrittenValue: Sendable {
  package let value: Value
  let text: String

  package static let shape = Shape.scalar(.any) { text throws(ScalarFault) -> WrittenValue in
    let value: Value
    switch text.value {
    case .null: value = .null
    case .bool(let isTrue): value = .bool(isTrue)
    case .int(let number): value = .int(number)
    case .float(let number):
      guard number.isFinite else {
        throw ScalarFault(
          .badValue, "must be a number that JSON has, not \(text.shown)", hint: "null says that there is none")
      }
      value = .double(number)
    case .string: value = .string(text.text)
    }
    return WrittenValue(value: value, text: text.text)
  }

  /// One that must be there: nothing is not null.
  static let written = Shape<WrittenValue>(shape.description) { node, context in
    guard !node.isUnwritten else {
      context.report(
        .wrongType, on: node, "\(context.place) has no value", hint: "write a value, \"\" for the empty text, or null")
      return nil
    }
    return shape.decode(node, &context)
  }

  /// The value in a field of a type.
  func converted(to type: FieldType.Element, by conversion: Conversion) throws(ExtractionFault) -> Value {
    switch (type, value) {
    case (_, .null): return .null
    // A text that says that there is none is as good as one.
    case (.string, _), (.url, _): return .string(text)
    case (.bool, .bool): return value
    // Where YAML says it, it need not be within a text.
    case (.json, .string) where conversion.type == .json: break
    case (.json, _): return value
    default: break
    }
    return try conversion.converted(.string(text), to: type, base: { nil }, encoding: { .utf8 })
  }
}

extension Value {
  /// The type of a field that has this value, a scalar.
  package var elementType: FieldType.Element {
    switch self {
    case .bool: .bool
    case .int: .int
    case .double: .number
    default: .string
    }
  }
}
