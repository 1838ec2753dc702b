/// Puts `***` in the place of secrets in values that are put into messages: URLs, hosts, paths, what a server said.
///
/// A text of our own is never searched: a secret may be a word of it. So it is the value that is mended, before it is put
/// into its sentence (`value`); where a sentence comes as a whole, only what is a value for certain (`words`).
///
/// A secret of four bytes and more is found anywhere in a value, also percent-encoded, in lower case (as hosts are) or in
/// Base64. A shorter one is found where it fills the place between two delimiters of a URL, as it does in the spec.
package struct SecretMask: Sendable {
  private struct Needle: Sendable {
    let bytes: [UInt8]
    let shown: String
    /// Whether it is found within a word, too.
    let isLong: Bool
    /// Whether it cannot be taken for a word or a number of a sentence.
    let isUnmistakable: Bool
  }

  /// The longest ones first.
  private var needles: [Needle] = []

  package init() {}

  package init(_ secrets: Secrets) {
    for (part, shown) in secrets.parts { add(part, shown: shown) }
    for value in secrets.all {
      add(value, shown: Secrets.mask)
      let lowered = value.lowercased()
      if value.utf8.count >= 4, lowered != value { add(lowered, shown: Secrets.mask) }
      let decoded = String(decoding: PercentDecoded.bytes(of: Array(value.utf8)).bytes, as: UTF8.self)
      if decoded != value { add(decoded, shown: Secrets.mask) }
      if value.contains(" ") { add(value.replacing(" ", with: "+"), shown: Secrets.mask) }
      // As a server reads it that takes a query for a form's.
      if value.contains("+") { add(value.replacing("+", with: " "), shown: Secrets.mask) }
      if value.utf8.count >= 6 { for form in Base64Forms.of(value) { add(form, shown: Secrets.mask) } }
    }
    needles.sort { ($1.bytes.count, $0.shown) < ($0.bytes.count, $1.shown) }
  }

  private mutating func add(_ text: String, shown: String) {
    if text.isEmpty { return }
    let bytes = Array(text.utf8)
    let hasHump = zip(bytes, bytes.dropFirst()).contains { $0 & 0x20 != 0 && $1 & 0x20 == 0 }
    let isWord = bytes.count <= 16 && !hasHump && bytes.allSatisfy { $0.isASCIILetter }
    let isNumber = bytes.count < 10 && bytes.allSatisfy { $0.isASCIIDigit }
    needles.append(
      Needle(
        bytes: bytes, shown: shown, isLong: bytes.count >= 4,
        isUnmistakable: bytes.count >= 6 && !isWord && !isNumber && !bytes.contains(UInt8(ascii: " "))))
  }

  /// A value as it may be shown: a URL, a host, a path, a field of a header.
  package func value(_ text: String) -> String { masked(text) { _ in true } }

  /// Whether there is a secret in content that is to be sent.
  package func finds(in content: [UInt8]) -> Bool {
    if needles.isEmpty { return false }
    let text = String(decoding: content, as: UTF8.self)
    return value(text) != text
  }

  /// A sentence as it may be shown: the URLs and paths in it, what it quotes, and what cannot be a word of it.
  package func words(_ text: String) -> String {
    if needles.isEmpty { return text }
    var (result, rest) = ("", text.utf8[...])
    while let quoted = Self.quoted(in: rest) {
      result += sentence(String(Substring(rest[..<quoted.lowerBound])))
      result += value(String(Substring(rest[quoted]))) + "'"
      rest = rest[rest.index(after: quoted.upperBound)...]
    }
    return result + sentence(String(Substring(rest)))
  }

  /// The first text between quotes, which are no apostrophes: a quote that opens does not stand behind a word, and one that
  /// closes not before one.
  private static func quoted(in text: Substring.UTF8View) -> Range<Substring.UTF8View.Index>? {
    func isWord(_ byte: UInt8) -> Bool { byte.isASCIILetter || byte.isASCIIDigit || byte >= 0x80 }
    var start: Substring.UTF8View.Index?
    var before: UInt8?
    for index in text.indices {
      let byte = text[index]
      defer { before = byte }
      guard byte == UInt8(ascii: "'") else { continue }
      let next = text.index(after: index)
      if let start {
        if next == text.endIndex || !isWord(text[next]) { return start..<index }
      } else if before.map(isWord) != true {
        start = next
      }
    }
    return nil
  }

  private func sentence(_ text: String) -> String {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false).map { part in
      let isValue = part.contains("://") || part.hasPrefix("/") || part.contains { "?=&".contains($0) }
      return isValue ? value(String(part)) : String(part)
    }
    return masked(parts.joined(separator: " ")) { $0.isUnmistakable }
  }

  private func masked(_ text: String, _ isSought: (Needle) -> Bool) -> String {
    if needles.isEmpty || text.isEmpty { return text }
    let written = Array(text.utf8)
    // What the text says once it is decoded, and where each byte of that is written.
    let (decoded, places) = PercentDecoded.bytes(of: written)
    var found: [(range: Range<Int>, shown: String)] = []
    for needle in needles where isSought(needle) {
      var start = 0
      while let place = decoded.firstIndex(of: needle.bytes, from: start) {
        start = place + 1
        let range = places[place]..<places[place + needle.bytes.count]
        if found.contains(where: { $0.range.overlaps(range) }) { continue }
        if !needle.isLong, !Self.isWhole(range, in: written) { continue }
        found.append((range, needle.shown))
      }
    }
    if found.isEmpty { return text }
    var result: [UInt8] = []
    var next = 0
    for (range, shown) in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      result += written[next..<range.lowerBound]
      result += shown.utf8
      next = range.upperBound
    }
    return String(decoding: result + written[next...], as: UTF8.self)
  }

  private static func isWhole(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
    func isDelimiter(_ index: Int) -> Bool { !bytes.indices.contains(index) || SecretParts.isDelimiter(bytes[index]) }
    let isOnlyDelimiters = bytes[range].allSatisfy { SecretParts.isDelimiter($0) }
    return !isOnlyDelimiters && isDelimiter(range.lowerBound - 1) && isDelimiter(range.upperBound)
  }
}

