import PipeTesting
import PipeWeb
import Testing

@Suite("Encoding text")
struct CharacterEncoderTests {
  /// The bytes of a text, with numeric references for what the encoding does not have.
  private static func encode(_ text: String, _ encoding: CharacterEncoding) throws -> [UInt8] {
    var encoder = try #require(CharacterEncoder(encoding))
    var output: [UInt8] = []
    for scalar in text.unicodeScalars {
      if let missing = encoder.append(scalar, to: &output) { output += "&#\(missing.value);".utf8 }
    }
    encoder.finish(&output)
    return output
  }

  @Test(
    "The vectors encode byte for byte",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)),
    arguments: [CharacterEncoding.eucKR, .gb18030, .shiftJIS])
  func vectors(encoding: CharacterEncoding) throws {
    let name = encoding.name.lowercased().replacing("-", with: "_")
    let text = String(decoding: try Corpus.bytes("encoding-vectors/\(name)_out.txt"), as: UTF8.self)
    #expect(try Self.encode(text, encoding) == Corpus.bytes("encoding-vectors/\(name)_out_ref.txt"))
  }

  private static let cases: [(CharacterEncoding, String, [UInt8])] = [
    (.windows1252, "€ÿ", [0x80, 0xFF]), (.windows1252, "\u{81}", [0x81]),
    (
      .windows1251, "поиск€",
      [
        0xEF, 0xEE, 0xE8, 0xF1, 0xEA, 0x88,
      ]
    ),
    (.iso8859_2, "ł", [0xB3]), (.iso8859_8I, "א", [0xE0]), (.koi8U, "ї", [0xA7]), (.windows874, "ก", [0xA1]),
    (.macintosh, "Ω", [0xBD]), (.ibm866, "ё", [0xF1]), (.xUserDefined, "\u{F780}\u{F7FF}", [0x80, 0xFF]),
    (.windows1252, "п", Array("&#1087;".utf8)), (.koi8R, "😀", Array("&#128512;".utf8)),
    (.gbk, "搜€", [0xCB, 0xD1, 0x80]), (.gbk, "\u{A5}😀", Array("&#165;&#128512;".utf8)),
    (.gb18030, "€\u{A5}😀", [0xA2, 0xE3, 0x81, 0x30, 0x84, 0x36, 0x94, 0x39, 0xFC, 0x36]),
    (.gb18030, "\u{E5E5}\u{E7C7}", Array("&#58853;".utf8) + [0x81, 0x35, 0xF4, 0x37]),
    (
      .gb18030, "\u{E81E}\u{9FB4}\u{E78D}\u{FE10}\u{E864}",
      [
        0xFE, 0x59, 0xFE, 0x59, 0xA6, 0xD9, 0xA6, 0xD9, 0xFE, 0xA0,
      ]
    ),
    (.big5, "中十卅═", [0xA4, 0xA4, 0xA4, 0x51, 0xA4, 0xCA, 0xF9, 0xF9]),
    (.big5, "\u{4E28}", Array("&#20008;".utf8)),
    (.eucJP, "日ｱ¥‾\u{2212}", [0xC6, 0xFC, 0x8E, 0xB1, 0x5C, 0x7E, 0xA1, 0xDD]),
    (.eucJP, "丂", Array("&#19970;".utf8)),
    (.shiftJIS, "検ｱ¥‾\u{2212}\u{80}", [0x8C, 0x9F, 0xB1, 0x5C, 0x7E, 0x81, 0x7C, 0x80]),
    (.shiftJIS, "≒纊\u{E000}", [0x81, 0xE0, 0xFA, 0x5C] + Array("&#57344;".utf8)),
    (.eucKR, "가똠", [0xB0, 0xA1, 0x8C, 0x63]),
    (.iso2022JP, "日A", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42, 0x41]),
    (.iso2022JP, "¥a\\", [0x1B, 0x28, 0x4A, 0x5C, 0x61, 0x1B, 0x28, 0x42, 0x5C]),
    (.iso2022JP, "ｱﾟ", [0x1B, 0x24, 0x42, 0x25, 0x22, 0x21, 0x2C, 0x1B, 0x28, 0x42]),
    (.iso2022JP, "日😀\u{1B}", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42] + Array("&#128512;&#65533;".utf8)),
  ]

  @Test("Text becomes the bytes that the standard says", arguments: cases)
  func bytes(encoding: CharacterEncoding, text: String, expected: [UInt8]) throws {
    #expect(try Self.encode(text, encoding) == expected)
  }

  @Test(
    "UTF-16 and the replacement encoding go out as UTF-8",
    arguments: [
      CharacterEncoding.utf8, .utf16BE, .utf16LE, .replacement,
    ])
  func outputEncoding(encoding: CharacterEncoding) { #expect(CharacterEncoder(encoding) == nil) }

  @Test(
    "What was decoded is encoded to bytes that decode the same",
    arguments: CharacterEncoding.allCases.filter { CharacterEncoder($0) != nil && $0 != .iso2022JP })
  func roundTrip(encoding: CharacterEncoding) throws {
    let decoder = CharacterDecoder(encoding)
    var sequences = (0x80...0xFF).map { [UInt8($0)] }
    if [.gbk, .gb18030, .big5, .eucJP, .shiftJIS, .eucKR].contains(encoding) {
      for lead in 0x81...0xFE as ClosedRange<UInt8> {
        for trail in 0x40...0xFE as ClosedRange<UInt8> { sequences.append([lead, trail]) }
      }
    }
    for bytes in sequences {
      let text = decoder.decode(bytes.span)
      guard text.unicodeScalars.count == 1, text != "\u{FFFD}" else { continue }
      var encoder = try #require(CharacterEncoder(encoding))
      var output: [UInt8] = []
      // The extensions of Hong Kong and the users' own characters are read and not written.
      guard encoder.append(text.unicodeScalars.first ?? "?", to: &output) == nil else {
        #expect(encoding == .big5 || encoding == .shiftJIS, "\(bytes) is \(text)")
        continue
      }
      #expect(decoder.decode(output.span) == text, "\(bytes)")
    }
  }
}
