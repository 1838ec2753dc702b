package import PipeSpec
package import PipeWeb

/// What makes a field's value from a page. A value of the plan, used by many tasks at once.
package protocol Extractor: Sendable {
  var type: FieldType { get }
  /// Whether the value can be null.
  var isNullable: Bool { get }
  /// What has to be fetched and parsed for it.
  var needs: PageNeeds { get }
  /// Whether it tells of the faults of the other fields, and so comes after them.
  var comesLast: Bool { get }
  /// What it tells of the page's place in a crawl, which is settled only when other pages have come.
  var placeFact: PlaceFact? { get }
  /// The column of the source's row that it reads, where it is named; a row keeps no others.
  var inputColumn: Located<String>? { get }
  /// Whether its values stand in the page's markup, so that URLs in them are read in the page's encoding; those of
  /// header fields and of JSON are not.
  var isMarkup: Bool { get }
  /// What a whole number is within, where that is known: a status has three digits.
  var bounds: ClosedRange<Int>? { get }
  /// The codes that its texts begin with, as `code: message`; empty if they do not.
  var codes: [String] { get }
  /// All texts that it can be, if there are few.
  var words: [String]? { get }
  /// Whether it reads inside the item at hand, where a page has several (`each`); others say the same for all of them.
  var readsItem: Bool { get }
  /// Whether it says the same for every item all the same, as it begins at the root of the page.
  var isAbsolute: Bool { get }
  func extract(_ page: Page) throws(ExtractionFault) -> Value
}

extension Extractor {
  package var isNullable: Bool { true }
  package var needs: PageNeeds { .nothing }
  package var comesLast: Bool { false }
  package var placeFact: PlaceFact? { nil }
  package var inputColumn: Located<String>? { nil }
  package var isMarkup: Bool { needs.content > .nothing }
  package var bounds: ClosedRange<Int>? { nil }
  package var codes: [String] { [] }
  package var words: [String]? { nil }
  package var readsItem: Bool { false }
  package var isAbsolute: Bool { false }
}

/// What there is to know of a page's place in a crawl.
package enum PlaceFact: Sendable {
  /// How far it is from a source, and by way of which page.
  case way
  /// From which source.
  case source
}

/// A field that could not be had, for the record's `error`.
package struct ExtractionFault: Error, Hashable, Sendable {
  package let message: String
  /// What there is of the value all the same: the elements of a list that are not missing.
  package let partial: Value?
  /// Whether that is the start of a text, which means something else than the text where it stands for a number or a URL.
  package let isCut: Bool
  /// Whether there is a value, which is not what the field's options want: no fault if a default stands for it.
  package let isConversion: Bool

  package init(_ message: String, partial: Value? = nil, isCut: Bool = false, isConversion: Bool = false) {
    self.message = message
    self.partial = partial
    self.isCut = isCut
    self.isConversion = isConversion
  }
}

/// What extractors need of a page. A plan unites the needs of all of its fields, so that nothing is kept or
/// parsed that nobody asked for.
package struct PageNeeds: Equatable, Sendable {
  /// How much of the content is kept.
  package enum Content: Int, Comparable, Sendable {
    case nothing
    /// Its start, until the facts wanted are all found.
    case start
    /// All of it, up to `max_body`.
    case whole
    /// All of it, as a tree.
    case dom

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  package var content: Content
  /// Whether the header fields are read.
  package var fields: Bool
  /// Whether the address that was connected to is told.
  package var address: Bool
  /// The facts that the HTML scanner looks for.
  package var facts: PageFacts.Wanted

  package init(
    content: Content = .nothing, fields: Bool = false, address: Bool = false, facts: PageFacts.Wanted = []
  ) {
    self.content = content
    self.fields = fields
    self.address = address
    self.facts = facts
  }

  package static let nothing = PageNeeds()

  /// Facts of the scanned page.
  package static func scan(_ facts: PageFacts.Wanted) -> PageNeeds { PageNeeds(content: .start, facts: facts) }

  package func union(_ other: PageNeeds) -> PageNeeds {
    PageNeeds(
      content: max(content, other.content), fields: fields || other.fields, address: address || other.address,
      facts: facts.union(other.facts))
  }
}
