/// The text as libyaml is given it, and the way back.
///
/// libyaml counts characters, so its places are turned into byte offsets. And it does not read all of
/// YAML 1.2, so other characters stand in for some while it reads:
/// - U+0085, U+2028 and U+2029 break lines in YAML 1.1, but not in 1.2 (YAML 1.2.2, 5.4). Noncharacters
///   stand in for them.
/// - It refuses surrogate pairs, and a tab at the start of a block scalar (8.1). ASCII of the same length
///   stands in for them, so that no place moves; the scalar is then read from its source (`ScalarSource`).
struct ReaderText {
  /// Without the byte order mark.
  let bytes: [UInt8]
  private let source: [UInt8]
  private let start: Int
  private let isASCII: Bool
  /// The offset of every 64th character of the source.
  private let checkpoints: [Int]
  /// Where ASCII stands in, in the order of the file.
  private let alterations: [Int]
  private let standIns: [(standIn: Unicode.Scalar, original: Unicode.Scalar)]

  private static let spacing = 64

  /// - Parameter contentTabs: Tabs that are the first content of a block scalar.
  init(_ file: SourceFile, contentTabs: [Int] = []) {
    let pairs = SurrogatePair.starts(in: file.bytes)
    alterations = contentTabs.isEmpty ? pairs : (pairs + contentTabs).sorted()
    source = alterations.isEmpty ? file.bytes : Self.altered(file.bytes, pairs: pairs, tabs: contentTabs)
    start = file.contentStart
    isASCII = file.bytes.allSatisfy { $0 < 0x80 }
    var checkpoints: [Int] = []
    if !isASCII {
      var count = 0
      for index in start..<source.count where source[index] & 0xC0 != 0x80 {
        if count % Self.spacing == 0 { checkpoints.append(index) }
        count += 1
      }
    }
    self.checkpoints = checkpoints
    if !isASCII, Self.hasForeignBreak(source) {
      let text = String(decoding: source[start...], as: UTF8.self).unicodeScalars
      let pairs = Self.standIns(for: text)
      var replaced = String.UnicodeScalarView()
      for scalar in text { replaced.append(pairs.first { $0.original == scalar }?.standIn ?? scalar) }
      standIns = pairs
      bytes = Array(String(replaced).utf8)
    } else {
      standIns = []
      bytes = Array(source[start...])
    }
  }

  /// The byte offset in the file of a character, counted from 0 after the byte order mark.
  func offset(ofCharacter index: Int) -> Int {
    if isASCII { return min(start + index, source.count) }
    guard index / Self.spacing < checkpoints.count else { return source.count }
    var offset = checkpoints[index / Self.spacing]
    for _ in 0..<index % Self.spacing where offset < source.count {
      offset += 1
      while offset < source.count, source[offset] & 0xC0 == 0x80 { offset += 1 }
    }
    return offset
  }

  /// Whether ASCII stands in for something here.
  func isAltered(_ range: Range<Int>) -> Bool {
    if alterations.isEmpty { return false }
    var low = 0
    var high = alterations.count
    while low < high {
      let middle = (low + high) / 2
      if alterations[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < alterations.count && alterations[low] < range.upperBound
  }

  private static func altered(_ source: [UInt8], pairs: [Int], tabs: [Int]) -> [UInt8] {
    var bytes = source
    for start in pairs {
      for offset in [start, start + SurrogatePair.length / 2] {
        bytes.replaceSubrange(offset + 2..<offset + 6, with: "0078".utf8)
      }
    }
    for tab in tabs { bytes[tab] = UInt8(ascii: "x") }
    return bytes
  }

  /// A scalar's content with the characters of the file again.
  func restored(_ content: String) -> String {
    if standIns.isEmpty { return content }
    var result = String.UnicodeScalarView()
    for scalar in content.unicodeScalars {
      result.append(standIns.first { $0.standIn == scalar }?.original ?? scalar)
    }
    return String(result)
  }

  private static func hasForeignBreak(_ bytes: [UInt8]) -> Bool {
    bytes.indices.dropLast().contains {
      bytes[$0] == 0xC2 && bytes[$0 + 1] == 0x85
        || bytes[$0] == 0xE2 && bytes[$0 + 1] == 0x80 && $0 + 2 < bytes.count && bytes[$0 + 2] & 0xFE == 0xA8
    }
  }

  /// Three of the 32 noncharacters U+FDD0…U+FDEF that the text has not; fewer where it has nearly all.
  private static func standIns(
    for text: String.UnicodeScalarView
  ) -> [(standIn: Unicode.Scalar, original: Unicode.Scalar)] {
    let used = Set(text.filter { (0xFDD0...0xFDEF).contains($0.value) }.map(\.value))
    let free = (UInt32(0xFDD0)...0xFDEF).filter { !used.contains($0) }.compactMap(Unicode.Scalar.init)
    return zip(free, ["\u{85}", "\u{2028}", "\u{2029}"] as [Unicode.Scalar]).map { (standIn: $0, original: $1) }
  }
}
