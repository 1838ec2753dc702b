/// A piece of an expression's text.
struct Token {
  enum Kind: Equatable {
    /// A name or a word of the language; `isQuoted` where it was written between backquotes.
    case word(String, isQuoted: Bool)
    case literal(Literal)
    case regex(RegularExpression)
    case comparison(Comparison)
    case open, close, openList, closeList, comma, range
    /// A value whose fault is reported: the parser goes on as if it were right.
    case faultyValue
    /// The text from here on cannot be read, and that is reported.
    case broken
    case end
  }

  let kind: Kind
  /// UTF-8 offsets in the text.
  let range: Range<Int>

  /// The word of the language that it is, if it is one.
  var keyword: Keyword? {
    if case .word(let word, isQuoted: false) = kind { Keyword(rawValue: word) } else { nil }
  }

  /// Whether a value can begin with it.
  var beginsOperand: Bool {
    switch kind {
    case .word: keyword == nil || keyword == .not || keyword == .null || keyword == .true || keyword == .false
    case .literal, .open, .faultyValue, .regex: true
    default: false
    }
  }
}

/// The words of the language; a field of such a name is written between backquotes.
enum Keyword: String, CaseIterable {
  case and, or, not, `in`, contains, matches, null, `true`, `false`
  case startsWith = "starts_with"
  case endsWith = "ends_with"
}

/// A value that an expression itself holds.
enum Literal: Hashable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)

  var isNumber: Bool {
    switch self {
    case .int, .double: true
    default: false
    }
  }

  /// What a message calls it.
  var name: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int, .double: "the number \(description)"
    case .string: "the text \(description)"
    }
  }
}

/// The signs that compare two values.
enum Comparison: String {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="

  var isOrder: Bool { self != .equal && self != .notEqual }

  /// The sign that says the same with the sides changed.
  var mirrored: Comparison {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  /// Whether it holds for two values of this order: below 0 where the left one comes first.
  func holds(_ order: Int) -> Bool {
    switch self {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }

  func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }
}
