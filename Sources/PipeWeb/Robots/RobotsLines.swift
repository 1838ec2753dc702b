/// The lines of a robots.txt file that are read (RFC 9309, 2.2), taken apart.
enum RobotsLines {
  enum Key {
    case userAgent, allow, disallow, crawlDelay, sitemap
  }

  /// Calls a closure with each line that has a known key, its value, and its number from 1.
  static func forEach(in bytes: Span<UInt8>, _ take: (Key, Span<UInt8>, Int) -> Void) {
    var start = markLength(bytes)
    var number = 1
    while start < bytes.count {
      var end = start
      while end < bytes.count, !isLineEnd(bytes[end]) { end += 1 }
      read(bytes.extracting(start..<end), number, take)
      // CR, LF and CRLF end a line (RFC 9309, 2.2: EOL).
      let isPair = end + 1 < bytes.count && bytes[end] == UInt8(ascii: "\r") && bytes[end + 1] == UInt8(ascii: "\n")
      start = end + (isPair ? 2 : 1)
      number += 1
    }
  }

  static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 0x0B || byte == 0x0C
  }

  /// How much of a byte order mark a file begins with; some have only a part of it.
  private static func markLength(_ bytes: Span<UInt8>) -> Int {
    var count = 0
    for byte: UInt8 in [0xEF, 0xBB, 0xBF] where count < bytes.count && bytes[count] == byte { count += 1 }
    return count
  }

  private static func read(_ line: Span<UInt8>, _ number: Int, _ take: (Key, Span<UInt8>, Int) -> Void) {
    let text = trimmed(line, 0..<(line.firstIndex(of: UInt8(ascii: "#")) ?? line.count))
    guard let colon = colon(line, text) ?? gap(line, text) else { return }
    guard let key = key(line.extracting(trimmed(line, text.lowerBound..<colon))) else { return }
    take(key, line.extracting(trimmed(line, colon + 1..<text.upperBound)), number)
  }

  private static func colon(_ line: Span<UInt8>, _ text: Range<Int>) -> Int? {
    for index in text where line[index] == UInt8(ascii: ":") { return index }
    return nil
  }

  /// The end of the first of exactly two words: some files have no colons.
  private static func gap(_ line: Span<UInt8>, _ text: Range<Int>) -> Int? {
    var first = text.lowerBound
    while first < text.upperBound, !isSpace(line[first]) { first += 1 }
    var second = first
    while second < text.upperBound, isSpace(line[second]) { second += 1 }
    guard second < text.upperBound else { return nil }
    for index in second..<text.upperBound where isSpace(line[index]) { return nil }
    return first
  }

  private static func trimmed(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isSpace(line[start]) { start += 1 }
    while end > start, isSpace(line[end - 1]) { end -= 1 }
    return start..<end
  }

  /// The keys without case, and the misspelt ones that Google's parser knows too: a site that means to keep crawlers out
  /// should.
  private static func key(_ name: Span<UInt8>) -> Key? {
    guard name.count >= 5, name.count <= 11 else { return nil }
    var lowercase: [UInt8] = []
    for index in name.indices { lowercase.append(ASCII.lowercase(name[index])) }
    return switch String(decoding: lowercase, as: UTF8.self) {
    case "user-agent", "useragent", "user agent": .userAgent
    case "allow": .allow
    case "disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw": .disallow
    case "crawl-delay", "crawldelay", "crawl delay": .crawlDelay
    case "sitemap", "site-map": .sitemap
    default: nil
    }
  }
}
