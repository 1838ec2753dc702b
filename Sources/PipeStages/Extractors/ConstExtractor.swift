import PipeEngine
import PipeSpec

/// `const`: the same value in every record.
struct ConstExtractor: Extractor {
  let value: Value
  let type: FieldType
  let isNullable: Bool

  static let component = Component<any Extractor>(
    .extractor, "const", "The same value in every record.",
    options: MapShape(
      main: "value",
      Key("value", constant, "The value: a text, a number, true, false or null.", example: "batch-7"),
      make: ConstExtractor.init),
    examples: ["const: batch-7"],
    make: { $0 })

  init(value: Value) {
    self.value = value
    isNullable = value == .null
    type =
      switch value {
      case .bool: .bool
      case .int: .int
      case .double: .number
      default: .string
      }
  }

  private static let constant = Shape.scalar(.any) { text throws(ScalarFault) -> Value in
    switch text.value {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .float(let value): .double(value)
    case .string: .string(text.text)
    }
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value { value }
}
