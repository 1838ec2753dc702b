internal import PipeText

/// A compiled regular expression, searched for anywhere in a text, by PCRE2's rules over Unicode.
///
/// Every search is bounded: a text on which the pattern would run too long counts as one that does not
/// match, and the outcome says so. The bound counts steps, not time, so that a run repeats itself.
package struct RegularExpression: Sendable {
  /// The letters after a literal's closing slash.
  package struct Flags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `i`: letters match in either case.
    package static let ignoreCase = Flags(rawValue: 1)
    /// `m`: `^` and `$` match at every line.
    package static let multiline = Flags(rawValue: 2)
    /// `s`: a dot matches line breaks too.
    package static let dotMatchesAll = Flags(rawValue: 4)
    /// `x`: blanks and `#` comments in the pattern mean nothing.
    package static let extended = Flags(rawValue: 8)

    static let letters: KeyValuePairs<Character, Flags> = [
      "i": .ignoreCase, "m": .multiline, "s": .dotMatchesAll, "x": .extended,
    ]
  }

  /// Why a pattern is none.
  package struct Fault: Error, Hashable {
    /// Without a capital and a full stop, to stand after a colon.
    package let message: String
    package let hint: String?
    /// UTF-8 offsets in the text that was read.
    package let range: Range<Int>

    init(_ message: String, hint: String? = nil, range: Range<Int>) {
      self.message = message
      self.hint = hint
      self.range = range
    }
  }

  /// The pattern as PCRE2 gets it.
  package let pattern: String
  package let flags: Flags
  let compiled: CompiledPattern

  /// - Throws: A fault whose range is within the pattern.
  package init(pattern: String, flags: Flags = []) throws(Fault) {
    self.pattern = pattern
    self.flags = flags
    compiled = try CompiledPattern(pattern, flags: flags)
  }

  /// The number of groups, the whole match not counted.
  package var groupCount: Int { compiled.groupCount }

  /// The names of the named groups, sorted.
  package var groupNames: [String] { compiled.groupNames.keys.map(\.text).sorted() }

  /// The number of the group of a name, which is compared code point by code point.
  package func group(named name: String) -> Int? { compiled.groupNames[ExactText(name)] }

  /// Whether the text holds a match; a search that was given up counts as none.
  package func matches(_ text: String) -> Bool {
    var steps = Steps()
    if case .found = compiled.search(text, within: &steps, visit: { _, _ in false }) { return true }
    return false
  }
}

extension RegularExpression: Hashable {
  package static func == (left: Self, right: Self) -> Bool {
    left.flags == right.flags && left.pattern.utf8.elementsEqual(right.pattern.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(flags)
    hasher.combine(pattern)
  }
}

extension RegularExpression: CustomStringConvertible {
  /// The literal that reads as this expression: `/…/i`.
  package var description: String {
    var text = "/"
    var isEscaped = false
    for scalar in pattern.unicodeScalars {
      if scalar == "/", !isEscaped { text += "\\" }
      isEscaped = scalar == "\\" && !isEscaped
      text.unicodeScalars.append(scalar)
    }
    text += "/"
    for (letter, flag) in Flags.letters where flags.contains(flag) { text.append(letter) }
    return text
  }
}
