import PipeEngine
import PipeSpec
import PipeWeb

/// `length`: how long the content is.
struct LengthExtractor: Extractor {
  enum Unit: String, CaseIterable, Sendable {
    case bytes, characters
  }

  let unit: Unit

  static let component = Component<any Extractor>(
    .extractor, "length", "The length of the decoded content.",
    options: MapShape(
      main: "unit",
      Key(
        "unit", .choice { $0 == .bytes ? "bytes as received" : "Unicode scalars of the decoded text" },
        default: Unit.bytes, shown: "bytes", "The unit that is counted."),
      make: LengthExtractor.init),
    standsAlone: true, examples: ["length", "length: characters"],
    make: { $0 })

  let type = FieldType.int
  let bounds: ClosedRange<Int>? = 0...Int.max

  init(unit: Unit) { self.unit = unit }

  var needs: PageNeeds { unit == .bytes ? .nothing : PageNeeds(content: .whole) }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard let response = page.response else { return .null }
    return .int(unit == .bytes ? response.length : page.text.unicodeScalars.count)
  }
}
