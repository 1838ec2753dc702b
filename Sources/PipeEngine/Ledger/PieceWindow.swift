internal import DequeModule

/// How many pieces of each request of a window are on their way: a byte for each, as most have one or two. Those with
/// many, which are pages with many records, are few at a time and stand beside them.
struct PieceWindow: Hashable, Sendable {
  private var bytes: Deque<Int8> = []
  private var many: [Int: Int32] = [:]
  /// Requests that have left the window.
  private var gone = 0

  private static let isMany = Int8.max

  var count: Int { bytes.count }
  var isEmpty: Bool { bytes.isEmpty }

  func contains(_ place: Int) -> Bool { place >= 0 && place < bytes.count }

  /// - Parameter place: From 0 on, below `count`.
  subscript(place: Int) -> Int32 {
    get {
      let byte = bytes[place]
      return byte == Self.isMany ? many[gone + place] ?? 0 : Int32(byte)
    }
    set {
      if bytes[place] == Self.isMany { many[gone + place] = nil }
      if let byte = Int8(exactly: newValue), byte != Self.isMany {
        bytes[place] = byte
      } else {
        bytes[place] = Self.isMany
        many[gone + place] = newValue
      }
    }
  }

  /// - Parameter pieces: Not many.
  mutating func append(_ pieces: Int8) { bytes.append(pieces) }

  /// Lets go of the requests at its start that have none.
  ///
  /// - Returns: How many these are.
  mutating func removeDone() -> Int {
    let before = gone
    while bytes.first == 0 {
      bytes.removeFirst()
      gone += 1
    }
    return gone - before
  }
}
