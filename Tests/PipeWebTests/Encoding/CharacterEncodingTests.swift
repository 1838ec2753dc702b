import PipeTesting
import PipeWeb
import Testing

@Suite("Character encodings and their labels")
struct CharacterEncodingTests {
  private struct Group: Decodable {
    struct Encoding: Decodable {
      let name: String
      let labels: [String]
    }
    let encodings: [Encoding]
  }

  @Test(
    "Every label of the standard names its encoding, and every encoding is known",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func standardLabels() throws {
    let encodings = try Corpus.json("encoding-labels/encodings.json", as: [Group].self).flatMap(\.encodings)
    #expect(encodings.count == CharacterEncoding.allCases.count)
    for encoding in encodings {
      for label in encoding.labels {
        #expect(CharacterEncoding(label: label)?.name == encoding.name, "\(label)")
        #expect(CharacterEncoding(label: "\t\r\n\u{C} \(label.uppercased()) ")?.name == encoding.name, "\(label)")
      }
    }
  }

  @Test("What is no label names nothing", arguments: ["", " ", "utf-7", "utf 8", "utf-8\u{B}", "ＵＴＦ-8", "latin1;"])
  func unknownLabels(label: String) {
    #expect(CharacterEncoding(label: label) == nil)
  }

  @Test("A label of any length is refused without looking at all of it")
  func longLabel() {
    #expect(CharacterEncoding(label: String(repeating: "x", count: 1_000_000)) == nil)
    #expect(CharacterEncoding(label: "utf-8" + String(repeating: " ", count: 1000)) == .utf8)
  }

  @Test("The Kelvin sign is no K", arguments: ["big5-h\u{212A}scs", "g\u{212A}b"])
  func onlyASCIICaseFolds(label: String) {
    #expect(CharacterEncoding(label: label) == nil)
  }

  @Test("UTF-16, ISO-2022-JP and replacement are not compatible with ASCII")
  func asciiCompatibility() {
    let others = CharacterEncoding.allCases.filter { !$0.isASCIICompatible }
    #expect(Set(others) == [.utf16BE, .utf16LE, .iso2022JP, .replacement])
  }
}
