package import PipeSpec
internal import PipeText

/// What a plan expects of a whole run.
package struct ExpectPlan: Sendable {
  /// One expectation, and where it is written.
  package struct Entry: Sendable {
    package let expectation: Expectation
    package let span: SourceSpan
    /// The places of its aggregates among those of the plan.
    let places: [Int]
  }

  package private(set) var entries: [Entry] = []
  /// What they are made of, each once.
  package private(set) var aggregates: [Aggregate] = []
  /// The places of the fields with a record's URL, error and status.
  let url: Int?
  let error: Int?
  let status: Int?
  /// Keeps secrets out of what is told of records.
  var mask = SecretMask()

  init(
    _ expectations: [(expectation: Expectation, span: SourceSpan)], url: Int? = nil, error: Int? = nil,
    status: Int? = nil
  ) {
    self.url = url
    self.error = error
    self.status = status
    for (expectation, span) in expectations {
      let places = expectation.aggregates.map { aggregate in
        if let place = aggregates.firstIndex(where: { ExactText($0.name) == ExactText(aggregate.name) }) {
          return place
        }
        aggregates.append(aggregate)
        return aggregates.count - 1
      }
      entries.append(Entry(expectation: expectation, span: span, places: places))
    }
  }

  package var isEmpty: Bool { entries.isEmpty }

  /// The first expectation about links.
  var aboutLinks: Entry? {
    entries.first { $0.expectation.aggregates.contains(where: \.isOfLinks) }
  }
}

/// A record that an expectation does not want.
package struct Offender: Hashable, Sendable {
  package let id: RequestID
  /// From 0, among the records of the page.
  package let item: Int
  package let url: String
  /// What is wrong with it: `status 404`.
  package let words: String

  /// The most that are kept of an expectation: the first ones in the order of the sources.
  package static let most = 10
  /// Characters that are kept of a text.
  static let longest = 300
}

extension Offender: Comparable {
  package static func < (left: Offender, right: Offender) -> Bool {
    (left.id, left.item) < (right.id, right.item)
  }
}

/// What came of one expectation.
package struct ExpectationResult: Sendable {
  package let text: String
  package let span: SourceSpan
  package let holds: Bool
  /// The numbers that it compares, as a person reads them: `share(status >= 500) is 2.4% (24 of 1,000)`.
  package let words: [String]
  /// The numbers by their names; `nil` of one that no record has.
  package let values: [(name: String, value: Double?)]
  package let offenders: [Offender]
  /// Records that are at odds with it; `nil` where none alone can be.
  package let offenceCount: Int?
}
