import PipeTesting
import PipeWeb
import Testing

/// The query state of the URL Standard (4.4): the document's encoding counts.
struct QueryEncodingTests {
  @Test(arguments: [
    ("/s?q=поиск#поиск", "windows-1251", "http://example.com/s?q=%EF%EE%E8%F1%EA#%D0%BF%D0%BE%D0%B8%D1%81%D0%BA"),
    ("?q=搜", "GBK", "http://example.com/a/b?q=%CB%D1"),
    ("?検'\"<", "Shift_JIS", "http://example.com/a/b?%8C%9F%27%22%3C"),
    // A second byte that is ASCII stays as it is.
    ("?表", "Shift_JIS", "http://example.com/a/b?%95\\"),
    ("/поиск?", "windows-1251", "http://example.com/%D0%BF%D0%BE%D0%B8%D1%81%D0%BA?"),
    ("?日", "ISO-2022-JP", "http://example.com/a/b?%1B$BF|%1B(B"),
    ("?日", "windows-1252", "http://example.com/a/b?%26%2326085%3B"),
    ("//münchen.example/?ü", "windows-1252", "http://xn--mnchen-3ya.example/?%FC"),
    ("https://x.example?ü", "ISO-8859-15", "https://x.example/?%FC"),
    ("ftp://x.example/?ü", "windows-1252", "ftp://x.example/?%FC"),
    ("ws://x.example/?ü", "windows-1252", "ws://x.example/?%C3%BC"), ("x:y?ü", "windows-1252", "x:y?%C3%BC"),
    ("?ü", "UTF-8", "http://example.com/a/b?%C3%BC"), ("?ü", "UTF-16LE", "http://example.com/a/b?%C3%BC"),
    ("?a=b&c=%FC", "windows-1252", "http://example.com/a/b?a=b&c=%FC"),
    ("?\tü\n1 ", "windows-1252", "http://example.com/a/b?%FC1"),
  ])
  func `A query is encoded in the document's encoding`(reference: String, label: String, expected: String) throws {
    let base = WebURL("http://example.com/a/b?c")
    let encoding = try #require(CharacterEncoding(label: label))
    #expect(WebURL(reference, base: base, encoding: encoding)?.href == expected)
    let isHTTP = expected.hasPrefix("http")
    let resolved = ReferenceResolver(base: base, encoding: encoding).url(of: Array(reference.utf8))
    #expect(resolved.map { String(decoding: $0, as: UTF8.self) } == (isHTTP ? expected : nil))
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `Queries are encoded as the standard's tests say`() throws {
    struct Case: Decodable {
      var input: String
      var output: [String: String]
    }
    let cases = try Corpus.json("url-wpt/percent-encoding.json", as: [Commented<Case>].self).compactMap(\.value)
    #expect(cases.count == 7)
    for expected in cases {
      for (label, output) in expected.output {
        let encoding = try #require(CharacterEncoding(label: label))
        let url = try #require(WebURL("https://doesnotmatter.invalid/?\(expected.input)#x", encoding: encoding))
        #expect(url.search == "?" + output, "\(label)")
      }
    }
  }
}
