import NIOCore

/// Makes page N of a site of so many pages out of N alone.
struct PageRenderer: Sendable {
  /// How many numbered pages there are; at least 1.
  let pages: Int

  func render(_ number: Int) -> RenderedPage {
    let kind = PageKind.ofPage(number)
    var random = SmallRandom(seed: UInt64(number))
    let words = Vocabulary.words(kind.language)
    let title = kind.title(ofPage: number)
    let description = "\(title): \(Self.sentence(of: words, &random))"
    let neighbours = links(of: number, &random)
    let canonical = "/page/\(number)"

    var html = head(of: number, kind, title: title, description: description, canonical: canonical)
    html += "<body>\n<nav>\n<a href=\"/\">Practice site</a>\n"
    for (index, neighbour) in neighbours.enumerated() {
      html += "<a href=\"\(Self.reference(to: neighbour, form: index))\">\(heading(of: neighbour))</a>\n"
    }
    html += "</nav>\n<main>\n<h1>\(HTMLText.escape(title))</h1>\n"
    if number.isMultiple(of: 5) {
      html += "<svg viewBox=\"0 0 1 1\"><title>The title of a drawing</title></svg>\n"
    }
    addRows(to: &html, of: words, upTo: Self.size(kind, &random), &random)
    html += """
      </main>
      <footer>
      <a href="https://example.invalid/seen/\(number)" rel="external">A page elsewhere</a>
      </footer>
      </body>
      </html>

      """

    var body = ByteBuffer()
    if case .byteOrderMark = kind.declaration { body.writeBytes(kind.charset.byteOrderMark) }
    body.writeBytes(kind.charset.encode(html))
    let contentType = Self.contentType(kind)
    return RenderedPage(
      body: body, contentType: contentType,
      facts: PageFacts(
        path: canonical, title: title, language: kind.language, charset: kind.charset.rawValue,
        contentType: contentType, description: description, canonical: canonical,
        length: body.readableBytes, links: neighbours.count + 2))
  }

  private func head(
    of number: Int, _ kind: PageKind, title: String, description: String, canonical: String
  ) -> String {
    let direction = ["ar", "he"].contains(kind.language) ? " dir=\"rtl\"" : ""
    let article = JSON.object([
      ("@context", .string("https://schema.org")), ("@type", .string("Article")),
      ("headline", .string(title)), ("position", .number(number)),
      ("datePublished", .string(CalendarDate.ofPage(number).day)),
    ])
    return """
      <!DOCTYPE html>
      <html lang="\(kind.language)"\(direction)>
      <head>
      \(Self.encodingElement(kind))\(kind.titleElement(ofPage: number))
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="description" content="\(HTMLText.escape(description))">
      <link rel="canonical" href="\(canonical)">
      <meta property="og:type" content="article">
      <meta property="og:title" content="\(HTMLText.escape(title))">
      <meta property="og:url" content="\(canonical)">
      <script type="application/ld+json">\(article.text(asciiOnly: true))</script>
      <style>body { max-width: 40em; margin: auto; font-family: serif } td { padding: 0 1em }</style>
      <script>document.documentElement.dataset.page = "\(number)"; if (1 < 2 && 2 > 1) { void 0 }</script>
      </head>

      """
  }

  /// The next page, the previous one, and some others: each once, never the page itself.
  private func links(of number: Int, _ random: inout SmallRandom) -> [Int] {
    var chosen: [Int] = []
    let wanted = min(5 + random.below(12), pages - 1)
    for neighbour in [number + 1, number - 1] where 1...pages ~= neighbour { chosen.append(neighbour) }
    while chosen.count < wanted {
      let neighbour = 1 + random.below(pages)
      if neighbour != number, !chosen.contains(neighbour) { chosen.append(neighbour) }
    }
    return chosen
  }

  private func heading(of number: Int) -> String {
    HTMLText.escape(PageKind.ofPage(number).title(ofPage: number))
  }

  private func addRows(to html: inout String, of words: [String], upTo size: Int, _ random: inout SmallRandom) {
    var row = 0
    while html.utf8.count < size {
      row += 1
      html += row.isMultiple(of: 7) ? "<h2>\(HTMLText.escape(words[random.below(words.count)]))</h2>\n" : ""
      html += "<p>"
      for _ in 0..<(2 + random.below(5)) { html += HTMLText.escape(Self.sentence(of: words, &random)) + " " }
      html += "</p>\n"
    }
  }

  /// The link to a page in the forms that a page under `/page/` can write it.
  private static func reference(to number: Int, form: Int) -> String {
    switch form % 3 {
    case 0: "/page/\(number)"
    case 1: "\(number)"
    default: "../page/\(number)"
    }
  }

  private static func sentence(of words: [String], _ random: inout SmallRandom) -> String {
    let chosen = (0..<(4 + random.below(9))).map { _ in words[random.below(words.count)] }
    return chosen.joined(separator: " ") + "."
  }

  /// Mostly small, up to 60 kB, as pages are; the number is of UTF-8 bytes before the page is encoded.
  private static func size(_ kind: PageKind, _ random: inout SmallRandom) -> Int {
    let portion = random.below(1000)
    let size = 1000 + 58_000 * portion * portion * portion / 1_000_000_000
    return kind.charset == .utf16LittleEndian ? size / 2 : size
  }

  private static func encodingElement(_ kind: PageKind) -> String {
    switch kind.declaration {
    case .header, .byteOrderMark: ""
    case .meta(let label), .headerAgainstMeta(let label): "<meta charset=\"\(label)\">\n"
    case .httpEquivalent(let label): "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=\(label)\">\n"
    case .headerAndMeta: "<meta charset=\"\(kind.charset.rawValue.lowercased())\">\n"
    }
  }

  private static func contentType(_ kind: PageKind) -> String {
    switch kind.declaration {
    case .header, .headerAndMeta, .headerAgainstMeta: "text/html; charset=\(kind.charset.rawValue.lowercased())"
    case .meta, .httpEquivalent, .byteOrderMark(nil): "text/html"
    case .byteOrderMark(let wrong?): "text/html; charset=\(wrong)"
    }
  }
}
