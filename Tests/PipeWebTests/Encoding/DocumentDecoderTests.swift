import PipeTesting
import Testing

@testable import PipeWeb

struct DocumentDecoderTests {
  private static func decode(
    _ bytes: [UInt8], _ type: String? = nil, pieces: (Int) -> Int = { _ in .max }
  ) -> (text: String, encoding: CharacterEncoding?) {
    var decoder = DocumentDecoder(mediaType: type.flatMap { MediaType($0) })
    var output: [UInt8] = []
    for piece in bytes.pieces(pieces) { piece.withUnsafeBufferPointer { decoder.decode($0, into: &output) } }
    decoder.finish(into: &output)
    return (String(decoding: output, as: UTF8.self), decoder.encoding)
  }

  private static let declared: [([UInt8], String?, CharacterEncoding, String)] = [
    ([0xEF, 0xBB, 0xBF, 0x3C, 0x61], "text/xml; charset=latin1", .utf8, "<a"),
    ([0xFF, 0xFE, 0x3C, 0, 0x61, 0], nil, .utf16LE, "<a"), ([0xFE, 0xFF, 0, 0x3C, 0, 0x61], nil, .utf16BE, "<a"),
    ([0x3C, 0, 0x61, 0], nil, .utf16LE, "<a"), ([0, 0x3C, 0, 0x61], nil, .utf16BE, "<a"),
    ([0x3C, 0xE9], "text/xml; charset=iso-8859-1", .windows1252, "<é"),
    ([0x3C, 0x61], "text/xml; charset=utf-16", .utf8, "<a"), ([0xE9], "text/xml; charset=nonsense", .utf8, "é"),
    (
      Array("<?xml version='1.0' encoding='euc-kr'?>".utf8) + [0xB3, 0xE2], nil, .eucKR,
      "<?xml version='1.0' encoding='euc-kr'?>년"
    ),
    (
      Array("\n <?xml encoding=\"windows-1251\"?>".utf8) + [0xC0], nil, .windows1251,
      "\n <?xml encoding=\"windows-1251\"?>А"
    ),
    (Array("<?xml encoding='utf-16'?>é".utf8), nil, .utf8, "<?xml encoding='utf-16'?>é"),
    ([], nil, .utf8, ""),
    // Not UTF-8: a byte by itself is windows-1252.
    (Array("a ".utf8) + [0x93, 0x78, 0x94, 0xC3, 0xA9, 0xE2, 0x82], nil, .utf8, "a “x”éâ‚"),
    ([0xF0, 0x9F, 0x98, 0x80, 0xF0, 0x9F, 0x98], nil, .utf8, "😀ðŸ˜"),
  ]

  @Test(arguments: declared)
  func `The encoding is the one that is declared`(
    bytes: [UInt8], type: String?, encoding: CharacterEncoding, text: String
  ) {
    let decoded = Self.decode(bytes, type)
    #expect(decoded.text == text)
    #expect(decoded.encoding == encoding)
  }

  @Test(arguments: CharacterEncoding.allCases)
  func `How a document is cut into pieces changes nothing`(encoding: CharacterEncoding) {
    var random = RepeatableRandom(seed: 7)
    let type = "text/xml; charset=\(encoding.name)"
    for round in 0..<Effort.times(10) {
      var bytes = (0..<Int.random(in: 1...3_000, using: &random)).map { _ in
        random.oneIn(3) ? UInt8.random(in: 0...255, using: &random) : UInt8.random(in: 0x20...0x7E, using: &random)
      }
      if round % 2 == 0 { bytes.insert(contentsOf: [0x80], at: 0) }
      if encoding == .iso2022JP {
        for _ in 0..<20 {
          let escape =
            [Array("\u{1B}$B".utf8), Array("\u{1B}(B".utf8), Array("\u{1B}(J".utf8)].randomElement(using: &random) ?? []
          bytes.insert(contentsOf: escape, at: Int.random(in: 0...bytes.count, using: &random))
        }
      }
      let whole = Self.decode(bytes, type)
      let cut = Self.decode(bytes, type, pieces: { _ in Int.random(in: 1...200, using: &random) })
      #expect(cut.text == whole.text)
      #expect(
        whole.encoding == encoding || whole.encoding == .utf16LE || whole.encoding == .utf16BE
          || whole.encoding == .utf8)
      // Japanese text that ends in its escapes is decoded escape by escape.
      if encoding != .utf8, encoding != .iso2022JP, whole.encoding == encoding {
        #expect(whole.text == CharacterDecoder(encoding).decodePart(bytes.span))
      }
    }
  }

  @Test(arguments: [CharacterEncoding.gb18030, .shiftJIS, .iso2022JP])
  func `A text without a place to cut it at is cut where the bound is`(encoding: CharacterEncoding) {
    var random = RepeatableRandom(seed: 3)
    let bytes = [UInt8](repeating: 0x81, count: 200_000)
    let type = "text/xml; charset=\(encoding.name)"
    let whole = Self.decode(bytes, type)
    #expect(Self.decode(bytes, type, pieces: { _ in Int.random(in: 1...50_000, using: &random) }).text == whole.text)
  }
}
