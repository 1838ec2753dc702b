import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `header`: a field of the response's head (RFC 9110, 5).
struct HeaderExtractor: Extractor {
  let name: String
  let all: Bool

  static let component = Component<any Extractor>(
    .extractor, "header", "A header field of the response, in any case; repeated fields are joined by commas.",
    options: MapShape(
      main: "name",
      Key("name", fieldName, "The field's name.", example: "last-modified"),
      Key("all", .bool, default: false, shown: "false", "Whether repeated fields become a list instead."),
      make: HeaderExtractor.init),
    examples: ["header: etag", "header: {name: last-modified, as: date}", "header: {name: link, all: true}"],
    make: { $0 })

  let needs = PageNeeds(fields: true)
  var type: FieldType { FieldType(.string, isList: all) }

  init(name: String, all: Bool) {
    self.name = name.lowercased()
    self.all = all
  }

  private static let fieldName = Shape.scalar(.text(name: "the name of a header field")) {
    text throws(ScalarFault) -> String in
    if HTTPFields.isName(text.text) { return text.text }
    throw ScalarFault(
      .badValue, "cannot be \(text.shown), which no header field can be called",
      hint: text.text.contains(":") ? "write the name alone, without a colon" : nil)
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard let fields = page.response?.fields else { return .null }
    if !all { return Value(fields[name]) }
    return .list(fields.all.filter { $0.name.isExactlyInAnyCase(name) }.map { .string($0.value) })
  }
}
