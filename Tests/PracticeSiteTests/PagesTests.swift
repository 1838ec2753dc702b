import Testing

@testable import PracticeSite

@Suite("Numbered pages")
struct PagesTests {
  @Test("What a page holds is what expected.jsonl foretells, in every encoding")
  func expectations() async throws {
    try await withSite(pages: PageKind.all.count * 2) { site in
      let expectations = try Expectation.list(site.get("/expected.jsonl").text)
      for number in 1...PageKind.all.count * 2 {
        let kind = PageKind.ofPage(number)
        let expected = expectations[number - 1]
        let answer = try site.get("/page/\(number)")
        let html = try Decoder.decode(answer.body, from: kind.charset.rawValue)
        let comment = Comment(rawValue: "page \(number)")

        #expect(expected.path == "/page/\(number)", comment)
        #expect(answer.status == expected.status, comment)
        #expect(answer.header("content-type") == expected.content_type, comment)
        #expect(answer.body.count == expected.length, comment)
        #expect(kind.charset.rawValue == expected.charset, comment)
        #expect(Self.unescape(Self.between("<h1>", "</h1>", html)) == expected.title, comment)
        #expect(
          Self.unescape(Self.between("<meta name=\"description\" content=\"", "\"", html))
            == expected.description)
        #expect(
          site.baseURL + Self.between("<link rel=\"canonical\" href=\"", "\"", html)
            == expected.canonical)
        #expect(Self.between("<html lang=\"", "\"", html) == expected.language, comment)
        #expect(html.split(separator: "<a href=").count - 1 == expected.links, comment)
        if kind.markup == nil {
          #expect(
            Self.unescape(Self.between("<title>", "</title>", html)) == expected.title, comment)
        }
      }
    }
  }

  @Test(
    "A title stands in the bytes of its encoding",
    arguments: [
      ("Shift_JIS", "表の能", [0x95, 0x5C, 0x82, 0xCC, 0x94, 0x5C]),
      ("Big5", "成功許可", [0xA6, 0xA8, 0xA5, 0x5C, 0xB3, 0x5C, 0xA5, 0x69]),
      ("GBK", "囧", [0x87, 0xE5]),
      ("EUC-JP", "静", [0xC0, 0xC5]),
      ("EUC-KR", "항구", [0xC7, 0xD7, 0xB1, 0xB8]),
      ("windows-1252", "œ–é€", [0x9C, 0x96, 0xE9, 0x80]),
      ("windows-1251", "Ёё№", [0xA8, 0xB8, 0xB9]),
      ("ISO-8859-2", "żół", [0xBF, 0xF3, 0xB3]),
      ("UTF-16LE", "é🌊", [0xE9, 0x00, 0x3C, 0xD8, 0x0A, 0xDF]),
      ("windows-1252", "a中", Array("a&#20013;".utf8)),
    ] as [(String, String, [UInt8])])
  func encodings(name: String, text: String, bytes: [UInt8]) throws {
    #expect(try #require(Charset(rawValue: name)).encode(text) == bytes)
  }

  @Test("The bytes of the pages are the same on every run, and their titles differ")
  func determinism() {
    let renderer = PageRenderer(pages: 300)
    let pages = (1...300).map { renderer.render($0) }
    let again = PageRenderer(pages: 300)
    #expect(pages.allSatisfy { $0.body == again.render(Int($0.facts.path.dropFirst(6)) ?? 0).body })
    #expect(Set(pages.map(\.facts.title)).count == 300)
    #expect(pages.allSatisfy { 1000...61_000 ~= $0.facts.length })
  }

  @Test("A site of one page links to itself nowhere")
  func onePage() async throws {
    try await withSite(pages: 1) { site in
      let answer = try site.get("/page/1")
      #expect(!answer.text.contains("<a href=\"/page"))
      #expect(try site.get("/page/2").status == 404)
      #expect(try site.get("/sitemap-1.xml").status == 200)
    }
  }

  private static func between(_ start: String, _ end: String, _ html: String) -> String {
    guard let from = html.firstRange(of: start),
      let to = html[from.upperBound...].firstRange(of: end)
    else { return "" }
    return String(html[from.upperBound..<to.lowerBound])
  }

  private static func unescape(_ text: String) -> String {
    let references = [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#127754;", "🌊"),
      ("&amp;", "&"),
    ]
    return references.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }
}
