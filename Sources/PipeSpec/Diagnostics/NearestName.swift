/// Look-ups of the nearest name within a budget: a spec may have very many unknown names and very many known ones.
package struct NameGuesses: Sendable {
  /// Comparisons that are left.
  private var budget: Int

  package init(budget: Int = 100_000) { self.budget = budget }

  /// The nearest name; `nil` as well once the budget is spent.
  package mutating func nearest(to name: String, among names: some Collection<String>) -> String? {
    guard take(names.count) else { return nil }
    return nearestName(to: name, among: names)
  }

  /// The same of names without an order; of names that are equally near, the first in the alphabet wins.
  package mutating func nearest(to name: String, amongUnordered names: some Collection<String>) -> String? {
    guard take(names.count) else { return nil }
    return nearestName(to: name, among: names.sorted())
  }

  private mutating func take(_ count: Int) -> Bool {
    guard count <= budget else { return false }
    budget -= count
    return true
  }
}

/// The name that was most likely meant, or `nil` where none is near.
///
/// Near is: the same but for case, a prefix of at least three characters, or a small distance (optimal
/// string alignment: insertions, deletions, substitutions and swaps of neighbours) for the length: 1 up
/// to four characters, 2 up to eight, 3 above. Of names that are equally near, the first wins.
package func nearestName(to name: String, among names: some Sequence<String>) -> String? {
  let wanted = Array(name.lowercased().unicodeScalars)
  // A longer name is not a misspelling of a key; the distance costs length by length.
  guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
  var best: (rank: Int, name: String)?
  for candidate in names {
    let letters = Array(candidate.lowercased().unicodeScalars)
    guard letters.count <= 64, let rank = rank(wanted, letters) else { continue }
    if best.map({ rank < $0.rank }) ?? true { best = (rank, candidate) }
  }
  return best?.name
}

private func rank(_ wanted: [Unicode.Scalar], _ candidate: [Unicode.Scalar]) -> Int? {
  if wanted == candidate { return 0 }
  // Of equal distances, the first letter weighs more than the rest; then the same letters in another order.
  let weight = (wanted.first == candidate.first ? 0 : 2) + (wanted.sorted() == candidate.sorted() ? 0 : 1)
  let limit = wanted.count <= 4 ? 1 : wanted.count <= 8 ? 2 : 3
  if abs(wanted.count - candidate.count) <= limit {
    let distance = alignmentDistance(wanted, candidate)
    // Two changes in a short word that begins otherwise make another word: `parse` is not `vars`.
    if distance > 1, wanted.first != candidate.first, wanted.count <= 5, wanted.sorted() != candidate.sorted() {
      return nil
    }
    // Nothing in common is not near: `ab` is not a misspelling of `c`.
    if distance <= limit, distance < max(wanted.count, candidate.count) { return distance * 4 + weight }
  }
  let isPrefix =
    wanted.count >= 3 && candidate.starts(with: wanted) || candidate.count >= 3 && wanted.starts(with: candidate)
  return isPrefix ? (limit + 1) * 4 : nil
}

private func alignmentDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for (row, scalar) in left.enumerated() {
    var current = [row + 1]
    for (column, other) in right.enumerated() {
      var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (scalar == other ? 0 : 1))
      if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
        cost = min(cost, beforeLast[column - 1] + 1)
      }
      current.append(cost)
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
