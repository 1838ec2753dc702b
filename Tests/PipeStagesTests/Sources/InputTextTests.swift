import PipeEngine
import Testing

@testable import PipeStages

@Suite("InputText")
struct InputTextTests {
  enum Form: CaseIterable { case utf16LE, utf16BE, utf32LE, utf32BE }

  private static func bytes(_ text: String, _ form: Form) -> [UInt8] {
    func split(_ value: UInt32, _ size: Int, isLittle: Bool) -> [UInt8] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
      return isLittle ? bytes : bytes.reversed()
    }
    return switch form {
    case .utf16LE: text.utf16.flatMap { split(UInt32($0), 2, isLittle: true) }
    case .utf16BE: text.utf16.flatMap { split(UInt32($0), 2, isLittle: false) }
    case .utf32LE: text.unicodeScalars.flatMap { split($0.value, 4, isLittle: true) }
    case .utf32BE: text.unicodeScalars.flatMap { split($0.value, 4, isLittle: false) }
    }
  }

  private func text(_ bytes: [UInt8], chunk: Int) throws -> String {
    var text = InputText(name: "list.txt")
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      result += try text.take(bytes[start..<min(start + chunk, bytes.count)])
    }
    result += try text.finish()
    return String(decoding: result, as: UTF8.self)
  }

  @Test(
    "UTF-16 and UTF-32 become UTF-8, with a byte order mark and without", arguments: Form.allCases, ["\u{FEFF}", ""])
  func forms(form: Form, mark: String) throws {
    for content in ["http://a.example/\u{1F600}\r\nü", "ab", "http://a.example/é\n"] {
      let bytes = Self.bytes(mark + content, form)
      for chunk in 1...9 { #expect(try text(bytes, chunk: chunk) == content, "\(form), chunks of \(chunk)") }
    }
  }

  @Test("what the spec says is believed, but for a mark of UTF-16")
  func given() throws {
    func text(_ bytes: [UInt8], _ form: InputText.Form) throws -> String {
      var text = InputText(name: "x", form: form)
      return try String(decoding: Array(text.take(bytes[...])) + text.finish(), as: UTF8.self)
    }
    // Nothing here begins with ASCII.
    #expect(try text(Self.bytes("é\u{20AC}x", .utf16BE), .utf16(isLittle: false)) == "é\u{20AC}x")
    #expect(try text(Self.bytes("\u{FEFF}é", .utf16BE), .utf16(isLittle: true)) == "é")
    #expect(try text(Self.bytes("\u{FEFF}é", .utf16LE), .utf16(isLittle: true)) == "é")
    #expect(try text([0x61, 0x00, 0x62, 0x00], .utf8) == "a\0b\0")
  }

  @Test("what is neither passes as it is", arguments: ["", "a", "ab", "abc", "abcd\n", "\u{FEFF}abc", "é\0x"])
  func others(content: String) throws {
    for chunk in 1...4 { #expect(try text(Array(content.utf8), chunk: chunk).utf8.elementsEqual(content.utf8)) }
    let octets: [UInt8] = [0xE9, 0x0A, 0xFF, 0x61, 0x80]
    var reader = InputText(name: "x")
    #expect(try Array(reader.take(octets[...])) == octets)
  }

  @Test("a stream of NULs is not text, however long it is")
  func zeros() throws {
    let error = #expect(throws: RunError.self) { try text([0, 0, 0, 0, 0], chunk: 2) }
    #expect(error?.reason == "is not text: it begins with NUL bytes")
  }

  @Test(
    "what is not whole or not valid ends the run, with its line",
    arguments: [
      ([0xFF, 0xFE, 0x61, 0x00, 0x0A, 0x00, 0x00, 0xD8, 0x61, 0x00], "is not valid UTF-16 in line 2"),
      ([0xFF, 0xFE, 0x61, 0x00, 0x00, 0xDC], "is not valid UTF-16 in line 1"),
      ([0xFF, 0xFE, 0x61, 0x00, 0x62], "ends in the middle of a character of UTF-16"),
      ([0xFF, 0xFE, 0x61, 0x00, 0x3D, 0xD8], "ends in the middle of a character of UTF-16"),
      ([0xFF, 0xFE, 0x00, 0x00, 0x00, 0x00, 0x11, 0x00], "is not valid UTF-32 in line 1"),
    ] as [([UInt8], String)])
  func faults(bytes: [UInt8], reason: String) throws {
    for chunk in 1...4 {
      let error = #expect(throws: RunError.self) { try text(bytes, chunk: chunk) }
      #expect(error?.reason == reason)
    }
  }
}
