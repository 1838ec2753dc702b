import PipeTesting
import Testing

@testable import PipeWeb

@Suite("Crawl: the identity of URLs")
struct URLIdentityTests {
  private func identity(_ text: String, _ identity: URLIdentity = URLIdentity()) throws -> String {
    identity.text(of: try #require(WebURL(text), "\(text)"))
  }

  @Test(
    "what differs by its fragment, or by percent-encoding that tells nothing, is the same",
    arguments: [
      ("http://h", "http://h/"), ("HTTP://H:80/", "http://h/"), ("http://h/a#b", "http://h/a"),
      ("http://h/a?b#c", "http://h/a?b"), ("http://h/%61", "http://h/a"), ("http://h/%7Ejoe", "http://h/~joe"),
      ("http://h/a%2fb", "http://h/a%2Fb"), ("http://h/%e3%83%84", "http://h/%E3%83%84"),
      ("http://h/ツ", "http://h/%E3%83%84"), ("http://h/?q=%41%2d", "http://h/?q=A-"), ("http://h/a/../b", "http://h/b"),
      ("http://h/a/%2E%2e/b", "http://h/b"), ("http://h/x%2Ey", "http://h/x.y"), ("http://%48/", "http://h/"),
      ("http://%75:p@h/", "http://u:p@h/"), ("http://h\\a", "http://h/a"), (" http://h/a\n", "http://h/a"),
      ("http://h/?", "http://h/?"), ("http://h/?#", "http://h/?"),
    ])
  func same(text: String, expected: String) throws {
    #expect(try identity(text) == expected)
  }

  @Test(
    "whatever else differs is not the same",
    arguments: [
      ("http://h/a", "http://h/a/"), ("http://h/a", "https://h/a"), ("http://h/a", "http://www.h/a"),
      ("http://h/a", "http://h./a"), ("http://h/a", "http://h/A"), ("http://h/a", "http://h/a?"),
      ("http://h/a%2Fb", "http://h/a/b"), ("http://h/a%3Fb", "http://h/a?b"), ("http://h/a+b", "http://h/a%20b"),
      ("http://h/?a=1&b=2", "http://h/?b=2&a=1"), ("http://h/?a&", "http://h/?a"), ("http://h/?a=", "http://h/?a"),
      ("http://h//a", "http://h/a"), ("http://h/index.html", "http://h/"), ("http://u@h/", "http://h/"),
      ("http://h/%2541", "http://h/%41"), ("http://h/(", "http://h/%28"), ("http://h/%%34%31", "http://h/A"),
      ("http://h/a;b", "http://h/a"), ("http://h/%00", "http://h/"), ("http://h/?a=1&amp;b=2", "http://h/?a=1&b=2"),
    ])
  func different(left: String, right: String) throws {
    #expect(try identity(left) != identity(right))
  }

  @Test(
    "parameters that tell nothing are left out, and no other byte of the query",
    arguments: [
      ("?utm_source=a&b=1", "?b=1"), ("?b=1&utm_source=a", "?b=1"), ("?utm_a=1&utm_b", ""), ("?utm_=1", ""),
      ("?xutm_a=1", "?xutm_a=1"), ("?b=utm_a", "?b=utm_a"), ("?%75tm_a=1&b", "?b"), ("?UTM_a=1", "?UTM_a=1"),
      ("?gclid=1&&b=&c", "?&b=&c"), ("?gclid", ""), ("?gclids", "?gclids"), ("?", "?"), ("", ""),
      ("?a;gclid=1", "?a;gclid=1"),
      ("?pre-x-suf=1&pre-suf&presuf", "?presuf"), ("?caf%c3%a9=1&b", "?b"), ("?gclid=1#f", ""), ("?=1&gclid", "?=1"),
    ])
  func stripping(query: String, expected: String) throws {
    let stripping = URLIdentity(stripQuery: ["utm_*", "gclid", "pre-*suf", "café"])
    #expect(try identity("http://h/a" + query, stripping) == "http://h/a" + expected)
  }

  @Test(
    "a sorted query keeps the order of parameters of one name",
    arguments: [
      ("?b=1&a=2", "?a=2&b=1"), ("?b=2&b=1&a", "?a&b=2&b=1"), ("?a=2&a=1&a", "?a=2&a=1&a"), ("?b&%61", "?a&b"),
      ("?", "?"),
      ("", ""), ("?b&&a", "?&a&b"), ("?ab=1&a=2", "?a=2&ab=1"), ("?a", "?a"),
    ])
  func sorting(query: String, expected: String) throws {
    #expect(try identity("http://h/" + query, URLIdentity(sortQuery: true)) == "http://h/" + expected)
  }

  @Test("both at once")
  func both() throws {
    let both = URLIdentity(stripQuery: ["s"], sortQuery: true)
    #expect(try identity("http://h/?s=1&b=%7e&s&a", both) == "http://h/?a&b=~")
  }

  @Test("a normal form is its own normal form, and means the same bytes")
  func fixedPoint() throws {
    var random = RepeatableRandom(seed: 3986)
    let pieces = [
      "a", "%", "%4", "%41", "%2f", "%2F", "1", "%31", "%34", "%25", "%e3", "/", "?", "z", "%zz", "~", "%7e",
    ]
    for _ in 0..<5_000 {
      var text = "http://h/"
      for _ in 0..<Int.random(in: 0...8, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
      guard let url = WebURL(text) else { continue }
      let normal = try identity(text)
      #expect(try identity(normal) == normal, "\(text)")
      let bytes = Array(url.hrefWithoutFragment.utf8)
      #expect(PercentEncoding.decode(bytes.span) == PercentEncoding.decode(Array(normal.utf8).span), "\(text)")
      #expect(PercentNormalization.changes(bytes.span) || Array(normal.utf8) == bytes)
    }
  }
}
