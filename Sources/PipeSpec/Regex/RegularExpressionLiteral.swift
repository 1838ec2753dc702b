/// Finds the parts of a literal `/…/i`: what the spec's scalars and the expression language share.
struct RegularExpressionLiteral {
  /// UTF-8 offsets; a fault in them has been found where they are `nil`.
  let expression: Result<RegularExpression, RegularExpression.Fault>
  /// The literal's extent, flags included.
  let range: Range<Int>

  /// Reads the literal whose first slash is at `start`; `nil` where no slash closes it.
  ///
  /// A slash inside the pattern is written `\/`, within brackets too.
  init?(_ bytes: [UInt8], at start: Int) {
    var end = start + 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "/") {
      end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard end < bytes.count else { return nil }
    var next = end + 1
    while next < bytes.count, bytes[next] | 0x20 >= UInt8(ascii: "a"), bytes[next] | 0x20 <= UInt8(ascii: "z") {
      next += 1
    }
    range = start..<next
    expression = Self.make(bytes, pattern: start + 1..<end, flags: end + 1..<next)
  }

  private static func make(
    _ bytes: [UInt8], pattern: Range<Int>, flags: Range<Int>
  ) -> Result<RegularExpression, RegularExpression.Fault> {
    if pattern.isEmpty {
      return .failure(
        .init(
          "the expression between the slashes is empty", hint: "write the expression: /…/",
          range: pattern.lowerBound - 1..<flags.upperBound))
    }
    var set: RegularExpression.Flags = []
    for offset in flags {
      let letter = Character(Unicode.Scalar(bytes[offset]))
      guard let flag = RegularExpression.Flags.letters.first(where: { $0.key == letter })?.value else {
        let hint =
          switch letter {
          case "g": "a pattern is looked for everywhere; remove 'g'"
          case "u": "patterns are always Unicode; remove 'u'"
          case _ where flags.count > 1: "the flags are i, m, s and x; a slash inside the pattern is written \\/"
          default: "the flags are i, m, s and x"
          }
        return .failure(.init("unknown flag '\(letter)'", hint: hint, range: offset..<offset + 1))
      }
      set.insert(flag)
    }
    do throws(RegularExpression.Fault) {
      return .success(try RegularExpression(pattern: String(decoding: bytes[pattern], as: UTF8.self), flags: set))
    } catch {
      let start = pattern.lowerBound
      return .failure(
        .init(error.message, hint: error.hint, range: start + error.range.lowerBound..<start + error.range.upperBound))
    }
  }
}

extension RegularExpression {
  /// Reads the literal form `/…/i`, or a bare pattern, which begins with no slash.
  package static func parse(_ text: String) -> Result<RegularExpression, Fault> {
    let bytes = Array(text.utf8)
    guard let first = bytes.first else {
      return .failure(Fault("it is empty", hint: "write the expression: /…/", range: 0..<0))
    }
    guard first == UInt8(ascii: "/") else {
      do throws(Fault) {
        return .success(try RegularExpression(pattern: text))
      } catch {
        return .failure(error)
      }
    }
    let slash = "a pattern that begins with a slash is written /\\/…/"
    guard let literal = RegularExpressionLiteral(bytes, at: 0) else {
      return .failure(Fault("it has no closing slash", hint: slash, range: 0..<bytes.count))
    }
    guard literal.range.upperBound == bytes.count else {
      return .failure(
        Fault(
          "it goes on after its closing slash", hint: "a slash inside the pattern is written \\/",
          range: literal.range.upperBound..<bytes.count))
    }
    return literal.expression
  }
}
