import PipeEngine
import PipeSpec
import PipeWeb

// The built-in fields that the content as a whole tells, and those of the run.

/// `body`: the content as text.
struct BodyExtractor: Extractor {
  static let component = Component.builtIn(
    "body", "The content as text, decoded, up to limits.value.", BodyExtractor())
  let type = FieldType.string
  let needs = PageNeeds(content: .whole)

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    if page.response == nil { return .null }
    var budget = page.room.budget
    let text = budget.text(page.text)
    return try page.room.checked(.string(text), budget)
  }
}

/// `charset`: the character encoding (WHATWG HTML, 13.2.3.2).
struct CharsetExtractor: Extractor {
  static let component = Component.builtIn(
    "charset", "The character encoding that the content was read in, by its name in the Encoding Standard: UTF-8.",
    CharsetExtractor())
  let type = FieldType.string
  let words: [String]? = CharacterEncoding.allCases.map(\.name)
  let needs = PageNeeds(content: .whole)

  func extract(_ page: Page) throws(ExtractionFault) -> Value { page.isText ? .string(page.encoding.name) : .null }
}

/// `fetched_at`: when the response was complete.
struct FetchedAtExtractor: Extractor {
  static let component = Component.builtIn(
    "fetched_at", "When the response was complete or the request failed: RFC 3339 in UTC, with milliseconds.",
    FetchedAtExtractor())
  let type = FieldType.date
  let isNullable = false

  func extract(_ page: Page) throws(ExtractionFault) -> Value { .string(page.fetched.completed.inMilliseconds) }
}

/// `source`: where the URL came from.
struct SourceExtractor: Extractor {
  static let component = Component.builtIn(
    "source", "The kind of source that the URL came from: urls, file, …", SourceExtractor())
  let type = FieldType.string
  let placeFact: PlaceFact? = .source

  func extract(_ page: Page) throws(ExtractionFault) -> Value { Value(page.source) }
}

extension Page {
  /// Whether there is content that is text, by its media type.
  var isText: Bool {
    guard let response, !response.body.isEmpty else { return false }
    guard let type = mediaType else { return isHTML }
    return type.type == "text" || type.isXML || type.isJSON || type.charset != nil
      || ["javascript", "ecmascript", "x-javascript", "x-ndjson", "yaml"].contains(type.subtype)
  }
}
