import PipeTesting
import PipeWeb
import Testing

/// Where links stand in their page: line, column and landmark.
struct LinkPlaceTests {
  static let wanted: PageFacts.Wanted = [.links, .linkElements, .metas, .frames, .linkPlaces]

  static func facts(
    _ page: [UInt8], cuts: [Int] = [], wanted: PageFacts.Wanted = wanted, limits: PageFacts.Limits = PageFacts.Limits()
  ) -> PageFacts {
    var scanner = PageScanner(wanted: wanted, limits: limits)
    var start = 0
    for cut in cuts + [page.count] where cut > start {
      _ = scanner.feed(Array(page[start..<cut]))
      start = cut
    }
    return scanner.finish()
  }

  /// The places of links, `link` and `meta` elements and frames, each kind in its order.
  static func places(_ facts: PageFacts, in encoding: CharacterEncoding = .utf8) -> [String] {
    let decoder = CharacterDecoder(encoding)
    var columns = PageFacts.Columns(facts, transcode: encoding == .utf8 ? nil : { decoder.decodePart($0.span) })
    var texts: [String] = []
    for place in facts.linkPlaces + facts.linkElementPlaces + facts.metaPlaces + facts.framePlaces {
      let column = columns.column(of: place)
      texts.append("\(place.line ?? 0):\(column ?? 0)" + (place.landmark.map { " \($0)" } ?? ""))
    }
    return texts
  }

  // MARK: Lines and columns

