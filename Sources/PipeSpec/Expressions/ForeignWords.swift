/// Words that people bring from other languages, with ours beside them.
enum ForeignWords {
  private static let operators: [String: String] = [
    "eq": "==", "equals": "==", "equal": "==", "ne": "!=", "neq": "!=", "isnt": "!=", "lt": "<", "le": "<=",
    "lte": "<=",
    "gt": ">", "ge": ">=", "gte": ">=", "startswith": "starts_with", "starts": "starts_with",
    "hasprefix": "starts_with", "endswith": "ends_with", "ends": "ends_with", "hassuffix": "ends_with",
    "contains": "contains", "matches": "matches", "includes": "contains", "include": "contains", "has": "contains",
    "contain": "contains", "match": "matches",
    "test": "matches", "regex": "matches", "regexp": "matches", "rlike": "matches", "xor": "!=",
  ]

  private static let values: [String: String] = [
    "none": "null", "nil": "null", "undefined": "null", "empty": "null", "yes": "true", "no": "false",
  ]

  /// Our test for a function or an operator of another language.
  static func test(for word: String) -> String? { operators[fold(word)] }

  /// Whether another language counts elements or characters so.
  static func isLength(_ word: String) -> Bool {
    ["len", "length", "size", "count", "strlen", "charlength", "arraylength"].contains(fold(word))
  }

  /// Our value for another language's.
  static func value(for word: String) -> String? {
    values[fold(word)] ?? (["null", "true", "false"].contains(fold(word)) ? fold(word) : nil)
  }

  /// What to write instead of a word that stands where an operator is expected.
  ///
  /// - Parameters:
  ///   - before: The text of what stands before it.
  ///   - rest: The texts of the tokens that follow.
  static func hint(for word: String, before: String, rest: [String]) -> String? {
    switch fold(word) {
    case "is":
      let isNegated = rest.first.map(fold) == "not"
      let value = isNegated ? rest.dropFirst().first : rest.first
      return "write '\(before) \(isNegated ? "!=" : "==") \(value.map { ForeignWords.value(for: $0) ?? $0 } ?? "null")'"
    case "isnull": return "write '\(before) == null'"
    case "notnull": return "write '\(before) != null'"
    case "between" where rest.count >= 3: return "write '\(before) in \(rest[0])..\(rest[2])'"
    case "between": return "write '\(before) in 200..299'"
    case "like", "ilike": return "write 'contains', 'starts_with', 'ends_with', or matches /…/i"
    case "if", "then", "else", "unless", "where", "when": return "write conditions alone, joined with 'and' or 'or'"
    default: return test(for: word).map { "write '\($0)'" }
    }
  }

  private static func fold(_ word: String) -> String { word.lowercased().filter { $0 != "_" } }
}
