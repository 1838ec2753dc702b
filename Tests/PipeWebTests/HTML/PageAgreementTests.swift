import FoundationEssentials
import PipeTesting
import PipeWeb
import Testing

/// On pages that nobody wrote, the scanner, the tree and another parser must hold the same facts.
struct PageAgreementTests {
  // MARK: The tree

  /// Seeds whose pages differ, with the reason.
  static let exclusions: [UInt64: String] = [:]

  /// The tree keeps no namespaces, so there is neither SVG nor MathML.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `The scanner says of a page what its tree holds`(part: UInt64) throws {
    for seed in part * 10_000..<part * 10_000 + UInt64(Effort.times(200)) {
      var pages = RandomPages(seed: seed, tags: RandomPages.tags + ["select", "template"])
      let page = pages.tokens()
      let scanned = ScannedFacts(page)
      let held = try TreeFacts(page)
      let agrees =
        scanned.language == held.language && scanned.base.isFirst(of: held.bases, in: page)
        && scanned.canonical.isFirst(of: held.usable, in: page) && scanned.title.isFirst(of: held.titles, in: page)
        && scanned.links == Set(held.links)
      if let reason = Self.exclusions[seed] {
        #expect(!agrees, "\(seed) agrees, and is excluded because \(reason)")
      } else {
        #expect(agrees, "\(seed): \(page.debugDescription)\n\(scanned)\n\(held)")
      }
    }
  }

  // MARK: html5lib

  /// The environment that `Tests/install-tools` makes.
  static let python = Program.path("python").flatMap { $0.contains("/test-tools/") ? $0 : nil }

  @Test(
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)),
    .enabled(if: python != nil, "Tests/install-tools has not run"))
  func `A page holds what html5lib finds in it`() throws {
    let pages = try Self.pages().map(Self.withoutKnownDifferences)
    let answers = try Self.answers(to: pages)
    #expect(answers.count == pages.count)
    var failures = 0
    for (page, answer) in zip(pages, answers) {
      guard let answer else {
        failures += 1
        continue
      }
      let scanned = ScannedFacts(page)
      #expect(scanned.language == answer.language, "\(page.debugDescription)")
      #expect(scanned.title.isFirst(of: answer.titles, in: page), "\(page.debugDescription) \(answer.titles)")
      #expect(scanned.base.isFirst(of: answer.bases, in: page), "\(page.debugDescription) \(answer.bases)")
      #expect(
        scanned.canonical.isFirst(of: answer.usable, in: page), "\(page.debugDescription) \(answer.canonicals)")
      #expect(scanned.links == Set(answer.links), "\(page.debugDescription)")
      #expect(try Set(TreeFacts(page).links) == Set(answer.links) || page.isForeign, "\(page.debugDescription)")
    }
    // It ends with an assertion of its own on some.
    #expect(failures < pages.count / 200)
  }

  private static func pages() throws -> [String] {
    var pages: [String] = []
    for seed in Effort.seeds(500) {
      var random = RandomPages(seed: seed, tags: RandomPages.tags + (seed % 3 == 0 ? RandomPages.foreign : []))
      pages.append(random.tokens())
    }
    let references = try Corpus.json("html-reference/reference.json", as: [PageReferenceTests.Reference].self)
    for (seed, reference) in references.enumerated() {
      var random = RandomPages(seed: UInt64(seed), tags: RandomPages.tags)
      let page = try Corpus.bytes(reference.file)
      for _ in 0..<10 { pages.append(random.mutilated(page)) }
    }
    for (seed, file) in DocumentTreeTests.files.enumerated() {
      var random = RandomPages(seed: UInt64(seed), tags: RandomPages.tags)
      for test in try TreeCase.all(in: file) { pages.append(random.mutilated(Array(test.data.utf8))) }
    }
    return pages
  }

  /// Takes out what html5lib 1.1, of the year 2020, reads by an older standard: contents of `template`, tags in a
  /// `select`, `isindex`, `rb` and `rtc`, and `</p>` and `</br>` in SVG and MathML, which end these today.
  private static func withoutKnownDifferences(_ page: String) -> String {
    var page = page
    // In the head it is raw text here, as with scripting on; in the body it is markup.
    for (name, other) in [
      ("noscript", "x-nos"),
      ("template", "x-tem"), ("select", "x-sel"), ("isindex", "x-ind"), ("rb", "x-rb"), ("rtc", "x-rtc"),
    ] {
      page = page.replacing(tag: name, with: other)
    }
    return page.isForeign ? page.replacing(tag: "p", with: "q").replacing(tag: "br", with: "q") : page
  }

  private static func answers(to pages: [String]) throws -> [TreeFacts?] {
    let folder = try TemporaryFolder()
    let encoder = JSONEncoder()
    var lines = Data()
    for page in pages { lines += try encoder.encode(page) + Data("\n".utf8) }
    try lines.write(to: URL(fileURLWithPath: folder.path("pages")))
    let program = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/tools/page-facts.py"
    let output = try Program.output([try #require(python), program, folder.path("pages")])
    return try output.split(separator: 0x0A).map { try JSONDecoder().decode(TreeFacts?.self, from: Data($0)) }
  }
}

/// What the scanner says.
private struct ScannedFacts {
  let title: String?
  let language: String?
  let base: String?
  let canonical: String?
  let links: Set<String>

  init(_ page: String) {
    var scanner = PageScanner(wanted: PageReferenceTests.everything)
    _ = scanner.feed(Array(page.utf8))
    let facts = scanner.finish()
    title = facts.title()
    language = facts.language()
    base = facts.base()
    canonical = facts.canonical()
    links = Set(facts.links.map { facts.string(of: $0.href) })
  }
}

/// What a tree holds, in its order.
private struct TreeFacts: Decodable {
  var language: String?
  var titles: [String] = []
  var bases: [String] = []
  var canonicals: [String] = []
  var links: [String] = []

  /// The canonicals that lead to an http or https URL.
  var usable: [String] {
    let base = WebURL("https://example.com/")
    return canonicals.filter { href in href.utf8.contains { $0 > 0x20 } && WebURL(href, base: base)?.isHTTP == true }
  }

  init(_ page: String) throws {
    let bytes = Array(page.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    language = document.root?[attribute: "lang"]
    for node in try CSSSelector("title, base[href], link[href], a[href], area[href]").select(in: document) {
      let href = node[attribute: "href"] ?? ""
      switch node.name {
      case "title": titles.append(node.textContent.collapsingWhiteSpace())
      case "base": bases.append(href)
      case "link" where node[attribute: "rel"]?.lowercased().words.contains("canonical") == true:
        canonicals.append(href)
      case "link": break
      default: links.append(href)
      }
    }
  }
}

extension String? {
  /// Whether this is the first of what a tree holds. The scanner goes by the order in which a page is written; what
  /// stands in a table and does not belong there comes before the table in the tree.
  fileprivate func isFirst(of found: [String], in page: String) -> Bool {
    if self == found.first { return true }
    guard let self, found.count > 1, page.lowercased().contains("<table") else { return false }
    return found.contains(self)
  }
}

extension String {
  fileprivate var isForeign: Bool {
    let page = lowercased()
    return page.contains("<svg") || page.contains("<math")
  }

  fileprivate var words: [Substring] {
    split { " \t\n\u{C}\r".unicodeScalars.contains($0.unicodeScalars.first ?? "x") }
  }

  /// Gives a tag another name.
  fileprivate func replacing(tag: String, with other: String) -> String {
    var result = ""
    var rest = self[...]
    while let start = rest.firstIndex(of: "<") {
      var name = rest[start...].dropFirst()
      if name.first == "/" { name = name.dropFirst() }
      result += rest[..<name.startIndex]
      rest = name
      let end = name.firstIndex { !$0.isLetter && !$0.isNumber && $0 != "-" } ?? name.endIndex
      if name[..<end].lowercased() == tag {
        result += other
        rest = name[end...]
      }
    }
    return result + rest
  }
}
