/// One line of the route table: a pattern, what it does, and the function that answers.
struct Route: Sendable {
  typealias Action = @Sendable (SiteRequest, Site) throws(Refusal) -> Answer

  /// The path, with names in braces for segments that may be anything: `/redirect/{hops}`. The last one stands for
  /// any number of them if it ends with dots: `{place...}`.
  let pattern: String
  /// The parameters that it understands, as one writes them: `form=path|absolute&status=`.
  let query: String
  let summary: String
  /// A target that shows what it does.
  let example: String
  /// Whether its answers are harmless to a program that follows every link.
  let isTame: Bool
  /// Whether its requests count in `/stats`.
  let isCounted: Bool
  let action: Action

  private let segments: [Segment]

  private enum Segment: Sendable {
    case literal(String)
    case anything
    case rest
  }

  init(
    _ pattern: String, _ summary: String, query: String = "", example: String? = nil, isTame: Bool = true,
    isCounted: Bool = true, _ action: @escaping Action
  ) {
    self.pattern = pattern
    self.query = query
    self.summary = summary
    self.example = example ?? pattern
    self.isTame = isTame
    self.isCounted = isCounted
    self.action = action
    segments = pattern.split(separator: "/").map {
      $0.hasSuffix("...}") ? .rest : $0.hasPrefix("{") ? .anything : .literal(String($0))
    }
  }

  /// The first segment of the pattern, by which the table finds the route: empty for `/`.
  var section: String {
    if case .literal(let name)? = segments.first { name } else { "" }
  }

  /// The segments that stand for the names in braces; nil where the path is not of this pattern.
  func captures(in path: [String]) -> [String]? {
    let takesRest = if case .rest? = segments.last { true } else { false }
    guard takesRest ? path.count >= segments.count - 1 : path.count == segments.count else { return nil }
    var captures: [String] = []
    for (segment, part) in zip(segments, path) {
      switch segment {
      case .rest: break
      case .literal(let name): if name != part { return nil }
      case .anything: captures.append(part)
      }
    }
    return captures
  }
}
