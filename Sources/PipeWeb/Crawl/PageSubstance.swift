/// What a page says, but for what every page of a trap says otherwise: the words of its own URL, days and years. Two pages
/// whose words are the same in any order have the same.
package enum PageSubstance {
  /// - Parameter text: The text that is shown.
  package static func hash(of text: Span<UInt8>, at url: WebURL) -> UInt64 {
    var own = Set<UInt64>()
    forEachWord(of: url.href.utf8.span) { hash, _ in own.insert(hash) }
    var sum: UInt64 = 0
    var count: UInt64 = 0
    forEachWord(of: text) { hash, number in
      if own.contains(hash) { return }
      if let number, number <= 31 || 1900...2199 ~= number { return }
      sum &+= mixed(hash)
      count += 1
    }
    return mixed(sum ^ count)
  }

  /// Calls a closure with the hash of each word, and with its value if it is a number.
  private static func forEachWord(of text: Span<UInt8>, _ body: (UInt64, Int?) -> Void) {
    var hash: UInt64 = 0
    var length = 0
    var number: Int? = 0
    func end() {
      if length > 0 { body(hash, number) }
      (hash, length, number) = (0, 0, 0)
    }
    for index in text.indices {
      var byte = text[index]
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        byte |= 0x20
        number = nil
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        number = number.flatMap { $0 < 100_000 ? $0 * 10 + Int(byte - UInt8(ascii: "0")) : nil }
      case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...0xFF: number = nil
      default:
        end()
        continue
      }
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 &+ 0x9E37_79B9
      length += 1
    }
    end()
  }

  private static func mixed(_ word: UInt64) -> UInt64 {
    var bits = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}
