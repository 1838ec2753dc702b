import PipeEngine
import PipeSpec

/// `item`: which one of a page's items it is.
struct ItemExtractor: Extractor {
  static let component = Component.builtIn(
    "item", "The number of the item on its page, from 1; null for a record that is the page's own.", ItemExtractor())
  let type = FieldType.int
  let bounds: ClosedRange<Int>? = 1...Int.max
  let readsItem = true

  func extract(_ page: Page) throws(ExtractionFault) -> Value { page.item.map { .int($0.number) } ?? .null }
}
