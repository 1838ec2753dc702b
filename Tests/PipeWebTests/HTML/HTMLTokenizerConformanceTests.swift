import PipeTesting
import PipeWeb
import Testing

/// The html5lib tokenizer tests: the tokens, not the parse errors, which this tokenizer does not report.
@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct HTMLTokenizerConformanceTests {
  /// Cases that cannot or need not hold, with the reason.
  static let exclusions: [String: String] = [
    "unicodeCharsProblematic.test: Invalid Unicode character U+DFFF": loneSurrogate,
    "unicodeCharsProblematic.test: Invalid Unicode character U+D800": loneSurrogate,
    "unicodeCharsProblematic.test: Invalid Unicode character U+DFFF with valid preceding character": loneSurrogate,
    "unicodeCharsProblematic.test: Invalid Unicode character U+D800 with valid following character": loneSurrogate,
    "xmlViolation.test: Non-XML character": infoset,
    "xmlViolation.test: Non-XML space": infoset,
    "xmlViolation.test: Double hyphen in comment": infoset,
  ]
  private static let loneSurrogate = "a lone surrogate, which a decoder of bytes never yields"
  private static let infoset = "expects a DOM coerced to an XML infoset, which is no part of tokenization"

  @Test(arguments: try Corpus.list("html5lib-tests/tokenizer").filter { $0.hasSuffix(".test") })
  func `Tokens are those of html5lib, however the input is cut`(file: String) async throws {
    let cases = try TokenizerCase.all(in: file)
    #expect(!cases.isEmpty)
    for (number, test) in cases.enumerated() {
      if number % 50 == 0 { await Task.yield() }
      let agrees = test.input.map { input in
        Self.cuts(of: input).allSatisfy { test.tokens(in: $0) == test.expected }
      }
      if Self.exclusions[test.name] != nil {
        #expect(agrees != true, "\(test.name) (\(test.state)) holds: its exclusion is stale")
      } else if agrees != true {
        Issue.record(
          """
          \(test.name) (\(test.state)): \(test.input.map { String(decoding: $0, as: UTF8.self) } ?? "no bytes")
            expected \(test.expected)
            whole    \(test.input.map { test.tokens(in: [$0[...]]) } ?? [])
            by byte  \(test.input.map { input in test.tokens(in: input.indices.map { input[$0...$0] }) } ?? [])
          """)
      }
    }
  }

  @Test func `Every exclusion names a case`() throws {
    let files = try Corpus.list("html5lib-tests/tokenizer").filter { $0.hasSuffix(".test") }
    let names = Set(try files.flatMap { try TokenizerCase.all(in: $0) }.map(\.name))
    for name in Self.exclusions.keys { #expect(names.contains(name), "no case is named \(name)") }
  }

  /// Whole, byte by byte, and in two at every place.
  private static func cuts(of input: [UInt8]) -> [[ArraySlice<UInt8>]] {
    let bytes = input.indices.map { input[$0...$0] }
    let halves = input.indices.map { [input[..<$0], input[$0...]] }
    return [[input[...]], bytes] + halves
  }
}
