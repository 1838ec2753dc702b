import NIOCore
import Testing

@testable import PracticeSite

@Suite("Codings and formats")
struct CodingTests {
  @Test("Checksums have their published values")
  func checksums() {
    #expect(Checksums.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(Checksums.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
  }

  @Test("The CRC of zeros is found without them", arguments: [0, 1, 2, 7, 2065, 100_000])
  func zeros(count: Int) {
    #expect(Checksums.crc32(ofZeros: count) == Checksums.crc32(Array(repeating: 0, count: count)))
  }

  @Test("Long bodies take several stored blocks")
  func blocks() {
    let coded = Deflate.raw(Array(repeating: 7, count: 70_000))
    #expect(coded.count == 70_000 + 2 * 5)
    #expect(coded[0] == 0 && coded[5 + 0xFFFF] == 1)
    #expect(Deflate.raw([]) == [1, 0, 0, 0xFF, 0xFF])
  }

  @Test(
    "The bomb unpacks to the zeros that its trailer tells",
    arguments: [1, 2064, 2065, 5000, 30_000_000])
  func bomb(size: Int) throws {
    let bomb = GzipBomb(atLeast: size)
    let steps = bomb.steps
    var coded: [UInt8] = []
    while case .send(let piece)? = steps.next() { coded += Array(buffer: piece) }

    #expect(bomb.decodedLength > size)
    #expect(Self.zeros(in: coded[10..<coded.count - 8]) == bomb.decodedLength)
    let crc = Checksums.crc32(ofZeros: bomb.decodedLength)
    #expect(Array(coded.suffix(8)) == Deflate.gzipTrailer(crc: crc, length: bomb.decodedLength))
  }

  @Test(
    "A zstd frame does not tell its length, and asks for the window of its level",
    arguments: [
      (1, nil, 19), (3, nil, 21), (19, nil, 23), (3, 10, 10), (3, 20, 20), (3, 27, 27), (22, nil, 27),
    ] as [(Int, Int?, UInt8)])
  func zstd(level: Int, window: Int?, windowLog: UInt8) throws {
    let frame = try #require(Zstd.frame(Array("<title>t</title>".utf8), level: level, window: window))
    // RFC 8878, 3.1.1: the magic number, a descriptor without a content size or a single segment, and the window.
    #expect(frame.prefix(4) == [0x28, 0xB5, 0x2F, 0xFD])
    #expect(frame[4] & 0b1110_0000 == 0)
    #expect(frame[5] == (windowLog - 10) << 3)
  }

  @Test("Dates are written as the web's formats want them")
  func dates() {
    #expect(CalendarDate(seconds: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(CalendarDate(seconds: 951_782_400).timestamp == "2000-02-29T00:00:00Z")
    #expect(CalendarDate.ofPage(365).day == "2024-01-01")
  }

  @Test(
    "JSON text is escaped",
    arguments: [
      ("a\"b\\c\n", false, #""a\"b\\c\n""#), ("\u{1}é🌊", false, "\"\\u0001é🌊\""),
      ("é🌊", true, #""\u00e9\ud83c\udf0a""#), ("</script>", false, #""\u003c/script>""#),
    ])
  func json(text: String, asciiOnly: Bool, written: String) {
    #expect(JSON.string(text).text(asciiOnly: asciiOnly) == written)
  }

  @Test(
    "Percent-encoding is undone",
    arguments: [
      ("a%20b+c", false, "a b+c"), ("a%20b+c", true, "a b c"), ("%", false, "%"),
      ("%4", false, "%4"),
      ("%zz", false, "%zz"), ("%c3%A9", false, "é"), ("%ff", false, "\u{FFFD}"),
    ])
  func percent(text: String, plusIsSpace: Bool, decoded: String) {
    #expect(PercentEncoding.decode(text[...], plusIsSpace: plusIsSpace) == decoded)
  }

  /// How many zeros a block with the fixed code stands for that has literal zeros and copies of 258 bytes from
  /// distance 1 alone; nil for any other (RFC 1951 3.2.6).
  private static func zeros(in block: ArraySlice<UInt8>) -> Int? {
    let bytes = Array(block)
    var place = 0
    func take(_ count: Int) -> Int {
      var bits = 0
      for _ in 0..<count {
        bits =
          bits << 1 | (place / 8 < bytes.count ? Int(bytes[place / 8] >> UInt8(place % 8) & 1) : 1)
        place += 1
      }
      return bits
    }
    guard take(3) == 0b110 else { return nil }
    var zeros = 0
    while true {
      let code = take(7)
      if code == 0 { return (place + 7) / 8 == bytes.count ? zeros : nil }
      switch code << 1 | take(1) {
      case 0b0011_0000: zeros += 1
      case 0b1100_0101 where zeros > 0 && take(5) == 0: zeros += 258
      default: return nil
      }
    }
  }
}
