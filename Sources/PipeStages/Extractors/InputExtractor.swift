import PipeEngine
import PipeSpec

/// `input`: a column of the source's row.
struct InputExtractor: Extractor {
  let name: String

  static let component = Component<any Extractor>(
    .extractor, "input", "A column of the row that the URL came from (csv and jsonl sources).",
    options: MapShape(
      main: "name",
      Key(
        "name", .text("a column's name"), "The column of a csv row, or the member of a jsonl object.", example: "sku"),
      make: InputExtractor.init),
    examples: ["input: sku"],
    make: { $0 })

  let type = FieldType.string
  var inputColumn: String? { name }

  init(name: String) { self.name = name }

  func extract(_ page: Page) throws(ExtractionFault) -> Value { page.request.input[name] ?? .null }
}
