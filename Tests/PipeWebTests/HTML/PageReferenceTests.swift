import PipeTesting
import PipeWeb
import Testing

/// The facts of real pages, against values computed with another parser that builds the whole tree.
@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct PageReferenceTests {
  struct Reference: Decodable, CustomTestStringConvertible {
    let file: String
    let decoded_as: String
    let title: String?
    let html_lang: String?
    let base_href: String?
    let canonical: String?
    let meta: [String: String]
    let img: Int
    let h1: Int
    let n_links: Int
    let hrefs_sha256: String

    var testDescription: String { file }
  }

  static let everything: PageFacts.Wanted = [
    .title, .language, .base, .description, .metas, .canonical, .linkElements, .links, .linkTexts, .linkRelations,
    .images, .frames, .headings,
  ]

  /// Facts of pages that differ, by `file: fact`, with the reason.
  static let exclusions: [String: String] = [
    "html-postlight/www.aol.com.html: links": copies,
    "html-postlight/www.aol.com.html: hrefs": copies,
    "html-postlight/www.rawstory.com.html: links": template,
    "html-postlight/www.rawstory.com.html: hrefs": template,
    "html-postlight/forward.com.html: images": head,
    "html-postlight/timesofindia.indiatimes.com.html: images": head,
    "html-postlight/www.androidcentral.com.html: images": head,
    "html-postlight/www.apartmenttherapy.com.html: images": head,
    "html-postlight/www.gizmodo.jp.html: images": head,
    "html-postlight/www.popsugar.com.html: images": head,
    "html-postlight/www.rbbtoday.com.html: images": head,
    "html-postlight/www.slate.com.html: images": head,
  ]
  private static let copies =
    "three unclosed links, which tree construction copies into the next blocks; they are reported once, as written"
  private static let head =
    "the reference has the pictures of a noscript in the head, which is raw text here, as in a browser"
  private static let template = """
    the reference is wrong: it counts twelve links in the contents of templates, which are no part of the document
    """

  @Test func `Facts agree with the reference`() throws {
    let pages = try Corpus.json("html-reference/reference.json", as: [Reference].self)
    #expect(pages.count > 90)
    for page in pages {
      let bytes = try Corpus.bytes(page.file)
      var scanner = PageScanner(wanted: Self.everything)
      for start in stride(from: 0, to: bytes.count, by: 1_460) {
        _ = scanner.feed(Array(bytes[start..<min(start + 1_460, bytes.count)]))
      }
      compare(scanner.finish(), page)
    }
  }

  /// The tree has the copies that tree construction makes, and differs where the reference is wrong.
  @Test func `A page's tree has the reference's links`() throws {
    let anchors = try CSSSelector("a[href]")
    for page in try Corpus.json("html-reference/reference.json", as: [Reference].self) {
      let bytes = try Corpus.bytes(page.file)
      let parsed = DOMDocument(parsing: bytes.span)
      let document = try #require(parsed)
      let hrefs = try anchors.select(in: document).compactMap { $0[attribute: "href"] }
      let agrees = SHA256.hexadecimal(Array(hrefs.joined(separator: "\n").utf8)) == page.hrefs_sha256
      let isWrong = Self.exclusions["\(page.file): hrefs"] == Self.template
      #expect(agrees != isWrong, "\(page.file): \(hrefs.count) links, and \(page.n_links) in the reference")
    }
  }

  private func compare(_ facts: PageFacts, _ page: Reference) {
    func check(_ fact: String, _ ours: String?, _ theirs: String?) {
      let agrees = ours.map { Array($0.utf8) } == theirs.map { Array($0.utf8) }
      let name = "\(page.file): \(fact)"
      if Self.exclusions[name] != nil {
        #expect(!agrees, "\(name) agrees: its exclusion is stale")
      } else {
        #expect(agrees, "\(name): \(ours ?? "none") is not \(theirs ?? "none")")
      }
    }
    var metas: [String: String] = [:]
    for meta in facts.metas {
      guard let key = meta.name ?? meta.property else { continue }
      let name = facts.string(of: key).lowercased()
      if metas[name] == nil { metas[name] = facts.string(of: meta.content) }
    }
    let hrefs = facts.links.map { facts.string(of: $0.href) }
    check("title", facts.title(), page.title)
    check("lang", facts.language(), page.html_lang)
    check("base", facts.base(), page.base_href)
    check("canonical", facts.canonical(), page.canonical)
    for name in Set(metas.keys).union(page.meta.keys).sorted() { check("meta \(name)", metas[name], page.meta[name]) }
    check("images", "\(facts.images.count)", "\(page.img)")
    check("headings", "\(facts.headings.count)", "\(page.h1)")
    check("links", "\(hrefs.count)", "\(page.n_links)")
    check("hrefs", SHA256.hexadecimal(Array(hrefs.joined(separator: "\n").utf8)), page.hrefs_sha256)
  }
}
