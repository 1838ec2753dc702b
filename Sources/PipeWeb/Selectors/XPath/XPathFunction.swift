/// The functions of XPath 1.0 (4).
enum XPathFunction: String, Sendable {
  case last, position, count, id, name, string, concat, contains, substring, translate, boolean, not, lang, number, sum
  case floor, ceiling, round
  case localName = "local-name"
  case namespaceURI = "namespace-uri"
  case startsWith = "starts-with"
  case substringBefore = "substring-before"
  case substringAfter = "substring-after"
  case stringLength = "string-length"
  case normalizeSpace = "normalize-space"
  case yes = "true"
  case no = "false"

  /// How many arguments it takes.
  var arguments: ClosedRange<Int> {
    switch self {
    case .last, .position, .yes, .no: 0...0
    case .count, .id, .boolean, .not, .lang, .sum, .floor, .ceiling, .round: 1...1
    case .localName, .namespaceURI, .name, .string, .stringLength, .normalizeSpace, .number: 0...1
    case .startsWith, .contains, .substringBefore, .substringAfter: 2...2
    case .substring: 2...3
    case .translate: 3...3
    case .concat: 2 ... .max
    }
  }

  /// Whether its argument must be nodes; everything else can be converted.
  var takesNodes: Bool {
    switch self {
    case .count, .sum, .localName, .namespaceURI, .name: true
    default: false
    }
  }

  var kind: XPathExpression.Kind {
    switch self {
    case .id: .nodes
    case .string, .concat, .substringBefore, .substringAfter, .substring, .normalizeSpace, .translate, .localName,
      .namespaceURI, .name:
      .text
    case .last, .position, .count, .stringLength, .number, .sum, .floor, .ceiling, .round: .number
    case .startsWith, .contains, .boolean, .not, .yes, .no, .lang: .boolean
    }
  }

  /// What it takes, in words that follow "takes ".
  var argumentWords: String {
    let wanted = arguments
    if wanted.upperBound == 0 { return "no argument" }
    if wanted.upperBound == .max { return "\(wanted.lowerBound) arguments or more" }
    return (wanted.count == 1 ? "" : "\(wanted.lowerBound) or ") + "\(wanted.upperBound) argument"
      + (wanted.upperBound == 1 ? "" : "s")
  }
}
