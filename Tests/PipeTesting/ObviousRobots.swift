/// robots.txt as slowly and plainly as it can be read: what the parser and the matcher are compared with.
package struct ObviousRobots {
  private let groups: [Group]

  package init(_ file: [UInt8]) { groups = Self.groups(file) }

  /// The line that decides about a path and query, and whether it allows it; `nil` where none matches.
  ///
  /// - Parameter token: In lowercase; letters, digits, `-` and `_`.
  package func decision(_ path: [UInt8], token: [UInt8]) -> (line: Int, isAllow: Bool)? {
    let named = groups.filter { $0.agents.contains(token) }
    let rules = (named.isEmpty ? groups.filter { $0.agents.contains(Array("*".utf8)) } : named).flatMap(\.rules)
    let text = Self.octets(path)
    let itself = "/robots.txt".utf8.map { Int($0) }
    if text == itself || text.starts(with: itself + [Int(UInt8(ascii: "?"))]) { return nil }
    var best: (octets: Int, isAllow: Bool, line: Int)?
    for rule in rules where rule.matches(text) {
      let octets = rule.pattern.count
      if let old = best {
        let isBetter =
          octets > old.octets || octets == old.octets && rule.isAllow && !old.isAllow
        if !isBetter { continue }
      }
      best = (octets, rule.isAllow, rule.line)
    }
    return best.map { ($0.line, $0.isAllow) }
  }

  private struct Rule {
    var isAllow: Bool
    var line: Int
    /// Bytes as `octets` has them; -1 is the wildcard, -2 the end of the URL.
    var pattern: [Int]

    /// Which ends of the pattern match which ends of the text, from the last to the first.
    func matches(_ text: [Int]) -> Bool {
      // The empty rest of a pattern matches any rest of a text.
      var row = Array(repeating: true, count: text.count + 1)
      for unit in pattern.reversed() {
        var next = Array(repeating: false, count: text.count + 1)
        for place in stride(from: text.count, through: 0, by: -1) {
          switch unit {
          case -1: next[place] = row[place] || place < text.count && next[place + 1]
          case -2: next[place] = place == text.count
          default: next[place] = place < text.count && text[place] == unit && row[place + 1]
          }
        }
        row = next
      }
      return row[0]
    }
  }

  private struct Group {
    var agents: [[UInt8]] = []
    var rules: [Rule] = []
    var hasRule = false
  }

  private static let separators = Set("/?#&=+;".utf8)
  private static let needsNoEncoding = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@!'(),[]*$/?#&=+;".utf8)

  /// The characters of a path, decoded; an encoded one that would separate if it were not is another one.
  private static func units(_ path: [UInt8]) -> [Int] {
    var units: [Int] = []
    var index = 0
    while index < path.count {
      if path[index] == UInt8(ascii: "%"), index + 2 < path.count,
        path[index + 1...index + 2].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let value = UInt8(String(decoding: path[index + 1...index + 2], as: UTF8.self), radix: 16)
      {
        units.append(Int(value) + (separators.contains(value) ? 256 : 0))
        index += 3
      } else {
        units.append(Int(path[index]))
        index += 1
      }
    }
    return units
  }

  /// The bytes of a path in which what needs it is percent-encoded, and nothing else: these are compared, so that a pattern
  /// can match the half of an encoded character (RFC 9309, 2.2.2).
  private static func octets(_ path: [UInt8]) -> [Int] {
    units(path).flatMap { unit -> [Int] in
      if unit < 128, needsNoEncoding.contains(UInt8(unit)) { return [unit] }
      let digits = String(unit % 256, radix: 16, uppercase: true)
      return ("%" + (digits.count == 1 ? "0" : "") + digits).utf8.map { Int($0) }
    }
  }

  private static func rule(_ path: [UInt8], isAllow: Bool, line: Int) -> Rule {
    var path = path
    let isTied = path.last == UInt8(ascii: "$")
    if isTied { path.removeLast() }
    if let first = path.first, first != UInt8(ascii: "/"), first != UInt8(ascii: "*") {
      path.insert(UInt8(ascii: "/"), at: 0)
    }
    let pieces = path.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map { octets(Array($0)) }
    return Rule(isAllow: isAllow, line: line, pattern: Array(pieces.joined(separator: [-1])) + (isTied ? [-2] : []))
  }

  private static func groups(_ file: [UInt8]) -> [Group] {
    var groups: [Group] = []
    for (number, line) in lines(file).enumerated() {
      guard let (key, value) = fields(line) else { continue }
      switch key {
      case "user-agent", "useragent", "user agent":
        if groups.last?.hasRule ?? true { groups.append(Group()) }
        groups[groups.count - 1].agents.append(agent(value))
      case "allow", "disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw":
        if groups.isEmpty { continue }
        groups[groups.count - 1].hasRule = true
        if value.isEmpty { continue }
        groups[groups.count - 1].rules.append(rule(value, isAllow: key == "allow", line: number + 1))
      default: break
      }
    }
    return groups
  }

  private static func lines(_ file: [UInt8]) -> [[UInt8]] {
    var file = file
    for byte: UInt8 in [0xEF, 0xBB, 0xBF] {
      guard file.first == byte else { break }
      file.removeFirst()
    }
    // As characters, since CR LF is one of them.
    let text = file.map { Character(Unicode.Scalar($0)) }
    let joined = String(text)
    return joined.split(omittingEmptySubsequences: false) { ["\n", "\r", "\r\n"].contains($0) }
      .map { $0.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
  }

  private static func fields(_ line: [UInt8]) -> (key: String, value: [UInt8])? {
    let line = trimmed(Array(line.prefix { $0 != UInt8(ascii: "#") }))
    if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      return (lowercase(trimmed(Array(line[..<colon]))), trimmed(Array(line[(colon + 1)...])))
    }
    let words = line.split { isSpace($0) }
    return words.count == 2 ? (lowercase(Array(words[0])), Array(words[1])) : nil
  }

  private static func agent(_ value: [UInt8]) -> [UInt8] {
    let words = value.split { isSpace($0) }
    if words.first.map(Array.init) == Array("*".utf8) { return Array("*".utf8) }
    let name = value.prefix { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    return Array(lowercase(Array(name)).utf8)
  }

  private static func lowercase(_ bytes: [UInt8]) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0 >= 65 && $0 <= 90 ? $0 + 32 : $0) }))
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0B, 0x0C].contains(byte) }

  private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
    Array(bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
