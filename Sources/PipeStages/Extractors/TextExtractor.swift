import PipeEngine
import PipeSpec
import PipeWeb

/// `text`: what there is to read.
struct TextExtractor: Extractor {
  static let component = Component.builtIn(
    "text",
    "The text of the page's body as a person would read it: white space collapsed but in pre and textarea, a line for each "
      + "block, nothing that is hidden (scripts, styles, noscript, the attribute hidden, what stands in for a video, closed "
      + "dialogs and details).", TextExtractor())
  let type = FieldType.string
  let readsItem = true
  let needs = PageNeeds(content: .dom)

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    var budget = page.room.budget
    let read = page.item?.node.map { $0.readableText(within: &budget) } ?? page.readableText(within: &budget)
    let text = try page.room.checked(read.map { .string($0) }, budget)
    if let document = page.document, document.isTruncated { throw Page.incomplete(document, text) }
    return text
  }
}
