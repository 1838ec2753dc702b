import PipeText
import Testing

@Suite("PathText")
struct PathTextTests {
  private func bytes(of text: String) -> [UInt8] {
    text.withPath { path in
      var bytes: [UInt8] = []
      var index = 0
      while path[index] != 0 {
        bytes.append(UInt8(bitPattern: path[index]))
        index += 1
      }
      return bytes
    }
  }

  @Test(
    "every name is the same after it was a text",
    arguments: [
      [], [0x61], [0xFF], [0x61, 0xE9, 0x2E, 0x74], [0xC3, 0xA9, 0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x8F, 0xBE, 0x80],
      [0xF4, 0x8F, 0xBF, 0xBF, 0x61], [0xF4, 0x8F, 0xBD, 0xBF], [0xF4, 0x90, 0x80, 0x80],
      [0xF0, 0x9F, 0x98, 0x80, 0xFE],
      Array(0x80...0xFF), Array(1...0x7F),
    ] as [[UInt8]])
  func roundTrip(name: [UInt8]) { #expect(bytes(of: PathText.text(of: name)) == name) }

  @Test("names in UTF-8 are as they are", arguments: ["", "a", "ü/é.csv", "\u{1F600}", "\u{10FFFD}x"])
  func plain(name: String) {
    let text = PathText.text(of: name.utf8)
    #expect(bytes(of: text) == Array(name.utf8))
    if name != "\u{10FFFD}x" {
      #expect(text == name)
      #expect(!PathText.hasOctets(text))
      #expect(PathText.shown(text) == name)
    }
  }

  @Test("a byte that is not UTF-8 is shown by its number")
  func shown() { #expect(PathText.shown(PathText.text(of: [0x6F, 0xFF, 0x2E, 0x63])) == "o\\xFF.c") }
}
