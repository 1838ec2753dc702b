import PipeTesting
import Testing

@testable import PipeSpec

@Suite struct PropertyTests {
  private static let pieces =
    Fixture.fields.map { Lexer.isPlainName($0.name) ? $0.name : "`\($0.name)`" } + Keyword.allCases.map(\.rawValue) + [
      "==", "!=", "<", "<=", ">", ">=", "(", ")", "[", "]", ",", "..", "1", "-2.5", "200", "299", "'text'", "\"é\"",
      "'2026-01-31'", "/a+/i", "/(/", "'", "\"", "/", "`", "=", "&&", "!", "...", "AND", "NOT", "is", "between", "\\",
      "é", "“", "🙂", "1e", "10s", "\u{0}", "#", "len(", "a.b", "-", "\n", "not in", "in [1, 2]", "in 1..3",
    ]

  @Test("Any mixture of tokens is read or refused, with faults inside the text, and described for good")
  func survivesTokens() throws {
    var generator = RepeatableRandom(seed: 2026)
    var accepted = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...14, using: &generator)
      let separator = Bool.random(using: &generator) ? " " : ["", " "].randomElement(using: &generator) ?? ""
      let text = (0..<count).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined(
        separator: separator)
      if try examine(text) { accepted += 1 }
    }
    #expect(accepted > 50)
  }

  @Test("Right expressions with one piece changed are read or refused")
  func survivesChanges() throws {
    var generator = RepeatableRandom(seed: 7)
    let rights = [
      "status >= 400 or error != null", "not ( ok and truncated ) or title matches /a+/i",
      "status in [ 301 , 302 ] and title not contains 'text'", "price in 1 .. 3 or tags contains 'a'",
      "fetched_at >= '2026-01-31' and url starts_with final_url", "( ( ok ) ) == true or not `in` == 1",
    ]
    for _ in 0..<10_000 {
      var parts = (rights.randomElement(using: &generator) ?? "").split(separator: " ").map(String.init)
      let place = Int.random(in: 0..<parts.count, using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: parts.remove(at: place)
      case 1: parts.insert(Self.pieces.randomElement(using: &generator) ?? "", at: place)
      default: parts[place] = Self.pieces.randomElement(using: &generator) ?? ""
      }
      _ = try examine(parts.joined(separator: " "))
    }
  }

  /// Whether a text is an expression; checks what holds for all texts.
  private func examine(_ text: String) throws -> Bool {
    let (condition, faults) = Parser.parse(text)
    let length = text.utf8.count
    try #require((condition == nil) == !faults.isEmpty, "\(text)")
    try checkRanges(faults, in: text)
    guard let condition else { return false }
    let description = condition.description
    let again = Parser.parse(description)
    try #require(again.condition?.description == description, "\(text) became \(description)")
    let (expression, mismatches) = Resolver.resolve(condition, Fixture.fields)
    try #require((expression == nil) == !mismatches.isEmpty, "\(text)")
    try checkRanges(mismatches, in: text)
    let (second, _) = Resolver.resolve(try #require(again.condition), Fixture.fields)
    try #require((expression == nil) == (second == nil), "\(text) became \(description)")
    guard let expression, let second else { return length > 0 }
    for record in [Fixture.record, [:]] {
      let values = Fixture.values(record)
      try #require(expression.evaluate(values) == second.evaluate(values), "\(text) became \(description)")
    }
    return true
  }

  private func checkRanges(_ faults: [ScalarFault], in text: String) throws {
    let bytes = Array(text.utf8)
    for fault in faults {
      let range = try #require(fault.range)
      try #require(range.lowerBound >= 0 && range.upperBound <= bytes.count, "\(text): \(fault)")
      try #require(!range.isEmpty || bytes.isEmpty, "\(text): \(fault)")
      // On the borders of characters.
      try #require(String(validating: bytes[range], as: UTF8.self) != nil, "\(text): \(fault)")
      try #require(!fault.message.isEmpty)
    }
  }
}
