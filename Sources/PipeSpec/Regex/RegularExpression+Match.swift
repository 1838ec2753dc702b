internal import PipeText

extension RegularExpression {
  /// What searches may take, besides 16 steps for each byte of their texts: about 0.1 s of work. A page that gives a
  /// pattern many texts gives it no more time.
  package struct Steps: Sendable {
    var left: Int64

    package init(_ steps: Int = 20_000_000) { left = Int64(steps) }
  }

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
    fileprivate let names: [ExactText: Int]

    /// The text of a group; 0 is the whole match.
    package subscript(group: Int) -> Substring? {
      guard ranges.indices.contains(group), let range = ranges[group] else { return nil }
      let bytes = text.utf8
      let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
      return text[start..<bytes.index(start, offsetBy: range.count)]
    }

    /// The text of a named group.
    package subscript(name: String) -> Substring? { names[ExactText(name)].flatMap { self[$0] } }
  }

  /// All matches of a text, in order, none overlapping another.
  package struct Matches: Sendable {
    package let matches: [Match]
    /// Whether the search was given up after these.
    package let gaveUp: Bool
  }

  package func firstMatch(in text: String) -> Outcome<Match> {
    var steps = Steps()
    return firstMatch(in: text, within: &steps)
  }

  /// - Parameter steps: What the search may take, which several searches share.
  package func firstMatch(in text: String, within steps: inout Steps) -> Outcome<Match> {
    var first: Match?
    let outcome = compiled.search(text, within: &steps) { workspace, _ in
      first = Match(text: text, ranges: workspace.ranges(count: groupCount + 1), names: compiled.groupNames)
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
    var steps = Steps()
    let outcome = compiled.search(text, within: &steps) { workspace, _ in
      matches.append(Match(text: text, ranges: workspace.ranges(count: groupCount + 1), names: compiled.groupNames))
      return matches.count < limit
    }
    if case .gaveUp = outcome { return Matches(matches: matches, gaveUp: true) }
    return Matches(matches: matches, gaveUp: false)
  }

  /// Gives the place of each match, in order, to `visit`, until it wants no more.
  ///
  /// - Parameter steps: What the search may take, which several searches share.
  /// - Returns: Whether the search was given up.
  package func visitPlaces(in text: String, within steps: inout Steps, _ visit: (Range<Int>) -> Bool) -> Bool {
    let outcome = compiled.search(text, within: &steps) { workspace, _ in
      workspace.range(of: 0).map(visit) ?? true
    }
    if case .gaveUp = outcome { return true }
    return false
  }

  /// Gives the text of a group to `visit` for each match in order, until it wants no more. Nothing is kept of a match: a
  /// text has one at every place of it.
  ///
  /// - Parameters:
  ///   - group: 0 is the whole match; matches in which it took no part are passed over.
  ///   - visit: Returns whether it wants more.
  /// - Returns: Whether the search was given up.
  package func visitMatches(
    of group: Int, in text: String, _ visit: (UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Bool {
    var steps = Steps()
    let outcome = compiled.search(text, within: &steps) { workspace, bytes in
      guard let range = workspace.range(of: group) else { return true }
      return visit(UnsafeBufferPointer(rebasing: bytes[range]))
    }
    if case .gaveUp = outcome { return true }
    return false
  }
}
