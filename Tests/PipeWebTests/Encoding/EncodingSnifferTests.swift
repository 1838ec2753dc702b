import PipeTesting
import PipeWeb
import Testing

@Suite("Sniffing the encoding of a page")
struct EncodingSnifferTests {
  private static func sniff(_ bytes: [UInt8], _ mediaType: String? = nil) -> String {
    let (encoding, source) = EncodingSniffer.sniff(prefix: bytes.span, mediaType: mediaType.flatMap { MediaType($0) })
    return "\(encoding.name) \(source.rawValue)"
  }

  /// The label that an HTML page declares, windows-1252 without one, as html5lib's cases have it.
  private static func declared(_ bytes: [UInt8]) -> CharacterEncoding {
    let (encoding, source) = EncodingSniffer.sniff(prefix: bytes.span, mediaType: nil)
    return source == .assumed ? .windows1252 : encoding
  }

  // html5lib's scripted/tests1.dat stays out: its meta element is written by a script, which no prescan runs.
  @Test(
    "The prescan cases of html5lib hold", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)),
    arguments: ["tests2.dat", "test-yahoo-jp.dat"])
  func html5lib(file: String) throws {
    let path = "html5lib-tests/encoding/" + file
    let lines = try Corpus.bytes(path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var data: [UInt8] = []
    var isData = false
    var count = 0
    for (number, line) in lines.enumerated() {
      if line.elementsEqual("#data".utf8) {
        (data, isData) = ([], true)
      } else if line.elementsEqual("#encoding".utf8) {
        isData = false
        let label = String(decoding: lines[number + 1], as: UTF8.self)
        #expect(Self.declared(data) == CharacterEncoding(label: label), "\(String(decoding: data, as: UTF8.self))")
        count += 1
      } else if isData {
        data += line + [UInt8(ascii: "\n")]
      }
    }
    #expect(count > 0)
  }

  private static let cases: [(page: String, mediaType: String?, expected: String)] = [
    ("\u{FEFF}<meta charset=gbk>", "text/html;charset=big5", "UTF-8 bom"),
    ("<meta charset=gbk>", "text/html;charset=big5", "Big5 http"),
    ("<meta charset=gbk>", "text/html;charset=utf-16", "UTF-16LE http"),
    ("<meta charset=gbk>", "text/html;charset=klingon", "GBK meta"),
    ("<meta charset=klingon>é", "text/html;charset=klingon", "UTF-8 default"),
    ("<meta charset=x-user-defined>", nil, "windows-1252 meta"),
    ("<meta charset=utf-16be>", nil, "UTF-8 meta"),
    ("<META\nCHARSET='GBK'/>", nil, "GBK meta"),
    ("<meta/charset=gbk>", nil, "GBK meta"),
    ("<meta charset=gbk charset=big5>", nil, "GBK meta"),
    ("<metal charset=gbk>", nil, "UTF-8 default"),
    ("<!-- <meta charset=gbk> --><meta charset=big5>", nil, "Big5 meta"),
    ("<!--><meta charset=gbk>", nil, "GBK meta"),
    ("<a title='<meta charset=gbk>'>", nil, "UTF-8 default"),
    ("</a title='>'><!doctype '<meta charset=gbk>'><meta charset=big5>", nil, "Big5 meta"),
    ("<meta http-equiv=refresh content='1; charset=gbk'>", nil, "UTF-8 default"),
    ("<meta content='charset=gbk' http-equiv=content-type>", nil, "GBK meta"),
    ("<meta content='charset charset = \"gbk\"' http-equiv=content-type>", nil, "GBK meta"),
    ("<meta content='charset=\"gbk' http-equiv=content-type>", nil, "UTF-8 default"),
    ("<meta content='charset=gbk' charset=big5>", nil, "Big5 meta"),
    ("<meta charset=nothing content='charset=gbk' http-equiv=content-type>", nil, "UTF-8 default"),
    ("<meta charset=gbk", nil, "UTF-8 default"),
    ("<?xml version='1.0' encoding='gbk'?>", nil, "GBK xml"),
    ("<?xml version='1.0' encoding = \"utf-16\"?>", nil, "UTF-8 xml"),
    ("<?xml version='1.0' encoding='gbk'?><meta charset=big5>", nil, "Big5 meta"),
    ("<?xml version='1.0' encoding='g bk'?>", nil, "UTF-8 default"),
    ("<?xml version='1.0' encoding='gbk'", nil, "UTF-8 default"),
    ("<meta charset=gbk>", "application/xml", "UTF-8 default"),
    ("<?xml encoding='gbk'?><meta charset=big5>", "application/xhtml+xml", "GBK xml"),
    ("<?xml encoding='gbk'?>", "application/rss+xml;charset=big5", "Big5 http"),
    ("<meta charset=gbk>", "text/plain", "UTF-8 default"),
    ("", nil, "UTF-8 default"),
  ]

  @Test("The strongest source decides", arguments: cases)
  func sources(page: String, mediaType: String?, expected: String) {
    #expect(Self.sniff(Array(page.utf8), mediaType) == expected)
  }

  @Test("Without a declaration the bytes tell UTF-8 from windows-1252")
  func undeclared() {
    #expect(Self.sniff([0x63, 0x61, 0x66, 0xE9, 0x20]) == "windows-1252 default")
    #expect(Self.sniff([0x63, 0x61, 0x66, 0xE9, 0x20], "text/plain") == "windows-1252 default")
    #expect(Self.sniff([0x63, 0x61, 0x66, 0xE9, 0x20], "application/json") == "UTF-8 default")
    #expect(Self.sniff([0x63, 0xC3, 0xA9]) == "UTF-8 default")
    // Cut inside a character.
    #expect(Self.sniff([0x63, 0xE4, 0xB8]) == "UTF-8 default")
    #expect(Self.sniff([0x63, 0xE4, 0xB8, 0x20]) == "windows-1252 default")
  }

  @Test(
    "A few faults do not make UTF-8 another encoding, and a few sound sequences do not make it UTF-8",
    arguments: [
      ("Привет, мир", 1, "UTF-8"), ("Привет, мир", 4, "UTF-8"), ("Привет, мир", 5, "windows-1252"), ("東京", 1, "UTF-8"),
      ("é", 1, "windows-1252"), ("", 1, "windows-1252"), ("", 0, "UTF-8"), ("\u{1F600}é", 1, "UTF-8"),
    ])
  func faults(text: String, faults: Int, expected: String) {
    let bytes = Array(text.utf8) + (0..<faults).flatMap { _ in [0xE9, 0x20] as [UInt8] }
    for type in [nil, "text/html", "text/plain", "application/xml"] {
      #expect(Self.sniff(bytes, type) == "\(expected) default")
    }
    // Cut within a character.
    #expect(Self.sniff(Array("Привет, мир \u{FF}".utf8) + [0xE9, 0x20] + [0xE6, 0x9D]) == "UTF-8 default")
  }

  @Test(
    "JSON is UTF-8 where it is that, whatever its label",
    arguments: [
      ("application/json", "UTF-8 default"), ("application/json;charset=utf-8", "UTF-8 http"),
      ("application/json;charset=iso-8859-1", "UTF-8 default"),
      ("application/ld+json;charset=windows-1251", "UTF-8 default"),
      ("application/json;charset=utf-16", "UTF-8 default"), ("application/json;charset=none", "UTF-8 default"),
      ("text/plain;charset=iso-8859-1", "windows-1252 http"),
    ])
  func json(mediaType: String, expected: String) {
    #expect(Self.sniff(Array("{\"a\": \"é\"}".utf8), mediaType) == expected)
  }

  @Test("JSON that is not UTF-8 is what its label says")
  func legacyJSON() {
    #expect(Self.sniff([0x22, 0xE9, 0x22], "application/json;charset=iso-8859-1") == "windows-1252 http")
    #expect(Self.sniff([0x22, 0, 0x61, 0, 0x22, 0], "application/json;charset=utf-16") == "UTF-16LE http")
    #expect(Self.sniff([0x22, 0x1B, 0x24, 0x42, 0x22], "application/json;charset=iso-2022-jp") == "ISO-2022-JP http")
  }

  private static let pad = "<!doctype html><head><style>" + String(repeating: "a{}", count: 400) + "</style>"

  @Test(
    "A meta element declares the encoding wherever it stands, where nothing stronger does",
    arguments: [
      ("<meta charset=gbk>", nil, "GBK"), ("<body><p>x<meta charset=gbk>", nil, "GBK"),
      ("<template><meta charset=gbk></template>", nil, "GBK"),
      ("<title>x</title><meta http-equiv=Content-Type content='text/html; charset=big5'>", nil, "Big5"),
      ("<meta charset=nothing><meta charset=gbk><meta charset=big5>", nil, "GBK"),
      ("<meta charset=utf-16>", nil, "UTF-8"),
      ("<!-- <meta charset=gbk> -->", nil, "UTF-8"), ("<script>'<meta charset=gbk>'</script>", nil, "UTF-8"),
      ("<noscript><meta charset=gbk></noscript>", nil, "UTF-8"), ("<title><meta charset=gbk></title>", nil, "UTF-8"),
      ("<meta name=x content='charset=gbk'>", nil, "UTF-8"), ("<meta charset=x-user-defined>", nil, "windows-1252"),
      ("<meta charset=gbk>", "text/html;charset=big5", "Big5"), ("<meta charset=gbk>", "text/plain", "UTF-8"),
      ("<meta charset='&#103;bk'>", nil, "GBK"),
    ] as [(String, String?, String)])
  func late(markup: String, mediaType: String?, expected: String) {
    let page = Array((Self.pad + markup).utf8)
    #expect(EncodingSniffer.encoding(of: page.span, mediaType: mediaType.flatMap { MediaType($0) }).name == expected)
    let marked = Array(("\u{FEFF}" + Self.pad + markup).utf8)
    #expect(EncodingSniffer.encoding(of: marked.span, mediaType: nil) == .utf8)
  }

  @Test("What the parser reads counts more than what the prescan took for a declaration")
  func misread() {
    let page = Array("<script>'<meta charset=koi8-r>'</script><meta charset=gbk>".utf8)
    #expect(Self.sniff(page) == "KOI8-R meta")
    #expect(EncodingSniffer.encoding(of: page.span, mediaType: nil) == .gbk)
  }

  @Test("UTF-16 without a mark is told by an XML declaration")
  func utf16() {
    let bigEndian: [UInt8] = "<?xml version='1.0'?>".utf8.flatMap { [0, $0] }
    let littleEndian: [UInt8] = "<?xml version='1.0'?>".utf8.flatMap { [$0, 0] }
    #expect(Self.sniff(bigEndian) == "UTF-16BE xml")
    #expect(Self.sniff(littleEndian, "text/xml") == "UTF-16LE xml")
    #expect(Self.sniff([0xFF, 0xFE, 0x41, 0x00]) == "UTF-16LE bom")
  }

  @Test("A declaration behind the first 1024 bytes is none to the prescan")
  func limit() {
    let meta = Array("<meta charset=gbk>".utf8)
    let space = [UInt8](repeating: 0x20, count: 1024 - meta.count)
    #expect(Self.sniff(space + meta) == "GBK meta")
    #expect(Self.sniff(space + [0x20] + meta) == "UTF-8 default")
  }

  @Test("No prefix of bytes can break it")
  func randomMarkup() {
    var random = RepeatableRandom(seed: 7)
    let parts = [
      "<", "meta", " ", "charset", "=", "'", "\"", ">", "/", "!--", "--", "?xml", "encoding", "gbk", "\u{0}",
    ]
    for _ in 0..<3000 {
      let page = (0..<Int.random(in: 0...30, using: &random)).map { _ in
        parts[Int.random(in: 0..<parts.count, using: &random)]
      }.joined()
      _ = Self.sniff(Array(page.utf8))
    }
  }
}
