internal import PipeWeb

/// URLs that a source has listed before, each as often as it has: eight bytes each, and a bit.
///
/// 64 bits of a fingerprint are enough here: that one of a million new URLs is taken for one of ten million known ones has a
/// chance of 5 × 10⁻⁷.
struct KnownURLs: Sendable {
  /// The most URLs: 128 MiB.
  static let limit = 16 << 20

  private let key = URLFingerprint.Key.random()
  private var marks: [UInt64] = []
  /// Of the marks, in their order, those that have come again.
  private var taken: [UInt64] = []
  private var isSorted = false

  var count: Int { marks.count }

  /// Adds a URL as written.
  ///
  /// - Returns: Whether there is room for it.
  mutating func add(_ url: String) -> Bool {
    guard marks.count < Self.limit else { return false }
    marks.append(mark(url))
    isSorted = false
    return true
  }

  /// Takes a URL, if it has not been taken as often as it was added.
  mutating func take(_ url: String) -> Bool {
    if !isSorted {
      marks.sort()
      taken = Array(repeating: 0, count: marks.count / 64 + 1)
      isSorted = true
    }
    let mark = mark(url)
    var place = firstPlace(of: mark)
    while place < marks.count, marks[place] == mark {
      if taken[place / 64] & 1 << UInt64(place % 64) == 0 {
        taken[place / 64] |= 1 << UInt64(place % 64)
        return true
      }
      place += 1
    }
    return false
  }

  private func mark(_ url: String) -> UInt64 { URLFingerprint(url, key: key).low }

  private func firstPlace(of mark: UInt64) -> Int {
    var (low, high) = (0, marks.count)
    while low < high {
      let middle = (low + high) / 2
      if marks[middle] < mark { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
