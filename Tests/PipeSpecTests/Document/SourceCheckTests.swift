import PipeSpec
import Testing

struct SourceCheckTests {
  static let faults: [(bytes: [UInt8], place: String, message: String)] = [
    (Array("é: \u{7}".utf8), "1:4-1:5", "the control character U+0007 cannot stand in YAML"),
    (Array("a\n\0".utf8), "2:1-2:2", "the control character U+0000 cannot stand in YAML"),
    (Array("a: \u{9F}".utf8), "1:4-1:5", "the control character U+009F cannot stand in YAML"),
    (Array("a: ".utf8) + [0xC3, 0x28], "1:4-1:5", "the file is not valid UTF-8 here: byte 0xC3"),
    (Array("a: ".utf8) + [0xED, 0xA0, 0x80], "1:4-1:5", "the file is not valid UTF-8 here: byte 0xED"),
    (Array("a: ".utf8) + [0xE2, 0x82], "1:4-1:5", "the file is not valid UTF-8 here: byte 0xE2"),
    ([0xFF, 0xFE, 0x61, 0], "1:1-1:1", "the file is UTF-16"),
    ([0, 0x61, 0, 0x3A], "1:1-1:1", "the file is UTF-16"),
    ([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x61], "1:1-1:1", "the file is UTF-32"),
    (Array(repeating: 0x20, count: 16 << 20 + 1), "1:1-1:1", "the file is larger than 16 MiB"),
    (Array(String(repeating: "%TAG !a! b\n", count: 65).utf8), "65:1-65:11", "more than 64 %TAG directives"),
  ]

  @Test(arguments: faults.indices)
  func aFileThatIsNoTextIsRefusedAtTheFirstFault(_ index: Int) {
    let fault = Self.faults[index]
    let document = Document(reading: SourceFile(name: "x", bytes: fault.bytes))
    #expect(document.root == nil)
    #expect(document.diagnostics.map(\.brief) == ["yaml-syntax \(fault.place) \(fault.message)"])
  }

  @Test func aByteOrderMarkIsNoPartOfTheText() throws {
    let document = Document("\u{FEFF}a: é\n")
    let root = try #require(document.root)
    #expect(root.span.brief == "1:1-1:5")
    #expect(root.span.start.offset == 3)
    #expect(root["a"]?.span.start.offset == 6)
  }

  @Test(arguments: ["", "\n\n", "# only a comment\n", "\u{FEFF}"])
  func anEmptyFileHasNoRootAndNoFault(_ text: String) {
    let document = Document(text)
    #expect(document.root == nil)
    #expect(document.diagnostics.isEmpty)
  }

  @Test(arguments: ["\u{85}", "\u{2028}", "\u{2029}"])
  func lineBreaksOfYAML11AreOrdinaryCharacters(_ character: String) throws {
    let taken = try #require(Unicode.Scalar(0xFDD0).map(String.init))
    let document = Document("a: x\(character)y z\(taken)\nb: '\(character)'\n")
    #expect(document.diagnostics.isEmpty)
    let root = try #require(document.root)
    #expect(root["a"]?.scalar?.text == "x\(character)y z\(taken)")
    #expect(root["a"]?.span.brief == "1:4-1:10")
    #expect(root["b"]?.scalar?.text == character)
    #expect(root["b"]?.span.brief == "2:4-2:7")
  }
}
