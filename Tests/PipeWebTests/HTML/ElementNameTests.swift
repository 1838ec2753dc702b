import PipeWeb
import Testing

/// The names that fragments of URLs can refer to.
@Suite("Names of elements")
struct ElementNameTests {
  private func names(_ page: [UInt8], cuts: [Int] = [], wanted: PageFacts.Wanted = [.names]) -> [String] {
    var scanner = PageScanner(wanted: wanted)
    var start = 0
    for cut in cuts + [page.count] where cut > start {
      _ = scanner.feed(Array(page[start..<cut]))
      start = cut
    }
    let facts = scanner.finish()
    return facts.names.map { facts.string(of: $0) }
  }

  @Test(arguments: [
    ("<p id=x>", ["x"]), ("<P ID='x y'>", ["x y"]), ("<p id>", [""]), ("<a name=n id=i>", ["i", "n"]),
    ("<a href=/ name=n>", ["n"]), ("<p name=no>", []),
    ("<html id=h><head id=k><body id=b><i id=i>", ["h", "k", "b", "i"]),
    ("<body id=b><p></p><html id=h>", ["b", "h"]), ("<p id=a&amp;b>", ["a&b"]), ("<p id=x><p id=x>", ["x", "x"]),
    ("<svg id=s><g id=g><a name=no id=a></a></g></svg><p id=p>", ["s", "g", "a", "p"]),
    ("<math><mi id=m>", ["m"]), ("<svg><foreignObject><a name=n>", ["n"]),
    ("<template id=t><p id=no><svg><g id=no></g></svg></template><p id=p>", ["t", "p"]),
    (
      "<script>'<p id=no>'</script><textarea><p id=no></textarea><!-- <p id=no> --><title id=t><p id=no></title>", ["t"]
    ),
    ("<p title='<i id=no>' id=x>", ["x"]), ("<table><tr id=r><td id=d>", ["r", "d"]),
    ("<h1 id=h>a<a id=i href=/>b</a></h1><ul><li id=l>", ["h", "i", "l"]), ("</p id=no>", []),
    ("<frameset id=f><frame id=g>", ["f", "g"]),
  ])
  func `Each element tells its name, in the order of the page`(page: String, expected: [String]) {
    let bytes = Array(page.utf8)
    #expect(names(bytes) == expected)
    for cut in bytes.indices { #expect(names(bytes, cuts: [cut]) == expected, "cut at \(cut)") }
    let others: PageFacts.Wanted = [.names, .links, .linkTexts, .linkPlaces, .headings, .title, .metas]
    #expect(names(bytes, wanted: others) == expected, "with other facts")
  }

  @Test func `Other facts are the same, whether names are wanted or not`() {
    for seed in 0..<200 as Range<UInt64> {
      var pages = RandomPages(seed: seed, tags: RandomPages.tags + RandomPages.foreign)
      let page = Array(pages.tokens().utf8)
      let wanted: PageFacts.Wanted = [.links, .linkTexts, .linkRelations, .title, .metas, .linkElements, .headings]
      func texts(_ wanted: PageFacts.Wanted) -> [String] {
        var scanner = PageScanner(wanted: wanted)
        _ = scanner.feed(page)
        let facts = scanner.finish()
        return facts.links.map { "\(facts.string(of: $0.href)) \($0.text.map { facts.string(of: $0) } ?? "-")" }
          + facts.headings.map { facts.string(of: $0) } + [facts.title() ?? "-", "\(facts.metas.count)"]
      }
      #expect(texts(wanted) == texts(wanted.union(.names)), "seed \(seed)")
    }
  }

  @Test func `XHTML tells the names of its tree`() throws {
    let page = """
      <html xmlns="http://www.w3.org/1999/xhtml" id="h"><body><a name="n" id="i"/><p name="no" ID="no" id="p&amp;q"/>
      <template id="t"><p id="no"/></template><svg xmlns="http://www.w3.org/2000/svg"><a id="g" name="no"/></svg></body></html>
      """
    let bytes = Array(page.utf8)
    let parsed = DOMDocument(parsingXML: bytes.span)
    let document = try #require(parsed)
    let facts = PageFacts(of: document, wanted: [.names])
    #expect(facts.names.map { facts.string(of: $0) } == ["h", "i", "n", "p&q", "t", "g"])
    #expect(PageFacts(of: document, wanted: [.links]).names.isEmpty)
  }

  @Test func `More names than the limit are told to be incomplete`() {
    var limits = PageFacts.Limits()
    limits.items = 2
    var scanner = PageScanner(wanted: [.names], limits: limits)
    _ = scanner.feed(Array("<p id=a><p id=b><p id=c>".utf8))
    let facts = scanner.finish()
    #expect(facts.names.count == 2)
    #expect(facts.incomplete.contains(.names))
  }
}
