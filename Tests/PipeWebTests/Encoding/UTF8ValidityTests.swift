import PipeTesting
import Testing

@testable import PipeWeb

@Suite("UTF-8 validity")
struct UTF8ValidityTests {
  private static func validity(_ bytes: [UInt8]) -> UTF8Validity { bytes.withUnsafeBufferPointer { UTF8Validity($0) } }

  @Test("bytes are valid where the standard library takes them for text", arguments: 0..<200 as Range<UInt64>)
  func mixtures(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let parts: [[UInt8]] = [
      Array("a".utf8), Array("plain words".utf8), Array("é".utf8), Array("東京".utf8), Array("\u{1F600}".utf8),
      [0x80], [0xC3], [0xE6, 0x9D], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5], [0xFF],
    ]
    for _ in 0..<50 {
      // Most of it is text, or nothing would be valid.
      let bytes = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in
        parts[random.oneIn(12) ? Int.random(in: parts.indices, using: &random) : Int.random(in: 0..<5, using: &random)]
      }
      #expect(Self.validity(bytes).isValid == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
    }
  }

  @Test("text that is cut off within a character could go on, and nowhere else")
  func cut() {
    let text = "A plain beginning, é and 東京 and \u{1F600}, and more than eight letters behind them: é"
    let bytes = Array(text.utf8)
    let ends = Set(
      text.unicodeScalars.indices.map { text.utf8.distance(from: text.startIndex, to: $0) } + [bytes.count])
    for end in 0...bytes.count {
      #expect(Self.validity(Array(bytes[..<end])) == (ends.contains(end) ? .valid : .incomplete), "\(end)")
    }
    #expect(Self.validity(Array(bytes.dropLast()) + Array("and goes on in ASCII".utf8)) == .invalid)
  }
}
