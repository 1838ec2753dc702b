/// A doctype token (WHATWG HTML 13.2.5.53 to 13.2.5.68), read from what stands between `<!DOCTYPE` and the `>`.
///
/// That `>` ends it in whichever state, so the states run over a finished slice.
package struct HTMLDoctype {
  /// Raw bytes; nil where missing, which is not the same as empty.
  package private(set) var name: [UInt8]?
  package private(set) var publicIdentifier: [UInt8]?
  package private(set) var systemIdentifier: [UInt8]?
  package private(set) var forcesQuirks = false

  private let bytes: [UInt8]
  private var index = 0

  /// - Parameter isComplete: false where the input ended before the `>`.
  package init(_ bytes: [UInt8], isComplete: Bool) {
    self.bytes = bytes
    if readIsCorrect(isComplete) { return }
    forcesQuirks = true
  }

  /// False where the standard sets the force-quirks flag.
  private mutating func readIsCorrect(_ isComplete: Bool) -> Bool {
    skipSpace()
    guard index < bytes.count else { return false }
    let start = index
    while index < bytes.count, !HTMLBytes.isSpace(bytes[index]) { index += 1 }
    name = Array(bytes[start..<index])
    skipSpace()
    guard index < bytes.count else { return isComplete }
    let keyword = HTMLName(bytes[index...].prefix(6))
    guard keyword == HTMLName("public") || keyword == HTMLName("system") else { return false }
    index += 6
    if keyword == HTMLName("public") {
      skipSpace()
      let (identifier, isWhole) = quoted()
      publicIdentifier = identifier
      guard isWhole else { return false }
      skipSpace()
      guard index < bytes.count else { return isComplete }
    }
    skipSpace()
    let (identifier, isWhole) = quoted()
    systemIdentifier = identifier
    guard isWhole else { return false }
    skipSpace()
    // Something after the system identifier is wrong, but changes nothing.
    return index < bytes.count || isComplete
  }

  private mutating func skipSpace() {
    while index < bytes.count, HTMLBytes.isSpace(bytes[index]) { index += 1 }
  }

  /// An identifier in quotes: nil without an opening quote, cut short without a closing one.
  private mutating func quoted() -> (identifier: [UInt8]?, isWhole: Bool) {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") else {
      return (nil, false)
    }
    let quote = bytes[index]
    let start = index + 1
    guard let close = bytes[start...].firstIndex(of: quote) else {
      index = bytes.count
      return (Array(bytes[start...]), false)
    }
    index = close + 1
    return (Array(bytes[start..<close]), true)
  }
}
