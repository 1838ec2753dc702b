import PipeEngine
import PipeSpec
import PipeText

/// `input`: a column of the source's row.
struct InputExtractor: Extractor {
  private let name: Located<String>
  private let column: ExactText

  static let component = Component<any Extractor>(
    .extractor, "input", "A column of the row that the URL came from (csv and jsonl sources).",
    options: MapShape(
      main: "name",
      Key(
        "name", Shape.text("a column's name").located, "The column of a csv row, or the member of a jsonl object.",
        example: "sku"),
      make: InputExtractor.init),
    examples: ["input: sku"],
    make: { $0 })

  let type = FieldType.string
  var inputColumn: Located<String>? { name }

  init(name: Located<String>) {
    self.name = name
    column = ExactText(name.value)
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value { page.request.input[column] ?? .null }
}
