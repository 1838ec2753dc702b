/// The patterns that a crawl's URLs must match, one of them at least, and those that they must not.
package struct URLFilter: Sendable {
  package enum Pattern: Sendable {
    case glob(URLGlob)
    /// A regular expression, which is found anywhere in the text of a `PatternSubject`.
    case expression(@Sendable (String) -> Bool)
  }

  /// With none, every URL is included.
  private let include: [Pattern]
  /// Wins over `include`.
  private let exclude: [Pattern]

  package init(include: [Pattern] = [], exclude: [Pattern] = []) {
    self.include = include
    self.exclude = exclude
  }

  /// Why a URL is left out; `nil` where it is not.
  package func reason(toDrop url: WebURL) -> URLDropReason? {
    if include.isEmpty, exclude.isEmpty { return nil }
    let subject = PatternSubject(url)
    // Made once, if there is an expression.
    var text: String?
    if let index = Self.firstMatch(exclude, subject, &text) { return .excluded(index: index) }
    if include.isEmpty || Self.firstMatch(include, subject, &text) != nil { return nil }
    return .notIncluded
  }

  /// Whether a pattern of `exclude` matches a URL.
  package func excludes(_ url: WebURL) -> Bool {
    if case .excluded = reason(toDrop: url) { true } else { false }
  }

  private static func firstMatch(_ patterns: [Pattern], _ subject: PatternSubject, _ text: inout String?) -> Int? {
    for (index, pattern) in patterns.enumerated() {
      switch pattern {
      case .glob(let glob): if glob.matches(subject) { return index }
      case .expression(let isFound):
        let subject = text ?? subject.text
        text = subject
        if isFound(subject) { return index }
      }
    }
    return nil
  }
}
