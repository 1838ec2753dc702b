import Testing

@testable import PipeWeb

@Suite("A parameter of a URL")
struct URLParameterTests {
  @Test(
    "is set in its place, and all others stay byte by byte",
    arguments: [
      ("http://a/p", "c", "1", "http://a/p?c=1"),
      ("http://a/p?", "c", "1", "http://a/p?c=1"),
      ("http://a/p?x=a%2fb+c&&y", "c", "1", "http://a/p?x=a%2fb+c&&y&c=1"),
      ("http://a/p?c=0&x=1", "c", "2", "http://a/p?c=2&x=1"),
      ("http://a/p?x=1&c=0&c=9&y=2#f", "c", "2", "http://a/p?x=1&c=2&y=2"),
      ("http://a/p?%63=0", "c", "2", "http://a/p?c=2"),
      ("http://a/p?c", "c", "2", "http://a/p?c=2"),
      ("http://a/p?cc=1&C=2", "c", "2", "http://a/p?cc=1&C=2&c=2"),
      ("http://a/p?page+no=1", "page no", "2", "http://a/p?page%20no=2"),
      ("http://a/p?page%5Bafter%5D=1", "page[after]", "x", "http://a/p?page%5Bafter%5D=x"),
      ("http://a/p", "c", "a b&c=d#e?/+%é", "http://a/p?c=a%20b%26c%3Dd%23e%3F%2F%2B%25%C3%A9"),
      ("http://u:p@a/p?x=1", "c", "", "http://u:p@a/p?x=1&c="),
      ("http://a/p?x=1&", "c", "2", "http://a/p?x=1&c=2"),
    ])
  func set(url: String, name: String, value: String, expected: String) throws {
    #expect(try WebURL(parsing: url).with(name, value)?.href == expected)
  }
}
