import PipeTesting
import PipeWeb
import Testing

@Suite("Decoding every sequence that the standard's indexes know")
struct EncodingIndexTests {
  private static let multiByte: [(encoding: CharacterEncoding, index: String, bytes: @Sendable (Int) -> [UInt8])] = [
    (.big5, "big5", { [UInt8($0 / 157 + 0x81), UInt8($0 % 157 + ($0 % 157 < 0x3F ? 0x40 : 0x62))] }),
    (.eucKR, "euc-kr", { [UInt8($0 / 190 + 0x81), UInt8($0 % 190 + 0x41)] }),
    (.gb18030, "gb18030", { [UInt8($0 / 190 + 0x81), UInt8($0 % 190 + ($0 % 190 < 0x3F ? 0x40 : 0x41))] }),
    (.gbk, "gb18030", { [UInt8($0 / 190 + 0x81), UInt8($0 % 190 + ($0 % 190 < 0x3F ? 0x40 : 0x41))] }),
    (
      .shiftJIS, "jis0208",
      {
        let (lead, trail) = ($0 / 188, $0 % 188)
        return [UInt8(lead + (lead < 0x1F ? 0x81 : 0xC1)), UInt8(trail + (trail < 0x3F ? 0x40 : 0x41))]
      }
    ),
    (.eucJP, "jis0212", { [0x8F, UInt8($0 / 94 + 0xA1), UInt8($0 % 94 + 0xA1)] }),
  ]

  private static func indexes() throws -> [String: [UInt32?]] {
    // gb18030-ranges holds pairs, the others code points.
    enum Entry: Decodable {
      case codePoint(UInt32)
      case other
      init(from decoder: any Decoder) throws {
        let value = try? decoder.singleValueContainer().decode(UInt32.self)
        self = value.map(Entry.codePoint) ?? .other
      }
    }
    return try Corpus.json("encoding-labels/indexes.json", as: [String: [Entry]].self).mapValues {
      $0.map { if case .codePoint(let value) = $0 { value } else { nil } }
    }
  }

  @Test(
    "Each pointer of a multi-byte index decodes to its code point, and an empty one to U+FFFD",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)), arguments: multiByte.indices)
  func multiByteIndexes(row: Int) throws {
    let (encoding, name, bytes) = Self.multiByte[row]
    let index = try #require(try Self.indexes()[name])
    let decoder = CharacterDecoder(encoding)
    let combinations = [1133: "Ê̄", 1135: "Ê̌", 1164: "ê̄", 1166: "ê̌"]
    var wrong: [Int] = []
    for (pointer, codePoint) in index.enumerated() {
      let sequence = bytes(pointer)
      let expected: String
      if let scalar = codePoint.flatMap(Unicode.Scalar.init) {
        expected = String(Character(scalar))
      } else if encoding == .big5, let combination = combinations[pointer] {
        expected = combination
      } else if encoding == .shiftJIS, 8836...10715 ~= pointer {
        expected = String(Unicode.Scalar(UInt32(0xE000 - 8836 + pointer)).map(Character.init) ?? " ")
      } else {
        // A trail byte that is ASCII is text of its own.
        expected = "\u{FFFD}" + (sequence[1] < 0x80 ? String(Unicode.Scalar(sequence[1])) : "")
      }
      if !decoder.decode(sequence.span).unicodeScalars.elementsEqual(expected.unicodeScalars) { wrong.append(pointer) }
    }
    #expect(wrong.isEmpty)
  }

  @Test(
    "Both bytes of jis0208 decode in EUC-JP and in ISO-2022-JP",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func jis0208() throws {
    let index = try #require(try Self.indexes()["jis0208"])
    var wrong: [Int] = []
    for (pointer, codePoint) in index.prefix(94 * 94).enumerated() {
      let (lead, trail) = (UInt8(pointer / 94), UInt8(pointer % 94))
      let expected = String(Character(codePoint.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"))
      let euc = CharacterDecoder(.eucJP).decode([lead + 0xA1, trail + 0xA1].span)
      let iso = CharacterDecoder(.iso2022JP).decode([0x1B, 0x24, 0x42, lead + 0x21, trail + 0x21].span)
      if euc != expected || iso != expected { wrong.append(pointer) }
    }
    #expect(wrong.isEmpty)
  }

  @Test(
    "Each byte of a single-byte encoding decodes to its code point",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func singleByteIndexes() throws {
    let indexes = try Self.indexes().filter { $0.value.count == 128 }
    #expect(indexes.count == 27)
    for (name, index) in indexes {
      let decoder = CharacterDecoder(try #require(CharacterEncoding(label: name)))
      for byte in UInt8.min...UInt8.max {
        let codePoint = byte < 0x80 ? UInt32(byte) : index[Int(byte) - 0x80] ?? 0xFFFD
        let decoded = decoder.decode([byte].span)
        #expect(decoded.unicodeScalars.map(\.value) == [codePoint], "\(name) \(byte)")
      }
    }
    #expect(CharacterDecoder(.iso8859_8I).decode([0xE0, 0xA1].span) == "\u{5D0}\u{FFFD}")
  }

  @Test(
    "The four-byte sequences of gb18030 reach every run of its ranges, and nothing between them",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func gb18030Ranges() throws {
    struct Indexes: Decodable {
      let ranges: [[Int]]
      enum CodingKeys: String, CodingKey { case ranges = "gb18030-ranges" }
    }
    func decode(_ pointer: Int) -> [UInt32] {
      let bytes = [
        UInt8(0x81 + pointer / 12600), UInt8(0x30 + pointer / 1260 % 10), UInt8(0x81 + pointer / 10 % 126),
        UInt8(0x30 + pointer % 10),
      ]
      return CharacterDecoder(.gb18030).decode(bytes.span).unicodeScalars.map(\.value)
    }
    let ranges = try Corpus.json("encoding-labels/indexes.json", as: Indexes.self).ranges
    #expect(ranges.count == 207)
    for (range, next) in zip(ranges, ranges.dropFirst()) {
      #expect(decode(range[0]) == [UInt32(range[1])])
      let last = min(next[0] - 1, 39_419)
      if last != 7457 { #expect(decode(last) == [UInt32(range[1] + last - range[0])]) }
    }
    #expect(decode(7457) == [0xE7C7])
    #expect(decode(39_419) == [0xFFFF])
    #expect(decode(39_420) == [0xFFFD])
    #expect(decode(188_999) == [0xFFFD])
    #expect(decode(189_000) == [0x10000])
    #expect(decode(1_237_575) == [0x10FFFF])
    #expect(decode(1_237_576) == [0xFFFD])
  }
}
