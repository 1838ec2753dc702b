import PipeEngine
import PipeSpec
import PipeWeb

/// `title`: document.title of the HTML Standard (3.1.5).
struct TitleExtractor: Extractor {
  static let component = Component.builtIn(
    "title", "The page's title: the text of its first title element, white space collapsed (document.title).",
    TitleExtractor())
  let type = FieldType.string
  let needs = PageNeeds.scan(.title)

  func extract(_ page: Page) throws(ExtractionFault) -> Value { page.title.map { .string($0) } ?? .null }
}
