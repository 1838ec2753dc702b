import PipeTesting
import PipeWeb
import Testing

/// What two crawlers hold for the same. Theirs is a policy: where it folds more than the standards do, that is listed.
@Suite("Crawl: URLs of other crawlers", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct URLCanonTests {
  private struct Case: Decodable {
    struct Options: Decodable {
      let keep_fragments: Bool?
      let keep_blank_values: Bool?
      let encoding: String?
    }

    /// A text; one that is bytes is not.
    struct Text: Decodable {
      let value: String?

      init(from decoder: any Decoder) throws { value = try? decoder.singleValueContainer().decode(String.self) }
    }

    let args: [Text]
    let expected: Text
    let options: Options?
  }

  @Test("w3lib's, with a sorted query")
  func w3lib() throws {
    let cases: [String: [Case]] = try Corpus.json("url-canon/w3lib-url.json")
    var differing: Set<String> = []
    var agreeing = 0
    for urlCase in try #require(cases["canonicalize_url"]) {
      guard let text = urlCase.args.first?.value, let expected = urlCase.expected.value,
        urlCase.options?.keep_fragments == nil, urlCase.options?.encoding == nil, let url = WebURL(text)
      else { continue }
      if URLIdentity(sortQuery: true).text(of: url) == expected { agreeing += 1 } else { differing.insert(text) }
    }
    #expect(
      differing == [
        // An empty parameter is one, and so is an empty value.
        "http://www.example.com/do?&a=1", "http://www.example.com/do?b=&a=2",
        // Parameters of one name keep their order (WHATWG URL 6.2).
        "http://www.example.com/do?c=3&b=5&b=2&a=50",
        // `+` and `%20` are the same in a form only.
        "http://www.example.com/do?q=a space&a=1", "http://www.example.com/do?q=a%20space&a=1",
      ])
    #expect(agreeing >= 15)
  }

  @Test("crawler-commons'")
  func crawlerCommons() throws {
    var differing: Set<String> = []
    var agreeing = 0
    func compare(_ text: String, _ expected: String) {
      guard let url = WebURL(text) else { return }
      if URLIdentity().text(of: url) == expected { agreeing += 1 } else { differing.insert(text) }
    }
    for line in try Corpus.text("url-canon/crawler-commons-weirdToNormalizedUrls.csv").split(separator: "\n") {
      let columns = line.split(separator: ",", maxSplits: 1).map { $0.drop { $0 == " " } }
      if columns.count == 2 { compare(String(columns[0]), String(columns[1])) }
    }
    struct Extra: Decodable {
      let url: String
      let normalized: String
    }
    for extra in try Corpus.json("url-canon/crawler-commons-extra.json", as: [Extra].self) {
      compare(extra.url, extra.normalized)
    }
    #expect(
      differing == [
        // They sort queries, drop what is empty, and drop an empty query.
        "http://example.com/?b=1&a=1", "http://foo.com/index?=1&b=1&a=1", "http://foo.com/index?a=1&b=",
        "http://foo.com/index?b=2&a=1", "http://foo.com/index?b=2&a=1#c", "https://example.org/p%2d1/p%2d2/?b=2&a=1",
        "http://example.com/?", "http://example.com?",
        // They make one slash of several, and drop the dot at the end of a host and the userinfo.
        "file:/var/www/html/////./bar/index.html", "http://foo.com////aa////bb////foo.html",
        "http://foo.com////aa////bb//foo.html", "http://foo.com/aa//bb/foo.html", "https://www.example.org./",
        "http://user:pass@[::1]/x",
        // They encode what WHATWG URL leaves as it is (1.3): brackets, and a `%` that encodes nothing.
        "http://example.com/[x]", "http://x.com/?x[y]=1", "http://www.example.com/p%zz%77%v",
        "http://www.example.com/search?q=foobar%2",
        // With an option, they leave names of hosts as they are.
        "http://schöne.xn--bcher-kva.de/",
      ])
    #expect(agreeing >= 20)
  }
}