  @Test(arguments: [
    ("<a href=x>", ["1:1"]), ("\n<a href=x>", ["2:1"]), ("a\n b <a href=x>c</a>\n\n<a href=y>", ["2:4", "4:1"]),
    ("\r<a href=x>", ["2:1"]), ("\r\n<a href=x>", ["2:1"]), ("\n\r<a href=x>", ["3:1"]),
    ("\r\r\n\n <a href=x>", ["4:2"]),
    ("\u{C}\u{B}\u{85}\u{2028}<a href=x>", ["1:5"]), ("\t<a href=x>", ["1:2"]), ("\u{0}<a href=x>", ["1:2"]),
    ("é<a href=x>", ["1:2"]), ("😀e\u{301}<a href=x>世界<a href=y>", ["1:4", "1:16"]),
    ("é\né<a href=x>é\n<a href=y>é<a href=z>", ["2:2", "3:1", "3:12"]),
    ("\u{FEFF}<a href=x>é<a href=y>\n<a href=z>", ["1:1", "1:12", "2:1"]),
    ("\u{FEFF}\u{FEFF}<a href=x>", ["1:2"]), ("a\u{FEFF}<a href=x>", ["1:3"]), ("\n\u{FEFF}<a href=x>", ["2:2"]),
    ("<a\nhref=x><a href='\n\n'><a href=y>", ["1:1", "2:8", "4:3"]),
    ("<a title='<\n<b' href=x> <a\ttitle=é href=y>", ["1:1", "2:13"]),
    ("<<a href=x><</b<a href=y>\n< <<a href=z>", ["1:2", "2:4"]),
    ("<!-- <a href=no>\n--><a href=x>", ["2:4"]), ("<script>\n'<a href=no>'\n</script><a href=x>", ["3:10"]),
    ("<textarea>\r\n<a href=no></textarea><a href=x>", ["2:23"]),
    ("<svg><![CDATA[\n]]></svg><a href=x>", ["2:10"]), ("<template><a href=no></template>\n<a href=x>", ["2:1"]),
    ("<?php\n?><a href=x></>\n<a href=y>", ["2:3", "3:1"]), ("<map>\n <area href=x>\n</map>", ["2:2"]),
    ("<a>\n<a href>\n<a href=x>", ["2:1", "3:1"]),
  ])
  func `A link stands where its tag begins`(page: String, places: [String]) {
    #expect(Self.places(Self.facts(Array(page.utf8))) == places)
    let whole = Array(page.utf8)
    for cut in whole.indices { #expect(Self.places(Self.facts(whole, cuts: [cut])) == places, "cut at \(cut)") }
    #expect(Self.places(Self.facts(whole, cuts: Array(whole.indices))) == places, "cut everywhere")
  }

  @Test func `Link and meta elements and frames have places, too`() {
    let page = """
      <head><link rel=next href=1>
        <meta name=x content=y><meta charset=utf-8><meta http-equiv=refresh content='0;2'>
        <link></head><nav><iframe src=3></iframe><iframe></iframe><link rel=next href=4></nav>
      """
    let facts = Self.facts(Array(page.utf8))
    #expect(Self.places(facts) == ["1:7", "0:0", "3:61 nav", "2:3", "2:46", "3:21 nav"])
    #expect(facts.linkElementPlaces.count == 3)
    #expect(facts.metaPlaces.count == 2)
    let frames = Self.facts(Array("<title>x</title>\n<frameset>\n <frame src=1>".utf8))
    #expect(Self.places(frames) == ["3:2"])
  }

  @Test func `Places go with what a frameset takes back`() {
    let facts = Self.facts(Array("<div><link rel=x href=y></div>\n<frameset>\n<frame src=z></frameset>".utf8))
    #expect(facts.linkElements.isEmpty)
    #expect(facts.linkElementPlaces.isEmpty)
    #expect(Self.places(facts) == ["3:1"])
  }

  @Test(
    arguments: [
      // The second byte of a character in Shift_JIS may be one of ASCII.
      (.shiftJIS, [0x83, 0x5C, 0x95, 0x5C, 0xB1], 4), (.shiftJIS, [0x83, 0x83, 0x5C, 0x5C], 4),
      (.gbk, [0xC4, 0xE3, 0xBA, 0xC3], 3), (.gb18030, [0x81, 0x30, 0x81, 0x30, 0x41], 3),
      // Cut off by the tag: U+FFFD, 0, U+FFFD.
      (.gb18030, [0x81, 0x30, 0x81], 4), (.gb18030, [0x81], 2), (.gb18030, [0x81, 0x30, 0x41], 4),
      // One character of two scalars.
      (.big5, [0x88, 0x62], 3), (.big5, [0xA7, 0x41, 0xA6, 0x6E], 3), (.eucJP, [0x8F, 0xB0, 0xA1, 0xA4, 0xA2], 3),
      (.eucKR, [0xBE, 0xC8, 0xB3, 0xE7], 3), (.eucKR, [0xBE, 0x20, 0xB3], 4),
      (.windows1252, [0xE9, 0x80, 0xEF, 0xBB, 0xBF], 6), (.koi8R, [0xC1, 0x20, 0xC1], 4), (.xUserDefined, [0xFF], 2),
      // Ill-formed: each maximal subpart is one.
      (.utf8, [0xFF, 0xC3, 0x28], 4), (.utf8, [0xE4, 0xB8], 2), (.utf8, [0xF0, 0x9F, 0x98, 0x41, 0xBF], 4),
      (.utf8, [0xED, 0xA0, 0x80], 4),
    ] as [(CharacterEncoding, [UInt8], Int)])
  func `Columns are scalars of the page's encoding`(encoding: CharacterEncoding, text: [UInt8], column: Int) {
    let page = Array("\r\n".utf8) + text + Array("<a href=x>".utf8) + text + Array("<a href=y>\n".utf8) + text
    let whole = page + Array("<a href=z>".utf8)
    let expected = ["2:\(column)", "2:\(2 * column + 9)", "3:\(column)"]
    for cut in whole.indices { #expect(Self.places(Self.facts(whole, cuts: [cut]), in: encoding) == expected) }
  }

  @Test func `A line beyond the limit has places without columns, and the next has them again`() {
    var limits = PageFacts.Limits()
    limits.lineParts = 14
    let page = Array("é<a href=1>éé\néééé<a href=2><a href=3>\n<a href=4>\né<a href=5>".utf8)
    #expect(Self.places(Self.facts(page, limits: limits)) == ["1:2", "2:5", "2:15", "3:1", "4:0"])
    limits.lineParts = 9
    #expect(Self.places(Self.facts(page, limits: limits)) == ["1:2", "2:0", "2:0", "3:1", "4:2"])
    #expect(Self.places(Self.facts(page)) == ["1:2", "2:5", "2:15", "3:1", "4:2"])
  }

  // MARK: Landmarks

  @Test(arguments: [
    ("<nav><a href=x></nav><a href=y>", ["nav", "-"]),
    ("<main><header><a href=x></header><a href=y>", ["header", "main"]),
    ("<footer><div><p><b><a href=x>", ["footer"]), ("<main><aside><a href=x></a><nav><a href=y>", ["-", "nav"]),
    ("<header><nav><a href=x></header><a href=y>", ["nav", "-"]), ("<section><a href=x></section>", ["-"]),
    ("<div role=navigation><a href=x></div><a href=y>", ["nav", "-"]),
    ("<div ROLE=' x BANNER '><a href=x>", ["header"]),
    ("<div role=contentinfo><div role=main><a href=x></div><a href=y>", ["main", "footer"]),
    ("<main><div role=complementary><a href=x>", ["-"]), ("<nav role=menubar><a href=x>", ["nav"]),
    ("<header role=navigation><a href=x>", ["nav"]), ("<aside role=main><a href=x>", ["main"]),
    ("<div role=m&#97;in><a href=x>", ["main"]), ("<p role=main><a href=x></a><div><a href=y>", ["main", "-"]),
    ("<x-y role=navigation><a href=x></a></x-y><a href=y>", ["nav", "-"]), ("<img role=main><a href=x>", ["-"]),
    ("<body role=main><a href=x><nav><a href=y>", ["main", "nav"]),
    ("<html role=main><body role=x><a href=x>", ["main"]),
    ("<p><body role=main><body role=navigation><a href=x>", ["main"]),
    ("<svg><nav><a href=no></svg><a href=x>", ["-"]),
    ("<svg role=navigation><foreignObject><nav><a href=x></nav><a href=y>", ["nav", "-"]),
    ("<template><nav></template><a href=x>", ["-"]), ("<b><nav></b><a href=x></nav><a href=y>", ["nav", "-"]),
    ("<table><nav><tr><td><a href=x></table><a href=y>", ["-", "-"]),
    ("<main><a href=x role=navigation></a>", ["main"]),
    ("<nav>a</main><a href=x></nav></nav><a href=y>", ["nav", "-"]),
    ("<script role=main></script><a href=x>", ["-"]),
    ("<main><title>a</title>x<h1>y<a href=x></h1><a href=y>", ["main", "main"]),
    ("<nav><ul><li><a href=x></a><li><a href=y></ul>", ["nav", "nav"]),
  ])
  func `A link's landmark is the innermost that is open`(page: String, landmarks: [String]) {
    for wanted in [Self.wanted, Self.wanted.union([.linkTexts, .headings, .title])] {
      let bytes = Array(page.utf8)
      for cuts in [[], Array(bytes.indices)] {
        let places = Self.facts(bytes, cuts: cuts, wanted: wanted).linkPlaces
        #expect(places.map { $0.landmark?.rawValue ?? "-" } == landmarks)
      }
    }
  }

  // MARK: Comparisons

  @Test(
    arguments: [.utf8, .windows1252, .shiftJIS, .gbk, .gb18030, .big5, .eucJP, .eucKR] as [CharacterEncoding],
    [1, 2] as [UInt64])
  func `Places are those of an obvious count, however a page is cut`(encoding: CharacterEncoding, seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    for _ in 0..<40 {
      let page = PlacedPage(encoding, &random)
      let cuts = page.bytes.indices.filter { _ in Int.random(in: 0..<5, using: &random) == 0 }
      for cuts in [[], cuts, Array(page.bytes.indices)] {
        #expect(Self.places(Self.facts(page.bytes, cuts: cuts), in: encoding) == page.places, "\(page.bytes)")
      }
    }
  }

  @Test(arguments: [.utf16LE, .utf16BE, .iso2022JP] as [CharacterEncoding])
  func `A page brought into UTF-8 is counted in its scalars`(encoding: CharacterEncoding) {
    var bytes: [UInt8] = []
    switch encoding {
    case .iso2022JP:
      bytes = Array("\r\n".utf8) + [0x1B, 0x24, 0x42, 0x24, 0x22, 0x1B, 0x28, 0x42] + Array("x<a href=x>".utf8)
    default:
      for unit in "\u{FEFF}\r\nあx<a href=x>".utf16 {
        let pair = [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
        bytes += encoding == .utf16LE ? pair : pair.reversed()
      }
    }
    #expect(Self.places(Self.facts(CharacterDecoder(encoding).decodeToUTF8(bytes.span))) == ["2:3"])
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Asking for places changes no other fact`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let everything: PageFacts.Wanted = [
      .title, .language, .base, .description, .metas, .canonical, .linkElements, .links, .linkTexts, .linkRelations,
      .images, .frames, .headings,
    ]
    for _ in 0..<150 {
      let page = PageScannerBoundsTests.page(&random)
      let plain = Self.facts(page, wanted: everything)
      let cuts = page.indices.filter { _ in Int.random(in: 0..<5, using: &random) == 0 }
      let placed = Self.facts(page, cuts: cuts, wanted: everything.union(.linkPlaces))
      #expect(PageScannerBoundsTests.describe(plain) == PageScannerBoundsTests.describe(placed), "\(page)")
      #expect(placed.linkPlaces.count == placed.links.count)
      #expect(placed.metaPlaces.count == placed.metas.count)
      #expect(placed.linkElementPlaces.count == placed.linkElements.count)
      #expect(placed.framePlaces.count == placed.frames.count)
      #expect(Self.places(placed) == Self.places(Self.facts(page, wanted: everything.union(.linkPlaces))), "\(page)")
      #expect(plain.linkPlaces.isEmpty && plain.metaPlaces.isEmpty)
    }
  }
}

/// A page of links, text in an encoding and not, and line ends, and where its links stand: what is before each is decoded,
/// and its scalars are walked.
private struct PlacedPage {
  var bytes: [UInt8] = []
  var places: [String] = []

  init(_ encoding: CharacterEncoding, _ random: inout RepeatableRandom) {
    if encoding == .utf8, random.oneIn(3) { bytes = [0xEF, 0xBB, 0xBF] }
    for _ in 0..<Int.random(in: 1..<40, using: &random) { append(encoding, &random) }
  }

  private mutating func append(_ encoding: CharacterEncoding, _ random: inout RepeatableRandom) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<3:
      places.append(place(encoding))
      let tags = [
        "<a href=x>", "<A\ttitle='<\r\n\u{E9}>'\rhref=x>", "<area\nhref=x />", "<a href=\"\n\">", "<a/href=x>",
      ]
      bytes += Array(tags[Int.random(in: 0..<tags.count, using: &random)].utf8)
    case 3: bytes += Array(["\n", "\r", "\r\n", "\n\r"][Int.random(in: 0..<4, using: &random)].utf8)
    case 4: bytes += Array("</a>".utf8)
    case 5: bytes += Array(String(repeating: "w ", count: Int.random(in: 1..<20, using: &random)).utf8)
    case 6: bytes += [0xC3, 0xA9, 0xE4, 0xB8, 0x96]
    case 7: bytes += [0x81, 0x30, 0x81, 0x30]
    default:
      for _ in 0..<Int.random(in: 1..<6, using: &random) {
        bytes.append(.random(in: random.oneIn(4) ? 0x30...0x39 : 0x80...0xFF, using: &random))
      }
    }
  }

  private func place(_ encoding: CharacterEncoding) -> String {
    let decoder = CharacterDecoder(encoding)
    let before = bytes + [UInt8(ascii: "<")]
    let text = encoding == .utf8 ? decoder.decode(before.span) : decoder.decodePart(before.span)
    var (line, column) = (1, 0)
    var last: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar == "\n" && last == "\r" {
        column = 0
      } else if scalar == "\n" || scalar == "\r" {
        (line, column) = (line + 1, 0)
      } else {
        column += 1
      }
      last = scalar
    }
    return "\(line):\(column)"
  }
}
