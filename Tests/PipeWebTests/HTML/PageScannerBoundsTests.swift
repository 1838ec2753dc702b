import PipeTesting
import PipeWeb
import Testing

/// What hostile pages cannot do. All randomness is seeded.
struct PageScannerBoundsTests {
  private static let pieces = [
    "<title>", "</title>", "<a href=x>", "<a href='&amp", "</a>", "<h1>", "</h1>", "<svg>", "</svg>", "<math>", "<mi>",
    "<![CDATA[", "]]>", "]", "<!--", "--", "-->", "--!>", "<!doctype html PUBLIC '", "<script>", "<!--<script",
    "</script>", "<template>", "</template>", "<table>", "<td>", "<tr>", "</table>", "<foreignObject>", "<frameset>",
    "<p>", "</p>", "<b>", "</b>", "<select>", "<textarea>", "</textarea", "<meta name=description content=\"",
    "<base href=",
    "<img src", "=", "\"", "'", ">", "<", "/", "&", "&#x4", ";", "&notin", "\u{0}", "\r", "\n", " ", "é", "x",
    "<html lang=a ",
    "<div>", "</div>", "<td>a", "</td>", "<li>", "<x-y>", "</x-y>", "<blockquote class=a>", "<form>", "</form>",
    "<area href=z>",
    "<plaintext", "<style>", "</style>", "<link rel=canonical href=y>", "<annotation-xml encoding=text/html>", "<body>",
  ]

  static func page(_ generator: inout RepeatableRandom) -> [UInt8] {
    var page: [UInt8] = []
    for _ in 0..<Int.random(in: 1..<60, using: &generator) {
      page += Array(pieces[Int.random(in: 0..<pieces.count, using: &generator)].utf8)
      if Int.random(in: 0..<10, using: &generator) == 0 { page.append(UInt8.random(in: 0...255, using: &generator)) }
    }
    return page
  }

  private static func described(_ page: [UInt8], cuts: [Int]) -> String {
    var scanner = PageScanner(wanted: PageReferenceTests.everything)
    var start = 0
    for cut in cuts + [page.count] where cut > start {
      _ = scanner.feed(Array(page[start..<cut]))
      start = cut
    }
    return describe(scanner.finish())
  }

  static func describe(_ facts: PageFacts) -> String {
    let texts = [facts.title(), facts.language(), facts.base(), facts.description(), facts.canonical()]
    let links = facts.links.map { link in
      [link.href, link.rel, link.text].map { $0.map { facts.string(of: $0) } }
    }
    let metas = facts.metas.map { facts.string(of: $0.content) }
    let images = facts.images.map { $0.map { facts.string(of: $0) } }
    let frames = facts.frames.map { "\($0.isInline) \(facts.string(of: $0.source))" }
    let headings = facts.headings.map { facts.string(of: $0) }
    return "\(texts) \(links) \(metas) \(images) \(frames) \(headings) \(facts.linkElements.count) \(facts.isTruncated)"
  }

