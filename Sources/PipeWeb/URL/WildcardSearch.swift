internal import CByteSearch

/// Matches a text against literal pieces with wildcards between them, each of which stands for any bytes or none.
///
/// The leftmost place of each piece is the right one: whatever follows has the most room behind it. So there is no way
/// back, and a pattern takes a time that grows with the text and the pattern, never with their product: `memmem` is
/// linear, too.
enum WildcardSearch {
  /// The wildcard in a pattern; no byte of a URL.
  static let wildcard: UInt8 = 0xFF

  /// - Parameters:
  ///   - pattern: Literal bytes and wildcards.
  ///   - isWhole: Whether the pattern must reach the end of the text, or its beginning is enough.
  ///   - steps: Grows by the bytes that were looked at.
  static func matches(_ pattern: Span<UInt8>, _ text: Span<UInt8>, isWhole: Bool, steps: inout Int) -> Bool {
    // Most patterns end here, at the first byte that differs.
    var piece = 0
    while piece < pattern.count, pattern[piece] != wildcard {
      guard piece < text.count, text[piece] == pattern[piece] else {
        steps += piece + 1
        return false
      }
      piece += 1
    }
    steps += piece + 1
    if piece == pattern.count { return !isWhole || piece == text.count }
    var place = piece
    while true {
      let start = piece + 1
      piece = pieceEnd(pattern, from: start)
      if piece == pattern.count, isWhole {
        // The last piece is the text's end, and has its own bytes.
        let last = text.count - (piece - start)
        steps += piece - start + 1
        return last >= place && starts(text, at: last, pattern, start, piece)
      }
      let found = find(pattern, start, piece, in: text, from: place)
      steps += (found ?? text.count) - place + 2 * (piece - start) + 1
      guard let found else { return false }
      place = found + (piece - start)
      if piece == pattern.count { return true }
    }
  }

  /// The place of the next wildcard, or the end.
  private static func pieceEnd(_ pattern: Span<UInt8>, from start: Int) -> Int {
    pattern.firstIndex(of: wildcard, from: start) ?? pattern.count
  }

  /// Whether a piece of the pattern stands at a place of the text, which has room for it.
  @inline(__always)
  private static func starts(
    _ text: Span<UInt8>, at place: Int, _ pattern: Span<UInt8>, _ start: Int, _ end: Int
  ) -> Bool {
    for offset in 0..<end - start where text[place + offset] != pattern[start + offset] { return false }
    return true
  }

  /// The first place of a piece of the pattern in the text from `from` on.
  private static func find(
    _ pattern: Span<UInt8>, _ start: Int, _ end: Int, in text: Span<UInt8>, from: Int
  ) -> Int? {
    if start == end { return from }
    return text.withUnsafeBufferPointer { text in
      pattern.withUnsafeBufferPointer { pattern in
        guard let base = text.baseAddress, let piece = pattern.baseAddress,
          let found = pipe_find(base + from, text.count - from, piece + start, end - start)
        else { return nil }
        return found - base
      }
    }
  }
}
