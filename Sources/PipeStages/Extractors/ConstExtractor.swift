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
      Key("value", WrittenValue.shape, "The value: a text, a number, true, false or null.", example: "batch-7"),
      make: { ConstExtractor(value: $0.value) }),
    examples: ["const: batch-7"],
    make: { $0 })

  init(value: Value) {
    self.value = value
    isNullable = value == .null
    type = FieldType(value.elementType)
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value { value }
}
