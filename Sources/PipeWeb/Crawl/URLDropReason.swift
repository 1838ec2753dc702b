/// Why a link of a crawl is not followed, as far as its URL alone tells.
package enum URLDropReason: Hashable, Sendable {
  /// A pattern of `exclude`, by its place from 0.
  case excluded(index: Int)
  /// No pattern of `include`.
  case notIncluded
  case outOfScope
  /// More bytes than `TrapBounds.length`.
  case tooLong(bytes: Int)
  /// More segments than `TrapBounds.depth`.
  case tooDeep(segments: Int)
  /// A segment, or several, that come again and again.
  case repeatedSegments(String)
  /// A parameter of the query that comes again and again.
  case repeatedParameter(String)

  /// Whether it is taken for one of endlessly many.
  package var isTrap: Bool {
    switch self {
    case .excluded, .notIncluded, .outOfScope: false
    case .tooLong, .tooDeep, .repeatedSegments, .repeatedParameter: true
    }
  }
}

extension URLDropReason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .excluded(let index): "exclude[\(index)]"
    case .notIncluded: "no pattern of include matches"
    case .outOfScope: "out of scope"
    case .tooLong(let bytes): "trap: the URL has \(bytes) bytes, more than \(TrapBounds.length)"
    case .tooDeep(let segments): "trap: the path has \(segments) segments, more than \(TrapBounds.depth)"
    case .repeatedSegments(let text): "trap: '\(text)' repeats in the path"
    case .repeatedParameter(let text): "trap: '\(text)' repeats in the query"
    }
  }
}
