import PipeSpec
import Testing

struct SurrogatePairTests {
  static let readings: [Reading] = [
    Reading(#"a: "\ud83d\ude00""#, "😀"),
    Reading(#"a: "\uD83D\uDE00""#, "😀"),
    Reading(#"a: "\uD83d\uDe00\ud83d\ude01x\uDBFF\uDFFF\ud800\udc00""#, "😀😁x\u{10FFFF}\u{10000}"),
    Reading(#"a: "\\\ud83d\ude00""#, "\\😀"),
    Reading(#"a: "é \ud83d\ude00\/\u00e9""#, "é 😀/é"),
    Reading(#"a: &x !!str "\ud83d\ude00""#, "😀"),
    Reading(#"{"b": "\ud83d\ude00", "a": "x\ud83d\ude00"}"#, "x😀"),
    Reading("a: \"x \\ud83d\\ude00\n  \\ud83d\\ude00\\\n  y \\ud83d\\ude00\n\n  z\"", "x 😀 😀y 😀\nz"),
    Reading("a: \"\\ud83d\\ude00\u{2028}\u{85}\"", "😀\u{2028}\u{85}"),
    // Text that only looks like an escape.
    Reading(#"a: "\\ud83d\\ude00""#, #"\ud83d\ude00"#),
    Reading(#"a: '\ud83d\ude00'"#, #"\ud83d\ude00"#),
    Reading(#"a: \ud83d\ude00 x"#, #"\ud83d\ude00 x"#),
    Reading(#"a: '\ud83d'"#, #"\ud83d"#),
    Reading("a: 'it''s \\ud83d\\ude00\n\n  y'", "it's \\ud83d\\ude00\ny"),
    Reading("a: |\n\n  \\ud83d\\ude00\n    x\n\nb: 1", "\n\\ud83d\\ude00\n  x\n"),
    Reading("a: |-2\n    \\ud83d\\ude00\n\n", "  \\ud83d\\ude00"),
    Reading("a: >+\n  \\ud83d\\ude00\n  y\n\n", "\\ud83d\\ude00 y\n\n"),
    Reading("# \\ud83d\\ude00\na: x # \\ud83d\\ude00", "x"),
  ]

  @Test(arguments: readings.indices)
  func aPairIsOneCharacterInDoubleQuotesAndPlainTextElsewhere(_ index: Int) {
    Self.readings[index].check()
  }

  @Test func aKeyMayContainAPair() {
    let document = Document(#"{"k\ud83d\ude00": 1, "k😀": 2}"#)
    #expect(document.diagnostics.map(\.brief) == ["duplicate-key 1:22-1:26 duplicate key 'k😀'"])
  }

  static let halves: [(yaml: String, place: String)] = [
    (#"a: "\ud83d""#, "1:5-1:11"), (#"a: "é \ude00x""#, "1:7-1:13"), (#"a: "\ude00\ud83d""#, "1:5-1:11"),
    (#"a: "\ud83d\ud83d\ude00""#, "1:5-1:11"), (#"a: "\ud83d\ude00\ud83d""#, "1:17-1:23"),
    (#"a: "\ud83d \ude00""#, "1:5-1:11"), (#"a: "\ud83d\\ude00""#, "1:5-1:11"),
    ("a: \"\\uD83D\\\n \\uDE00\"", "1:5-1:11"),
    ("a: \"\\ud83d\\ude00\n  \\uDE00\"", "2:3-2:9"), (#"a: "\ud83d\u0041""#, "1:5-1:11"),
  ]

  @Test(arguments: halves.indices)
  func halfOfAPairIsRefusedAtItsPlace(_ index: Int) {
    let (yaml, place) = Self.halves[index]
    let document = Document(yaml)
    #expect(document.diagnostics.map(\.brief) == ["yaml-syntax \(place) this escape is half of a surrogate pair"])
    let hint = #"write both halves, such as \ud83d\ude00, or the character itself"#
    #expect(document.diagnostics.first?.hint == hint)
  }

  @Test(arguments: [(#"a: "\U0000d83d""#, "1:5-1:15"), (#"a: "\UFFFFFFFF""#, "1:5-1:15")])
  func aNumberThatIsNoCharacterIsRefusedAtItsPlace(_ yaml: String, _ place: String) {
    let message = "yaml-syntax \(place) this escape names no Unicode character"
    #expect(Document(yaml).diagnostics.map(\.brief) == [message])
  }

  static let places: [(yaml: String, part: String, place: String)] = [
    (#"a: "\ud83d\ude00 then""#, "then", "1:18-1:22"), (#"a: "\ud83d\ude00 then""#, "😀", "1:5-1:17"),
    (#"a: "é\ud83d\ude00\ud83d\ude01 then""#, "😁", "1:18-1:30"), ("a: \"\\ud83d\\ude00\n  then\"", "then", "2:3-2:7"),
    (#"a: '\ud83d\ude00 then'"#, "then", "1:18-1:22"), ("a: |\n  \\ud83d\\ude00 then\n", "then", "2:16-2:20"),
  ]

  @Test(arguments: places.indices)
  func aPartBehindAPairLeadsToItsPlace(_ index: Int) throws {
    let (yaml, part, place) = Self.places[index]
    let document = Document(yaml)
    let node = try #require(document.root?["a"])
    let text = Array(try #require(node.scalar?.text).utf8)
    let start = try #require(text.indices.first { text[$0...].starts(with: part.utf8) })
    #expect(document.file.span(ofScalarRange: start..<start + part.utf8.count, of: node).brief == place)
  }

  @Test(arguments: [
    (#"["\ud83d\ude00", é, @x]"#, "1:21-1:24"), ("- \"\\ud83d\\ude00\"\n- @x", "2:3-2:5"),
    (#"["\ud83d\ude00", é, *x]"#, "1:21-1:23"), (#"{"\ud83d\ude00": !foo x}"#, "1:18-1:22"),
  ])
  func aFaultBehindAPairKeepsItsPlace(_ yaml: String, _ place: String) {
    #expect(Document(yaml).diagnostics.map(\.span.brief) == [place])
  }
}
