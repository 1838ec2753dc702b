import PipeTesting
import PipeWeb
import Testing

@Suite("Decoding bytes")
struct CharacterDecoderTests {
  @Test(
    "The vectors decode byte for byte",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)),
    arguments: [CharacterEncoding.eucKR, .gb18030, .shiftJIS])
  func vectors(encoding: CharacterEncoding) throws {
    let name = encoding.name.lowercased().replacing("-", with: "_")
    let decoder = CharacterDecoder(encoding)
    let bytes = try Corpus.bytes("encoding-vectors/\(name)_in.txt")
    let reference = try Corpus.bytes("encoding-vectors/\(name)_in_ref.txt")
    #expect(decoder.decodeToUTF8(bytes.span) == reference)
    #expect(Array(decoder.decode(bytes.span).utf8) == reference)
  }

  private static let cases: [(CharacterEncoding, [UInt8], String)] = [
    (.utf8, [0xF0, 0x9F, 0x41, 0xE4, 0xB8, 0xC2, 0xC2, 0xA3], "\u{FFFD}A\u{FFFD}\u{FFFD}£"),
    (.utf8, [0xED, 0xA0, 0x80, 0xC0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    (.windows1252, [0x80, 0x81, 0x41, 0xFF], "€\u{81}Aÿ"),
    (.windows1253, [0xAA, 0xC1], "\u{FFFD}Α"),
    (.xUserDefined, [0x41, 0x80, 0xFF], "A\u{F780}\u{F7FF}"),
    (.replacement, [0x41, 0x42], "\u{FFFD}"),
    (.replacement, [], ""),
    // Errors give an ASCII trail back, and swallow another one.
    (.gbk, [0x81, 0x20, 0x81, 0xFF, 0x41], "\u{FFFD} \u{FFFD}A"),
    (.gbk, [0x80, 0xFF, 0x81], "€\u{FFFD}\u{FFFD}"),
    (.gb18030, [0x81, 0x30, 0x41, 0x41], "\u{FFFD}0AA"),
    (.gb18030, [0x81, 0x30, 0x81, 0x41], "\u{FFFD}0\u{4E04}"),
    (.gb18030, [0x81, 0x30, 0x81], "\u{FFFD}"),
    (.gb18030, [0x81, 0x30], "\u{FFFD}"),
    (.gb18030, [0x81, 0x30, 0x81, 0x30, 0x84, 0x31, 0xA4, 0x39], "\u{80}\u{FFFF}"),
    (.big5, [0xA4, 0xA4, 0x88, 0x62, 0x80, 0xA4], "中Ê̄\u{FFFD}\u{FFFD}"),
    (.big5, [0x81, 0x40, 0x81, 0xA1], "\u{FFFD}@\u{FFFD}"),
    (.eucJP, [0x8E, 0xB1, 0x8F, 0xB0, 0xA1, 0xC6, 0xFC], "ｱ丂日"),
    (.eucJP, [0x8F, 0xA1, 0x41, 0x8E, 0x41, 0x8F], "\u{FFFD}A\u{FFFD}A\u{FFFD}"),
    (.eucJP, [0x8F, 0xA1, 0x8E, 0x41], "\u{FFFD}A"),
    (.shiftJIS, [0x93, 0xFA, 0xB1, 0x80, 0xA0, 0xF0, 0x40], "日ｱ\u{80}\u{FFFD}\u{E000}"),
    (.shiftJIS, [0x81, 0x20, 0x81], "\u{FFFD} \u{FFFD}"),
    (.eucKR, [0xB0, 0xA1, 0x81, 0x40, 0xC9, 0xA1, 0xFF], "가\u{FFFD}@\u{FFFD}\u{FFFD}"),
    (.utf16LE, [0x41, 0, 0x3D, 0xD8, 0, 0xDE, 0x3D, 0xD8, 0x42, 0, 0, 0xDC], "A😀\u{FFFD}B\u{FFFD}"),
    (.utf16BE, [0, 0x41, 0xD8, 0x3D, 0xDE], "A\u{FFFD}"),
    (.utf16BE, [0x41], "\u{FFFD}"),
    (.iso2022JP, [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42, 0x41], "日A"),
    (.iso2022JP, [0x1B, 0x28, 0x4A, 0x5C, 0x7E, 0x1B, 0x28, 0x49, 0x31], "¥‾ｱ"),
    // Two escapes without anything between them are an error, as are a broken escape and half a character.
    (.iso2022JP, [0x1B, 0x28, 0x42, 0x1B, 0x28, 0x42, 0x41], "\u{FFFD}A"),
    (.iso2022JP, [0x1B, 0x28, 0x41, 0x1B, 0x24], "\u{FFFD}(A\u{FFFD}$"),
    (.iso2022JP, [0x1B, 0x24, 0x42, 0x46, 0x1B, 0x28, 0x42, 0x0E], "\u{FFFD}\u{FFFD}"),
    (.iso2022JP, [0x1B, 0x24, 0x42, 0x46], "\u{FFFD}"),
    (.iso2022JP, [0x1B, 0x24, 0x42, 0x46, 0x80, 0x46, 0x7C, 0x1B, 0x24], "\u{FFFD}日\u{FFFD}\u{FFFD}"),
  ]

  @Test("Broken sequences become U+FFFD as the standard says", arguments: cases)
  func brokenSequences(encoding: CharacterEncoding, bytes: [UInt8], expected: String) {
    let decoded = CharacterDecoder(encoding).decode(bytes.span)
    #expect(decoded.unicodeScalars.map(\.value) == expected.unicodeScalars.map(\.value))
  }

  @Test("A byte order mark decides over the encoding and is removed", arguments: CharacterEncoding.allCases)
  func byteOrderMark(encoding: CharacterEncoding) {
    let decoder = CharacterDecoder(encoding)
    #expect(decoder.decode([0xEF, 0xBB, 0xBF, 0xC3, 0xA9].span) == "é")
    #expect(decoder.decode([0xFE, 0xFF, 0, 0x41].span) == "A")
    #expect(decoder.decode([0xFF, 0xFE, 0x41, 0].span) == "A")
    #expect(Array(decoder.decode([0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF].span).utf8) == [0xEF, 0xBB, 0xBF])
  }

  @Test("ASCII stays as it is, at every length and alignment", arguments: CharacterEncoding.allCases)
  func ascii(encoding: CharacterEncoding) {
    guard encoding.isASCIICompatible || encoding == .iso2022JP else { return }
    for length in 0..<80 {
      let text = (0..<length).map { UInt8($0 % 0x0D) }
      #expect(CharacterDecoder(encoding).decodeToUTF8(text.span) == text)
    }
  }

  @Test("Any bytes give well-formed text within the bound", arguments: CharacterEncoding.allCases)
  func randomBytes(encoding: CharacterEncoding) {
    var random = RepeatableRandom(seed: 0x5EED)
    let decoder = CharacterDecoder(encoding)
    // Bytes from a few ranges, so that sequences get far before they break.
    let alphabets: [[ClosedRange<UInt8>]] = [
      [0...255], [0x81...0xFE, 0x30...0x39], [0xA1...0xFE], [0x1B...0x1B, 0x24...0x28, 0x40...0x4A, 0x21...0x7E],
      [0x80...0xA0, 0xE0...0xFF, 0x40...0x7E], [0xD8...0xDF, 0...255],
    ]
    for round in 0..<600 {
      let alphabet = alphabets[round % alphabets.count]
      let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in
        UInt8.random(in: alphabet[Int.random(in: 0..<alphabet.count, using: &random)], using: &random)
      }
      let decoded = decoder.decodeToUTF8(bytes.span)
      #expect(decoded.count <= bytes.count * 3)
      #expect(String(validating: decoded, as: UTF8.self).map { Array($0.utf8) } == decoded)
      #expect(Array(decoder.decode(bytes.span).utf8) == decoded)
    }
  }
}
