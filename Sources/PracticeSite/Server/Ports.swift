import NIOCore

/// Ports of 127.0.0.1 beside that of the site, on which connections go wrong.
struct Ports: Sendable {
  /// Connections are refused.
  let refused: Int
  /// Connections never stand.
  let blackHole: Int
  let doors: [Door: Int]

  /// The ports by their names in `/ports`.
  var named: [(name: String, port: Int)] {
    [("refused", refused), ("black_hole", blackHole)]
      + Door.allCases.compactMap { door in doors[door].map { (door.rawValue, $0) } }
  }
}
