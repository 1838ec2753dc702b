extension RegularExpression {
  /// What a search came to.
  package enum Outcome<Found: Sendable>: Sendable {
    case found(Found)
    case noMatch
    /// The search ran into the bound on its steps or its memory.
    case gaveUp

    package var found: Found? {
      if case .found(let found) = self { found } else { nil }
    }
  }

  /// One match and its groups.
  package struct Match: Sendable {
    package let text: String
    /// UTF-8 offsets by group, the whole match first; `nil` for a group that took no part.
    package let ranges: [Range<Int>?]
    fileprivate let names: [String: Int]

    /// The text of a group; 0 is the whole match.
    package subscript(group: Int) -> Substring? {
      guard ranges.indices.contains(group), let range = ranges[group] else { return nil }
      let bytes = text.utf8
      let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
      return text[start..<bytes.index(start, offsetBy: range.count)]
    }

    /// The text of a named group.
    package subscript(name: String) -> Substring? { names[name].flatMap { self[$0] } }
  }

  /// All matches of a text, in order, none overlapping another.
  package struct Matches: Sendable {
    package let matches: [Match]
    /// Whether the search was given up after these.
    package let gaveUp: Bool
  }

  package func firstMatch(in text: String) -> Outcome<Match> {
    var first: Match?
    let outcome = compiled.search(text) { ranges in
      first = Match(text: text, ranges: ranges(), names: compiled.groupNames)
      return false
    }
    if let first { return .found(first) }
    if case .gaveUp = outcome { return .gaveUp }
    return .noMatch
  }

  /// - Parameter limit: The most matches to look for.
  package func allMatches(in text: String, limit: Int = .max) -> Matches {
    var matches: [Match] = []
    guard limit > 0 else { return Matches(matches: [], gaveUp: false) }
    let outcome = compiled.search(text) { ranges in
      matches.append(Match(text: text, ranges: ranges(), names: compiled.groupNames))
      return matches.count < limit
    }
    if case .gaveUp = outcome { return Matches(matches: matches, gaveUp: true) }
    return Matches(matches: matches, gaveUp: false)
  }
}
