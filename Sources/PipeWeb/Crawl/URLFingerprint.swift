/// 128 bits that stand for a URL that was seen: of ten million, no two have the same but with a chance of 10⁻²⁵. They are
/// keyed, so that no site can make URLs that have.
package struct URLFingerprint: BitwiseCopyable, Hashable, Sendable {
  package let low: UInt64
  package let high: UInt64

  package init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// A run's key. A run that is resumed goes on with the one that it had.
  package struct Key: Hashable, Sendable {
    package let low: UInt64
    package let high: UInt64

    package init(low: UInt64, high: UInt64) {
      self.low = low
      self.high = high
    }

    package static func random() -> Key { Key(low: .random(in: .min ... .max), high: .random(in: .min ... .max)) }
  }

  /// SipHash-2-4 with 128 bits (Aumasson and Bernstein, "SipHash: a fast short-input PRF", and the authors' `siphash.c`).
  package init(_ bytes: Span<UInt8>, key: Key) {
    var state = SipState(key)
    var index = 0
    bytes.withUnsafeBytes { raw in
      while index + 8 <= raw.count {
        state.take(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
        index += 8
      }
    }
    var last = UInt64(truncatingIfNeeded: bytes.count) << 56
    for place in index..<bytes.count { last |= UInt64(bytes[place]) << UInt64(8 * (place - index)) }
    state.take(last)
    (low, high) = state.finish()
  }
}

extension URLIdentity {
  package func fingerprint(of url: WebURL, key: URLFingerprint.Key) -> URLFingerprint {
    withBytes(of: url) { URLFingerprint($0, key: key) }
  }
}

private struct SipState {
  private var v0, v1, v2, v3: UInt64

  init(_ key: URLFingerprint.Key) {
    v0 = key.low ^ 0x736f_6d65_7073_6575
    v1 = key.high ^ 0x646f_7261_6e64_6f6d ^ 0xEE
    v2 = key.low ^ 0x6c79_6765_6e65_7261
    v3 = key.high ^ 0x7465_6462_7974_6573
  }

  @inline(__always)
  mutating func take(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  mutating func finish() -> (UInt64, UInt64) {
    v2 ^= 0xEE
    for _ in 0..<4 { round() }
    let first = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xDD
    for _ in 0..<4 { round() }
    return (first, v0 ^ v1 ^ v2 ^ v3)
  }

  @inline(__always)
  private mutating func round() {
    v0 = v0 &+ v1
    v1 = rotated(v1, 13) ^ v0
    v0 = rotated(v0, 32)
    v2 = v2 &+ v3
    v3 = rotated(v3, 16) ^ v2
    v0 = v0 &+ v3
    v3 = rotated(v3, 21) ^ v0
    v2 = v2 &+ v1
    v1 = rotated(v1, 17) ^ v2
    v2 = rotated(v2, 32)
  }

  @inline(__always)
  private func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }
}
