/// What an expectation asks of a whole run: one number, made of all of its records.
package struct Aggregate: Sendable {
  package enum Kind: Sendable {
    /// Requests that came to an end, one for each URL.
    case requests
    case records
    /// Records with an error.
    case failed
    /// Records that are not `ok`.
    case broken
    /// In a crawl, links with a row of their own.
    case links
    /// Those of them whose target is broken.
    case brokenLinks
    /// The time at work, in seconds.
    case duration
    /// Records for which a condition holds.
    case count(Expression)
    /// Their part of all records, from 0 to 1.
    case share(Expression)
    case least(Int)
    case greatest(Int)
    case mean(Int)
    /// The value that so many per cent of the records do not exceed, by the nearest rank.
    case percentile(Int, of: Int)

    /// The place of the field whose numbers are gathered.
    package var numberField: Int? {
      switch self {
      case .least(let field), .greatest(let field), .mean(let field), .percentile(_, let field): field
      default: nil
      }
    }
  }

  package let kind: Kind
  /// As it is written: `count(status == 404)`.
  package let name: String

  /// Whether it is about links, and not about records.
  package var isOfLinks: Bool {
    switch kind {
    case .links, .brokenLinks: true
    default: false
    }
  }

  /// The names of the totals, which stand for themselves.
  static let totals = ["records", "failed", "broken", "requests", "links", "broken_links", "duration"]
}

/// The functions of an expectation.
enum AggregateFunction: String, CaseIterable {
  case count, share, min, max, avg, p50, p95, p99

  /// Whether it takes a condition, and not a field.
  var takesCondition: Bool { self == .count || self == .share }

  func kind(of field: Int) -> Aggregate.Kind {
    switch self {
    case .min: .least(field)
    case .max: .greatest(field)
    case .avg: .mean(field)
    case .p50: .percentile(50, of: field)
    case .p95: .percentile(95, of: field)
    case .p99, .count, .share: .percentile(99, of: field)
    }
  }

  /// What people write for it elsewhere.
  static let others = [
    "average": "avg", "mean": "avg", "median": "p50", "minimum": "min", "maximum": "max", "p90": "p95", "p99.9": "p99",
    "percent": "share", "ratio": "share", "rate": "share", "fraction": "share", "sum": "avg", "len": "count",
  ]
}

/// A function as it was written in an expectation.
struct AggregateCall: Sendable {
  let function: AggregateFunction
  /// The condition, or the field as a condition of its own.
  let argument: Condition
  let range: Range<Int>

  /// The call as a text of the language, the same for all ways to write it.
  var name: String { "\(function.rawValue)(\(argument.description))" }
}
