/// A tag that told nothing when it was read, in one word: what is needed to find out later what it opened and closed.
package struct NotedTag: BitwiseCopyable, Sendable {
  /// A name of up to seven bytes as written, from the low end; or the tag and the fingerprint, where `isResolved`.
  private let bits: UInt64

  private static let isEnd: UInt64 = 1 << 63
  private static let isResolved: UInt64 = 1 << 62

  /// - Parameter name: up to seven bytes as written, from the low end.
  @inline(__always)
  init(name: UInt64, isEnd: Bool) { bits = name | (isEnd ? Self.isEnd : 0) }

  init(_ tag: OpenTag) {
    bits =
      UInt64(tag.fingerprint) << 8 | UInt64(tag.tag.rawValue) | Self.isResolved | (tag.isEnd ? Self.isEnd : 0)
  }

  func resolved(_ tags: HTMLTagTable) -> OpenTag {
    let isEnd = bits & Self.isEnd != 0
    if bits & Self.isResolved != 0, let tag = HTMLTag(rawValue: UInt8(truncatingIfNeeded: bits)) {
      return OpenTag(
        tag: tag, isEnd: isEnd, traits: tags.traits(of: tag), fingerprint: UInt32(truncatingIfNeeded: bits >> 8))
    }
    let name = HTMLName(packed: HTMLBytes.lowercased(bits & ~Self.isEnd))
    return OpenTag(tags.slot(of: name), name: name, isEnd: isEnd)
  }
}
