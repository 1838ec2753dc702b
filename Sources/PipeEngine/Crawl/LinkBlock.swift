/// The links of a page as bytes: numbers of URLs, each as its distance from the one before it, with a bit for nofollow.
enum LinkBlock {
  static func encode(_ links: [(number: Int, isNofollow: Bool)]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * links.count)
    var last = 0
    for link in links {
      let distance = link.number - last
      last = link.number
      // Zigzag, so that short ways back are short.
      var rest = UInt64(bitPattern: Int64(distance << 1 ^ distance >> 63)) << 1 | (link.isNofollow ? 1 : 0)
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    return bytes
  }

  /// - Returns: What was encoded; of other bytes, as far as they make sense.
  static func decode(_ bytes: [UInt8]) -> [(number: Int, isNofollow: Bool)] {
    var links: [(number: Int, isNofollow: Bool)] = []
    links.reserveCapacity(bytes.count / 2)
    var last = 0
    var value: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes {
      value |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 != 0, shift < 63 { continue }
      let zigzag = value >> 1
      last &+= Int(bitPattern: UInt(zigzag >> 1)) ^ -Int(zigzag & 1)
      links.append((last, value & 1 == 1))
      (value, shift) = (0, 0)
    }
    return links
  }
}
