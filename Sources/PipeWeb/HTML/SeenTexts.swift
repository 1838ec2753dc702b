#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Which of many texts have come before: a hash table of places, the texts being in memory elsewhere.
struct SeenTexts {
  /// For each text its number plus one in the low half, a part of its hash in the high half; 0 where it is free.
  private var slots: [UInt64]
  private let seed = Self.seed
  private let factor = Self.factor

  // They differ from run to run, so that nobody can make a page whose links all fall together.
  private static let seed = UInt64.random(in: .min ... .max)
  private static let factor = UInt64.random(in: .min ... .max) | 1

  /// - Parameter count: The most texts there will be.
  init(for count: Int) {
    var size = 16
    while size < count * 2 { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
  }

  /// Adds the text at the end of `bytes`; false where it was there before.
  ///
  /// - Parameters:
  ///   - start: Where it begins.
  ///   - ends: Where the texts before it end.
  mutating func insert(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, ends: UnsafeBufferPointer<UInt32>
  ) -> Bool {
    guard let base = bytes.baseAddress else { return false }
    let length = bytes.count - start
    let hash = hash(base + start, length)
    let mark = hash & ~0xFFFF_FFFF
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    // At most half of the slots are taken.
    while slots[slot] != 0 {
      if slots[slot] & ~0xFFFF_FFFF == mark {
        let number = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
        let from = number == 0 ? 0 : Int(ends[number - 1])
        if Int(ends[number]) - from == length, isEqual(base + from, base + start, length) { return false }
      }
      slot = (slot + 1) & mask
    }
    slots[slot] = mark | UInt64(ends.count + 1)
    return true
  }

  private func isEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    memcmp(left, right, count) == 0
  }

  /// Multiplies and folds, eight bytes at a time; the last eight may have been in the step before.
  @inline(__always)
  private func hash(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    var hash = seed ^ UInt64(truncatingIfNeeded: count)
    let raw = UnsafeRawPointer(start)
    if count >= 8 {
      var index = 0
      while index < count - 8 {
        hash = folded(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        index += 8
      }
      hash = folded(hash ^ raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
    } else {
      var word: UInt64 = 0
      for index in 0..<count { word = word << 8 | UInt64(start[index]) }
      hash = folded(hash ^ word)
    }
    return folded(hash)
  }

  @inline(__always)
  private func folded(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: factor)
    return product.high ^ product.low
  }
}
