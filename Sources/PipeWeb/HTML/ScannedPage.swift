/// What was learned of a page while it arrived.
///
/// One object, so that to hand it on costs one reference count.
package final class ScannedPage: Sendable {
  package let facts: PageFacts
  /// Of the page's own bytes, which the scan read; `nil` where nobody has looked yet.
  package let encoding: CharacterEncoding?

  package init(_ facts: PageFacts, encoding: CharacterEncoding? = nil) {
    self.facts = facts
    self.encoding = encoding
  }
}