/// The places of a text between the delimiters of URLs, of which a secret fills some in whole or in part.
struct SecretParts {
  /// What stands in a place, and what is shown of it, where the two differ.
  private(set) var found: [(text: String, shown: String)] = []
  private var text = ""
  private var shown = ""
  private var isTooLong = false

  /// The most bytes of a place that is remembered.
  static let longest = 4096

  static func isDelimiter(_ byte: UInt8) -> Bool { "/?&=#:;@, \"'<>()[]{}|\\".utf8.contains(byte) }

  /// - Parameter isWritten: Whether delimiters in it are those of the text, and not a secret's own.
  mutating func add(_ text: String, shown: String, isWritten: Bool) {
    guard isWritten else {
      self.text += text
      self.shown += shown
      return
    }
    // No secret is between its first delimiter and its last one.
    let bytes = text.utf8
    let first = bytes.prefix(Self.longest + 1).firstIndex(where: Self.isDelimiter)
    if first == nil, bytes.count <= Self.longest { return add(bytes[...]) }
    if let first { add(bytes[..<first]) } else { isTooLong = true }
    end()
    if let last = bytes.suffix(Self.longest + 1).lastIndex(where: Self.isDelimiter) {
      add(bytes[bytes.index(after: last)...])
    } else {
      isTooLong = true
    }
  }

  private mutating func add(_ piece: Substring.UTF8View) {
    let piece = String(Substring(piece))
    text += piece
    shown += piece
  }

  mutating func end() {
    if !isTooLong, text != shown { found.append((text, shown)) }
    (text, shown, isTooLong) = ("", "", false)
  }
}

private enum PercentDecoded {
  /// - Returns: The bytes with `%41` decoded, and where each is written; the last place is the end.
  static func bytes(of written: [UInt8]) -> (bytes: [UInt8], places: [Int]) {
    var (bytes, places): ([UInt8], [Int]) = ([], [])
    var index = 0
    while index < written.count {
      places.append(index)
      if written[index] == UInt8(ascii: "%"), index + 2 < written.count, let high = written[index + 1].hexValue,
        let low = written[index + 2].hexValue
      {
        bytes.append(high << 4 | low)
        index += 3
      } else {
        bytes.append(written[index])
        index += 1
      }
    }
    return (bytes, places + [written.count])
  }
}

extension [UInt8] {
  fileprivate func firstIndex(of needle: [UInt8], from start: Int) -> Int? {
    guard needle.count <= count, start <= count - needle.count else { return nil }
    return (start...count - needle.count).first { place in
      self[place] == needle[0] && self[place..<place + needle.count].elementsEqual(needle)
    }
  }
}

extension UInt8 {
  fileprivate var hexValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// What every Base64 text that holds a value has in it, wherever in it the value begins (RFC 4648, 4 and 5).
private enum Base64Forms {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func of(_ value: String) -> [String] {
    let forms = (0..<3).map { String(decoding: form(Array(value.utf8), behind: $0), as: UTF8.self) }
    return forms
      + forms.filter { $0.contains { "+/".contains($0) } }.map {
        String($0.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
      }
  }

  /// The letters that depend on the value alone, if so many bytes of its first group are others.
  private static func form(_ value: [UInt8], behind before: Int) -> [UInt8] {
    let bytes = [UInt8](repeating: 0, count: before) + value
    let first = (before * 8 + 5) / 6
    let last = bytes.count * 8 / 6
    return (first..<last).map { index in
      let bit = index * 6
      let pair = UInt16(bytes[bit / 8]) << 8 | (bit / 8 + 1 < bytes.count ? UInt16(bytes[bit / 8 + 1]) : 0)
      return letters[Int(pair >> (10 - UInt16(bit % 8)) & 63)]
    }
  }
}