  @Test(arguments: [
    "<p>x</p></section a=\"b><a href=c>d\"><a href=e>f</a>", "<p>x</p><section a='b><a href=c>d' e><a href=f>",
    "<p>x</p></section a=b/><title>c</title>", "<title>a</title><!-- <a href=b> --><a rel=c href=d>e</a>",
    "<a href=b><svg>\0&lt\0x", "<a href=b><svg>&l<![CDATA[t;&lt;\0&amp;]]>&lt;", "<a href=b>c<plaintext>&lt;\0&lt",
  ])
  func `Cutting a page once changes nothing`(text: String) {
    let page = Array(text.utf8)
    let whole = Self.described(page, cuts: [])
    for cut in page.indices { #expect(Self.described(page, cuts: [cut]) == whole, "cut at \(cut)") }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `Cutting a page anywhere changes nothing`(seed: UInt64) {
    var generator = RepeatableRandom(seed: seed)
    for _ in 0..<400 {
      let page = Self.page(&generator)
      let whole = Self.described(page, cuts: [])
      #expect(Self.described(page, cuts: Array(page.indices)) == whole, "\(page)")
      let cuts = page.indices.filter { _ in Int.random(in: 0..<7, using: &generator) == 0 }
      #expect(Self.described(page, cuts: cuts) == whole, "\(page) cut at \(cuts)")
      let once = Int.random(in: page.indices, using: &generator)
      #expect(Self.described(page, cuts: [once]) == whole, "\(page) cut at \(once)")
    }
  }

  @Test(arguments: [5, 6] as [UInt64])
  func `Tokens are the same however a page is cut, and never more than its bytes`(seed: UInt64) {
    var generator = RepeatableRandom(seed: seed)
    for _ in 0..<300 {
      let page = Self.page(&generator)
      let test = TokenizerCase(
        file: "", description: "", state: "Data state", lastStartTag: nil, input: page, expected: [])
      let whole = test.tokens(in: [page[...]])
      #expect(whole.count <= page.count)
      #expect(test.tokens(in: page.indices.map { page[$0...$0] }) == whole, "\(page)")
    }
  }

  @Test(arguments: [7, 8] as [UInt64])
  func `What is captured never exceeds the limits`(seed: UInt64) {
    var generator = RepeatableRandom(seed: seed)
    var limits = PageFacts.Limits()
    limits.items = 3
    limits.value = 5
    limits.total = 40
    for _ in 0..<400 {
      var scanner = PageScanner(wanted: PageReferenceTests.everything, limits: limits)
      _ = scanner.feed(Self.page(&generator))
      let facts = scanner.finish()
      for count in [facts.links.count, facts.metas.count, facts.images.count, facts.headings.count] {
        #expect(count <= 3)
      }
      var total = 0
      for value in facts.links.map(\.href) + facts.headings + facts.metas.map(\.content) {
        let count = facts.withBytes(of: value) { $0.count }
        #expect(count <= 5)
        total += count
      }
      #expect(total <= 40)
    }
  }

  @Test func `Links beyond the limit are left out, and that is said`() {
    var limits = PageFacts.Limits()
    limits.items = 10
    var scanner = PageScanner(wanted: .links, limits: limits)
    for number in 0..<12 { _ = scanner.feed(Array("<a href=\(number)>".utf8)) }
    let facts = scanner.finish()
    #expect(facts.links.count == 10)
    #expect(facts.isTruncated)
  }

  @Test func `A value beyond the limit is not there, and what follows is read by the same rules`() {
    var limits = PageFacts.Limits()
    limits.value = 8
    var scanner = PageScanner(wanted: [.links, .linkRelations, .title], limits: limits)
    _ = scanner.feed(Array("<title>0123456789</title><a href='abcdefgh>ijkl' rel=x>y</a><a href=z>".utf8))
    let facts = scanner.finish()
    #expect(facts.titleValue?.isTooLarge == true)
    #expect(facts.links.map(\.href.isTooLarge) == [true, false])
    #expect(facts.links.map { facts.string(of: $0.href) } == ["", "z"])
    #expect(facts.links[0].rel.map { facts.string(of: $0) } == "x")
    #expect(facts.isTruncated)
  }

  @Test func `Only the first of many attributes with one name is kept`() {
    let many = String(repeating: " href=x", count: 10_000)
    let facts = PageScannerTests.facts("<a href=first\(many)>")
    #expect(facts.links.map { facts.string(of: $0.href) } == ["first"])
    #expect(!facts.isTruncated)
  }

  /// Each of these costs more than its length where depth or repetition is not bounded.
  @Test(arguments: [
    "<div>", "<b>", "<svg>", "<a href=x>", "<h1><div>", "<template>", "<table><td>", "<math><mi>", "<p><button>",
    "</x>",
    "<x a=1 ", "<svg><desc>", "&", "<b><div>", "<li><ul>", "<!--", "<![CDATA[]", "<select>", "<x><div></y>",
  ])
  func `Repetition is read in time that its length bounds`(piece: String) {
    let page = Array(String(repeating: piece, count: Effort.times(50_000) / piece.utf8.count).utf8)
    let start = Effort.processorSeconds
    var scanner = PageScanner(wanted: PageReferenceTests.everything)
    _ = scanner.feed(page)
    _ = scanner.feed(Array("</div></b></p></h1></table></svg>".utf8))
    _ = Self.describe(scanner.finish())
    // Quadratic work would take a minute and more; an unoptimised build takes a fraction of a second.
    #expect(Effort.processorSeconds - start < Double(Effort.times(5)))
  }
}
